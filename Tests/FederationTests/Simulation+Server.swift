import Cryptography
import EntryCodec
import Exchange
import TestSupport
import TransparencyLog

/// The server's side of a node, and what it releases and revokes.
extension Simulation {
    func serve(_ call: Call) throws {
        let node = nodes[call.to]
        guard node.isUp else { return }
        switch call.body {
        case .gate: return reply(call, node.held.answer(to: Gossip([]), from: node.origins(of: call.from)).encoded)
        case .mirror(let number, let resource): return serveMirror(node, call, number, resource)
        default: break
        }
        guard node.isOpen else { return reply(call, status: 503) }
        let partner = node.live.mirrors[call.from]
        guard !partner.isRevoked, !partner.isFrozen else { return reply(call, status: 403) }
        switch call.body {
        case .resource(let resource, let gossip):
            if node.number == 0, try misbehave(node, call, resource) { return }
            try serve(node, call, resource, gossip)
        case .submit(let body): try witness(node, call, body)
        case .mirror, .gate: break
        }
    }

    func serve(
        _ node: SimulatedNode, _ call: Call, _ resource: ReplicaRequest.Resource, _ gossip: [UInt8]
    ) throws {
        let own = published(node, for: call.from)
        switch resource {
        case .checkpoint(let after, let wait):
            if own.log.size != after || wait == 0 { return reply(call, own.note.encoded) }
            node.polls[call.id] = call
            schedule(
                in: wait * 1000, .pollEnds(node: node.number, life: node.life, callID: call.id))
        case .tile(let path):
            guard let bytes = own.log.resource(path) else { return reply(call, status: 404) }
            reply(call, bytes)
        case .deliveries(let after, let limit):
            reply(call, DeliveryPage.encode(own.deliveries(to: call.from, after: after, limit: limit)))
        case .checkpoints:
            guard let heard = try? Gossip(parsing: gossip) else { return reply(call, status: 400) }
            try hear(node, heard, from: call.from)
            reply(call, node.held.answer(to: heard, from: node.origins(of: call.from)).encoded)
        }
    }

    func published(_ node: SimulatedNode, for partner: Int) -> OwnLog {
        node.disk.durable.own[node.number == 0 ? byzantine.branch(for: partner, node.disk.durable) : 0]
    }

    func endPoll(_ node: SimulatedNode, _ callID: Int) throws {
        guard let call = node.polls.removeValue(forKey: callID) else { return }
        reply(call, published(node, for: call.from).note.encoded)
    }

    private func endPolls(_ node: SimulatedNode) throws {
        for (id, call) in node.polls.sorted(by: { $0.key < $1.key }) {
            guard case .resource(.checkpoint(let after, _), _) = call.body else { continue }
            if published(node, for: call.from).log.size != after { try endPoll(node, id) }
        }
    }

    private func serveMirror(
        _ node: SimulatedNode, _ call: Call, _ number: Int, _ resource: ReplicaRequest.Resource
    ) {
        let mirror = node.disk.durable.mirrors[number]
        guard number == call.from, !mirror.isRevoked, let complete = mirror.complete else {
            return reply(call, status: 404)
        }
        switch resource {
        case .checkpoint: reply(call, complete.note.encoded)
        case .tile(let path):
            guard let bytes = mirror.log.resource(path) else { return reply(call, status: 404) }
            reply(call, bytes)
        case .deliveries, .checkpoints: reply(call, status: 404)
        }
    }

    // MARK: Witnessing

    private func witness(_ node: SimulatedNode, _ call: Call, _ body: [UInt8]) throws {
        let origin = Witness.origin(of: body)
        let number = nodes.indices.first {
            Authority.all[$0].origin == origin || Authority.all[$0].journalOrigin == origin
        }
        let isJournal = number.map { Authority.all[$0].journalOrigin == origin } ?? false
        let log = number.map { number -> Witness.Log in
            let mirror = node.live.mirrors[number]
            let verifier = isJournal ? Authority.all[number].journal.verifier : Authority.all[number].log.verifier
            let standing: PartnerState = mirror.isRevoked ? .revoked : mirror.isFrozen ? .frozen : .active
            return Witness.Log(
                verifiers: [verifier], standing: standing, held: isJournal ? mirror.journalHead : mirror.head)
        }
        let time = UInt64(max(0, Int64(wallTime(node.number)) / 1000))
        let decision = Witness(signer: node.authority.witness).decide(body, log: log, time: time)
        if let number, !isJournal {
            if let evidence = decision.evidence { try drive(node, number, .evidence(evidence)) }
            if let suspect = decision.suspect { try drive(node, number, .observed(suspect.note, source: "submitted")) }
        }
        guard let number, let accepted = decision.accepted else {
            return reply(call, status: decision.response.status, decision.response.body)
        }
        try write(node) {
            if isJournal { $0.mirrors[number].journalHead = accepted } else { $0.mirrors[number].head = accepted }
        } then: {
            $0.log("\(node.number) cosigns \(number) size \(accepted.size)")
            if !isJournal {
                try $0.truth.accepted(node, number)
                try $0.drive(node, number, .headMoved(accepted))
            }
            $0.reply(call, status: decision.response.status, decision.response.body)
        }
    }

