public import Casework
internal import Cryptography
public import Customs
internal import Exchange
public import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization

/// Bounds on the service's work.
public struct CaseServiceLimits: Sendable {
    /// Threads that read the database. Default 4.
    public var readers = 4
    /// How often a change is decided again when others come between. Default 20.
    public var retries = 20
    /// Results on a page, at most. Default 100.
    public var pageSize = 100
    /// Reports that one report is matched with, at most. Default 20.
    public var hits = 20
    /// The same for a report that is imported. Default 5.
    public var importHits = 5
    /// Rows of the index that one page of a search may read, some 30 ms. Default 20,000.
    public var searchSteps = 20_000
    /// Records in one batch of an import. Default 1,000.
    public var importBatch = 1000

    public init() {}
}

/// What officers do with case files, whoever they reach the node through: every right is checked here, every look
/// journalled, every change decided by `CaseFile.decide`.
public final class CaseService: Sendable {
    public let authority: Authority
    public let administration: Administration
    public let limits: CaseServiceLimits
    public let codes: StoredCodeLists
    let store: CaseStore
    let blobs: BlobStore
    let sequencer: Sequencer
    let clock: NodeClock
    let readers: BlockingPool
    let queue = StreamQueue()
    /// Keeps a blob's removal apart from its being made an attachment of another case. By `lane(of:)`.
    let blobQueue = StreamQueue()
    /// The last finished export of each officer. Held for moments only.
    let exports = Mutex<[UInt64: ExportResult]>([:])

    init(
        _ authority: Authority, _ store: CaseStore, _ blobs: BlobStore, _ sequencer: Sequencer,
        _ clock: NodeClock, _ limits: CaseServiceLimits
    ) throws {
        self.authority = authority
        self.store = store
        self.blobs = blobs
        self.sequencer = sequencer
        self.clock = clock
        self.limits = limits
        readers = BlockingPool(threads: limits.readers)
        codes = try StoredCodeLists(store.database)
        administration = try Administration(store: store, sequencer: sequencer, clock: clock)
    }

    /// Whether changes are taken.
    public var isRunning: Bool { sequencer.isRunning }

    /// Stops the sequencer and ends the threads: then nothing holds on to the database but the service itself.
    public func stop() async {
        await sequencer.stop()
        await readers.stop()
        await administration.stop()
    }

    /// What is left from before: the first record of a new journal, reports that were logged but not matched.
    public func start() async throws {
        if administration.directory.version == 0 {
            try await administration.record(by: 0) { directory in
                guard directory.version == 0 else { return [] }
                return [
                    .with {
                        $0.founded = .with {
                            $0.country = authority.country
                            $0.name = authority.name
                            $0.namePrefix = authority.namePrefix
                        }
                    }
                ]
            }
        }
        try await matchLeftovers()
        try await removeAbandonedUploads()
        try await removeOldIdempotencyKeys()
        try await finishErasure()
    }

    // MARK: Reading

    static let noSuchCase = CaseError(.notFound, "there is no such case")

    /// The stream of a case by its id; nil where `text` is not the id of a case of this node. The node's own streams
    /// are no cases, whatever number someone writes.
    static func stream(caseID text: String, country: String) -> UInt64? {
        guard let id = RecordID(reading: text), id.kind == .caseFile, id.country == country,
            Streams.isObject(id.number)
        else { return nil }
        return id.number
    }

    func stream(caseID text: String) -> UInt64? { Self.stream(caseID: text, country: authority.country) }

    /// A case, for an officer who may see it; whatever the officer may not see is left out. Journalled.
    public func readCase(
        _ id: String, reason: String = "", by credentials: Credentials
    ) async throws -> CaseFile {
        try credentials.require(.readCase)
        let file = try await visibleCase(id, credentials)
        try file.requireAllowed(.read, at: clock.nowMilliseconds())
        try await recordAccess(by: credentials) {
            $0.action = "read-case"
            $0.caseID = file.id
            $0.reason = reason
            $0.count = 1
            $0.nominal = file.reports.contains { $0.report.hasNominal }
        }
        return file
    }

