import Cryptography
import Exchange
import TestSupport
import TransparencyLog

/// A request between two nodes.
struct Call {
    enum Body {
        /// Of the other's own log; `gossip` is the body of `.checkpoints`.
        case resource(ReplicaRequest.Resource, gossip: [UInt8])
        /// Of the other's mirror of this authority's log.
        case mirror(of: Int, ReplicaRequest.Resource)
        case submit([UInt8])
        /// What do you hold of our logs?
        case gate
    }

    let id: Int
    let from: Int
    let to: Int
    let body: Body
}

struct Answer {
    let callID: Int
    let to: Int
    let status: Int
    let body: [UInt8]
    /// Goes on past whatever limit the reader has.
    var isEndless = false
}

/// Who waits for an answer.
enum Waiter {
    case replica(partner: Int, id: UInt64, limit: Int)
    case recovery(id: UInt64, limit: Int)
    case witness(partner: Int, log: Int, AddCheckpoint, SignedCheckpoint)
    case gate(partner: Int)
}

/// One node: its disk, and what it holds in memory while it is up.
final class SimulatedNode {
    let number: Int
    let authority: Authority
    var disk: SimulatedDisk
    var backup: Stored
    /// Counts starts, so that nothing of an earlier life is taken for this one's.
    var life = 0
    var isUp = false
    /// A journal that a restore has put behind: its node never signs it again.
    var isJournalLost = false
    var isRestored = false
    /// A partner that it had revoked, and did not ask, knew that it had signed further when it signed again: its log has
    /// two histories then, and everyone may come to see that.
    var mayHaveForked = false

    // In memory.
    /// With the writes that are not durable yet.
    var live: Stored
    var replicas: [Replica?] = []
    var clients: [[WitnessClient]] = []
    var isSubmitting: [[Bool]] = []
    var waiting: [Int: Waiter] = [:]
    var polls: [Int: Call] = [:]
    var wakes: [UInt64?] = []
    /// When the last page of a partner's deliveries that was handed over is taken in.
    var takenIn: [Int: UInt64] = [:]
    var gate: StartGate?
    var isGateAnswered: [Bool] = []
    var recovery: Replica?
    var recoveryGoal: SignedCheckpoint?
    var recoveryHead: SignedCheckpoint?
    var recoverySource = 0
    /// When the last write is on the disk: none is there before those in front of it.
    var lastSync: UInt64 = 0
    /// May sign and serve.
    var isOpen = false

    init(_ number: Int, of count: Int, history: [[UInt8]]) {
        self.number = number
        authority = Authority.all[number]
        let stored = Stored(
            own: [OwnLog(authority, partners: count, history: history)],
            journalNote: authority.journal.sign(size: 0, root: MerkleHash.empty),
            mirrors: Array(repeating: Mirror(), count: count))
        disk = SimulatedDisk(stored)
        live = stored
        backup = stored
    }

    var partners: [Int] { live.mirrors.indices.filter { $0 != number } }

    func boot(seed: UInt64) {
        life += 1
        isUp = true
        isOpen = false
        live = disk.durable
        replicas = live.mirrors.indices.map { partner in
            partner == number || live.mirrors[partner].isRevoked ? nil : makeReplica(partner, seed)
        }
        clients = live.mirrors.indices.map { partner in
            (0..<2).map { _ in WitnessClient(witnesses: [Authority.all[partner].witness.verifier]) }
        }
        isSubmitting = Array(repeating: [false, false], count: live.mirrors.count)
        wakes = Array(repeating: nil, count: live.mirrors.count)
        (waiting, polls) = ([:], [:])
        (gate, recovery, recoveryGoal) = (nil, nil, nil)
    }

    func makeReplica(_ partner: Int, _ seed: UInt64) -> Replica {
        let mirror = live.mirrors[partner]
        let configuration = Replica.Configuration(
            origin: Authority.all[partner].origin, policy: TrustPolicy(log: Authority.all[partner].log.verifier),
            limits: Self.limits)
        let state = Replica.State(
            head: mirror.head, complete: mirror.complete, edge: mirror.log.edge, judge: mirror.judge,
            cursor: mirror.cursor, isFrozen: mirror.isFrozen)
        return Replica(configuration, state: state, seed: seed &+ UInt64(partner) &* 7919)
    }

    /// As shipped, but for waiting times that a run of some minutes has room for.
    static let limits: ReplicaLimits = {
        var limits = ReplicaLimits()
        limits.requestTimeout = 8_000
        limits.backoffCap = 40_000
        limits.gossipInterval = 120_000
        limits.batchEntryCount = 200
        // A few deliveries: so that pages follow on each other.
        limits.deliveryPageByteCount = 4_000
        return limits
    }()

