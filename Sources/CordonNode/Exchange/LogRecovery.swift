internal import Casework
internal import Cryptography
internal import EntryCodec
public import Exchange
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import TransparencyLog

/// Gets a node's own exchange log back from the mirrors that its partners keep, for a node that was put back from a
/// backup (`Protocols/sync.md`, "A node that was put back"). Nothing else uses the node meanwhile.
///
/// Every entry is verified as a partner would, and proven to be in a checkpoint that this node has signed. A run that
/// is cut off leaves a mark: the logs are not written to before another one has gone through.
public struct LogRecovery {
    public struct Result: Sendable {
        /// Entries of the exchange log before, and now.
        public let before: UInt64
        public let size: UInt64
        /// Whose mirror the last of them came from; nil where none was missing.
        public let source: String?
        /// Partners that said what they hold of this node's logs, and those that could not be asked.
        public let answered: [String]
        public let silent: [String]
        /// Records of the journal that are here, and the most that a partner has cosigned.
        public let journal: UInt64
        public let journalCosigned: UInt64
    }

    /// The checkpoint that entries are on their way to; the sequencer does not start while it is there.
    static let markKey = Array("recovering".utf8)
    /// The first entry[8] that came from a mirror, until the journal knows of what is in them.
    static let putBackKey = Array("exchange put back".utf8)
    /// The size[8] and the root[32] that the journal was put back to, until a keys statement has said so.
    static let journalPutBackKey = Array("journal put back".utf8)

    private let node: Node
    private let store: CaseStore
    private let origin: String
    /// All that the exchange log was signed with, as far as it is known.
    private let verifiers: [LogVerifier]
    private let rows: TreeRows
    private let directory: ExchangeDirectory
    /// Hears of entries stored and the goal.
    private let progress: (UInt64, UInt64) -> Void

    init(_ node: Node, _ store: CaseStore, progress: @escaping (UInt64, UInt64) -> Void) throws {
        self.node = node
        self.store = store
        self.progress = progress
        rows = store.logs.rows(.exchange)
        let identity = try IdentitySigner(prefix: node.authority.namePrefix, key: node.keys.identity)
        var directory = ExchangeDirectory(own: identity.verifier)
        try store.forEachRecord(of: Streams.exchange) { _, opened in
            try directory.apply(ExchangeEvent(serializedBytes: opened.content), at: opened.record.timeMilliseconds)
            return true
        }
        self.directory = directory
        origin = node.authority.keyName(LogID.exchange.name)
        verifiers = try node.everyLogVerifier(.exchange, directory)
    }

    /// `cards`: of mirrors that the backup does not know yet. `givesUpJournal`: records of the journal that only a newer
    /// backup could bring back are given up, and partners are told.
    ///
    /// Throws `.badArgument` without anyone to ask, `.unreachable` when nobody answers, `.forked`, `.behindWatermark` when
    /// the mirrors do not reach what was signed, or the journal is behind and not given up.
    func run(
        cards: [SignedCard], givesUpJournal: Bool, connect: (Partner) throws -> (any PartnerTransport)?
    ) async throws -> Result {
        let before = try node.checkpoint(.exchange).size
        let mirrors = try sources(cards, connect)
        let heard = try await ask(mirrors)
        for mirror in mirrors { await mirror.transport.stop() }
        var result = Result(
            before: before, size: before, source: nil, answered: heard.answered, silent: heard.silent,
            journal: try node.checkpoint(.journal).size, journalCosigned: heard.journal?.size ?? 0)
        if let goal = heard.exchange {
            let source = try await fetch(goal, from: try sources(cards, connect), holders: heard.holders)
            result = Result(
                before: before, size: try node.checkpoint(.exchange).size, source: source, answered: heard.answered,
                silent: heard.silent, journal: result.journal, journalCosigned: result.journalCosigned)
        }
        if heard.journal != nil { try giveUpJournal(result, givesUpJournal) }
        return result
    }

