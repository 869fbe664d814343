import Cryptography
import EntryCodec
import Exchange
import TestSupport
import TransparencyLog

/// What a node does with its replicas' actions, and the client's side of everything it asks of others.
extension Simulation {
    // MARK: Messages

    func send(
        _ node: SimulatedNode, _ to: Int, _ body: Call.Body, _ waiter: Waiter, timeout: UInt64
    ) throws {
        nextCallID += 1
        let call = Call(id: nextCallID, from: node.number, to: to, body: body)
        node.waiting[call.id] = waiter
        if network.isPartitioned(node.number, to) || !nodes[to].isUp {
            let life = node.life
            schedule(
                in: random.below(200) + 50,
                .run(node: node.number, life: life) { simulation in
                    guard let waiter = node.waiting.removeValue(forKey: call.id) else { return }
                    try simulation.failed(node, waiter, .unreachable)
                })
            return
        }
        for delay in network.arrivals(node.number, to, using: &random) { schedule(in: delay, .request(call)) }
        schedule(in: timeout, .timeout(callID: call.id, node: node.number))
    }

    func reply(_ call: Call, status: Int = 200, _ body: [UInt8] = [], isEndless: Bool = false) {
        let isText: Bool =
            switch call.body {
            case .resource(.checkpoint, _), .resource(.checkpoints, _), .mirror(_, .checkpoint), .submit, .gate: true
            default: false
            }
        for delay in network.arrivals(call.to, call.from, using: &random) {
            let damaged = network.damaged(body, isText: isText, using: &random)
            schedule(
                in: delay,
                .answer(Answer(callID: call.id, to: call.from, status: status, body: damaged, isEndless: isEndless)))
        }
    }

    func answered(_ answer: Answer) throws {
        let node = nodes[answer.to]
        guard node.isUp, let waiter = node.waiting.removeValue(forKey: answer.callID) else { return }
        switch waiter {
        case .replica(let partner, let id, let limit):
            try drive(node, partner, Self.event(answer, id, limit))
        case .recovery(let id, let limit):
            try driveRecovery(node, Self.event(answer, id, limit))
        case .gate(let partner):
            guard answer.status == 200, let gossip = try? Gossip(parsing: answer.body) else {
                return later(node, in: 2_000) { try $0.askGate(node, partner) }
            }
            try gateAnswered(node, partner, gossip)
        case .witness(let partner, let log, let request, let checkpoint):
            try cosigned(node, partner, log, request, checkpoint, answer)
        }
    }

    private static func event(_ answer: Answer, _ id: UInt64, _ limit: Int) -> Replica.Event {
        if answer.status != 200 { return .failed(id: id, .status(answer.status)) }
        if answer.isEndless || answer.body.count > limit { return .failed(id: id, .tooLarge) }
        return .received(id: id, bytes: answer.body)
    }

    func failed(_ node: SimulatedNode, _ waiter: Waiter, _ failure: RequestFailure) throws {
        guard node.isUp else { return }
        switch waiter {
        case .replica(let partner, let id, _): try drive(node, partner, .failed(id: id, failure))
        case .recovery(let id, _): try driveRecovery(node, .failed(id: id, failure))
        case .gate(let partner): later(node, in: 1_000) { try $0.askGate(node, partner) }
        case .witness(let partner, let log, _, _): resubmit(node, partner, log)
        }
    }

    // MARK: Replicas

    func drive(_ node: SimulatedNode, _ partner: Int, _ event: Replica.Event) throws {
        guard node.isUp, let actions = node.replicas[partner]?.handle(event, now: now) else { return }
        for action in actions { try perform(node, partner, action) }
        guard let wake = node.replicas[partner]?.wakeUp else { return }
        if let planned = node.wakes[partner], planned <= wake, planned > now { return }
        node.wakes[partner] = wake
        schedule(
            in: max(1, wake - min(wake, now)), .wake(node: node.number, life: node.life, partner: partner))
    }

    private func perform(_ node: SimulatedNode, _ partner: Int, _ action: Replica.Action) throws {
        switch action {
        case .request(let request):
            var gossip: [UInt8] = []
            if request.resource == .checkpoints { gossip = node.held.offer(to: node.origins(of: partner)).encoded }
            log("\(node.number) asks \(partner) \(request.path)")
            try send(
                node, partner, .resource(request.resource, gossip: gossip),
                .replica(partner: partner, id: request.id, limit: request.maximumByteCount), timeout: request.timeout)
        case .cancel: break
        case .judge(let batch, let state):
            let verdict = SimulatedJudge(authority: Authority.all[partner]).judge(batch, state: state)
            later(node, in: random.below(5) + 1) { try $0.drive(node, partner, .judged(verdict)) }
        case .persist(let persist): try store(node, partner, persist)
        case .deliver(let deliveries, let after):
            // A page that was handed over behind another is taken in behind it.
            node.takenIn[partner] = max(now + random.below(30), node.takenIn[partner] ?? 0)
            later(node, in: node.takenIn[partner]! - now) { try $0.deliver(node, partner, deliveries, after) }
        case .compare(let older, let newer):
            var reader = node.live.mirrors[partner].log.reader(size: newer.size)
            let evidence = try ForkEvidence.compare(older: older, newer: newer, reader: &reader)
            if let evidence { try drive(node, partner, .evidence(evidence)) }
        case .gossip(let gossip): try hear(node, gossip, from: partner)
        case .alarm(let alarm): try self.alarm(node, partner, alarm)
        case .synced(let size): log("\(node.number) synced \(partner) size \(size)")
        case .failed: log("\(node.number) round with \(partner) failed")
        }
    }