    // MARK: Releases and revocations

    func release(_ node: SimulatedNode) throws {
        guard node.isUp, node.isOpen, !isHealed else { return }
        let possible = node.partners.filter {
            mutation == .sealsForRevoked || !node.live.mirrors[$0].isRevoked && !node.live.mirrors[$0].isFrozen
        }
        guard !possible.isEmpty else { return }
        var recipients = [random.pick(possible)]
        if random.chance(400), let more = possible.first(where: { $0 != recipients[0] }) { recipients.append(more) }
        if mutation == .sealsForRevoked { recipients = possible }
        let branch = node.number == 0 ? Int(random.below(UInt64(node.live.own.count))) : 0
        try release(node, to: recipients, branch: branch)
    }

    private func release(_ node: SimulatedNode, to recipients: [Int], branch: Int) throws {
        let authority = node.authority
        let document = Array("release \(random.next()) of \(node.number)".utf8)
        let sealer = EnvelopeSealer(origin: authority.origin, key: authority.release)
        let sealed = try sealer.seal(
            document, for: recipients.map { Authority.all[$0].recipient.recipient },
            id: Authority.id(random.next(), random.next()), timeMilliseconds: wallTime(node.number))
        let entry = sealed.entry.encoded
        let envelope = sealed.envelope.encoded
        var own = node.live.own[branch]
        let index = own.log.size
        own.log.append(entry)
        let note = authority.log.sign(size: own.log.size, root: own.log.root)
        node.live.journal.append(document)
        let journalNote = authority.journal.sign(size: node.live.journal.size, root: node.live.journal.root)
        node.live.journal.truncate(to: node.live.journal.size - 1)
        log("release \(node.number) entry \(index) to \(recipients)")
        try truth.released(by: node, index, document, recipients, sealed, nodes)
        try write(node) {
            $0.own[branch].log.append(entry)
            $0.own[branch].note = note
            $0.own[branch].envelopes[index] = envelope
            for recipient in recipients { $0.own[branch].address(index, to: recipient) }
            $0.journal.append(document)
            $0.journalNote = journalNote
        } then: {
            if node.number != 0 { try $0.truth.acknowledged(node, index, MerkleHash.leaf(entry)) }
            try $0.endPolls(node)
            try $0.submitEverywhere(node)
        }
    }

    func revoke(by node: SimulatedNode, _ partner: Int) throws {
        guard node.isUp, !isHealed else { return }
        log("\(node.number) revokes \(partner)")
        try write(node) { $0.mirrors[partner].isRevoked = true }
        node.replicas[partner] = nil
        truth.revoked(partner, by: node.number)
    }
}

extension OwnLog {
    mutating func address(_ index: UInt64, to recipient: Int) {
        let position = max((outbox[recipient].last?.position ?? 0) + 1, positionFloor)
        outbox[recipient].append(Delivery(position: position, entryIndex: index, envelope: []))
    }

    func deliveries(to recipient: Int, after position: UInt64, limit: Int) -> [Delivery] {
        var total = 0
        return outbox[recipient].filter { $0.position > position }.prefix { _ in
            defer { total += 6_000 }
            return total <= min(limit, 20_000)
        }.map { Delivery(position: $0.position, entryIndex: $0.entryIndex, envelope: envelopes[$0.entryIndex] ?? []) }
    }
}

extension OpeningKey {
    var recipient: EpochRecipient { EpochRecipient(authority: authority, epoch: epoch, key: key.publicKey) }
}