    /// The report, and the case that it is in. Journalled.
    public func readReport(
        _ id: String, by credentials: Credentials
    ) async throws -> (report: CaseReport, file: CaseFile) {
        try credentials.require(.readCase)
        let missing = CaseError(.notFound, "there is no such report")
        guard let id = RecordID(reading: id), id.kind == .seizure, id.country == authority.country else {
            throw missing
        }
        let store = store
        let officer = credentials.officer.number
        let found = try await readers.run { () -> (CaseReport, CaseFile)? in
            let snapshot = store.database.snapshot()
            guard let stream = try store.stream(of: id.number, at: snapshot),
                try store.isVisible(stream, to: officer, at: snapshot)
            else { return nil }
            let file = try store.caseFile(stream, at: snapshot)
            return file.report(id.description).map { ($0, file) }
        }
        guard let found, found.1.isVisible(to: officer) else { throw missing }
        try found.1.requireAllowed(.read, at: clock.nowMilliseconds())
        try await recordAccess(by: credentials) {
            $0.action = "read-report"
            $0.caseID = found.1.id
            $0.recordID = id.description
            $0.count = 1
            $0.nominal = found.0.report.hasNominal
        }
        return (found.0, try await filtered(found.1, credentials))
    }

    /// Everything that happened to a case, oldest first. Journalled.
    public func history(of id: String, by credentials: Credentials) async throws -> [RecordedEvent] {
        try credentials.require(.readCase)
        let file = try await visibleCase(id, credentials)
        try file.requireAllowed(.read, at: clock.nowMilliseconds())
        guard let stream = stream(caseID: file.id) else { throw Self.noSuchCase }
        let store = store
        let officer = credentials.officer.number
        let events = try await readers.run {
            var events: [RecordedEvent] = []
            try store.forEachEvent(of: stream) {
                events.append(try Self.filtered($0, store, officer))
                return true
            }
            return events
        }
        try await recordAccess(by: credentials) {
            $0.action = "history"
            $0.caseID = file.id
            $0.count = UInt64(events.count)
            $0.nominal = true
        }
        return events
    }

    func visibleCase(_ id: String, _ credentials: Credentials) async throws -> CaseFile {
        guard let stream = stream(caseID: id) else { throw Self.noSuchCase }
        let store = store
        let file = try await readers.run { try store.caseFile(stream) }
        guard file.isVisible(to: credentials.officer.number) else { throw Self.noSuchCase }
        return try await filtered(file, credentials)
    }

    /// Without hits into cases that the officer may not know of.
    func filtered(_ file: CaseFile, _ credentials: Credentials) async throws -> CaseFile {
        guard !file.hits.isEmpty else { return file }
        let store = store
        let officer = credentials.officer.number
        return try await readers.run {
            var file = file
            try file.keepHits { try Self.isVisible($0, store, officer) }
            return file
        }
    }

    /// A hit names no case where its owner was not to know of it; then it stands for whom to ask.
    private static func isVisible(_ hit: Hit, _ store: CaseStore, _ officer: UInt64) throws -> Bool {
        guard let stream = stream(caseID: hit.otherCaseID, country: store.country) else { return true }
        return try store.isVisible(stream, to: officer)
    }

    private static func filtered(
        _ recorded: RecordedEvent, _ store: CaseStore, _ officer: UInt64
    ) throws -> RecordedEvent {
        guard case .hitsFound(var found) = recorded.event.body else { return recorded }
        found.hits = try found.hits.filter { try isVisible($0, store, officer) }
        var event = recorded.event
        event.body = .hitsFound(found)
        return RecordedEvent(
            sequence: recorded.sequence, timeMilliseconds: recorded.timeMilliseconds, officer: recorded.officer,
            event: event, place: recorded.place)
    }

