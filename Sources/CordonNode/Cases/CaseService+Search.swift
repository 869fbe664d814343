package import Casework
internal import Cryptography
internal import Customs
internal import Exchange
public import Schema
internal import Storage
internal import SwiftProtobuf

/// A report that was found, or a case by its title.
public struct SearchResult: Sendable {
    public let caseID: String
    public let title: String
    /// Nil where the title of the case was met.
    public let report: SeizureReport?
    /// What was met: `id`, `identifier`, `name`, `name parts`, `similar name`, `words`, `filter`.
    public let met: String
    /// 1 where it is the same; the similarity of names where they only resemble each other.
    public let score: Double
    /// Not so where it came from a partner who does not allow it.
    let mayBeExported: Bool
}

public struct SearchPage: Sendable {
    public let results: [SearchResult]
    /// Nil at the end.
    public let next: String?
    /// The page ended before it was full, for what it cost: `next` goes on.
    public let isIncomplete: Bool
}

extension CaseService {
    static let maximumSearchByteCount = 500

    /// One way of meeting the query, stronger ones first.
    struct Stage: Sendable {
        let met: String
        let groups: [[SearchTerm]]
        var isSimilar = false
        /// Whoever meets this is what was looked for: weaker ways come on the next page.
        var isConclusive = false
        /// Nothing was looked for: all that the filters leave.
        var isFilter = false
        /// The id of a report or case: it, and nothing else.
        var id: RecordID?
    }

    struct Plan: Sendable {
        let stages: [Stage]
        let filters: [[SearchTerm]]
        let days: ClosedRange<UInt32>?
        let name: FoldedName?
        let limit: Int
        let start: (stage: Int, after: Posting?)
    }

    /// Journalled with what was looked for.
    public func search(_ query: SearchRequest, by credentials: Credentials) async throws -> SearchPage {
        try credentials.require(.search)
        let page = try await readers.run { [self] in try searchWithoutRecord(query, officer: credentials.officer) }
        try await recordAccess(by: credentials) {
            $0.action = "search"
            $0.shown = page.results.map { $0.report?.id ?? $0.caseID }
            $0.shownCases = page.results.map(\.caseID)
            $0.query = Self.summary(query)
            $0.reason = query.reason
            $0.count = UInt64(page.results.count)
            $0.nominal = page.results.contains { $0.report?.hasNominal ?? false }
        }
        return page
    }

    static func summary(_ query: SearchRequest) -> String {
        let parts = [
            ("text", query.text), ("scheme", query.scheme), ("from", query.from), ("to", query.to),
            ("offence", query.offence), ("hs", query.hs), ("country", query.country), ("locode", query.locode),
            ("office", query.office), ("status", query.status), ("source", query.source),
        ]
        return parts.filter { !$0.1.isEmpty }.map { "\($0)=\($1)" }.joined(separator: " ")
    }

    /// The search itself. `search` is what officers use; this is for measuring, and journals nothing.
    package func searchWithoutRecord(
        _ query: SearchRequest, officer: Officer, withNames: Bool = false
    ) throws -> SearchPage {
        let index = SearchIndex(store.database, maximumSteps: limits.searchSteps)
        let plan = try plan(query, index)
        var found: [(posting: Posting, stage: Int)] = []
        var isIncomplete = false
        var next: String?
        var seen: Set<Posting> = []
        for stage in plan.start.stage..<plan.stages.count {
            let after = stage == plan.start.stage ? plan.start.after : nil
            if let id = plan.stages[stage].id {
                guard id.country == authority.country, id.kind == .seizure || id.kind == .caseFile,
                    let stream = try store.stream(of: id.number, at: index.snapshot),
                    try store.isVisible(stream, to: officer.number, at: index.snapshot)
                else { continue }
                return SearchPage(
                    results: try result(
                        Posting(number: id.number, stream: stream), plan.stages[stage], nil, index, officer,
                        withNames: withNames
                    ).map { [$0] } ?? [], next: nil, isIncomplete: false)
            }
            let groups = plan.stages[stage].groups + plan.filters
            // What a stronger stage has shown. Similar names stand for too many terms to look at each: of them, only
            // those on this page are known.
            let stronger = plan.stages[..<stage].filter { !$0.isSimilar }
            let stop = try index.forEachCommon(groups, after: after, days: plan.days) { posting in
                guard try store.isVisible(posting.stream, to: officer.number, at: index.snapshot),
                    !seen.contains(posting), try !stronger.contains(where: { try index.meets(posting, $0.groups) })
                else { return true }
                seen.insert(posting)
                found.append((posting, stage))
                return found.count < plan.limit
            }
            if let stop {
                isIncomplete = true
                next = Self.cursor(stage: stage, after: stop)
                break
            }
            if found.count >= plan.limit {
                next = Self.cursor(stage: stage, after: found[found.count - 1].posting)
                break
            }
            if plan.stages[stage].isConclusive, !found.isEmpty, stage + 1 < plan.stages.count {
                next = Self.cursor(stage: stage + 1, after: nil)
                break
            }
        }
        var results = try found.compactMap {
            try result($0.posting, plan.stages[$0.stage], plan.name, index, officer, withNames: withNames)
        }
        if plan.stages.contains(where: \.isSimilar) {
            results = results.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
                .map(\.element)
        }
        return SearchPage(results: results, next: next, isIncomplete: isIncomplete)
    }

