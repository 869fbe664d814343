internal import Casework
internal import Cryptography
internal import FoundationEssentials
public import Customs
public import Schema
internal import Storage
internal import SwiftProtobuf

/// One record of an import, made of one or several rows of a source.
public enum ImportRecord: Sendable {
    case seizure(SeizureReport)
    case statistics(StatisticalReport)

    var provenance: Provenance {
        switch self {
        case .seizure(let report): report.provenance
        case .statistics(let report): report.provenance
        }
    }

    /// Source and key in the spelling that they are kept in: what is recognised is what was stored.
    fileprivate var trimmed: ImportRecord {
        switch self {
        case .seizure(let report): .seizure(report.trimmed)
        case .statistics(let report): .statistics(report.trimmed)
        }
    }

    /// With a digest of what the source says, before the node adds anything.
    fileprivate func digested() throws -> (ImportRecord, digest: [UInt8]) {
        switch self {
        case .seizure(var report):
            let digest = try report.takeDigest()
            return (.seizure(report), digest)
        case .statistics(var report):
            let digest = try report.takeDigest()
            return (.statistics(report), digest)
        }
    }
}

/// A report that names its source.
private protocol SourcedReport: Message {
    var provenance: Provenance { get set }
}

extension SeizureReport: SourcedReport {}
extension StatisticalReport: SourcedReport {}

extension SourcedReport {
    /// Itself, and not a copy, where there is nothing to trim.
    fileprivate var trimmed: Self {
        var provenance = provenance
        provenance.source = ReportText.trimmed(provenance.source)
        provenance.key = ReportText.trimmed(provenance.key)
        guard provenance != self.provenance else { return self }
        var trimmed = self
        trimmed.provenance = provenance
        return trimmed
    }

    fileprivate mutating func takeDigest() throws -> [UInt8] {
        let rows = provenance.rows
        provenance.digest = .init()
        provenance.rows = []  // a source that grows at its top is the same source
        let digest = Digest.sha256(try serializedBytes()).bytes
        provenance.rows = rows
        provenance.digest = .init(digest)
        return digest
    }
}

/// What became of one record.
public struct ImportOutcome: Sendable {
    public enum Kind: String, Sendable {
        case imported
        /// The same record, by its source's key and by content, is here already.
        case known
        /// The source's key is here already, with other content: correct the report instead.
        case differs
        case refused
    }
    public let kind: Kind
    /// The id of the report, where there is one.
    public let id: String
    public let caseID: String
    public let findings: [Finding]
}

extension CaseService {
    /// Takes records in, each into a case of its own, or all into one. A record that is here already is recognised by
    /// its source and key, so a batch can be sent again after any failure. `dryRun`: says what would become of each.
    ///
    /// Outcomes are in the order of the records. Throws when nothing was taken.
    public func importBatch(
        _ records: [ImportRecord], caseID: String? = nil, needToKnow: Bool = false, dryRun: Bool,
        by credentials: Credentials
    ) async throws -> [ImportOutcome] {
        try credentials.require(.importReports)
        guard records.count <= limits.importBatch else {
            throw CaseError(.tooLarge, "a batch has at most \(limits.importBatch) records")
        }
        if let caseID { _ = try await visibleCase(caseID, credentials) }
        let hasFigures = records.contains { if case .statistics = $0 { true } else { false } }
        guard !hasFigures || !needToKnow && caseID == nil else {
            throw CaseError(
                .invalid, "figures belong to no case, and are for all: without a case, and not need-to-know")
        }
        let taken = try await store.keys.gate.create { () async throws -> PreparedImport? in
            for _ in 0..<limits.retries {
                var prepared = try await readers.run { [self] in
                    var prepared = try prepareImport(records, caseID: caseID, needToKnow: needToKnow, credentials)
                    if !dryRun { try matchAhead(&prepared.reports, &prepared.proposal, limit: limits.importHits) }
                    return prepared
                }
                guard !dryRun, prepared.outcomes.contains(where: { $0.kind == .imported }) else { return prepared }
                do {
                    Self.add(try await sequencer.commit(prepared.proposal).met, to: &prepared.reports)
                    return prepared
                } catch let error as NodeError where error.code == .changed {
                    continue
                }
            }
            return nil
        }
        guard let taken else { throw CaseError(.overloaded, "others keep changing the same records: try again") }
        if !dryRun { _ = try await match(taken.reports, limit: limits.importHits) }
        return taken.outcomes
    }

    /// A report that comes in, with its terms.
    struct Imported: Sendable {
        let number: UInt64
        let stream: UInt64
        let key: StreamKey
        /// That reports meet by, strongest first.
        let terms: [SearchTerm]
        /// Its case, until all of it is drafted: from then on, it is read where it is needed.
        var coming: Coming?
        /// Terms that meet something, and what of it is not recorded yet; nil where that is still to be looked for.
        var met: [(term: SearchTerm, postings: [SearchIndex.Met])]?
        var hasHits = false
    }

