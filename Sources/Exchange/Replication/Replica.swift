public import TransparencyLog

/// Keeps up with one log: polls for its checkpoints, proves that each goes on from the last, fetches, judges and
/// stores its entries, takes in the deliveries that belong to them, and exchanges held checkpoints with the partner.
///
/// A state machine without I/O. The driver hands it events and performs the actions it answers with; the node drives
/// it over HTTP or from a directory, the simulator over a simulated network. `now` is in milliseconds of a clock that
/// never goes back while the replica lives; what it is counted from does not matter.
///
/// A round is: poll → prove (before any body is fetched) → fetch, judge and persist batch by batch → compare, take
/// deliveries, exchange checkpoints → poll again. Every batch is proven to be a prefix of the checkpoint before it is
/// judged, so that what is stored is what the log signed even when a round stops half way. Any of it may be cut off by
/// a crash: a new replica goes on from the stored state.
///
/// Memory is bounded by `ReplicaLimits`, whatever the size of the log and whatever the partner sends.
public struct Replica: Sendable {
    /// Where the resources come from.
    public enum Source: Hashable, Sendable {
        /// The log's own authority: an older checkpoint than the one held is a rollback.
        case authority
        /// A copy: a stick, or another node's mirror. It may be old.
        case copy
    }

    public struct Configuration: Sendable {
        public var origin: String
        /// The log's keys that count now, and the quorum where one is asked for.
        public var policy: TrustPolicy
        /// The keys that it was ever signed with: for evidence, and for what others hold of it.
        public var everyLogKey: [LogVerifier]
        public var source: Source
        /// Whether the partner has deliveries for us; false for a third party's mirror.
        public var takesDeliveries: Bool
        /// Whether held checkpoints are exchanged.
        public var gossips: Bool
        public var limits: ReplicaLimits

        public init(
            origin: String, policy: TrustPolicy, everyLogKey: [LogVerifier]? = nil, source: Source = .authority,
            takesDeliveries: Bool = true, gossips: Bool = true, limits: ReplicaLimits = ReplicaLimits()
        ) {
            self.origin = origin
            self.policy = policy
            self.everyLogKey = everyLogKey ?? policy.logs
            self.source = source
            self.takesDeliveries = takesDeliveries
            self.gossips = gossips
            self.limits = limits
        }
    }

    /// What is durable. The driver loads it at start, and stores each `Persist` in one atomic step.
    public struct State: Sendable {
        /// The checkpoint held: the largest accepted one, by the replica or by the witness. May be ahead of the
        /// entries.
        public var head: SignedCheckpoint?
        /// The largest checkpoint that the stored entries reach: what others' are compared with, and what a mirror
        /// publishes.
        public var complete: SignedCheckpoint?
        /// The right edge of the entries that are stored, made from the last tiles.
        public var edge: TileBuilder
        /// The judge's state behind the last stored entry.
        public var judge: [UInt8]
        public var cursor: DeliveryCursor
        /// After an alarm, until a person has decided: then a new replica is made.
        public var isFrozen: Bool

        public init(
            head: SignedCheckpoint? = nil, complete: SignedCheckpoint? = nil, edge: TileBuilder = TileBuilder(),
            judge: [UInt8], cursor: DeliveryCursor = DeliveryCursor(), isFrozen: Bool = false
        ) {
            self.head = head
            self.complete = complete ?? (head?.size == edge.size ? head : nil)
            self.edge = edge
            self.judge = judge
            self.cursor = cursor
            self.isFrozen = isFrozen
        }
    }

    public enum Event: Sendable {
        /// Time has passed: `wakeUp` is reached. Also the first event.
        case tick
        case received(id: UInt64, bytes: [UInt8])
        case failed(id: UInt64, RequestFailure)
        /// The answer to `.judge`.
        case judged(EntryVerdict)
        /// The answer to `.persist`: it is durable.
        case persisted(id: UInt64)
        /// The other answer to `.persist`: nothing was stored, since the head is not the one it replaces any more.
        case superseded(id: UInt64, head: SignedCheckpoint)
        /// The witness has accepted a checkpoint of this log, and it is stored.
        case headMoved(SignedCheckpoint)
        /// Every delivery up to this one is recorded in the inbox, also those that could not be opened.
        case delivered(DeliveryCursor)
        /// This delivery's envelope is not the one that its entry commits to. What came before it is recorded, and
        /// was answered; nothing behind it is, whatever was handed over.
        case deliveryRefused(position: UInt64, code: String)
        /// A checkpoint of this log that somebody else holds (`source`, any name), or that was submitted here.
        case observed(SignedNote, source: String)
        /// A checkpoint to go to, when it can be proven: as if the source had answered with it.
        case shown(SignedNote)
        /// The partner has been heard from: what waits after failures waits no longer, once a `pollInterval`.
        case reachable
        /// What this node holds of some log has changed: worth telling the partner in this round.
        case heldChanged
        /// Evidence against this log, from `.compare` or from a partner.
        case evidence(ForkEvidence)
    }

