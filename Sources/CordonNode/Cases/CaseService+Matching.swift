internal import Casework
internal import Cryptography
internal import Customs
internal import Schema
internal import Storage
internal import SwiftProtobuf

/// Whom and what a report shares something with.
extension CaseService {
    /// One other report, and what both have.
    fileprivate struct Meeting {
        let posting: Posting
        let births: Births
        var term: SearchTerm
        var rank: Int
    }

    /// Matches a report with everything the node holds, once it is durable: of two reports that share something and are
    /// logged at the same moment, at least the later one finds the other. Returns the hits that the officer may see;
    /// the owners of other cases get theirs into their case files.
    func match(_ number: UInt64, in stream: UInt64, _ credentials: Credentials) async throws -> [Hit] {
        for _ in 0..<limits.retries {
            let (hits, proposal) = try await readers.run { [self] in
                var found = try findHits(number, stream, officer: credentials.officer)
                found.proposal.rows.append(RowChange(.index, IndexRow.unmatched(number), nil))
                return found
            }
            if try await commitHits(proposal) { return hits }
        }
        return []  // the report is logged, and is matched at the node's next start
    }

    /// False where a case was erased meanwhile: look again.
    func commitHits(_ proposal: Proposal) async throws -> Bool {
        do {
            _ = try await sequencer.commit(proposal)
            return true
        } catch let error as NodeError where error.code == .changed {
            return false
        }
    }

    /// Reports that were logged right before the node ended.
    func matchLeftovers() async throws {
        let store = store
        let left = try await readers.run {
            var left: [(row: [UInt8], reports: [(UInt64, UInt64)])] = []
            try store.database.forEach(.index, from: [5], upTo: [6]) { key, value in
                left.append(([UInt8](key), IndexRow.reports([UInt8](value))))
                return true
            }
            return left
        }
        for (row, reports) in left {
            for (number, stream) in reports {
                let proposal = try await readers.run { [self] in try findHits(number, stream, officer: nil).proposal }
                _ = try await commitHits(proposal)
            }
            _ = try await sequencer.commit(Proposal(drafts: [], rows: [RowChange(.index, row, nil)]))
        }
    }

    /// A report, and what it may share something with.
    final class Match {
        let file: CaseFile
        let report: CaseReport
        fileprivate let meetings: [Meeting]

        fileprivate init(_ report: CaseReport, in file: CaseFile, _ meetings: [Meeting]) {
            self.report = report
            self.file = file
            self.meetings = meetings
        }

        /// Whose standing is wanted.
        var others: [Posting] { meetings.map(\.posting) }
    }

    /// The other reports that a report shares terms with, as far as the index tells: `found` are the postings of its
    /// terms, where they are at hand, and `file` its case. Nil where it was erased.
    func findMatch(
        _ number: UInt64, _ stream: UInt64, file: CaseFile? = nil,
        found: [(term: SearchTerm, postings: [SearchIndex.Met])]? = nil, limit: Int? = nil
    ) throws -> Match? {
        let file = try file ?? store.caseFile(stream)
        let id = RecordID(country: authority.country, kind: .seizure, number: number).description
        // What comes in stands last in its case.
        let last = file.reports.last.flatMap { $0.report.id == id ? $0 : nil }
        guard let report = last ?? file.report(id) else { return nil }
        let births = Births(report.report)
        let found = try found ?? postings(Self.meetingTerms(report.report.searchTerms()), stream)
        // Most who share a name are not the same: that shows without reading their case.
        let meetings = Self.meetings(found, limit ?? limits.hits)
            .filter { $0.term.scheme != .personName || !$0.births.differ(from: births) }
        return Match(report, in: file, meetings)
    }