    private func result(
        _ posting: Posting, _ stage: Stage, _ name: FoldedName?, _ index: SearchIndex, _ officer: Officer,
        withNames: Bool
    ) throws -> SearchResult? {
        let file = try store.caseFile(posting.stream, at: index.snapshot)
        let now = clock.nowMilliseconds()
        guard file.isVisible(to: officer.number), file.refusal(of: .read, at: now) == nil else { return nil }
        let id = RecordID(country: authority.country, kind: .seizure, number: posting.number).description
        var report = file.report(id)?.report
        // Names are for who looks for something; a list by filters alone would be an export that nobody approved.
        if stage.isFilter, !withNames { report?.clearNominal() }
        var score = 1.0
        if stage.isSimilar, let name, let report {
            score = report.names.map { Fuzzy.similarity(name, FoldedName($0)) }.max() ?? 0
        }
        return SearchResult(
            caseID: file.id, title: file.title, report: report, met: stage.met, score: score,
            mayBeExported: file.refusal(of: .export, at: now) == nil)
    }

    // MARK: Planning

    private func plan(_ query: SearchRequest, _ index: SearchIndex) throws -> Plan {
        let text = query.text
        guard text.utf8.count <= Self.maximumSearchByteCount else {
            throw CaseError.invalid("/text", "a search has at most \(Self.maximumSearchByteCount) bytes")
        }
        var stages: [Stage] = []
        var name: FoldedName?
        if !text.isEmpty {
            let scheme = SearchTerm.Scheme(name: query.scheme)
            guard query.scheme.isEmpty || scheme != nil else {
                let known = SearchTerm.Scheme.allCases.filter { $0.matchRank != nil }.map(\.name)
                throw CaseError.invalid("/scheme", "a scheme is one of: \(known.joined(separator: ", "))")
            }
            let folded = FoldedName(text)
            name = folded
            stages = try Self.stages(text, folded, scheme: scheme, fuzzy: !query.exact, index)
            guard !stages.isEmpty else {
                throw CaseError.invalid("/text", "there is nothing in this to look for")
            }
        }
        let filters = try Self.filters(query, codes)
        if stages.isEmpty { stages = [Stage(met: "filter", groups: [[SearchTerm(.report, "")!]], isFilter: true)] }
        return Plan(
            stages: stages, filters: filters, days: try Self.days(query), name: name,
            limit: query.limit == 0 ? 20 : min(Int(query.limit), limits.pageSize),
            start: try Self.start(query.cursor, stages.count))
    }