    public enum Action: Sendable {
        case request(ReplicaRequest)
        /// The answer is not wanted any more; the driver may forget the request, or answer it all the same.
        case cancel(id: UInt64)
        /// Judge these entries (`EntryJudge`), off this thread; answer with `.judged`.
        case judge(EntryBatch, state: [UInt8])
        case persist(Persist)
        /// Check each delivery's envelope against its entry, which is stored, and record it in the inbox together
        /// with the cursor; answer with `.delivered` or `.deliveryRefused`. A second page may be handed over while
        /// the first is recorded. One that does not follow on what is recorded (`after`), since a delivery before it
        /// was refused, is dropped without an answer.
        case deliver([Delivery], after: DeliveryCursor)
        /// Hold `older` against the stored tiles (`ForkEvidence.compare`), which reach `newer`; answer with
        /// `.evidence` where it finds some.
        case compare(older: SignedCheckpoint, newer: SignedCheckpoint)
        /// What the partner holds: hand each note to the replica or the start gate of its log.
        case gossip(Gossip)
        case alarm(ReplicaAlarm)
        /// A round has ended: everything the source has is stored and recorded.
        case synced(size: UInt64)
        /// A round has failed; the next one is at `wakeUp`.
        case failed(ReplicaFailure)
    }

    /// One atomic, synced step.
    public struct Persist: Sendable {
        public let id: UInt64
        /// The new head with the one it replaces, nil when the head stays: stored only if the stored head is still
        /// `replaces` (nil: none), otherwise nothing is stored and the answer is `.superseded`.
        public let head: SignedCheckpoint?
        public let replaces: SignedCheckpoint?
        public let batch: EntryBatch
        /// The tiles that the batch completes. Partial ones need not be stored.
        public let tiles: [TileBuilder.FullTile]
        /// The judge's state behind the batch.
        public let judge: [UInt8]
        /// Set when the entries now reach this checkpoint: the one to publish as a mirror.
        public let complete: SignedCheckpoint?
    }

    public let configuration: Configuration
    public internal(set) var state: State

    var phase: Phase = .resting(until: 0)
    var requests: [UInt64: Outstanding] = [:]
    var nextID: UInt64 = 0
    var now: UInt64 = 0
    var backoff: Backoff
    /// The last delivery of each page that the driver has and has not answered: a round that fails leaves them to it.
    var handedOver: [DeliveryCursor] = []
    /// Failed rounds in a row.
    var failures = 0
    /// Rounds in a row in which the log did not prove what it signed.
    var unproven = 0
    /// Batches in a row that were not what the log signed.
    var unserved = 0
    /// Checkpoints of this log that cannot be compared before the entries reach them.
    var observed: [(source: String, signed: SignedCheckpoint)] = []
    /// What the witness accepted while something was being stored.
    var movedHead: SignedCheckpoint?
    var pollStarted: UInt64 = 0
    /// Whether entries or deliveries were stored since the poll.
    var hasNews = false
    var lastPolled: (bytes: [UInt8], signed: SignedCheckpoint)?
    var lastGossip: UInt64?
    var lastHurry: UInt64?
    /// Whether evidence of a fork has been found since the replica was made.
    var isConvicted = false
    var actions: [Action] = []

    /// `seed`: 64 random bits for waiting times, different for every replica.
    public init(_ configuration: Configuration, state: State, seed: UInt64) {
        precondition(state.edge.size <= state.head?.size ?? 0, "entries are stored no further than the head")
        self.configuration = configuration
        self.state = state
        backoff = Backoff(seed: seed, base: configuration.limits.backoffBase, cap: configuration.limits.backoffCap)
        if state.isFrozen { phase = .frozen }
    }

    var limits: ReplicaLimits { configuration.limits }
    /// Where the next page goes on.
    var lastHandedOver: DeliveryCursor { handedOver.last ?? state.cursor }