    /// The hits of one report, and what records them. Without an officer, those of the report's own logger. That the
    /// report was matched, the caller records.
    func findHits(
        _ number: UInt64, _ stream: UInt64, officer: Officer?
    ) throws -> (hits: [Hit], proposal: Proposal) {
        guard let match = try findMatch(number, stream) else { return ([], Proposal(drafts: [])) }
        var found = try findHits(match, store.standings(of: match.others), officer: officer)
        if !found.hits.isEmpty, let key = try store.keys.key(stream) {
            try draft(found.hits, stream, match.file, key, isHeld: false, into: &found.proposal)
        }
        return found
    }

    /// The hits of a match, which the caller records, and what tells others of them.
    private func findHits(
        _ match: Match, _ standings: Standings, officer: Officer?
    ) throws -> (hits: [Hit], proposal: Proposal) {
        var proposal = Proposal(drafts: [])
        let (file, report) = (match.file, match.report)
        let id = report.report.id
        let viewer = officer?.number ?? report.loggedBy
        var mine: [Hit] = []
        let known = Set(file.hits.map { [$0.hit.reportID, $0.hit.otherReportID, $0.hit.scheme, $0.hit.value] })
        for meeting in match.meetings {
            let otherID = RecordID(country: authority.country, kind: .seizure, number: meeting.posting.number)
            guard let standing = standings.standing(of: meeting.posting.number) else { continue }  // erased meanwhile
            // Nor is it read where nothing of it is needed but what the index says.
            let other =
                standing.owner == viewer && meeting.term.scheme != .personName
                ? nil : try store.caseFile(meeting.posting.stream)
            if let other {
                guard let otherReport = other.report(otherID.description),
                    Self.mayBeSame(report.report, otherReport.report, meeting.term)
                else { continue }
            }
            let hit = Hit.with {
                $0.reportID = id
                $0.otherReportID = otherID.description
                $0.otherCaseID =
                    RecordID(country: authority.country, kind: .caseFile, number: meeting.posting.stream).description
                $0.scheme = meeting.term.scheme.name
                $0.value = Self.spelling(meeting.term, in: report.report)
                $0.score = "exact"
                $0.officer = standing.officer
                $0.office = standing.office
            }
            guard known.isEmpty || !known.contains([hit.reportID, hit.otherReportID, hit.scheme, hit.value]) else {
                continue
            }
            if standings.isVisible(meeting.posting.stream, to: viewer) { mine.append(hit) }
            guard let other, other.owner != viewer, let otherKey = try store.keys.key(meeting.posting.stream)
            else { continue }
            let told = Self.mirrored(hit, file, report, toOwner: other.owner)
            guard !other.hits.contains(where: { $0.hit == told }) else { continue }
            var otherFile = other
            proposal.premises.append(try store.keys.premise(meeting.posting.stream))
            try store.draft(
                [.with { $0.hitsFound = .with { $0.hits = [told] } }], by: 0, stream: meeting.posting.stream,
                &otherFile, key: otherKey, time: clock.nowMilliseconds(), anywhere: true, into: &proposal)
        }
        return (mine, proposal)
    }

    /// The hits of a report, recorded in its case. `isHeld`: what they are committed with holds only where the case is
    /// there.
    private func draft(
        _ hits: [Hit], _ stream: UInt64, _ file: CaseFile, _ key: StreamKey, isHeld: Bool,
        into proposal: inout Proposal
    ) throws {
        var file = file
        if !isHeld { proposal.premises.append(try store.keys.premise(stream)) }
        try store.draft(
            [.with { $0.hitsFound.hits = hits }], by: 0, stream: stream, &file, key: key, time: clock.nowMilliseconds(),
            anywhere: true, into: &proposal)
    }

    /// What brings a report, with the `hits` that it was found to have.
    private func draft(
        _ undrafted: Undrafted, _ hits: [Hit], _ stream: UInt64, _ key: StreamKey, into proposal: inout Proposal
    ) throws {
        var (events, encoded, file) = (undrafted.events, undrafted.encoded, undrafted.before)
        if !hits.isEmpty {
            events.append(.with { $0.hitsFound.hits = hits })
            encoded.append(try EncodedEvent(events.last!))
        }
        try store.draft(
            events, encoded: encoded, by: undrafted.officer, stream: stream, &file, key: key, time: undrafted.time,
            terms: undrafted.terms, into: &proposal)
    }

