import Cryptography
import EntryCodec
import Exchange
import TestSupport
import TransparencyLog

/// What node 0 does, chosen by the seed.
struct Byzantine {
    enum Trick: CaseIterable {
        case oldCheckpoint, badSignature, otherBranch
        case wrongTile, endlessBody
        case replayedDeliveries, swappedEnvelopes, disorderedDeliveries, foreignDeliveries
        case garbage
    }

    let forks: Bool
    let signsBadEntry: Bool
    /// Shows partners' witnesses the other history than their replicas.
    let misleadsWitnesses: Bool
    private(set) var tricks: [Trick]
    /// In thousandths.
    private(set) var eagerness: Int
    /// Which of the two histories each partner is shown.
    private let shown: [Int]

    init(nodes: Int, using generator: inout SeededGenerator) {
        forks = generator.chance(450)
        signsBadEntry = generator.chance(120)
        misleadsWitnesses = generator.chance(200)
        tricks = Trick.allCases.filter { $0 != .oldCheckpoint && $0 != .otherBranch && generator.chance(500) }
        if generator.chance(150) { tricks.append(.oldCheckpoint) }
        if generator.chance(150) { tricks.append(.otherBranch) }
        eagerness = generator.pick([0, 50, 250])
        shown = (0..<nodes).map { _ in Int(generator.below(2)) }
    }

    func branch(for partner: Int, _ stored: Stored) -> Int { stored.own.count > 1 ? shown[partner] : 0 }

    func branch(forWitness partner: Int, _ stored: Stored) -> Int {
        guard stored.own.count > 1 else { return 0 }
        return misleadsWitnesses ? 1 - shown[partner] : shown[partner]
    }

    /// From here on it serves what it has, each partner its own history.
    mutating func heal() { eagerness = 0 }
}

extension Simulation {
    func planByzantine() {
        if byzantine.forks {
            at(random.below(Self.healing / 2) + 5_000) { simulation in
                simulation.log("fork")
                try simulation.write(simulation.nodes[0]) { $0.own.append($0.own[0]) }
                for branch in [0, 1, 0, 1] {
                    simulation.at(simulation.now + simulation.random.below(60_000) + 1_000) {
                        try $0.releaseOnBranch(branch)
                    }
                }
            }
        }
        if byzantine.signsBadEntry {
            at(random.below(Self.healing / 2) + Self.healing / 2 - 5_000) { try $0.appendBadEntry() }
        }
    }

    private func releaseOnBranch(_ branch: Int) throws {
        let node = nodes[0]
        guard node.isUp, node.live.own.count > branch else { return }
        try release(node)
        try append(try forged(by: Authority.all[0].release), branch)
    }

    private func forged(by key: SigningKey<ReleaseRole>) throws -> [UInt8] {
        try LogEntry(
            stating: Array("a statement".utf8), kind: .keys, id: Authority.id(random.next(), random.next()),
            timeMilliseconds: 1, key: key, origin: Authority.all[0].origin
        ).encoded
    }

    private func appendBadEntry() throws {
        log("bad entry")
        try append(try forged(by: Authority.all[1].release), 0)
    }

    private func append(_ entry: [UInt8], _ branch: Int) throws {
        let node = nodes[0]
        guard node.isUp else { return }
        var own = node.live.own[branch]
        own.log.append(entry)
        let note = Authority.all[0].log.sign(size: own.log.size, root: own.log.root)
        try write(node) {
            $0.own[branch].log.append(entry)
            $0.own[branch].note = note
        } then: {
            try $0.submitEverywhere(node)
        }
    }

    /// Whether a request was answered with a trick.
    func misbehave(_ node: SimulatedNode, _ call: Call, _ resource: ReplicaRequest.Resource) throws -> Bool {
        guard !byzantine.tricks.isEmpty, random.chance(byzantine.eagerness) else { return false }
        let own = published(node, for: call.from)
        let trick = random.pick(byzantine.tricks)
        switch (trick, resource) {
        case (.endlessBody, _): reply(call, isEndless: true)
        case (.garbage, _): reply(call, Array(repeating: 0x2A, count: 100))
        case (.oldCheckpoint, .checkpoint):
            let size = random.below(own.log.size + 1)
            var older = own.log
            older.truncate(to: size)
            reply(call, node.authority.log.sign(size: size, root: older.root).encoded)
        case (.otherBranch, .checkpoint):
            reply(call, node.disk.durable.own[node.disk.durable.own.count - 1].note.encoded)
        case (.badSignature, .checkpoint):
            let key = Authority.all[1].log.sign(size: own.log.size + 1, root: own.log.root).signatures[0].signature
            let line = own.note.signatures[0]
            let forged = NoteSignature(name: line.name, keyID: line.keyID, signature: key)
            let text = Checkpoint(origin: node.authority.origin, size: own.log.size + 1, root: own.log.root).text
            reply(call, SignedNote(text: text, signatures: [forged]).encoded)
        case (.wrongTile, .tile(let path)):
            guard var bytes = own.log.resource(path), !bytes.isEmpty else { return false }
            bytes[bytes.count - 1] ^= 1
            reply(call, bytes)
        case (.replayedDeliveries, .deliveries(_, let limit)):
            reply(call, DeliveryPage.encode(own.deliveries(to: call.from, after: 0, limit: limit)))
        case (.disorderedDeliveries, .deliveries(let after, let limit)):
            reply(call, DeliveryPage.encode(own.deliveries(to: call.from, after: after, limit: limit).reversed()))
        case (.swappedEnvelopes, .deliveries(let after, let limit)):
            let list = own.deliveries(to: call.from, after: after, limit: limit)
            let swapped = list.map {
                Delivery(
                    position: $0.position, entryIndex: $0.entryIndex, envelope: own.other(than: $0.entryIndex))
            }
            reply(call, DeliveryPage.encode(swapped))
        case (.foreignDeliveries, .deliveries(let after, _)):
            // An envelope to others, whole and with its entry.
            guard let index = own.envelopes.keys.max() else { return false }
            let delivery = Delivery(position: after + 1, entryIndex: index, envelope: own.envelopes[index]!)
            reply(call, DeliveryPage.encode([delivery]))
        default: return false
        }
        log("trick \(trick) on \(call.from)")
        return true
    }
}

extension OwnLog {
    fileprivate func other(than index: UInt64) -> [UInt8] {
        envelopes.keys.filter { $0 != index }.max().flatMap { envelopes[$0] } ?? [1, 2, 3]
    }
}
