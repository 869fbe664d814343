import Cryptography
import EntryCodec
import Exchange
import TestSupport
import TransparencyLog

/// A federation of nodes over a simulated network, clock and disks: the real replicas, witnesses, gates, entries and
/// envelopes, driven by one seed. Two runs of a seed make the same steps.
///
/// Node 0 is Byzantine. What makes the bytes of two runs differ (the encapsulations in envelopes, and with them hashes
/// and signatures) never decides anything and is not in the trace.
final class Simulation {
    /// What a node does wrong on purpose, to show that the invariants notice.
    enum Mutation: CaseIterable {
        /// Goes on after an alarm with what raised it.
        case ignoresAlarms
        /// Publishes before the disk has synced.
        case acknowledgesBeforeSync
        /// Signs after a restore without asking anyone.
        case skipsGate
        /// Stores the cursor of deliveries apart from the inbox.
        case movesCursorFirst
        /// Never compares what others hold.
        case hearsNoGossip
        /// Seals for partners that it has revoked.
        case sealsForRevoked
        /// Records a delivery without looking whether its envelope is the entry's.
        case trustsEnvelopes
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    enum Event {
        case request(Call)
        case answer(Answer)
        case timeout(callID: Int, node: Int)
        case wake(node: Int, life: Int, partner: Int)
        case synced(node: Int, life: Int, number: Int, then: (Simulation) throws -> Void)
        case run(node: Int, life: Int, (Simulation) throws -> Void)
        case pollEnds(node: Int, life: Int, callID: Int)
        case world((Simulation) throws -> Void)
    }

    let seed: UInt64
    let mutation: Mutation?
    var random: SeededGenerator
    var now: UInt64 = 1_000
    /// The offset of each node's wall clock, which jumps; replicas live by the other one.
    var wallOffset: [Int64]
    var network: SimulatedNetwork
    var nodes: [SimulatedNode] = []
    var byzantine: Byzantine
    var truth: Truth
    private(set) var steps = 0
    private var queue = EventQueue<Event>()
    private(set) var trace: [String] = []
    private let keepsTrace: Bool
    var nextCallID = 0
    /// In thousandths of all writes.
    let crashesWhileWriting: Int
    var isHealed = false
    var forksFound = 0

    init(seed: UInt64, mutation: Mutation? = nil, keepsTrace: Bool = false) {
        self.seed = seed
        self.mutation = mutation
        self.keepsTrace = keepsTrace
        random = SeededGenerator(seed &* 0x9E37_79B9 &+ 1)
        let count = random.chance(250) ? 6 : 5
        network = SimulatedNetwork(nodes: count, using: &random)
        network.loss = random.pick([0, 20, 20, 100])
        network.damage = random.pick([0, 5, 30])
        crashesWhileWriting = random.pick([0, 10, 40])
        wallOffset = Array(repeating: 1_800_000_000_000, count: count)
        byzantine = Byzantine(nodes: count, using: &random)
        truth = Truth(nodes: count)
        let isDeep = random.chance(40)
        for number in 0..<count {
            let history = isDeep && number == 1 ? Authority.history : []
            nodes.append(SimulatedNode(number, of: count, history: history))
            truth.begin(number, history)
        }
    }

    // MARK: Time

    func schedule(in delay: UInt64, _ event: Event) { queue.add(event, at: now + delay) }

    func at(_ time: UInt64, _ action: @escaping (Simulation) throws -> Void) {
        queue.add(.world(action), at: max(now, time))
    }

    func log(_ line: @autoclosure () -> String) {
        if keepsTrace { trace.append("\(now) \(line())") }
    }

    func wallTime(_ node: Int) -> UInt64 { UInt64(Int64(now) + wallOffset[node]) }

    /// Runs a schedule of releases and disasters, then lets everything heal and settle, and checks throughout.
    func run() throws {
        for node in nodes { try start(node, isNew: true) }
        plan()
        var settled = Self.healing + 20_000
        while let (time, event) = queue.next(), time <= Self.end {
            now = max(now, time)
            steps += 1
            try handle(event)
            if !isHealed, now >= Self.healing { try heal() }
            try checkStep()
            if now >= settled {
                settled = now + 5_000
                if (try? checkEnd()) != nil { return }
            }
        }
        try checkEnd()
    }