    /// What others are told: only what is durable, and what the log's own gate should know.
    var held: HeldCheckpoints {
        var logs: [HeldCheckpoints.Log] = []
        for partner in partners {
            let mirror = disk.durable.mirrors[partner]
            let unstored = replicas[partner]?.unstored ?? []
            if let head = mirror.head ?? unstored.first {
                logs.append(.init(head: head, isExchangeLog: true, unstored: unstored, evidence: mirror.evidence))
            }
            if let head = mirror.journalHead { logs.append(.init(head: head, isExchangeLog: false)) }
        }
        return HeldCheckpoints(logs, witnessName: authority.witness.verifier.vkey.name)
    }

    func origins(of partner: Int) -> [String] { [Authority.all[partner].origin, Authority.all[partner].journalOrigin] }
}

// MARK: Life

extension Simulation {
    func start(_ node: SimulatedNode, isNew: Bool) throws {
        node.boot(seed: random.next())
        log("start \(node.number) size \(node.live.own[0].log.size)")
        try truth.started(node)
        if isNew || mutation == .skipsGate {
            try open(node)
        } else {
            try askGate(node)
        }
        for partner in node.partners { try drive(node, partner, .tick) }
    }

    func crash(_ node: SimulatedNode) {
        guard node.isUp, !isHealed else { return }
        let kept = Int(random.below(UInt64(node.disk.pending.count + 1)))
        log("crash \(node.number) keeps \(kept) of \(node.disk.pending.count)")
        node.disk.crash(keeping: kept)
        node.isUp = false
        node.isOpen = false
    }

    func backUp(_ node: SimulatedNode) {
        log("backup \(node.number)")
        node.backup = node.disk.durable
    }

    /// People remember whom they have revoked; nothing else survives.
    func restore(_ node: SimulatedNode) {
        guard !node.isUp else { return }
        log("restore \(node.number)")
        let revoked = node.disk.durable.mirrors.map(\.isRevoked)
        var backup = node.backup
        for partner in revoked.indices where revoked[partner] { backup.mirrors[partner].isRevoked = true }
        node.disk.restore(backup)
        node.isRestored = true
        truth.restored(node)
    }

    /// Writes, and goes on once the write is durable.
    func write(
        _ node: SimulatedNode, _ change: @escaping SimulatedDisk.Write,
        then: @escaping (Simulation) throws -> Void = { _ in }
    ) throws {
        change(&node.live)
        let number = node.disk.write(change)
        if node.number != 0, random.chance(crashesWhileWriting) { crashSoon(node) }
        if mutation == .acknowledgesBeforeSync { return try then(self) }
        node.lastSync = max(node.lastSync, now + random.below(20) + 1)
        schedule(
            in: node.lastSync - now, .synced(node: node.number, life: node.life, number: number, then: then))
    }

    /// While writes are on their way to the disk.
    private func crashSoon(_ node: SimulatedNode) {
        later(node, in: random.below(15) + 1) { simulation in
            simulation.crash(node)
            simulation.at(simulation.now + simulation.random.below(5_000) + 200) {
                if !node.isUp { try $0.start(node, isNew: false) }
            }
        }
    }

    func later(_ node: SimulatedNode, in delay: UInt64, _ action: @escaping (Simulation) throws -> Void) {
        schedule(in: delay, .run(node: node.number, life: node.life, action))
    }

    /// From here on the node signs and serves.
    func open(_ node: SimulatedNode) throws {
        log("open \(node.number)")
        node.isOpen = true
        node.gate = nil
        if node.isRestored, nodes.contains(where: { isUnasked($0, by: node) }) { node.mayHaveForked = true }
        try truth.opened(node, nodes)
        try submitEverywhere(node)
    }

    /// Whether a partner that a node has revoked has seen more of its log signed than it holds.
    private func isUnasked(_ other: SimulatedNode, by node: SimulatedNode) -> Bool {
        guard other.number != node.number, node.live.mirrors[other.number].isRevoked else { return false }
        let size = node.live.own[0].log.size
        let seen =
            [other.disk.durable.mirrors[node.number].head].compactMap { $0 }
            + (other.replicas[node.number]?.unstored ?? [])
        return seen.contains { $0.size > size }
    }

    // MARK: The start gate

    func askGate(_ node: SimulatedNode) throws {
        let own = try SignedCheckpoint(
            verifying: node.live.own[0].note.encoded, logs: [node.authority.log.verifier])
        var logs = [StartGate.OwnLog(verifiers: [node.authority.log.verifier], checkpoint: own)]
        if !node.isJournalLost {
            let journal = try SignedCheckpoint(
                verifying: node.live.journalNote.encoded, logs: [node.authority.journal.verifier])
            logs.append(.init(verifiers: [node.authority.journal.verifier], checkpoint: journal))
        }
        let partners = node.partners.filter { !node.live.mirrors[$0].isRevoked }
        node.gate = StartGate(logs: logs, partners: Set(partners.map { "\($0)" }), required: partners.count)
        node.isGateAnswered = node.live.mirrors.map { _ in false }
        for partner in partners { try askGate(node, partner) }
        try decide(node)
    }

