import Cryptography
import EntryCodec
import Exchange
import TransparencyLog

/// What really happened, against which every step is checked.
struct Truth {
    struct Release {
        let document: [UInt8]
        let recipients: [Int]
    }

    /// For each honest node, its history: the acknowledged leaves and the root at every size.
    private var history: [(leaves: [Digest], roots: [Digest], tree: MerkleTree)]
    /// For each node and entry. A Byzantine node may release two of one index.
    private var releases: [[UInt64: [Release]]]
    /// Pairs (revoker, revoked).
    private var revocations: Set<[Int]> = []
    /// Entries of honest nodes whose envelope a restore destroyed.
    private var lostEnvelopes: [Set<UInt64>]
    /// The checkpoints of node 0 that each node has accepted since it was last restored.
    private var acceptedOfByzantine: [[SignedCheckpoint]]
    private var mayBeBehind: [Bool]

    init(nodes: Int) {
        history = Array(repeating: ([], [MerkleHash.empty], MerkleTree()), count: nodes)
        releases = Array(repeating: [:], count: nodes)
        lostEnvelopes = Array(repeating: [], count: nodes)
        acceptedOfByzantine = Array(repeating: [], count: nodes)
        mayBeBehind = Array(repeating: false, count: nodes)
    }

    mutating func begin(_ number: Int, _ entries: [[UInt8]]) {
        for entry in entries { append(number, MerkleHash.leaf(entry)) }
    }

    private mutating func append(_ number: Int, _ leaf: Digest) {
        history[number].leaves.append(leaf)
        history[number].tree.append(leaf)
        history[number].roots.append(history[number].tree.root)
    }

    func size(_ number: Int) -> UInt64 { UInt64(history[number].leaves.count) }

    private func fail(_ what: String) -> Simulation.Failure { Simulation.Failure(description: what) }

    // MARK: Events

    mutating func released(
        by node: SimulatedNode, _ index: UInt64, _ document: [UInt8], _ recipients: [Int],
        _ sealed: EnvelopeSealer.Sealed, _ nodes: [SimulatedNode]
    ) throws {
        releases[node.number][index, default: []].append(Release(document: document, recipients: recipients))
        // Whoever passes envelopes on can pass them to anyone: all that are revoked, and one more.
        var strangers = revocations.filter { $0[0] == node.number }.map { $0[1] }.sorted()
        if let other = nodes.indices.last(where: { $0 != node.number && !recipients.contains($0) }) {
            strangers.append(other)
        }
        for stranger in strangers {
            let opener = EnvelopeOpener(keys: [Authority.all[stranger].recipient], signers: SimulatedDirectory())
            let opened = try? opener.open(
                sealed.envelope.encoded, of: sealed.entry, origin: node.authority.origin,
                evidence: .mirrored(origin: node.authority.origin, leafHash: sealed.entry.leafHash),
                isDuplicate: { _ in false }, admit: { _ in })
            guard opened == nil else { throw fail("\(stranger) opens what \(node.number) did not release to it") }
        }
    }

    /// Its release is durable, and published.
    mutating func acknowledged(_ node: SimulatedNode, _ index: UInt64, _ leaf: Digest) throws {
        guard index == size(node.number) else {
            throw fail("node \(node.number) acknowledges entry \(index) after \(size(node.number)) entries")
        }
        append(node.number, leaf)
    }

    mutating func restored(_ node: SimulatedNode) {
        mayBeBehind[node.number] = true
        acceptedOfByzantine[node.number] = []
    }

    /// A node that was not restored has everything it acknowledged.
    mutating func started(_ node: SimulatedNode) throws {
        // What a crash made durable counts, also if the node never heard of it.
        for partner in node.partners {
            try accepted(node, partner)
            if node.disk.durable.mirrors[partner].isRevoked { revoked(partner, by: node.number) }
        }
        guard node.number != 0, !mayBeBehind[node.number] else { return }
        guard node.disk.durable.own[0].log.size >= size(node.number) else {
            throw fail("node \(node.number) lost entries that it had acknowledged")
        }
    }