    // MARK: Many at once

    /// Matches reports with what is there before they are themselves, and adds their hits to the `proposal` that brings
    /// them: most of their terms are not there at all then, which costs least to find out. What comes until they are
    /// there, the commit tells (`add`).
    func matchAhead(_ reports: inout [Imported], _ proposal: inout Proposal, limit: Int) throws {
        // Before the index is looked at: what is committed in between is told twice rather than not at all.
        let commit = UInt64(sequencer.commitCount)
        let looks = Self.looks(for: reports)
        try look(looks, for: &reports, reports.indices, limit: limit)
        proposal.looks = TermLooks(commit: commit, terms: looks)
        try addHits(of: &reports, to: &proposal, limit: limit, areHeld: true)
        proposal.sortRows()
    }

    /// Matches reports that are there with what is left, all in one commit. Returns those that have hits.
    func match(_ reports: [Imported], limit: Int) async throws -> [Imported] {
        guard !reports.isEmpty else { return [] }
        for _ in 0..<limits.retries {
            let (matched, proposal) = try await readers.run { [self] in
                var reports = reports
                var proposal = Proposal(drafts: [])
                proposal.rows.append(RowChange(.index, IndexRow.unmatched(reports[0].number), nil))
                let unknown = reports.indices.filter { reports[$0].met == nil }
                try look(Self.looks(for: unknown.map { reports[$0] }), for: &reports, unknown, limit: limit)
                try addHits(of: &reports, to: &proposal, limit: limit, areHeld: false)
                return (reports, proposal)
            }
            if try await commitHits(proposal) { return matched.filter(\.hasHits) }
        }
        return reports.filter(\.hasHits)  // what is left is matched at the node's next start
    }

    /// The hits of reports with all that they met, and what brings the reports where that is not drafted yet.
    private func addHits(
        of reports: inout [Imported], to proposal: inout Proposal, limit: Int, areHeld: Bool
    ) throws {
        let matches = try reports.indices.map { place in
            let met = reports[place].met!
            guard !met.isEmpty else { return nil as Match? }
            return try findMatch(
                reports[place].number, reports[place].stream, file: reports[place].coming?.file, found: met,
                limit: limit)
        }
        let standings = try store.standings(of: matches.flatMap { $0?.others ?? [] })
        for (place, match) in zip(reports.indices, matches) {
            var hits: [Hit] = []
            if let match, !match.others.isEmpty {
                let found = try findHits(match, standings, officer: nil)
                proposal.append(found.proposal)
                hits = found.hits
            }
            let (stream, key) = (reports[place].stream, reports[place].key)
            if let undrafted = reports[place].coming?.undrafted {
                try draft(undrafted, hits, stream, key, into: &proposal)
            } else if let match, !hits.isEmpty {
                try draft(hits, stream, match.file, key, isHeld: areHeld, into: &proposal)
            }
            if !hits.isEmpty { reports[place].hasHits = true }
            reports[place].coming = nil
        }
    }

    /// What came since the look, and nothing else, is left to match; where that is not known, all of it.
    static func add(_ came: [TermsMet]?, to reports: inout [Imported]) {
        if let came {
            hand(came, to: &reports, reports.indices)
        } else {
            for index in reports.indices { reports[index].met = nil }
        }
    }

    /// Looks for what those reports share their terms with.
    private func look(
        _ looks: [(term: [UInt8], stream: UInt64)], for reports: inout [Imported], _ places: some Sequence<Int>,
        limit: Int
    ) throws {
        let found = looks.isEmpty ? [] : try SearchIndex(store.database).postings(looks, limit: limit * 2)
        Self.hand(found, to: &reports, places)
    }