    // MARK: Whom to ask

    private struct Mirror {
        let prefix: String
        let transport: any PartnerTransport
    }

    private func sources(_ cards: [SignedCard], _ connect: (Partner) throws -> (any PartnerTransport)?) throws
        -> [Mirror]
    {
        var partners = directory.partners.filter { $0.value.state != .revoked }
        for card in cards where partners[card.card.prefix] == nil {
            partners[card.card.prefix] = Partner(number: 0, card: card, since: 0)
        }
        return try partners.values.sorted { $0.prefix < $1.prefix }.compactMap { partner in
            try connect(partner).map { Mirror(prefix: partner.prefix, transport: $0) }
        }
    }

    private struct Heard {
        /// The largest checkpoints that are ahead of what is here.
        var exchange: SignedCheckpoint?
        var journal: SignedCheckpoint?
        var answered: [String] = []
        var silent: [String] = []
        /// How far each holds the exchange log.
        var holders: [String: UInt64] = [:]
    }

    private func ask(_ mirrors: [Mirror]) async throws -> Heard {
        guard !mirrors.isEmpty else {
            throw NodeError(
                .badArgument, "this node knows no partner with an address: name the card of one that mirrors it")
        }
        var gate = StartGate(
            logs: try StartGate.ownLogs(of: node, store, directory), partners: Set(mirrors.map(\.prefix)), required: 1)
        var heard = Heard()
        let transports = Dictionary(uniqueKeysWithValues: mirrors.map { ($0.prefix, $0.transport) })
        for (prefix, gossip) in await Gossip.ask(transports) {
            heard.answered.append(prefix)
            for case .checkpoint(let note) in gossip.items {
                guard let held = try? SignedCheckpoint(verifying: note, logs: verifiers) else { continue }
                heard.holders[prefix] = max(held.size, heard.holders[prefix] ?? 0)
            }
            try gate.answered(by: prefix, gossip) { try store.logs.compare($0, $1) }
        }
        heard.silent = mirrors.map(\.prefix).filter { !heard.answered.contains($0) }
        switch gate.decision {
        case .maySign: break
        case .waiting:
            throw NodeError(
                .unreachable, "none of \(heard.silent.joined(separator: ", ")) answers: this takes one mirror at least")
        case .behind(let held):
            heard.exchange = held.first { $0.origin == origin }
            heard.journal = held.first { $0.origin != origin }
        case .forked: throw Self.forked
        }
        return heard
    }

    private static let forked = NodeError(
        .forked, "this node's log has two histories, and a partner can prove it: no mirror repairs that")

    // MARK: Fetching

    /// From one mirror after the other, those that hold the most first, until the log reaches the goal.
    private func fetch(
        _ goal: SignedCheckpoint, from mirrors: [Mirror], holders: [String: UInt64]
    ) async throws -> String {
        guard let card = directory.ownCard else {
            throw NodeError(
                .badArgument,
                "this backup is older than the node's first card, so it does not know what its log is judged by")
        }
        let judge = LogEntryJudge(card: card, origin: origin)
        var failures: [String] = []
        for mirror in mirrors.sorted(by: { holders[$0.prefix] ?? 0 > holders[$1.prefix] ?? 0 }) {
            do {
                let failure = try await fetch(goal, from: mirror, judge)
                await mirror.transport.stop()
                guard let failure else { return mirror.prefix }
                failures.append("\(mirror.prefix): \(failure)")
            } catch {
                await mirror.transport.stop()
                throw error
            }
        }
        throw NodeError(
            .behindWatermark,
            """
            the exchange log is back up to \(try node.checkpoint(.exchange).size) of \(goal.size) entries \
            (\(failures.joined(separator: "; "))). Run this again when other mirrors can be reached. An entry that was \
            cosigned before any mirror had fetched it is lost: then this log has ended
            """)
    }

