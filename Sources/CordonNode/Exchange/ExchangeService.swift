internal import Casework
internal import Cryptography
public import Exchange
internal import FoundationEssentials
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization
internal import TransparencyLog

/// Bounds and periods of the exchange.
public struct ExchangeLimits: Sendable {
    /// An epoch of recipient keys. Default 7 days.
    public var epochMilliseconds: UInt64 = 7 * 86_400_000
    /// Epochs published ahead of the current one. Default 2.
    public var epochsAhead = 2
    /// How long after its epoch a private key stays, for what is still on its way. Default 14 days.
    public var epochGraceMilliseconds: UInt64 = 14 * 86_400_000
    /// How long a release or witness key counts beside the one that takes its place. Default 7 days.
    public var keyOverlapMilliseconds: UInt64 = 7 * 86_400_000
    /// How long ago a partner's log may have been seen to its end, for anything to be sealed to its keys. Default 3 days.
    public var directoryAgeMilliseconds: UInt64 = 3 * 86_400_000
    /// Bytes of one answer with deliveries, at most. Default 4 MiB.
    public var deliveryPageByteCount = 4 << 20
    /// Notices that are opened, and recorded, at once. Default 128.
    public var noticesAtOnce = 128
    /// Bytes of a blob in one answer. Default 4 MiB.
    public var blobPieceByteCount = 4 << 20
    /// How long a log key signs beside the one that takes its place. Longer, since who was away for all of it cannot verify
    /// the log before a new card was confirmed. Default 30 days.
    public var logKeyOverlapMilliseconds: UInt64 = 30 * 86_400_000
    /// Partners there may be. Default 1,000.
    public var partners = 1_000
    /// A long poll ends after this at the latest. Default 60 s.
    public var pollSeconds: UInt64 = 60

    public init() {}
}

/// What a node does with its partners: whom it knows, what it agreed with them, what it sends them, what it takes from
/// them. Every change is a record of the journal first.
public final class ExchangeService: Sendable {
    public let cases: CaseService
    public let limits: ExchangeLimits
    let node: Node
    let store: CaseStore
    let mirrors: MirrorStore
    let sequencer: Sequencer
    let clock: NodeClock
    let readers: BlockingPool
    let identity: IdentitySigner
    public let origin: String
    /// Whatever writes the exchange log, or decides on what the directory says, goes through here, one after the other.
    let lane = StreamQueue()
    let arrivals = Signal()
    /// Set once, when the server stops.
    let holdsPolls = Atomic(true)

    struct State {
        var directory: ExchangeDirectory
        /// Partners' keys as their logs say, by prefix.
        var keys: [String: AuthorityKeys] = [:]
        /// When each partner's log was last seen to its end.
        var checked: [String: UInt64] = [:]
        var counts: [String: PartnerCounts] = [:]
        /// Of the facts that are kept.
        var figures: [String: PartnerFigures] = [:]
    }
    /// Held for moments only.
    let state: Mutex<State>
    struct Syncs {
        var connect: (@Sendable (Partner) throws -> (any PartnerTransport)?)?
        var running: [String: PartnerSync] = [:]
    }
    /// Held for moments only.
    let syncs = Mutex(Syncs())
    let gate: Mutex<Gate>
    /// Judges the entries of one partner after the other.
    let judging = BlockingPool(threads: 1)
    /// What judging has found to be signed.
    let verified = VerifiedEntries()
    /// Open envelopes on all processors. Officers come first, and so does what records those that are open.
    let opening = BlockingPool(threads: ProcessInfo.processInfo.activeProcessorCount, niceness: 5)
    /// Partners' keys that were checked, by their bytes.
    let recipientKeys = Mutex<[[UInt8]: RecipientPublicKey]>([:])
    /// Of `State.checked`, what a restart would find.
    let storedChecks: Mutex<[String: UInt64]>
    /// Private keys that were needed, by their streams.
    let opened = Mutex<[UInt64: RecipientKey]>([:])

    init(_ node: Node, _ cases: CaseService, _ limits: ExchangeLimits) throws {
        self.node = node
        self.cases = cases
        self.limits = limits
        store = cases.store
        sequencer = cases.sequencer
        clock = cases.clock
        readers = cases.readers
        mirrors = MirrorStore(store.database)
        do {
            identity = try IdentitySigner(prefix: node.authority.namePrefix, key: node.keys.identity)
        } catch {
            throw NodeError(
                .badArgument,
                "an authority that exchanges has a name prefix of small letters, digits, dots and dashes: \(error.reason)"
            )
        }
        origin = node.authority.keyName(LogID.exchange.name)
        var directory = ExchangeDirectory(own: identity.verifier)
        try store.forEachRecord(of: Streams.exchange) { _, opened in
            try directory.apply(ExchangeEvent(serializedBytes: opened.content), at: opened.record.timeMilliseconds)
            return true
        }
        // Whom this node has shown its logs says first how far.
        gate = Mutex(directory.partners.values.contains { $0.state == .active } ? .waiting : .open)
        var checked: [String: UInt64] = [:]
        for (prefix, partner) in directory.partners { checked[prefix] = try mirrors.seenToEnd(partner.number) }
        state = Mutex(
            State(directory: directory, checked: checked, figures: try Self.figures(store.database, directory)))
        storedChecks = Mutex(checked)
        for partner in directory.partners.values { try refreshKeys(of: partner) }
    }