    /// What was found for the terms of those reports, one after the other.
    private static func hand(_ found: [TermsMet], to reports: inout [Imported], _ places: some Sequence<Int>) {
        var (start, next) = (0, 0)
        for place in places {
            let end = start + reports[place].terms.count
            var met: [(term: SearchTerm, postings: [SearchIndex.Met])] = []
            while next < found.count, found[next].look < end {
                met.append((reports[place].terms[found[next].look - start], found[next].postings))
                next += 1
            }
            reports[place].met = met
            start = end
        }
    }

    private static func looks(for reports: [Imported]) -> [(term: [UInt8], stream: UInt64)] {
        var looks: [(term: [UInt8], stream: UInt64)] = []
        looks.reserveCapacity(reports.count * 8)
        for place in reports.indices {
            for term in reports[place].terms { looks.append((IndexRow.term(term), reports[place].stream)) }
        }
        return looks
    }

    private func postings(
        _ terms: [SearchTerm], _ stream: UInt64
    ) throws -> [(term: SearchTerm, postings: [SearchIndex.Met])] {
        let index = SearchIndex(store.database)
        return try terms.map { ($0, try index.postings($0, limit: limits.hits * 2, besides: stream)) }
    }

    /// What met, as the report spells it: a term may leave out what follows from the rest.
    private static func spelling(_ term: SearchTerm, in report: SeizureReport) -> String {
        switch term.scheme {
        case .container:
            return report.conveyances.map(\.containerNumber).first { $0.hasPrefix(term.value) } ?? term.value
        case .personName, .companyName, .vesselName:
            let names = report.names(of: term.scheme)
            if names.count == 1 { return names[0] }
            let spelt = names.first {
                let name = FoldedName($0)
                return name.nameKey == term.value || name.joinedKey == term.value
            }
            return spelt ?? term.value
        default: return term.value
        }
    }

    /// The same hit as the other case's owner sees it. Of a case that the owner may not know of, only whom to ask.
    private static func mirrored(_ hit: Hit, _ file: CaseFile, _ report: CaseReport, toOwner owner: UInt64) -> Hit {
        .with {
            $0.reportID = hit.otherReportID
            if file.isVisible(to: owner) {
                $0.otherReportID = hit.reportID
                $0.otherCaseID = file.id
            }
            $0.scheme = hit.scheme
            $0.value = hit.value
            $0.score = hit.score
            $0.officer = report.loggedBy
            $0.office = report.report.office
        }
    }

    /// The terms that reports meet by, strongest first.
    static func meetingTerms(_ terms: Set<SearchTerm>) -> [SearchTerm] {
        terms.lazy.filter { $0.scheme.matchRank != nil }
            .sorted { ($0.scheme.matchRank!, $0.value) < ($1.scheme.matchRank!, $1.value) }
    }

    /// The reports of other cases that share a term, each with the strongest one, ranked, as many as the limit allows.
    private static func meetings(_ found: [(term: SearchTerm, postings: [SearchIndex.Met])], _ limit: Int) -> [Meeting]
    {
        var met: [Posting: Meeting] = [:]
        for (term, postings) in found {
            let rank = term.scheme.matchRank!
            for (posting, births) in postings where met[posting].map({ $0.rank > rank }) ?? true {
                met[posting] = Meeting(posting: posting, births: births, term: term, rank: rank)
            }
        }
        return Array(
            met.values.sorted { ($0.rank, $0.posting) < ($1.rank, $1.posting) }.prefix(limit))
    }

    /// Two persons of one name who were born on different days are two persons.
    private static func mayBeSame(_ a: SeizureReport, _ b: SeizureReport, _ term: SearchTerm) -> Bool {
        guard term.scheme == .personName else { return true }
        func births(_ report: SeizureReport) -> Set<String> {
            Set(
                report.nominal.persons.filter { person in
                    ([person.name, person.transliterated] + person.aliases).contains {
                        let name = FoldedName($0)
                        return name.nameKey == term.value || name.joinedKey == term.value
                    }
                }.map(\.birthDate))
        }
        let (first, second) = (births(a), births(b))
        return first.contains("") || second.contains("") || !first.isDisjoint(with: second)
    }
}