    private static func stages(
        _ text: String, _ name: FoldedName, scheme: SearchTerm.Scheme?, fuzzy: Bool, _ index: SearchIndex
    ) throws -> [Stage] {
        var stages: [Stage] = []
        if let id = RecordID(reading: text) { return [Stage(met: "id", groups: [], id: id)] }
        let identifiers = IdentifierQuery.terms(text).filter { scheme == nil || $0.scheme == scheme }
        if !identifiers.isEmpty { stages.append(Stage(met: "identifier", groups: [identifiers], isConclusive: true)) }
        let nameSchemes: [SearchTerm.Scheme] = [.personName, .companyName, .vesselName, .species]
        let wholes = nameSchemes.filter { scheme == nil || $0 == scheme }.flatMap { scheme in
            Set([name.nameKey, name.joinedKey]).compactMap { SearchTerm(scheme, $0) }
        }
        if !wholes.isEmpty { stages.append(Stage(met: "name", groups: [wholes], isConclusive: true)) }
        guard scheme == nil || nameSchemes.contains(scheme!) else { return stages }
        let tokens = name.tokens.filter { !$0.isWeak }.prefix(8)
        if !tokens.isEmpty {
            stages.append(
                Stage(met: "name parts", groups: tokens.map { $0.forms.compactMap { SearchTerm(.nameToken, $0) } }))
        }
        if fuzzy, !tokens.isEmpty {
            let groups = try tokens.enumerated().map { position, token in
                // Only the last part is being typed still.
                try token.forms.flatMap {
                    try index.expand($0, prefix: position == tokens.count - 1 && $0.utf8.count > 2, fuzzy: true)
                }.compactMap { SearchTerm(.nameToken, $0) }
            }
            stages.append(Stage(met: "similar name", groups: groups, isSimilar: true))
        }
        let words = FreeText.words(text).prefix(8).map { [SearchTerm(.word, $0)!] }
        if scheme == nil, !words.isEmpty { stages.append(Stage(met: "words", groups: Array(words))) }
        return stages
    }

    private static func filters(
        _ query: SearchRequest, _ codes: StoredCodeLists
    ) throws(CaseError) -> [[SearchTerm]] {
        var filters: [[SearchTerm]] = []
        func add(_ scheme: SearchTerm.Scheme, _ value: String) {
            if let term = SearchTerm(scheme, value) { filters.append([term]) }
        }
        func code(_ code: String, _ pointer: String, _ list: Set<String>) throws(CaseError) {
            guard code.isEmpty || list.contains(code) else {
                throw .invalid(pointer, "this is one of: \(list.sorted().joined(separator: ", "))")
            }
        }
        try code(query.offence, "/offence", Vocabulary.offence)
        add(.offence, query.offence)
        try code(query.status, "/status", Vocabulary.status)
        add(.status, query.status)
        if !query.hs.isEmpty {
            guard let code = HSCode(query.hs) else { throw .invalid("/hs", "an HS code has 2, 4 or 6 digits") }
            add(.hs, code.digits)
        }
        if !query.country.isEmpty {
            guard let code = codes.country(query.country) else {
                throw .invalid("/country", "a country is two letters of ISO 3166-1, such as VN")
            }
            add(.country, code)
        }
        if !query.locode.isEmpty {
            guard let code = UNLocode(query.locode) else {
                throw .invalid("/locode", "a UN/LOCODE is a country and three characters, such as VNHPH")
            }
            add(.locode, code.text)
        }
        add(.office, FoldedName(query.office).nameKey)
        add(.source, query.source)
        return filters
    }

    private static func days(_ query: SearchRequest) throws(CaseError) -> ClosedRange<UInt32>? {
        guard !query.from.isEmpty || !query.to.isEmpty else { return nil }
        func day(_ text: String, _ pointer: String, _ otherwise: UInt32) throws(CaseError) -> UInt32 {
            guard !text.isEmpty else { return otherwise }
            guard let moment = Moment(parsing: text) else { throw .invalid(pointer, "a day is like 2026-03-01") }
            return UInt32(clamping: moment.milliseconds / 86_400_000)
        }
        let (first, last) = (try day(query.from, "/from", 0), try day(query.to, "/to", .max))
        guard first <= last else { throw .invalid("/to", "the period ends before it begins") }
        return first...last
    }

    // MARK: Cursors

    private static func cursor(stage: Int, after posting: Posting?) -> String {
        Hex.encode([UInt8(stage)] + (posting?.encoded ?? []))
    }

    private static func start(_ cursor: String, _ stages: Int) throws(CaseError) -> (Int, Posting?) {
        guard !cursor.isEmpty else { return (0, nil) }
        guard let bytes = Hex.decode(cursor), let stage = bytes.first, stage < stages,
            [1, 1 + Posting.byteCount].contains(bytes.count)
        else { throw .invalid("/cursor", "a cursor is what the page before gave as `next`") }
        let posting = Posting(row: Array(bytes.dropFirst()))
        guard posting?.stream != .max else {
            throw .invalid("/cursor", "a cursor is what the page before gave as `next`")
        }
        return (Int(stage), posting)
    }
}