    /// It signs from here on: nobody may hold more of its log than it does.
    mutating func opened(_ node: SimulatedNode, _ nodes: [SimulatedNode]) throws {
        guard node.number != 0 else { return }
        let own = node.disk.durable.own[0]
        for other in nodes where other.number != node.number {
            let mirror = other.disk.durable.mirrors[node.number]
            guard !mirror.isRevoked else { continue }
            guard max(mirror.log.size, mirror.head?.size ?? 0) <= own.log.size else {
                throw fail("node \(node.number) signs at \(own.log.size), and \(other.number) holds more")
            }
        }
        // What was durable when it crashed, and never acknowledged.
        while size(node.number) < own.log.size {
            append(node.number, MerkleHash.leaf(own.log.entries[Int(size(node.number))]))
        }
        if size(node.number) > own.log.size {
            // Lost with the disk, before anybody had seen it.
            let kept = history[node.number].leaves.prefix(Int(own.log.size))
            history[node.number] = ([], [MerkleHash.empty], MerkleTree())
            for leaf in kept { append(node.number, leaf) }
            releases[node.number] = releases[node.number].filter { $0.key < own.log.size }
        }
        guard history[node.number].roots[Int(own.log.size)] == own.log.root else {
            throw fail("node \(node.number) came back with another history")
        }
        for index in releases[node.number].keys where own.envelopes[index] == nil {
            lostEnvelopes[node.number].insert(index)
        }
        mayBeBehind[node.number] = false
    }

    mutating func revoked(_ partner: Int, by number: Int) { revocations.insert([number, partner]) }

    func isCut(_ a: Int, _ b: Int) -> Bool { revocations.contains([a, b]) || revocations.contains([b, a]) }

    /// The head of a partner's log that a node holds has changed.
    mutating func accepted(_ node: SimulatedNode, _ partner: Int) throws {
        let mirror = node.disk.durable.mirrors[partner]
        guard let head = mirror.head else { return }
        guard partner != 0 else {
            acceptedOfByzantine[node.number].append(head)
            return
        }
        // A mirror may hold what its log never acknowledged, since it crashed; not what contradicts it.
        let known = history[partner]
        guard head.size >= known.roots.count || known.roots[Int(head.size)] == head.root else {
            throw fail("node \(node.number) accepted a fork of \(partner)")
        }
        guard mirror.log.size >= known.roots.count || known.roots[Int(mirror.log.size)] == mirror.log.root else {
            throw fail("node \(node.number) stores other entries than \(partner) signed")
        }
    }

    /// No mirror ever accepts a fork: all it has accepted are beginnings of one of the two histories.
    func checkByzantine(_ node: SimulatedNode, _ branches: [OwnLog]) throws {
        let all = acceptedOfByzantine[node.number]
        guard let last = all.last else { return }
        let isOne = branches.contains { branch in
            all.allSatisfy { Self.isBeginning($0, of: branch.log) }
        }
        guard isOne else { throw fail("node \(node.number) accepted both histories, up to size \(last.size)") }
        let mirror = node.disk.durable.mirrors[0]
        guard mirror.log.size <= last.size else { throw fail("node \(node.number) stores more than was signed") }
        guard branches.contains(where: { $0.log.entries.starts(with: mirror.log.entries) }) else {
            throw fail("node \(node.number) stores what node 0 never had")
        }
    }

    static func isBeginning(_ checkpoint: SignedCheckpoint, of log: TileLog) -> Bool {
        guard checkpoint.size <= log.size else { return false }
        var reader = log.reader
        return (try? reader.root(size: checkpoint.size)) == checkpoint.root
    }

