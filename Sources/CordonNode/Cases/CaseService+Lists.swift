public import Casework
internal import Cryptography
internal import Customs
public import Schema
internal import Storage
internal import SwiftProtobuf
internal import TransparencyLog

extension CaseService {
    /// Cases that the officer may see, newest first, from behind the number `cursor` on. Journalled.
    public func listCases(
        after cursor: UInt64?, limit: Int, by credentials: Credentials
    ) async throws -> (cases: [CaseFile], next: UInt64?) {
        try credentials.require(.readCase)
        let store = store
        let limit = min(max(limit, 1), limits.pageSize)
        let officer = credentials.officer.number
        let streams = try await readers.run {
            var streams: [UInt64] = []
            let snapshot = store.database.snapshot()
            let start = cursor.map { IndexRow.listedCase($0) + [0] } ?? [7]
            try store.database.forEach(.index, from: start, upTo: [8], at: snapshot) { key, _ in
                guard let number = UInt64(bigEndianBytes: key.dropFirst()) else { return true }
                if try store.isVisible(~number, to: officer, at: snapshot) { streams.append(~number) }
                return streams.count < limit
            }
            return streams
        }
        let files = try await readers.run { try streams.map { try store.caseFile($0) } }
        let visible = files.filter { $0.isVisible(to: officer) }
        try await recordAccess(by: credentials) {
            $0.action = "list-cases"
            $0.count = UInt64(visible.count)
        }
        return (visible, streams.count == limit ? streams.last : nil)
    }

    /// Hits into cases of the officer, newest first. Journalled.
    public func hits(limit: Int, by credentials: Credentials) async throws -> [(caseID: String, hit: Hit, at: UInt64)] {
        try credentials.require(.readHits)
        let store = store
        let limit = min(max(limit, 1), limits.pageSize)
        let officer = credentials.officer.number
        let hits = try await readers.run { () -> [(String, Hit, UInt64)] in
            var hits: [(String, Hit, UInt64)] = []
            let prefix = [8] + officer.bigEndianBytes
            try store.database.forEach(.index, from: prefix, upTo: SearchIndex.end(prefix)) { key, _ in
                guard key.count == 17, let complement = UInt64(bigEndianBytes: key[9...]) else { return true }
                let stream = ~complement
                let file = try store.caseFile(stream)
                guard file.isVisible(to: officer) else { return true }
                var visible = file
                try visible.keepHits { hit in
                    try Self.stream(caseID: hit.otherCaseID, country: store.country)
                        .map { try store.isVisible($0, to: officer) } ?? true
                }
                hits += visible.hits.map { (file.id, $0.hit, $0.at) }
                return hits.count < limit
            }
            return Array(hits.sorted { $0.2 > $1.2 }.prefix(limit))
        }
        try await recordAccess(by: credentials) {
            $0.action = "hits"
            $0.count = UInt64(hits.count)
            $0.nominal = true
        }
        return hits.map { (caseID: $0.0, hit: $0.1, at: $0.2) }
    }

    /// Open tasks of the officer, in the order of their cases. Journalled.
    public func tasks(by credentials: Credentials) async throws -> [(caseID: String, task: CaseTask)] {
        try credentials.require(.readHits)
        let store = store
        let officer = credentials.officer.number
        let limit = limits.pageSize
        let tasks = try await readers.run { () -> [(String, CaseTask)] in
            var tasks: [(String, CaseTask)] = []
            let prefix = [9] + officer.bigEndianBytes
            try store.database.forEach(.index, from: prefix, upTo: SearchIndex.end(prefix)) { key, _ in
                guard key.count == 21, let stream = UInt64(bigEndianBytes: key[9..<17]),
                    let number = UInt32(bigEndianBytes: key[17...])
                else { return true }
                let file = try store.caseFile(stream)
                if file.isVisible(to: officer), let task = file.tasks.first(where: { $0.task.number == number }) {
                    tasks.append((file.id, task))
                }
                return tasks.count < limit
            }
            return tasks
        }
        try await recordAccess(by: credentials) {
            $0.action = "tasks"
            $0.count = UInt64(tasks.count)
        }
        return tasks.map { (caseID: $0.0, task: $0.1) }
    }

