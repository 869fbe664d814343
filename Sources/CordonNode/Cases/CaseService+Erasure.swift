public import Casework
internal import Cryptography
internal import Customs
internal import Exchange
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import TransparencyLog

extension CaseService {
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

    /// Requests that concern an officer: their own, and those that they may decide; of cases, those that they may see.
    public func requests(for credentials: Credentials) async throws -> [TwoOfficerRequest] {
        let officer = credentials.officer
        let mine = administration.directory.requests.values.filter { request in
            switch request.kind {
            case _ where request.proposer == officer.number: true
            case .setRoles, .resetPassword: officer.may(.decideRoles)
            case .eraseCase: officer.may(.decideErasure)
            case .exportNominal: officer.may(.decideNominalExport)
            }
        }
        let (store, country) = (store, authority.country)
        return try await readers.run {
            try mine.filter { request in
                guard let stream = Self.stream(caseID: request.caseID, country: country) else { return true }
                // An erased case is nobody's secret any more: the request says that there was one.
                return try request.state == .used || store.isVisible(stream, to: officer.number)
            }.sorted { $0.id < $1.id }
        }
    }

    /// Whoever decides on a case knows of it. Throws `.notFound`.
    private func requireVisible(_ id: String, _ credentials: Credentials) async throws {
        guard let request = administration.directory.requests[id],
            let stream = stream(caseID: request.caseID)
        else { return }
        let (store, officer) = (store, credentials.officer.number)
        guard try await readers.run({ try store.isVisible(stream, to: officer) }) else {
            throw CaseError(.notFound, "there is no such request")
        }
    }

    /// A second officer's decision; an erasure that is approved happens at once. One that could not be carried out is
    /// decided again.
    public func decide(
        _ id: String, approved: Bool, reason: String, by credentials: Credentials
    ) async throws -> TwoOfficerRequest {
        try await requireVisible(id, credentials)
        let waits =
            administration.directory.requests[id].map { $0.kind == .eraseCase && $0.state == .approved } ?? false
        if !waits || !approved {
            _ = try await administration.decide(id, approved: approved, reason: reason, by: credentials)
        }
        if approved, administration.directory.requests[id]?.kind == .eraseCase {
            _ = try await erase(request: id, by: credentials)
        }
        return administration.directory.requests[id]!
    }

    /// An officer comes or goes. One who alone may see a case hands it over first: nobody else could.
    public func setStatus(
        of number: UInt64, active: Bool, reason: String, by credentials: Credentials
    ) async throws {
        try credentials.require(.manageOfficers)
        if !active {
            let (store, administration) = (store, administration)
            let isAlone = try await readers.run {
                var isAlone = false
                try store.database.forEach(.index, from: [2], upTo: [3]) { _, value in
                    let officers = IndexRow.officers([UInt8](value))
                    isAlone =
                        officers.contains(number)
                        && !officers.contains { $0 != number && administration.isInvestigator($0) }
                    return !isAlone
                }
                return isAlone
            }
            guard !isAlone else {
                throw CaseError(
                    .conflict,
                    "this officer alone may see some case: they hand it over, or grant access, first")
            }
        }
        try await administration.setStatus(of: number, active: active, reason: reason, by: credentials)
    }

    // MARK: Erasure