    /// Deliveries were recorded.
    func took(_ node: SimulatedNode, _ partner: Int) throws {
        let inbox = node.disk.durable.mirrors[partner].inbox
        for (before, after) in zip(inbox, inbox.dropFirst()) {
            guard before.position < after.position, before.entryIndex < after.entryIndex else {
                throw fail("node \(node.number) took a delivery of \(partner) twice, or out of order")
            }
        }
        guard let last = inbox.last else { return }
        guard node.disk.durable.mirrors[partner].cursor.position == last.position else {
            throw fail("the cursor and the inbox of node \(node.number) have come apart")
        }
        for record in inbox {
            let known = releases[partner][record.entryIndex] ?? []
            if let document = record.document {
                guard known.contains(where: { $0.document == document && $0.recipients.contains(node.number) }) else {
                    throw fail("node \(node.number) opened what \(partner) did not release to it")
                }
            } else if partner != 0 || known.contains(where: { $0.recipients == [node.number] }), known.count < 2 {
                // Only envelopes to others do not open; those of an honest node are never lost on the way.
                guard lostEnvelopes[partner].contains(record.entryIndex) else {
                    throw fail("node \(node.number) recorded another envelope than \(partner) released")
                }
            }
        }
    }

    /// After healing: everything that was released to a node is in its inbox.
    func expected(of partner: Int, at number: Int) -> [UInt64] {
        releases[partner].filter { index, list in
            index < size(partner) && list.contains { $0.recipients.contains(number) }
                && !lostEnvelopes[partner].contains(index)
        }.map(\.key).sorted()
    }
}

extension Simulation {
    func checkStep() throws {
        for node in nodes where node.number != 0 {
            guard node.isUp, node.isOpen else { continue }
            guard node.disk.durable.own[0].log.size >= truth.size(node.number) else {
                throw Failure(description: "node \(node.number) lost entries that it had acknowledged")
            }
        }
        if steps % 64 == 0 { try checkByzantine() }
    }

    private func checkByzantine() throws {
        for node in nodes where node.number != 0 && node.isUp {
            try truth.checkByzantine(node, nodes[0].live.own)
        }
    }

    /// Honest nodes have converged, and forks have been found.
    func checkEnd() throws {
        try checkByzantine()
        for node in nodes where node.number != 0 && !isLost(node) && !node.mayHaveForked {
            guard node.isOpen else { throw Failure(description: "node \(node.number) never came to sign again") }
            for partner in node.partners
            where partner != 0 && !truth.isCut(node.number, partner) && !isLost(nodes[partner])
                && !nodes[partner].mayHaveForked
            {
                let mirror = node.disk.durable.mirrors[partner]
                let log = nodes[partner].disk.durable.own[0].log
                guard mirror.log.size == log.size, mirror.log.root == log.root,
                    mirror.complete?.size == log.size
                        || log.size == 0
                else {
                    throw Failure(
                        description: "node \(node.number) has \(mirror.log.size) of \(partner)'s \(log.size) entries")
                }
                let taken = Set(mirror.inbox.map(\.entryIndex))
                let missing = truth.expected(of: partner, at: node.number).filter { !taken.contains($0) }
                guard missing.isEmpty else {
                    throw Failure(description: "node \(node.number) misses deliveries \(missing) of \(partner)")
                }
                guard node.clients[partner][0].cosignedSize == nodes[node.number].disk.durable.own[0].log.size else {
                    throw Failure(description: "node \(node.number) is not cosigned by \(partner)")
                }
            }
        }
        try checkForksFound()
    }

    private func checkForksFound() throws {
        for a in nodes where a.number != 0 {
            for b in nodes where b.number > a.number && !truth.isCut(a.number, b.number) {
                let (one, two) = (a.disk.durable.mirrors[0], b.disk.durable.mirrors[0])
                guard let first = one.head, let second = two.head, !one.isRevoked, !two.isRevoked else { continue }
                let agree = nodes[0].live.own.contains {
                    Truth.isBeginning(first, of: $0.log) && Truth.isBeginning(second, of: $0.log)
                }
                guard !agree else { continue }
                // Evidence takes the entries of the larger one: a node that was frozen before it had them has none.
                let (smaller, larger) = first.size >= second.size ? (second, one) : (first, two)
                let couldTell = (larger.complete?.size ?? 0) >= smaller.size
                guard couldTell else { continue }
                guard one.isFrozen, two.isFrozen, !larger.evidence.isEmpty else {
                    throw Failure(description: "\(a.number) and \(b.number) hold two histories and do not know it")
                }
                forksFound += 1
            }
        }
    }
}