    /// An exhibit, wherever it is. Journalled.
    public func exhibit(_ id: String, by credentials: Credentials) async throws -> (exhibit: Exhibit, caseID: String) {
        try credentials.require(.readCase)
        let missing = CaseError(.notFound, "there is no such exhibit")
        guard let id = RecordID(reading: id), id.kind == .exhibit, id.country == authority.country else {
            throw missing
        }
        let store = store
        let officer = credentials.officer.number
        let found = try await readers.run { () -> (Exhibit, CaseFile)? in
            guard let stream = try store.stream(of: id.number) else { return nil }
            let file = try store.caseFile(stream)
            return file.exhibit(id.description).map { ($0, file) }
        }
        guard let found, found.1.isVisible(to: officer) else { throw missing }
        try await recordAccess(by: credentials) {
            $0.action = "custody"
            $0.caseID = found.1.id
            $0.recordID = id.description
            $0.count = 1
        }
        return (found.0, found.1.id)
    }

    /// Who looked at what.
    public struct Access: Sendable {
        public let position: UInt64
        public let sequence: UInt64
        public let at: UInt64
        public let officer: UInt64
        public let event: AccessEvent
    }

    /// Newest first, from before `cursor` on; only an officer's or a case's, where asked for. That an auditor looked is
    /// journalled too.
    public func accesses(
        before cursor: UInt64?, officer: UInt64?, caseID: String?, limit: Int, by credentials: Credentials
    ) async throws -> (accesses: [Access], next: UInt64?) {
        try credentials.require(.listAccesses)
        let store = store
        let limit = min(max(limit, 1), 1000)
        let found = try await readers.run { () -> ([Access], UInt64?) in
            var accesses: [Access] = []
            var stepped = 0
            var next: UInt64?
            try store.forEachRecordBackwards(of: Streams.audit, before: cursor) { position, opened in
                let event = try AccessEvent(serializedBytes: opened.content)
                if officer.map({ $0 == opened.record.actor }) ?? true, caseID.map({ $0 == event.caseID }) ?? true {
                    accesses.append(
                        Access(
                            position: position, sequence: opened.record.sequence,
                            at: opened.record.timeMilliseconds, officer: opened.record.actor, event: event))
                }
                stepped += 1
                guard accesses.count < limit, stepped < 100_000 else {
                    next = position
                    return false
                }
                return true
            }
            return (accesses, next == 0 ? nil : next)
        }
        try await recordAccess(by: credentials) {
            $0.action = "list-accesses"
            $0.caseID = caseID ?? ""
            $0.count = UInt64(found.0.count)
        }
        return (found.0, found.1)
    }

    // MARK: Export

    /// Reports on their way out, a batch at a time.
    public struct Export: Sendable {
        fileprivate let service: CaseService
        fileprivate let credentials: Credentials
        fileprivate let withNames: Bool
        fileprivate let caseID: String?
        fileprivate var query: SearchRequest
        fileprivate var hasEnded = false

        /// Nil at the end.
        public mutating func next() async throws -> [SeizureReport]? {
            guard !hasEnded else { return nil }
            let reports: [SeizureReport]
            if let caseID {
                reports = try await service.visibleCase(caseID, credentials).reports.map(\.report)
                hasEnded = true
            } else {
                let (asked, service, officer) = (query, service, credentials.officer)
                let page = try await service.readers.run { try service.searchWithoutRecord(asked, officer: officer) }
                guard !page.isIncomplete else {
                    throw CaseError(.tooLarge, "the filters took too long: narrow them")
                }
                reports = page.results.compactMap(\.report)
                hasEnded = page.next == nil
                query.cursor = page.next ?? ""
            }
            guard !withNames else { return reports }
            return reports.map { report in
                var report = report
                report.clearNominal()
                return report
            }
        }
    }