    /// A case that comes in with a report. By reference, since very many are handed on at once.
    final class Coming: Sendable {
        /// With the report in it.
        let file: CaseFile
        /// What brings the report, where the proposal does not hold it yet.
        let undrafted: Undrafted?

        init(_ file: CaseFile, undrafted: Undrafted? = nil) {
            self.file = file
            self.undrafted = undrafted
        }
    }

    /// Events that bring a report, with all that recording them takes.
    struct Undrafted: Sendable {
        let events: [CaseEvent]
        let encoded: [EncodedEvent]
        let officer: UInt64
        let time: UInt64
        /// The case before them.
        let before: CaseFile
        let terms: Set<SearchTerm>
    }

    private struct PreparedImport: Sendable {
        var proposal = Proposal(drafts: [])
        var outcomes: [ImportOutcome] = []
        /// Reports to match, with their cases.
        var reports: [Imported] = []
    }

    private func prepareImport(
        _ records: [ImportRecord], caseID: String?, needToKnow: Bool, _ credentials: Credentials
    ) throws -> PreparedImport {
        var prepared = PreparedImport()
        var shared: (stream: UInt64, file: CaseFile, key: StreamKey)?
        if let stream = caseID.flatMap({ stream(caseID: $0) }) {
            guard let key = try store.keys.key(stream) else { throw Self.noSuchCase }
            prepared.proposal.premises.append(try store.keys.premise(stream))
            shared = (stream, try store.caseFile(stream), key)
        }
        var numbers = store.newNumbers(upTo: records.count * 2)
        var seen: [String: [UInt8]] = [:]
        let records = records.map(\.trimmed)
        let rows = records.map { IndexRow.source($0.provenance.source, $0.provenance.key) }
        for (record, (row, known)) in zip(records, zip(rows, try store.database.get(.index, rows))) {
            let provenance = record.provenance
            let (record, digest) = try record.digested()
            if let known {
                prepared.outcomes.append(try knownOutcome(known, digest, officer: credentials.officer.number))
                continue
            }
            let name = "\(provenance.source)\u{0}\(provenance.key)"
            if let earlier = seen[name] {
                prepared.outcomes.append(
                    ImportOutcome(kind: earlier == digest ? .known : .differs, id: "", caseID: "", findings: []))
                continue
            }
            do {
                let outcome: ImportOutcome
                let number = numbers.next()
                switch record {
                case .seizure(let report):
                    outcome = try take(report, number, &numbers, &shared, needToKnow, credentials, &prepared)
                case .statistics(let report):
                    outcome = try take(report, number, credentials, &prepared)
                }
                seen[name] = digest
                prepared.proposal.premises.append(RowChange(.index, row, nil))
                prepared.outcomes.append(outcome)
            } catch let error as CaseError where error.code == .invalid || error.code == .tooLarge {
                let findings = error.findings.isEmpty ? [Finding(.reject, "", "invalid", error.reason)] : error.findings
                prepared.outcomes.append(ImportOutcome(kind: .refused, id: "", caseID: "", findings: findings))
            }
        }
        if let first = prepared.reports.first {
            let value = prepared.reports.flatMap { $0.number.bigEndianBytes + $0.stream.bigEndianBytes }
            prepared.proposal.rows.append(RowChange(.index, IndexRow.unmatched(first.number), value))
        }
        return prepared
    }

    /// Which report it is, is told only to an officer who may see it.
    private func knownOutcome(_ row: [UInt8], _ digest: [UInt8], officer: UInt64) throws -> ImportOutcome {
        guard row.count == 40, let number = UInt64(bigEndianBytes: row[..<8]) else {
            throw NodeError(.corrupted, "the row of an imported record is not readable")
        }
        let kind: ImportOutcome.Kind = Array(row[8...]) == digest ? .known : .differs
        guard let stream = try store.stream(of: number) else {
            let id = RecordID(country: authority.country, kind: .figure, number: number)
            return ImportOutcome(kind: kind, id: id.description, caseID: "", findings: [])
        }
        guard try store.isVisible(stream, to: officer) else {
            return ImportOutcome(kind: kind, id: "", caseID: "", findings: [])
        }
        return ImportOutcome(
            kind: kind, id: RecordID(country: authority.country, kind: .seizure, number: number).description,
            caseID: RecordID(country: authority.country, kind: .caseFile, number: stream).description, findings: [])
    }