    public var own: String { node.authority.namePrefix }
    var sealer: EnvelopeSealer { EnvelopeSealer(origin: origin, key: node.keys.release) }
    public var directory: ExchangeDirectory { state.withLock { $0.directory } }
    public func keys(of prefix: String) -> AuthorityKeys? { state.withLock { $0.keys[prefix] } }
    var now: UInt64 { clock.nowMilliseconds() }

    /// Reads a partner's keys anew, from its card and what its mirrored log says.
    func refreshKeys(of partner: Partner) throws {
        let keys = try LogEntryJudge.keys(card: partner.card, state: mirrors.judgeState(partner.number))
        state.withLock { $0.keys[partner.prefix] = keys }
    }

    /// Entries of a partner's log that are stored here.
    public func mirrorSize(of prefix: String) -> UInt64? {
        directory.partners[prefix].flatMap { try? mirrors.size($0.number) }
    }

    /// Ends its threads. The case service goes on.
    public func stop() async {
        await stopSync()
        await judging.stop()
        await opening.stop()
    }

    // MARK: Recording

    /// What a decision adds, beside events of the exchange.
    struct Addition {
        var events: [ExchangeEvent] = []
        var entries: [[UInt8]] = []
        var rows: [RowChange] = []
        var premises: [RowChange] = []
        var drafts: [RecordDraft] = []
    }

    /// Decides on the directory as it is, with the size of the exchange log, and makes what comes of it durable. Runs in
    /// the lane: nothing else is decided meanwhile.
    @discardableResult
    func record(
        by actor: UInt64, _ decide: @escaping @Sendable (ExchangeDirectory, UInt64) throws -> Addition
    ) async throws -> Acknowledgement? {
        try await lane.run(Streams.exchange) { try await recordInLane(by: actor, decide) }
    }

    /// The same for who is in the lane already.
    func recordInLane(
        by actor: UInt64, _ decide: @escaping @Sendable (ExchangeDirectory, UInt64) throws -> Addition
    ) async throws -> Acknowledgement? {
        for _ in 0..<cases.limits.retries {
            let current = directory
            let (addition, proposal) = try await readers.run { [self] in
                let size = try node.checkpoint(.exchange).size
                let addition = try decide(current, size)
                var proposal = Proposal(drafts: addition.drafts, rows: addition.rows, premises: addition.premises)
                for (offset, event) in addition.events.enumerated() {
                    proposal.drafts.append(
                        try store.draft(
                            .exchange, event, by: actor, stream: Streams.exchange,
                            position: current.version + UInt64(offset)))
                }
                if !addition.entries.isEmpty {
                    try requireOpenGate()
                    proposal.release = (size, addition.entries)
                }
                return (addition, proposal)
            }
            guard !proposal.drafts.isEmpty || !proposal.rows.isEmpty else { return nil }
            do {
                let acknowledgement = try await sequencer.commit(proposal)
                try state.withLock { state in
                    for event in addition.events {
                        try state.directory.apply(event, at: acknowledgement.commit.timeMilliseconds)
                    }
                }
                if !addition.entries.isEmpty { arrivals.raise() }
                return acknowledgement
            } catch let error as NodeError where error.code == .changed {
                continue
            }
        }
        throw CaseError(.overloaded, "others keep changing this: try again")
    }
}

/// What was counted of a partner since the start.
struct PartnerCounts: Sendable {
    var lastSync: UInt64 = 0
    var failures = 0
    var lastFailure = ""
    /// Deliveries.
    var refused = 0
    var refusedRequests = 0
}

/// Wakes everyone who waits for something to happen.
final class Signal: Sendable {
    private struct State {
        var next = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    }
    private let state = Mutex(State())

    func raise() {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when it is raised, after `seconds`, or when the task is cancelled. `unless` is looked at once the wait
    /// cannot miss anything any more.
    func wait(seconds: UInt64, unless: () -> Bool) async {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        let timer = Task { [self] in
            try? await Task.sleep(for: .seconds(Int64(seconds)))
            end(id)
        }
        defer { timer.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.waiting[id] = continuation }
                if Task.isCancelled || unless() { end(id) }
            }
        } onCancel: {
            end(id)
        }
    }

    private func end(_ id: Int) {
        let continuation = state.withLock { $0.waiting.removeValue(forKey: id) }
        continuation?.resume()
    }
}