    /// The reports of one case, or of all that a query's filters find, as the officer may see them. With names only
    /// where another officer approved. Journalled before anything is handed out.
    public func beginExport(
        caseID: String?, query: SearchRequest, approval: String?, reason: String, by credentials: Credentials
    ) async throws -> Export {
        let withNames = try await recordExport(caseID: caseID, approval: approval, reason: reason, by: credentials)
        var query = query
        query.text = ""
        query.limit = UInt32(limits.pageSize)
        return Export(
            service: self, credentials: credentials, withNames: withNames, caseID: caseID, query: query)
    }

    private func recordExport(
        caseID: String?, approval: String?, reason: String, by credentials: Credentials
    ) async throws -> Bool {
        try credentials.require(.exportReports)
        guard (1...CaseLimits.reasonByteCount).contains(reason.utf8.count) else {
            throw CaseError.invalid("/reason", "say what the export is for")
        }
        var withNames = false
        if let approval {
            guard let request = administration.directory.requests[approval], request.kind == .exportNominal,
                request.proposer == credentials.officer.number, request.state == .approved,
                !request.hasLapsed(at: clock.nowMilliseconds()),
                request.caseID.isEmpty || request.caseID == caseID
            else {
                throw CaseError(
                    .needsSecondOfficer,
                    "names leave only with an approved request of your own, for this case or for all")
            }
            withNames = true
        }
        if let caseID { _ = try await visibleCase(caseID, credentials) }
        let nominal = withNames
        try await recordAccess(by: credentials) {
            $0.action = "export"
            $0.caseID = caseID ?? ""
            $0.recordID = approval ?? ""
            $0.reason = reason
            $0.nominal = nominal
        }
        return withNames
    }

    // MARK: Two officers

    /// Asks for what takes a second officer. For a case, of one that the officer may see.
    public func request(
        _ kind: TwoOfficerRequest.Kind, officer: UInt64 = 0, roles: Set<Role> = [], caseID: String = "",
        reason: String, by credentials: Credentials
    ) async throws -> TwoOfficerRequest {
        var caseID = caseID
        if kind == .eraseCase || kind == .exportNominal && !caseID.isEmpty {
            try credentials.require(kind == .eraseCase ? .requestErasure : .requestNominalExport)
            let file = try await visibleCase(caseID, credentials)
            if kind == .eraseCase { try file.requireErasable(at: clock.nowMilliseconds()) }
            caseID = file.id
        }
        return try await administration.request(
            kind, officer: officer, roles: roles, caseID: caseID, reason: reason, by: credentials)
    }

    /// An officer comes or goes. One who alone may see a case hands it over first: nobody else could.
    public func setStatus(
        of number: UInt64, active: Bool, reason: String, by credentials: Credentials
    ) async throws {
        try credentials.require(.manageOfficers)
        if !active {
            let (store, administration) = (store, administration)
            let alone = try await readers.run {
                var alone = 0
                try store.database.forEach(.index, from: [2], upTo: [3]) { _, value in
                    let others = stride(from: 0, to: value.count - 7, by: 8).contains {
                        let officer = UInt64(bigEndianBytes: value[$0..<$0 + 8])!
                        return officer != number && administration.isInvestigator(officer)
                    }
                    let isTheirs = stride(from: 0, to: value.count - 7, by: 8).contains {
                        UInt64(bigEndianBytes: value[$0..<$0 + 8]) == number
                    }
                    if isTheirs, !others { alone += 1 }
                    return true
                }
                return alone
            }
            guard alone == 0 else {
                throw CaseError(
                    .conflict,
                    "this officer alone may see \(alone) of the cases: they hand them over, or grant access, first")
            }
        }
        try await administration.setStatus(of: number, active: active, reason: reason, by: credentials)
    }