    /// Makes it durable that someone looked, before they are shown anything.
    func recordAccess(by credentials: Credentials, _ fill: (inout AccessEvent) -> Void) async throws {
        var event = AccessEvent()
        fill(&event)
        let draft = try store.draft(.access, event, by: credentials.officer.number, stream: Streams.audit)
        _ = try await sequencer.commit(Proposal(drafts: [draft]))
    }

    // MARK: Changing

    /// What a change came to.
    public struct Change: Sendable {
        public let file: CaseFile
        /// The events as they were recorded, with all that the node assigned.
        public let events: [CaseEvent]
        /// What validation has to say: warnings and hints.
        public let findings: [Finding]
        /// Whether this was done before, under the same idempotency key.
        public var wasReplayed = false
        /// For seizures: who and what was met before.
        public var hits: [Hit] = []
    }

    /// A creation that may be sent twice: the same key and the same request make one thing.
    public struct IdempotencyKey: Sendable {
        public let key: String
        /// SHA-256 of the request.
        public let request: [UInt8]

        public init(key: String, request: [UInt8]) {
            self.key = key
            self.request = request
        }
    }

    /// Opens a case, with whatever else is to happen in it at once.
    public func open(
        _ opened: CaseOpened, with events: [CaseEvent] = [], idempotency: IdempotencyKey? = nil,
        by credentials: Credentials
    ) async throws -> Change {
        try credentials.require(.openCase)
        let first = CaseEvent.with { $0.opened = opened }
        return try await change(nil, [first] + events, ifMatch: nil, idempotency, credentials)
    }

    /// Proposes events to a case. `ifMatch`: only if this is the case's version still.
    ///
    /// Throws `CaseError`.
    public func change(
        _ id: String, _ events: [CaseEvent], ifMatch: UInt64? = nil, idempotency: IdempotencyKey? = nil,
        by credentials: Credentials
    ) async throws -> Change {
        for event in events {
            if let body = event.body { try credentials.require(CaseFile.permission(for: body)) }
        }
        guard let stream = stream(caseID: id) else { throw Self.noSuchCase }
        return try await change(stream, events, ifMatch: ifMatch, idempotency, credentials)
    }

    private func change(
        _ stream: UInt64?, _ events: [CaseEvent], ifMatch: UInt64?, _ idempotency: IdempotencyKey?,
        _ credentials: Credentials
    ) async throws -> Change {
        if let replay = try await replay(idempotency, credentials) { return replay }
        let prepared: Prepared?
        if let stream {
            prepared = try await queue.run(stream) {
                try await commit(stream, events, ifMatch: ifMatch, idempotency, credentials)
            }
        } else {
            prepared = try await store.keys.gate.create {
                try await commit(nil, events, ifMatch: ifMatch, idempotency, credentials)
            }
        }
        if let prepared { return try await finish(prepared, credentials) }
        if let replay = try await replay(idempotency, credentials) { return replay }
        throw CaseError(.overloaded, "others keep changing this case: try again")
    }

    /// Decides and commits, again where something came between. Nil where nothing came of it.
    private func commit(
        _ stream: UInt64?, _ events: [CaseEvent], ifMatch: UInt64?, _ idempotency: IdempotencyKey?,
        _ credentials: Credentials
    ) async throws -> Prepared? {
        for _ in 0..<limits.retries {
            let prepared = try await readers.run { [self] in
                try prepare(stream, events, ifMatch: ifMatch, idempotency, credentials)
            }
            do {
                _ = try await sequencer.commit(prepared.proposal)
                return prepared
            } catch let error as NodeError where error.code == .changed {
                if try await isUsed(idempotency, credentials) { return nil }
            }
        }
        return nil
    }