    /// Nil when the log reaches the goal; else why it does not.
    private func fetch(_ goal: SignedCheckpoint, from mirror: Mirror, _ judge: LogEntryJudge) async throws -> String? {
        var replica = Recovery.replica(
            of: verifiers, from: try state(judge), seed: UInt64(bigEndianBytes: randomBytes(count: 8))!)
        return try await withThrowingTaskGroup(of: Replica.Event.self) { group in
            var events: [Replica.Event] = [.shown(goal.note), .tick]
            while true {
                if events.isEmpty {
                    if let next = try await group.next() {
                        events.append(next)
                    } else {
                        try await Task.sleep(for: .milliseconds(100))
                        events.append(.tick)
                    }
                }
                let event = events.removeFirst()
                for action in replica.handle(event, now: ExchangeService.uptimeMilliseconds()) {
                    switch action {
                    case .request(let request):
                        let transport = mirror.transport
                        group.addTask { await Self.send(request, transport) }
                    case .judge(let batch, let state): events.append(.judged(judge.judge(batch, state: state)))
                    case .persist(let step):
                        try persist(step)
                        progress(step.batch.firstIndex + UInt64(step.batch.entries.count), goal.size)
                        events.append(.persisted(id: step.id))
                    case .synced(let size):
                        group.cancelAll()
                        return size >= goal.size ? nil : "it holds \(size) entries"
                    case .failed(let failure):
                        group.cancelAll()
                        return "it does not serve them (\(failure))"
                    case .alarm(.fork): throw Self.forked
                    case .alarm(let alarm):
                        group.cancelAll()
                        return "what it serves is not this log (\(alarm.code))"
                    case .cancel, .deliver, .compare, .gossip: break
                    }
                }
            }
        }
    }

    private static func send(_ request: ReplicaRequest, _ transport: any PartnerTransport) async -> Replica.Event {
        let path = request.path.split(separator: "?", maxSplits: 1)[0]
            .replacing("log/", with: "/mirror/", maxReplacements: 1)
        do {
            let reply = try await transport.send(
                PartnerRequest(.get, String(path)), limit: request.maximumByteCount,
                timeoutSeconds: Int(request.timeout / 1000) + 1)
            return reply.status == 200
                ? .received(id: request.id, bytes: reply.body) : .failed(id: request.id, .status(reply.status))
        } catch let error as PartnerTransportError {
            return .failed(id: request.id, error.failure)
        } catch {
            return .failed(id: request.id, .unreachable)
        }
    }

    // MARK: The rows

    /// What is here: behind a run that was cut off, entries beyond the checkpoint.
    private func state(_ judge: LogEntryJudge) throws -> Replica.State {
        let own = try node.checkpoint(.exchange)
        let marked = try store.database.get(.meta, Self.markKey).map {
            try SignedCheckpoint(verifying: $0, logs: verifiers)
        }
        let size = try EmbeddedJournal(store.database).size(of: .exchange)
        var statements: [UInt8] = []
        for (index, statement) in directory.ownStatements {
            statements += LogEntryJudge.record(statement, at: index)
        }
        let next = directory.ownStatements.last.map { $0.index + 1 } ?? 0
        for (index, statement) in try store.logs.keysStatements(in: min(next, size)..<size) {
            statements += LogEntryJudge.record(statement, at: index)
        }
        return Replica.State(head: marked ?? own, complete: own, edge: try rows.edge(size: size), judge: statements)
    }