    private func store(_ node: SimulatedNode, _ partner: Int, _ persist: Replica.Persist) throws {
        let held = node.live.mirrors[partner].head
        if persist.head != nil, held?.size != persist.replaces?.size || held?.root != persist.replaces?.root {
            return later(node, in: 1) {
                try $0.drive(node, partner, .superseded(id: persist.id, head: held!))
            }
        }
        try write(node) {
            $0.mirrors[partner].log.append(persist.batch.entries, tiles: persist.tiles)
            $0.mirrors[partner].judge = persist.judge
            if let head = persist.head { $0.mirrors[partner].head = head }
            if let complete = persist.complete { $0.mirrors[partner].complete = complete }
        } then: {
            $0.log("\(node.number) holds \(persist.batch.endIndex) of \(partner)")
            try $0.truth.accepted(node, partner)
            try $0.drive(node, partner, .persisted(id: persist.id))
            try $0.tellOthers(node)
        }
    }

    private func tellOthers(_ node: SimulatedNode) throws {
        for other in node.partners { try drive(node, other, .heldChanged) }
    }

    private func deliver(
        _ node: SimulatedNode, _ partner: Int, _ deliveries: [Delivery], _ after: DeliveryCursor
    ) throws {
        guard node.replicas[partner]?.isFrozen == false, node.live.mirrors[partner].cursor == after else { return }
        var records: [InboxRecord] = []
        var refused: (UInt64, String)?
        for delivery in deliveries {
            do {
                records.append(try record(node, partner, delivery))
            } catch let error as EnvelopeError {
                refused = (delivery.position, error.code.rawValue)
                break
            }
        }
        if !records.isEmpty {
            let taken = records
            let cursor = DeliveryCursor(position: taken.last!.position, entryIndex: taken.last!.entryIndex)
            if mutation == .movesCursorFirst {
                try write(node) { $0.mirrors[partner].cursor = cursor }
                try write(node) { $0.mirrors[partner].inbox += taken }
                return later(node, in: 200) { try $0.drive(node, partner, .delivered(cursor)) }
            }
            try write(node) {
                $0.mirrors[partner].inbox += taken
                $0.mirrors[partner].cursor = cursor
            } then: {
                $0.log("\(node.number) took \(taken.count) from \(partner) to \(cursor.position)")
                try $0.truth.took(node, partner)
                try $0.drive(node, partner, .delivered(cursor))
                if let refused {
                    try $0.drive(node, partner, .deliveryRefused(position: refused.0, code: refused.1))
                }
            }
        } else if let refused {
            later(node, in: 1) {
                try $0.drive(node, partner, .deliveryRefused(position: refused.0, code: refused.1))
            }
        }
    }

    /// Throws where the envelope is not the entry's; one that cannot be opened is recorded as that.
    private func record(_ node: SimulatedNode, _ partner: Int, _ delivery: Delivery) throws -> InboxRecord {
        let entry = try LogEntry(parsing: node.live.mirrors[partner].log.entries[Int(delivery.entryIndex)])
        if mutation != .trustsEnvelopes { _ = try Envelope(parsing: delivery.envelope, of: entry) }
        let origin = Authority.all[partner].origin
        let opener = EnvelopeOpener(keys: [node.authority.recipient], signers: SimulatedDirectory())
        let opened = try? opener.open(
            delivery.envelope, of: entry, origin: origin,
            evidence: .mirrored(origin: origin, leafHash: entry.leafHash), isDuplicate: { _ in false }, admit: { _ in })
        return InboxRecord(
            position: delivery.position, entryIndex: delivery.entryIndex, document: opened?.document)
    }

    // MARK: Alarms and gossip

    static func name(_ alarm: ReplicaAlarm) -> String {
        switch alarm {
        case .fork: "fork"
        case .rollback: "rollback"
        case .unproven: "unproven"
        case .badEntry: "bad entry"
        case .withheld: "withheld"
        case .badDelivery: "bad delivery"
        }
    }