    struct Prepared: Sendable {
        let stream: UInt64
        var proposal: Proposal
        var events: [CaseEvent] = []
        var findings: [Finding] = []
        var reports: [UInt64] = []
    }

    /// Decides, on the case as it is now, and seals.
    private func prepare(
        _ stream: UInt64?, _ events: [CaseEvent], ifMatch: UInt64?, _ idempotency: IdempotencyKey?,
        _ credentials: Credentials
    ) throws -> Prepared {
        let isNew = stream == nil
        let stream = stream ?? store.newNumber()
        var prepared = Prepared(stream: stream, proposal: Proposal(drafts: []))
        var file = CaseFile()
        let key: StreamKey
        if isNew {
            let made = try store.keys.makeKey(stream)
            key = made.key
            prepared.proposal.rows.append(made.row)
            prepared.proposal.premises.append(made.premise)
        } else {
            guard let known = try store.keys.key(stream) else { throw Self.noSuchCase }
            key = known
            // Not for a case that is erased meanwhile.
            prepared.proposal.premises.append(try store.keys.premise(stream))
            file = try store.caseFile(stream)
            guard file.isVisible(to: credentials.officer.number) else { throw Self.noSuchCase }
            if let ifMatch, ifMatch != file.version {
                throw CaseError(
                    .changed, "the case was changed meanwhile: it is at version \(file.version)",
                    version: file.version)
            }
        }
        for event in events { try decide(event, &file, key, credentials, &prepared) }
        if let idempotency {
            let row = idempotencyRow(idempotency, credentials)
            prepared.proposal.premises.append(RowChange(.index, row, nil))
            let value = clock.nowMilliseconds().bigEndianBytes + idempotency.request + file.id.utf8
            prepared.proposal.rows.append(RowChange(.index, row, value))
        }
        return prepared
    }

    private func decide(
        _ event: CaseEvent, _ file: inout CaseFile, _ key: StreamKey, _ credentials: Credentials,
        _ prepared: inout Prepared
    ) throws {
        let now = clock.nowMilliseconds()
        var number = prepared.stream
        if case .opened = event.body {} else { number = store.newNumber() }
        if case .linkAdded(let link) = event.body {
            for end in [link.from, link.to] { try requireLinkable(end, from: prepared.stream, at: now) }
        }
        let decision = try file.decide(event, context(credentials, number: number, now: now))
        try store.draft(
            [decision.event], by: credentials.officer.number, stream: prepared.stream, &file, key: key, time: now,
            into: &prepared.proposal)
        prepared.events.append(decision.event)
        prepared.findings += decision.findings
        switch decision.event.body {
        case .seizureLogged(let logged): prepared.expectMatch(RecordID(parsing: logged.report.id)!.number)
        case .reportCorrected(let corrected):
            prepared.expectMatch(RecordID(parsing: corrected.reportID)!.number)
        default: break
        }
    }

    func context(_ credentials: Credentials, number: UInt64, now: UInt64) -> DecisionContext {
        let administration = administration
        return DecisionContext(
            officer: credentials.officer, country: authority.country, number: number, nowMilliseconds: now,
            codes: codes, isInvestigator: { administration.isInvestigator($0) })
    }

    private func finish(_ prepared: Prepared, _ credentials: Credentials) async throws -> Change {
        var hits: [Hit] = []
        for report in prepared.reports { hits += try await match(report, in: prepared.stream, credentials) }
        let store = store
        let file = try await readers.run { try store.caseFile(prepared.stream) }
        return Change(
            file: try await filtered(file, credentials), events: prepared.events, findings: prepared.findings,
            hits: hits)
    }
}

extension CaseService.Prepared {
    /// A report is to be matched once it is durable; if the node ends before, at its next start.
    mutating func expectMatch(_ number: UInt64) {
        reports.append(number)
        let value = number.bigEndianBytes + stream.bigEndianBytes
        proposal.rows.append(RowChange(.index, IndexRow.unmatched(number), value))
    }
}