    static let healing: UInt64 = 130_000
    /// By then, everything must have settled.
    static let end: UInt64 = 500_000

    private func handle(_ event: Event) throws {
        switch event {
        case .request(let call): try serve(call)
        case .answer(let answer): try answered(answer)
        case .timeout(let callID, let number):
            guard let waiter = nodes[number].waiting.removeValue(forKey: callID) else { return }
            try failed(nodes[number], waiter, .timedOut)
        case .wake(let number, let life, let partner):
            let node = nodes[number]
            guard node.life == life, node.isUp else { return }
            node.wakes[partner] = nil
            try drive(node, partner, .tick)
        case .synced(let number, let life, let sequence, let then):
            guard nodes[number].life == life, nodes[number].isUp else { return }
            nodes[number].disk.sync(upTo: sequence)
            try then(self)
        case .run(let number, let life, let action):
            guard nodes[number].life == life, nodes[number].isUp else { return }
            try action(self)
        case .pollEnds(let number, let life, let callID):
            guard nodes[number].life == life, nodes[number].isUp else { return }
            try endPoll(nodes[number], callID)
        case .world(let action): try action(self)
        }
    }

    // MARK: The schedule

    private func plan() {
        let count = nodes.count
        for _ in 0..<Int(random.below(6) + 6) {
            let number = Int(random.below(UInt64(count)))
            at(random.below(Self.healing - 20_000) + 2_000) { try $0.release($0.nodes[number]) }
        }
        for _ in 0..<Int(random.below(3) + 1) {
            let number = Int(random.below(UInt64(count - 1)) + 1)
            let start = random.below(Self.healing - 60_000) + 10_000
            let isRestore = random.chance(400)
            at(start) { $0.crash($0.nodes[number]) }
            let down = isRestore ? 40_000 : random.below(20_000) + 200
            at(start + down) { simulation in
                if isRestore { simulation.restore(simulation.nodes[number]) }
                if !simulation.nodes[number].isUp { try simulation.start(simulation.nodes[number], isNew: false) }
            }
            at(random.below(start)) { $0.backUp($0.nodes[number]) }
        }
        for _ in 0..<Int(random.below(3)) {
            let start = random.below(Self.healing - 60_000)
            at(start) { $0.network.partition(using: &$0.random) }
            at(start + random.below(60_000)) { $0.network.heal() }
        }
        for _ in 0..<3 {
            let number = Int(random.below(UInt64(count)))
            let jump = Int64(random.below(172_800_000)) - 86_400_000
            at(random.below(Self.healing)) { $0.wallOffset[number] += jump }
        }
        if random.chance(500) {
            // The last node is revoked by one partner; another goes on to pass everything to it.
            let revoker = Int(random.below(UInt64(count - 2)) + 1)
            at(random.below(Self.healing / 2) + 20_000) { try $0.revoke(by: $0.nodes[revoker], $0.nodes.count - 1) }
        }
        planByzantine()
    }

    private func heal() throws {
        isHealed = true
        log("heal")
        network.becomePerfect()
        byzantine.heal()
        for node in nodes where !node.isUp { try start(node, isNew: false) }
    }
}

/// Events in the order of their time, then of their making.
struct EventQueue<Event> {
    private var heap: [(time: UInt64, sequence: Int, event: Event)] = []
    private var sequence = 0

    mutating func add(_ event: Event, at time: UInt64) {
        sequence += 1
        heap.append((time, sequence, event))
        var child = heap.count - 1
        while child > 0, precedes(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> (UInt64, Event)? {
        guard !heap.isEmpty else { return nil }
        heap.swapAt(0, heap.count - 1)
        let last = heap.removeLast()
        var parent = 0
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, first) {
                first = child
            }
            if first == parent { break }
            heap.swapAt(parent, first)
            parent = first
        }
        return (last.time, last.event)
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        (heap[a].time, heap[a].sequence) < (heap[b].time, heap[b].sequence)
    }
}