    /// A report into the shared case, or into one of its own.
    private func take(
        _ report: SeizureReport, _ number: UInt64, _ numbers: inout NewNumbers,
        _ shared: inout (stream: UInt64, file: CaseFile, key: StreamKey)?,
        _ needToKnow: Bool, _ credentials: Credentials, _ prepared: inout PreparedImport
    ) throws -> ImportOutcome {
        let now = clock.nowMilliseconds()
        let officer = credentials.officer.number
        var stream = shared?.stream ?? 0
        let before = shared?.file ?? CaseFile()
        var file = before
        var events: [CaseEvent] = []
        func record(_ event: CaseEvent) {
            file.apply(
                RecordedEvent(sequence: 0, timeMilliseconds: now, officer: officer, event: event, place: events.count))
            events.append(event)
        }
        if shared == nil {
            stream = numbers.next()
            let opening = CaseEvent.with {
                $0.opened.title = "\(report.provenance.source) \(report.provenance.key)"
                $0.opened.needToKnow = needToKnow
            }
            record(try file.decide(opening, context(credentials, number: stream, now: now)).event)
        }
        let logging = CaseEvent.with { $0.seizureLogged.report = report }
        let decision = try file.decide(logging, context(credentials, number: number, now: now))
        record(decision.event)
        let terms = decision.event.seizureLogged.report.searchTerms()
        let encoded = try events.map(EncodedEvent.init)
        let key: StreamKey
        if let shared {
            key = shared.key
        } else {
            let made = try store.keys.makeKey(stream)
            key = made.key
            prepared.proposal.rows.append(made.row)
            prepared.proposal.premises.append(made.premise)
        }
        shared?.file = file
        prepared.reports.append(
            Imported(
                number: number, stream: stream, key: key, terms: Self.meetingTerms(terms),
                coming: Coming(
                    file,
                    undrafted: Undrafted(
                        events: events, encoded: encoded, officer: officer, time: now, before: before, terms: terms))))
        return ImportOutcome(
            kind: .imported, id: decision.event.seizureLogged.report.id, caseID: file.id, findings: decision.findings)
    }

    private func take(
        _ report: StatisticalReport, _ number: UInt64, _ credentials: Credentials, _ prepared: inout PreparedImport
    ) throws -> ImportOutcome {
        var report = report
        let findings = report.normaliseAndValidate(codes: codes, nowMilliseconds: clock.nowMilliseconds())
        guard !findings.contains(where: { $0.strength == .reject }) else {
            throw CaseError(.invalid, "the figure cannot be taken as it is", findings: findings)
        }
        report.id = RecordID(country: authority.country, kind: .figure, number: number).description
        prepared.proposal.drafts.append(
            try store.draft(.statistics, report, by: credentials.officer.number, stream: Streams.statistics))
        prepared.proposal.rows += CaseIndexing.rows(of: report, number)
        return ImportOutcome(kind: .imported, id: report.id, caseID: "", findings: findings)
    }

    // MARK: Figures

    /// Statistical reports in the order they came, from behind `cursor` on. Journalled.
    public func statistics(
        after cursor: UInt64, limit: Int, by credentials: Credentials
    ) async throws -> (reports: [StatisticalReport], next: UInt64?) {
        try credentials.require(.readStatistics)
        let store = store
        let limit = min(max(limit, 1), 1000)
        let reports = try await readers.run {
            var reports: [StatisticalReport] = []
            try store.forEachRecord(of: Streams.statistics, from: cursor) { _, opened in
                reports.append(try StatisticalReport(serializedBytes: opened.content))
                return reports.count < limit
            }
            return reports
        }
        try await recordAccess(by: credentials) {
            $0.action = "statistics"
            $0.count = UInt64(reports.count)
        }
        return (reports, reports.count == limit ? cursor + UInt64(limit) : nil)
    }

    // MARK: Code lists

    /// Replaces a code list. `codes` are the codes and what they stand for.
    public func importCodes(
        _ list: CodeList, _ entries: [(code: String, text: String)], by credentials: Credentials
    ) async throws {
        try credentials.require(.importCodes)
        guard entries.count <= 500_000 else { throw CaseError(.tooLarge, "a code list has at most 500,000 codes") }
        let store = store
        let old = try await readers.run {
            var rows: [[UInt8]] = []
            let prefix = IndexRow.code(list, "")
            try store.database.forEach(.index, from: prefix, upTo: SearchIndex.end(prefix)) { key, _ in
                rows.append([UInt8](key))
                return true
            }
            return rows
        }
        var rows = old.map { RowChange(.index, $0, nil) }
        rows += entries.map { RowChange(.index, IndexRow.code(list, $0.code), Array($0.text.utf8)) }
        let count = UInt64(entries.count)
        rows.append(RowChange(.meta, StoredCodeLists.countKey(list), count.bigEndianBytes))
        let text = entries.map { "\($0.code)\t\($0.text)\n" }.joined()
        try await administration.record(by: credentials.officer.number, rows: rows) { _ in
            [
                .with {
                    $0.codesImported = .with {
                        $0.list = list.rawValue
                        $0.count = count
                        $0.sha256 = .init(Digest.sha256(Array(text.utf8)).bytes)
                    }
                }
            ]
        }
        codes.setLoaded(list, entries.count)
    }
}