    // MARK: The logs

    /// The last checkpoints that were published.
    public func checkpoints() throws -> (
        journal: (size: UInt64, note: [UInt8]), exchange: (size: UInt64, note: [UInt8])
    ) {
        func published(_ log: LogID) throws -> (size: UInt64, note: [UInt8]) {
            let note = sequencer.published(log)
            return (try Checkpoint(parsing: note.text).size, note.encoded)
        }
        return (try published(.journal), try published(.exchange))
    }

    // MARK: Erasure

    /// Erases a case for good, on an approved request: its key and payloads go, its rows go, and the keys that older
    /// backups hold can no longer be opened. The journal still verifies. Not for a case under a hold, or before its time.
    public func erase(request id: String, by credentials: Credentials) async throws -> String {
        try credentials.require(.decideErasure)
        guard let request = administration.directory.requests[id], request.kind == .eraseCase,
            let stream = stream(caseID: request.caseID)
        else { throw CaseError(.notFound, "there is no such request") }
        guard request.state == .approved, !request.hasLapsed(at: clock.nowMilliseconds()) else {
            throw CaseError(.needsSecondOfficer, "the request is \(request.state.rawValue), or has lapsed")
        }
        guard store.keys.beginErasure() else { throw CaseError(.overloaded, "another erasure is under way: try again") }
        defer { store.keys.endErasure() }
        for _ in 0..<limits.retries {
            // No case is begun meanwhile: its key could be left behind under one that is destroyed.
            let isErased = try await store.keys.gate.alone { try await eraseOnce(stream, request, credentials) }
            if isErased {
                try await finishErasure()
                return request.caseID
            }
        }
        throw CaseError(.overloaded, "others keep changing case files: try again")
    }

    private func eraseOnce(
        _ stream: UInt64, _ request: TwoOfficerRequest, _ credentials: Credentials
    ) async throws -> Bool {
        let now = clock.nowMilliseconds()
        let current = administration.directory
        let (proposal, event, next, attached) = try await readers.run { [self] in
            let file = try store.caseFile(stream)
            try file.requireErasable(at: now)
            var proposal = Proposal(drafts: [])
            proposal.rows = try erasureRows(stream, file) + [store.lastNumberRow]
            try store.database.forEach(
                .events, from: LogStore.eventKey(stream, 0), upTo: LogStore.eventKey(stream, .max)
            ) { _, value in
                if let sequence = UInt64(bigEndianBytes: value) { proposal.erasing.append(sequence) }
                return true
            }
            let event = AdministrationEvent.with {
                $0.reason = request.reason
                $0.caseErased.caseID = request.caseID
                $0.caseErased.requestID = request.id
                $0.caseErased.records = UInt64(proposal.erasing.count)
            }
            proposal.drafts = [
                try store.draft(
                    .administration, event, by: credentials.officer.number, stream: Streams.administration,
                    position: current.version)
            ]
            // What came to the case meanwhile, a hold say, is looked at first.
            proposal.premises.append(RowChange(.events, LogStore.eventKey(stream, file.version), nil))
            // Last, since it writes the new erasure key's file.
            let keys = try store.keys.prepareErasure(of: stream)
            proposal.rows += keys.rows
            proposal.premises += keys.premises
            return (proposal, event, keys.next, file.attachments.compactMap { Digest($0.attachment.blob) })
        }
        do {
            let acknowledgement = try await sequencer.commit(proposal)
            // At once: others wait for it, whatever becomes of the files.
            administration.apply(
                [event], at: current.version, by: credentials.officer.number,
                acknowledgement.commit.timeMilliseconds)
            try store.keys.finishErasure(next)
            try await readers.run { [self] in
                for blob in attached where blobs.contains(blob) { try blobs.delete(blob) }
            }
            return true
        } catch let error as NodeError where error.code == .changed {
            try store.keys.abandonErasure()
            return false
        }
    }

