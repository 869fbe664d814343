import TestSupport

/// What happens to messages. Every link has its own speed; all randomness comes from the simulation's generator.
struct SimulatedNetwork {
    /// In thousandths.
    var loss = 20
    var duplication = 20
    var damage = 10
    private var latency: [[UInt64]]
    private var group: [Int]

    init(nodes: Int, using generator: inout SeededGenerator) {
        latency = (0..<nodes).map { _ in
            (0..<nodes).map { _ in generator.chance(200) ? 600 : generator.below(80) + 5 }
        }
        group = Array(repeating: 0, count: nodes)
    }

    func isPartitioned(_ a: Int, _ b: Int) -> Bool { group[a] != group[b] }

    mutating func partition(using generator: inout SeededGenerator) {
        for node in group.indices { group[node] = Int(generator.below(2)) }
    }

    mutating func heal() { for node in group.indices { group[node] = 0 } }

    mutating func becomePerfect() {
        heal()
        (loss, duplication, damage) = (0, 0, 0)
    }

    /// When copies of a message arrive, in milliseconds from now. None when it is lost.
    func arrivals(_ from: Int, _ to: Int, using generator: inout SeededGenerator) -> [UInt64] {
        if isPartitioned(from, to) || generator.chance(loss) { return [] }
        let copies = generator.chance(duplication) ? 2 : 1
        return (0..<copies).map { _ in latency[from][to] + generator.below(latency[from][to] + 20) }
    }

    /// Cuts a body short or changes a byte of it, sometimes. What is done never depends on what the bytes are, which
    /// differs from run to run where ciphertext is in them.
    func damaged(_ body: [UInt8], isText: Bool, using generator: inout SeededGenerator) -> [UInt8] {
        guard !body.isEmpty, generator.chance(damage) else { return body }
        var body = body
        let place = Int(generator.below(UInt64(body.count)))
        if generator.chance(500) { return Array(body[..<place]) }
        body[place] = isText ? 0 : body[place] ^ 1
        return body
    }
}

extension SeededGenerator {
    mutating func below(_ bound: UInt64) -> UInt64 { bound == 0 ? 0 : next() % bound }
    mutating func chance(_ thousandths: Int) -> Bool { below(1000) < UInt64(thousandths) }
    mutating func pick<T>(_ list: [T]) -> T { list[Int(below(UInt64(list.count)))] }
}