    /// Entries stored.
    public var size: UInt64 { state.edge.size }
    /// Waits for a person.
    public var isFrozen: Bool { if case .frozen = phase { true } else { false } }

    /// Checkpoints of this log that the replica has seen signed and that are not stored, or not yet: for the log's own
    /// start gate.
    public var unstored: [SignedCheckpoint] {
        var unstored = observed.map(\.signed)
        switch phase {
        case .proving(let target, _): unstored.append(target)
        case .fetching(let fetch) where fetch.adopting: unstored.append(fetch.target)
        case .adopting(_, let head): unstored.append(head)
        default: break
        }
        return unstored
    }

    /// When a `.tick` is due at the latest; nil while only an answer can bring the replica on.
    public var wakeUp: UInt64? {
        var times: [UInt64] = requests.values.compactMap(\.delayedUntil)
        if case .resting(let until) = phase { times.append(until) }
        return times.min()
    }

    /// Handles one event and says what to do, in order.
    public mutating func handle(_ event: Event, now: UInt64) -> [Action] {
        self.now = max(self.now, now)
        guard !isFrozen else { return handleFrozen(event) }
        switch event {
        case .tick: break
        case .received(let id, let bytes): received(id, bytes)
        case .failed(let id, let failure): requestFailed(id, failure)
        case .judged(let verdict): judged(verdict)
        case .persisted(let id): persisted(id)
        case .superseded(let id, let head): superseded(id, head)
        case .headMoved(let head): headMoved(head)
        case .delivered(let cursor): delivered(cursor)
        case .deliveryRefused(let position, let code): deliveryRefused(position, code)
        case .observed(let note, let source): observe(note, source)
        case .shown(let note): shown(note)
        case .heldChanged: lastGossip = nil
        case .reachable: hurry()
        case .evidence(let evidence): accuse(evidence)
        }
        if !isFrozen { wake() }
        defer { actions = [] }
        return actions
    }

    /// Nothing is asked of a frozen log any more, but evidence against it is still gathered, until there is some.
    private mutating func handleFrozen(_ event: Event) -> [Action] {
        defer { actions = [] }
        guard !isConvicted else { return [] }
        switch event {
        case .observed(let note, _): compareFrozen(note)
        case .evidence(let evidence): accuse(evidence)
        default: break
        }
        return actions
    }

    private mutating func hurry() {
        guard lastHurry.map({ now >= $0 + limits.pollInterval }) ?? true else { return }
        lastHurry = now
        if case .resting = phase, failures > 0 { phase = .resting(until: now) }
        for (id, outstanding) in requests where outstanding.delayedUntil != nil { requests[id]!.delayedUntil = now }
    }

    /// What is due by now.
    private mutating func wake() {
        if case .resting(let until) = phase, until <= now { beginRound() }
        for (id, outstanding) in requests.sorted(by: { $0.key < $1.key }) {
            if let until = outstanding.delayedUntil, until <= now { send(id) }
        }
    }
}

/// Something that a person has to see. All but `withheld` and `badDelivery` freeze the replica.
public enum ReplicaAlarm: Hashable, Sendable {
    /// The log signed two histories, and this proves it.
    case fork(ForkEvidence)
    /// The log now shows an older checkpoint than the one held.
    case rollback(held: SignedCheckpoint, shown: SignedCheckpoint)
    /// The log does not prove that the one it shows goes on from the one held.
    case unproven(held: SignedCheckpoint, shown: SignedCheckpoint)
    /// The log signed an entry that breaks a rule.
    case badEntry(index: UInt64, code: String, checkpoint: SignedCheckpoint)
    /// The entries or tiles served are not those of the checkpoint. Said once; the replica goes on trying.
    case withheld(SignedCheckpoint)
    /// The envelope served is not the entry's. Said once in a round; the replica goes on trying.
    case badDelivery(position: UInt64, code: String)

    public var freezes: Bool {
        switch self {
        case .fork, .rollback, .unproven, .badEntry: true
        case .withheld, .badDelivery: false
        }
    }
}

/// Why a round ended before it was through.
public enum ReplicaFailure: Hashable, Sendable {
    case request(RequestFailure)
    /// An answer that could not be read or verified; the code of the error.
    case badAnswer(String)
    case quorumNotMet
    /// Hashes that do not lead to the checkpoint's root.
    case notProven
}