    private func persist(_ step: Replica.Persist) throws {
        let batch = WriteBatch()
        for (offset, entry) in step.batch.entries.enumerated() {
            store.database.put(.journal, rows.entryKey(step.batch.firstIndex + UInt64(offset)), entry, in: batch)
        }
        for tile in step.tiles {
            let key = rows.tileKey(level: tile.level, index: tile.index)
            store.database.put(.tiles, key, Tile.encode(tile.hashes), in: batch)
        }
        if let head = step.head {
            store.database.put(.meta, Self.markKey, head.note.signed(byOnly: [origin]).encoded, in: batch)
            if try store.database.get(.meta, Self.putBackKey) == nil {
                let first = try node.checkpoint(.exchange).size
                store.database.put(.meta, Self.putBackKey, first.bigEndianBytes, in: batch)
            }
        }
        if let complete = step.complete {
            let note = complete.note.signed(byOnly: [origin])
            store.database.put(.meta, LogStore.checkpointKey(.exchange), note.encoded, in: batch)
            store.database.delete(.meta, Self.markKey, in: batch)
        }
        try store.database.write(batch)
    }

    // MARK: The journal

    private func giveUpJournal(_ result: Result, _ isGivenUp: Bool) throws {
        guard isGivenUp else {
            throw NodeError(
                .behindWatermark,
                """
                the journal has \(result.journal) records here, and partners have cosigned \(result.journalCosigned): \
                what the node recorded since the backup is in a newer backup, or lost. Put back a newer one; or give \
                those records up, and have partners told so, with --give-up-journal
                """)
        }
        let own = try node.checkpoint(.journal)
        let batch = WriteBatch()
        store.database.put(.meta, Self.journalPutBackKey, own.size.bigEndianBytes + own.root.bytes, in: batch)
        try store.database.write(batch)
    }
}

extension Node {
    /// Gets the exchange log back from mirrors; `LogRecovery` says how. `connect` makes the way to one, nil where it has
    /// no address.
    ///
    /// Throws what `LogRecovery` says, and `.corrupted` for a backup that was not rebuilt yet.
    public func recoverLog(
        cards: [SignedCard] = [], givesUpJournal: Bool = false,
        progress: @escaping (UInt64, UInt64) -> Void = { _, _ in },
        connect: (Partner) throws -> (any PartnerTransport)?
    ) async throws -> LogRecovery.Result {
        guard try !needsRebuild else {
            throw NodeError(.corrupted, "a rebuild was interrupted, or this is a backup: run `cordon rebuild`")
        }
        return try await LogRecovery(self, caseStore(LocalFiles()), progress: progress).run(
            cards: cards, givesUpJournal: givesUpJournal, connect: connect)
    }
}

extension StartGate {
    /// The node's own logs, as they are held against what partners answer.
    static func ownLogs(of node: Node, _ store: CaseStore, _ directory: ExchangeDirectory) throws -> [OwnLog] {
        let restarted: UInt64? =
            if try store.database.get(.meta, LogRecovery.journalPutBackKey) != nil {
                .max
            } else {
                directory.journalRestart.map { $0.index + 1 }
            }
        return try LogID.allCases.map { log in
            OwnLog(
                verifiers: try node.everyLogVerifier(log, directory), checkpoint: try node.checkpoint(log),
                restartedAt: log == .journal ? restarted : nil)
        }
    }
}

extension LogStore {
    /// Holds an older checkpoint of one of the own logs against its tree.
    func compare(_ older: SignedCheckpoint, _ own: SignedCheckpoint) throws -> ForkEvidence? {
        guard let log = LogID.allCases.first(where: { own.origin.hasSuffix("/\($0.name)") }) else { return nil }
        var reader = reader(log, size: own.size)
        return try ForkEvidence.compare(older: older, newer: own, reader: &reader)
    }

    /// The keys statements that entries of the exchange log bring.
    func keysStatements(in range: Range<UInt64>) throws -> [(index: UInt64, statement: [UInt8])] {
        var found: [(UInt64, [UInt8])] = []
        try forEachEntry(.exchange, in: range) { index, bytes in
            let entry = try LogEntry(parsing: [UInt8](bytes))
            guard entry.kind == .keys, case .statement(let statement) = entry.content else { return }
            found.append((index, statement))
        }
        return found
    }
}