    func askGate(_ node: SimulatedNode, _ partner: Int) throws {
        guard node.gate != nil, !node.isGateAnswered[partner] else { return }
        try send(node, partner, .gate, .gate(partner: partner), timeout: 4_000)
    }

    func gateAnswered(_ node: SimulatedNode, _ partner: Int, _ gossip: Gossip) throws {
        guard node.gate != nil else { return }
        node.isGateAnswered[partner] = true
        try node.gate?.answered(by: "\(partner)", gossip) { older, own in
            let log = own.origin == node.authority.origin ? node.live.own[0].log : node.live.journal
            var reader = log.reader(size: own.size)
            return try ForkEvidence.compare(older: older, newer: own, reader: &reader)
        }
        try decide(node)
    }

    private func decide(_ node: SimulatedNode) throws {
        guard let decision = node.gate?.decision else { return }
        switch decision {
        case .maySign: try open(node)
        case .waiting: break
        case .forked:
            guard node.number == 0 else { throw Failure(description: "an honest log has two histories") }
            try open(node)
        case .behind(let checkpoints):
            // Recovery begins when everybody has answered, so that it goes far enough.
            guard node.partners.allSatisfy({ node.isGateAnswered[$0] || node.live.mirrors[$0].isRevoked }) else {
                return
            }
            log("behind \(node.number) \(checkpoints.map(\.size))")
            node.gate = nil
            if checkpoints.contains(where: { $0.origin == node.authority.journalOrigin }) { node.isJournalLost = true }
            guard let goal = checkpoints.first(where: { $0.origin == node.authority.origin }) else {
                return try askGate(node)
            }
            node.recoveryGoal = goal
            try beginRecovery(node)
        }
    }

    // MARK: Recovery

    /// What it signed is known to others, and the entries to nobody who may be asked: they were lost with its disk. It may
    /// not sign.
    func isLost(_ node: SimulatedNode) -> Bool {
        guard let goal = node.recoveryGoal else { return false }
        return !node.partners.contains { partner in
            let mirror = nodes[partner].disk.durable.mirrors[node.number]
            return (mirror.complete?.size ?? 0) >= goal.size && !mirror.isRevoked
                && !node.live.mirrors[partner].isRevoked
        }
    }

    func beginRecovery(_ node: SimulatedNode) throws {
        guard let goal = node.recoveryGoal else { return }
        node.recoverySource = random.pick(node.partners.filter { !node.live.mirrors[$0].isRevoked })
        let own = try SignedCheckpoint(
            verifying: node.live.own[0].note.encoded, logs: [node.authority.log.verifier])
        let size = node.live.own[0].log.size
        let head = node.recoveryHead.flatMap { $0.size >= size ? $0 : nil } ?? own
        let state = Replica.State(head: head, edge: node.live.own[0].log.edge, judge: size.bigEndianBytes)
        node.recovery = Recovery.replica(
            of: [node.authority.log.verifier], from: state, limits: SimulatedNode.limits, seed: random.next())
        log("recover \(node.number) from \(node.recoverySource)")
        try driveRecovery(node, .shown(goal.note))
    }

    func driveRecovery(_ node: SimulatedNode, _ event: Replica.Event) throws {
        guard let actions = node.recovery?.handle(event, now: now) else { return }
        for action in actions {
            switch action {
            case .request(let request):
                try send(
                    node, node.recoverySource, .mirror(of: node.number, request.resource),
                    .recovery(id: request.id, limit: request.maximumByteCount), timeout: request.timeout)
            case .judge(let batch, let state):
                let verdict = SimulatedJudge(authority: node.authority).judge(batch, state: state)
                later(node, in: 1) { try $0.driveRecovery(node, .judged(verdict)) }
            case .persist(let persist):
                if let head = persist.head { node.recoveryHead = head }
                try write(node) {
                    $0.own[0].log.append(persist.batch.entries, tiles: persist.tiles)
                } then: {
                    try $0.driveRecovery(node, .persisted(id: persist.id))
                }
            case .synced(let size): try recovered(node, size)
            case .failed:
                node.recovery = nil
                later(node, in: random.below(3_000) + 500) { try $0.beginRecovery(node) }
            case .alarm(let alarm):
                guard node.number == 0 else { throw Failure(description: "recovery: \(Self.name(alarm))") }
            case .cancel, .compare, .deliver, .gossip: break
            }
        }
        if let wake = node.recovery?.wakeUp {
            later(node, in: max(1, wake - min(wake, now))) { try $0.driveRecovery(node, .tick) }
        }
    }

    private func recovered(_ node: SimulatedNode, _ size: UInt64) throws {
        guard let goal = node.recoveryGoal, size >= goal.size, let head = node.recovery?.state.head else { return }
        node.recovery = nil
        node.recoveryGoal = nil
        try write(node) {
            $0.own[0].note = head.note
            $0.own[0].positionFloor = head.size + 1
        } then: {
            $0.log("recovered \(node.number) size \(head.size)")
            try $0.askGate(node)
        }
    }
}