    /// Everything in the index that came from the case, in any version of its reports, and its list of events.
    private func erasureRows(_ stream: UInt64, _ file: CaseFile) throws -> [RowChange] {
        var rows: [RowChange] = []
        var tokens: Set<String> = []
        func forget(_ terms: Set<SearchTerm>, _ number: UInt64) {
            let posting = Posting(number: number, stream: stream)
            for term in terms {
                rows.append(RowChange(.index, IndexRow.posting(term, posting), nil))
                if term.scheme == .nameToken { tokens.insert(term.value) }
            }
        }
        forget(SearchTerm.title(file.title), stream)
        try store.forEachEvent(of: stream) { recorded in
            switch recorded.event.body {
            case .seizureLogged(let logged):
                if let number = CaseIndexing.number(logged.report.id) { forget(logged.report.searchTerms(), number) }
            case .reportCorrected(let corrected):
                if let number = CaseIndexing.number(corrected.reportID) {
                    forget(corrected.report.searchTerms(), number)
                }
            default: break
            }
            return true
        }
        for report in file.reports {
            guard let number = CaseIndexing.number(report.report.id) else { continue }
            rows.append(RowChange(.index, IndexRow.object(number), nil))
            rows.append(RowChange(.index, IndexRow.unmatched(number), nil))
            let source = report.report.provenance
            if !source.source.isEmpty {
                rows.append(RowChange(.index, IndexRow.source(source.source, source.key), nil))
            }
        }
        for id in file.exhibits.map(\.sealed.id) + file.attachments.map(\.attachment.id) {
            if let number = CaseIndexing.number(id) { rows.append(RowChange(.index, IndexRow.object(number), nil)) }
        }
        for task in file.tasks {
            rows.append(RowChange(.index, IndexRow.task(task.task.assignee, stream, task.task.number), nil))
        }
        // Whoever owned it at the time of a hit.
        for officer in administration.directory.officers.keys {
            rows.append(RowChange(.index, IndexRow.hits(officer, stream), nil))
        }
        rows.append(RowChange(.index, IndexRow.object(stream), nil))
        rows.append(RowChange(.index, IndexRow.listedCase(stream), nil))
        rows.append(RowChange(.index, IndexRow.visibility(stream), nil))
        for position in 0..<file.version {
            rows.append(RowChange(.events, LogStore.eventKey(stream, position), nil))
        }
        return rows + (try leftoverRows(stream, file.id)) + (try vocabularyRows(tokens, onlyIn: stream))
    }

    /// Tokens of names that no other case has.
    private func vocabularyRows(_ tokens: Set<String>, onlyIn stream: UInt64) throws -> [RowChange] {
        let index = SearchIndex(store.database)
        return try tokens.flatMap { token -> [RowChange] in
            guard let term = SearchTerm(.nameToken, token), try index.isOnly(term, in: stream) else { return [] }
            return CaseIndexing.vocabulary(token, present: false)
        }
    }

    /// Idempotency keys and uploads of the case.
    private func leftoverRows(_ stream: UInt64, _ id: String) throws -> [RowChange] {
        var rows: [RowChange] = []
        try store.database.forEach(.index, from: [4], upTo: [5]) { key, value in
            if value.dropFirst(40).elementsEqual(id.utf8) { rows.append(RowChange(.index, [UInt8](key), nil)) }
            return true
        }
        try store.database.forEach(.index, from: [10], upTo: [11]) { key, value in
            if value.dropFirst(8).prefix(8).elementsEqual(stream.bigEndianBytes) {
                rows.append(RowChange(.index, [UInt8](key), nil))
            }
            return true
        }
        return rows
    }

    /// The rows are gone; what they leave in the files goes too.
    private func finishErasure() async throws {
        store.forgetTokens()
        let store = store
        try await readers.run {
            for family in [ColumnFamily.payloads, .keys, .events, .index] { try store.database.purge(family) }
        }
    }
}