    /// Erases a case for good, on an approved request: its key and payloads go, its rows go, and the keys that older
    /// backups hold can no longer be opened. The journal still verifies. Not for a case under a hold, or before its time.
    public func erase(request id: String, by credentials: Credentials) async throws -> String {
        try credentials.require(.decideErasure)
        try await requireVisible(id, credentials)
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
            let now = clock.nowMilliseconds()
            let isErased = try await queue.run(stream) {
                try await store.keys.gate.alone {
                    try await eraseOnce(
                        stream, caseID: request.caseID, requestID: request.id, reason: request.reason,
                        by: credentials.officer.number
                    ) { file throws(CaseError) in try file.requireErasable(at: now) }
                }
            }
            if isErased {
                try await finishErasure()
                return request.caseID
            }
        }
        throw CaseError(.overloaded, "others keep changing case files: try again")
    }

    /// What a partner has sent under conditions that say so. False where it was erased before, or is held.
    func eraseReceived(_ stream: UInt64, reason: String) async throws -> Bool {
        for _ in 0..<limits.retries {
            guard store.keys.beginErasure() else {
                try await Task.sleep(for: .milliseconds(50))
                continue
            }
            defer { store.keys.endErasure() }
            let file = try await readers.run { [store] in try store.caseFile(stream) }
            guard file.isReceived, file.hold == nil else { return false }
            let isErased = try await queue.run(stream) {
                try await store.keys.gate.alone {
                    try await eraseOnce(stream, caseID: file.id, requestID: "", reason: reason, by: 0) {
                        file throws(CaseError) in
                        guard file.hold == nil else { throw CaseError(.conflict, "the case is under a legal hold") }
                    }
                }
            }
            if isErased {
                try await finishErasure()
                return true
            }
        }
        throw CaseError(.overloaded, "others keep changing case files: try again")
    }

    private func eraseOnce(
        _ stream: UInt64, caseID: String, requestID: String, reason: String, by actor: UInt64,
        requiring check: @escaping @Sendable (CaseFile) throws(CaseError) -> Void
    ) async throws -> Bool {
        let current = administration.directory
        let (proposal, event, next) = try await readers.run { [self] in
            let file = try store.caseFile(stream)
            try check(file)
            var proposal = Proposal(drafts: [])
            try forget(stream, file, &proposal)
            proposal.rows += [store.lastNumberRow, RowChange(.meta, Self.purgeKey, [1])]
            try store.database.forEach(
                .events, from: LogStore.eventKey(stream, 0), upTo: LogStore.eventKey(stream, .max)
            ) { _, value in
                if let sequence = UInt64(bigEndianBytes: value) { proposal.erasing.append(sequence) }
                return true
            }
            let event = AdministrationEvent.with {
                $0.reason = reason
                $0.caseErased.caseID = caseID
                $0.caseErased.requestID = requestID
                $0.caseErased.records = UInt64(proposal.erasing.count)
            }
            proposal.drafts = [
                try store.draft(
                    .administration, event, by: actor, stream: Streams.administration,
                    position: current.version)
            ]
            // What came to the case meanwhile, a hold say, is looked at first.
            proposal.premises.append(RowChange(.events, LogStore.eventKey(stream, file.version), nil))
            // Last, since it writes the new erasure key's file.
            let keys = try store.keys.prepareErasure(of: stream)
            proposal.rows += keys.rows
            proposal.premises += keys.premises
            return (proposal, event, keys.next)
        }
        do {
            let acknowledgement = try await sequencer.commit(proposal)
            // At once: others wait for it, whatever becomes of the files.
            administration.apply(
                [event], at: current.version, by: actor, acknowledgement.commit.timeMilliseconds)
            try store.keys.finishErasure(next)
            return true
        } catch let error as NodeError where error.code == .changed {
            try store.keys.abandonErasure()
            return false
        }
    }

    /// Everything in the index that came from the case, in any version of its reports, and its list of events.
    private func forget(_ stream: UInt64, _ file: CaseFile, _ changes: inout Proposal) throws {
        var rows: [RowChange] = []
        var tokens: Set<String> = []
        func forget(_ terms: Set<SearchTerm>, _ number: UInt64) {
            let posting = Posting(number: number, stream: stream)
            for term in terms {
                changes.setPosting(term, posting, day: nil)
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
        for blob in file.attachments.compactMap({ Digest($0.attachment.blob) }) {
            rows.append(RowChange(.index, IndexRow.blob(blob, stream), nil))
            rows.append(RowChange(.index, IndexRow.erasedBlob(blob), []))
        }
        for task in file.tasks {
            rows.append(RowChange(.index, IndexRow.task(task.task.assignee, stream, task.task.number), nil))
        }
        // Whoever owned it at the time of a hit.
        for officer in administration.directory.officers.keys {
            rows.append(RowChange(.index, IndexRow.hits(officer, stream), nil))
        }
        if let received = file.received, let notice = try? Notice(parsing: received.content),
            let expires = notice.conditions.expires
        {
            rows.append(
                RowChange(.exchange, ExchangeRow.expiry(UInt32(clamping: expires / 86_400_000), stream), nil))
        }
        rows.append(RowChange(.index, IndexRow.object(stream), nil))
        rows.append(RowChange(.index, IndexRow.visibility(stream), nil))
        for position in 0..<file.version {
            rows.append(RowChange(.events, LogStore.eventKey(stream, position), nil))
        }
        changes.rows += rows + (try leftoverRows(stream, file.id)) + (try vocabularyRows(tokens, onlyIn: stream))
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

    /// Set with an erasure, until what its rows leave in the files is gone too.
    static let purgeKey = Array("purge due".utf8)
    /// Looks for older snapshots, 20 ms apart.
    private static let purgeTries = 250

    /// After an erasure, while there is no other; and at a start, where the node ended before this was done.
    func finishErasure() async throws {
        store.forgetTokens()
        try await removeErasedBlobs()
        let store = store
        guard try await readers.run({ try store.database.get(.meta, Self.purgeKey) }) != nil else { return }
        // Whoever reads at this moment is done soon; only a backup takes longer, and then the mark stays.
        let sequence = store.database.sequence
        for _ in 0..<Self.purgeTries where store.database.isShown(before: sequence) {
            try await Task.sleep(for: .milliseconds(20))
        }
        let isDone = try await readers.run {
            let isShown = store.database.isShown(before: sequence)
            for family in [ColumnFamily.payloads, .keys, .events, .index] { try store.database.purge(family) }
            return !isShown
        }
        guard isDone else { return }
        _ = try await sequencer.commit(Proposal(drafts: [], rows: [RowChange(.meta, Self.purgeKey, nil)]))
    }

    /// A partner may name in a notice of its own what another case has already: that stays.
    private func removeErasedBlobs() async throws {
        let (store, blobs) = (store, blobs)
        let erased = try await readers.run {
            var erased: [Digest] = []
            try store.database.forEach(.index, from: [12], upTo: [13]) { key, _ in
                if let blob = Digest(key.dropFirst()) { erased.append(blob) }
                return true
            }
            return erased
        }
        for blob in erased {
            try await blobQueue.run(Self.lane(of: blob)) {
                try await readers.run {
                    if try !store.hasCase(with: blob) { try blobs.delete(blob) }
                }
                let row = RowChange(.index, IndexRow.erasedBlob(blob), nil)
                _ = try await sequencer.commit(Proposal(drafts: [], rows: [row]))
            }
        }
    }

    /// In `blobQueue`.
    static func lane(of blob: Digest) -> UInt64 { UInt64(bigEndianBytes: blob.bytes.prefix(8))! }
}

extension CaseStore {
    /// Whether the blob is an attachment of any case.
    func hasCase(with blob: Digest) throws -> Bool {
        var isFound = false
        try database.forEach(.index, from: IndexRow.blob(blob, 0), upTo: IndexRow.blob(blob, .max)) { _, _ in
            isFound = true
            return false
        }
        return isFound
    }
}