    func alarm(_ node: SimulatedNode, _ partner: Int, _ alarm: ReplicaAlarm) throws {
        log("\(node.number) alarm on \(partner): \(Self.name(alarm))")
        guard partner == 0 || nodes[partner].mayHaveForked else {
            throw Failure(description: "node \(node.number) has an alarm on honest \(partner): \(Self.name(alarm))")
        }
        guard alarm.freezes else { return }
        var evidence: [ForkEvidence] = []
        if case .fork(let found) = alarm {
            let again = try ForkEvidence(parsing: found.encoded)
            try again.verify(logs: [Authority.all[partner].log.verifier])
            evidence = [again]
        }
        if mutation == .ignoresAlarms { return try goOn(node, partner, alarm) }
        try write(node) {
            $0.mirrors[partner].isFrozen = true
            $0.mirrors[partner].evidence += evidence
        } then: {
            try $0.tellOthers(node)
        }
    }

    /// The mutant: takes what raised the alarm for the head.
    private func goOn(_ node: SimulatedNode, _ partner: Int, _ alarm: ReplicaAlarm) throws {
        let shown: SignedCheckpoint
        switch alarm {
        case .fork(let evidence):
            let (first, second) = try evidence.verify(logs: [Authority.all[partner].log.verifier])
            shown = first == node.live.mirrors[partner].head ? second : first
        case .rollback(_, let checkpoint), .unproven(_, let checkpoint): shown = checkpoint
        default: return
        }
        try write(node) {
            $0.mirrors[partner].head = shown
            $0.mirrors[partner].log.truncate(to: min(shown.size, $0.mirrors[partner].log.size))
            $0.mirrors[partner].judge = $0.mirrors[partner].log.size.bigEndianBytes
        } then: {
            try $0.truth.accepted(node, partner)
            // Behind the deliveries that the old one handed over.
            $0.later(node, in: 30) {
                node.replicas[partner] = node.makeReplica(partner, $0.random.next())
                try $0.drive(node, partner, .tick)
            }
        }
    }

    func hear(_ node: SimulatedNode, _ gossip: Gossip, from partner: Int) throws {
        guard mutation != .hearsNoGossip else { return }
        for item in gossip.items {
            guard let number = nodes.indices.first(where: { Authority.all[$0].origin == item.claimedOrigin }) else {
                continue
            }
            switch item {
            case .checkpoint(let note) where number == node.number: try hearOfOwn(node, note)
            case .checkpoint(let note): try drive(node, number, .observed(note, source: "\(partner)"))
            case .evidence(let evidence): if number != node.number { try drive(node, number, .evidence(evidence)) }
            }
        }
    }

    /// Nobody may hold more of an honest node's log than it has itself, once it signs.
    private func hearOfOwn(_ node: SimulatedNode, _ note: SignedNote) throws {
        guard node.number != 0, node.isOpen,
            let held = try? SignedCheckpoint(verifying: note, logs: [node.authority.log.verifier])
        else { return }
        guard held.size <= node.live.own[0].log.size else {
            throw Failure(description: "node \(node.number) signs while others hold more of its log")
        }
    }

    // MARK: Witnesses of the own logs

    func submitEverywhere(_ node: SimulatedNode) throws {
        for partner in node.partners { for log in 0..<2 { try submit(node, partner, log) } }
    }

    func submit(_ node: SimulatedNode, _ partner: Int, _ log: Int) throws {
        guard node.isOpen, !node.isSubmitting[partner][log], !node.live.mirrors[partner].isRevoked,
            log == 0 || !node.isJournalLost
        else { return }
        let branch = node.number == 0 ? byzantine.branch(forWitness: partner, node.disk.durable) : 0
        let own = node.disk.durable.own[branch]
        let tree = log == 0 ? own.log : node.disk.durable.journal
        let note = log == 0 ? own.note : node.disk.durable.journalNote
        let verifier = log == 0 ? node.authority.log.verifier : node.authority.journal.verifier
        let checkpoint = try SignedCheckpoint(verifying: note, logs: [verifier])
        guard checkpoint.size > node.clients[partner][log].cosignedSize else { return }
        let request = try node.clients[partner][log].request(for: checkpoint) { try tree.proof($0, $1) }
        node.isSubmitting[partner][log] = true
        try send(
            node, partner, .submit(request.encoded),
            .witness(partner: partner, log: log, request, checkpoint), timeout: 8_000)
    }

    private func resubmit(_ node: SimulatedNode, _ partner: Int, _ log: Int) {
        node.isSubmitting[partner][log] = false
        later(node, in: random.below(20_000) + 10_000) { try $0.submit(node, partner, log) }
    }

    private func cosigned(
        _ node: SimulatedNode, _ partner: Int, _ log: Int, _ request: AddCheckpoint, _ checkpoint: SignedCheckpoint,
        _ answer: Answer
    ) throws {
        let outcome = node.clients[partner][log].answered(
            status: answer.status, body: answer.body, to: request, for: checkpoint)
        switch outcome {
        case .cosigned, .again:
            node.isSubmitting[partner][log] = false
            try submit(node, partner, log)
        case .ahead where node.number != 0 && partner != 0 && network.damage == 0:
            throw Failure(description: "a witness is ahead of honest node \(node.number)")
        case .ahead, .contradicted, .refused:
            resubmit(node, partner, log)
        }
    }
}
