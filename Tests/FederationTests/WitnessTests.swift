import Cryptography
import Exchange
import TestSupport
import Testing
import TransparencyLog

@Suite struct WitnessTests {
    static let authority = Authority.all[2]
    static let witness = Witness(signer: Authority.all[3].witness)

    let log: TileLog
    let fork: TileLog

    init() {
        let harness = ReplicaHarness(entries: 12)
        log = harness.log
        fork = harness.fork(at: 6, to: 12)
    }

    private func checkpoint(_ size: UInt64, of tree: TileLog? = nil) throws -> SignedCheckpoint {
        var reader = (tree ?? log).reader
        let note = Self.authority.log.sign(size: size, root: try reader.root(size: size))
        return try SignedCheckpoint(verifying: note, logs: [Self.authority.log.verifier])
    }

    private func decide(
        _ body: [UInt8], held: SignedCheckpoint?, standing: PartnerState = .active
    ) -> Witness.Decision {
        Self.witness.decide(
            body, log: .init(verifiers: [Self.authority.log.verifier], standing: standing, held: held), time: 77)
    }

    private func request(
        _ old: UInt64, _ size: UInt64, of tree: TileLog? = nil, hashes: [Digest]? = nil
    ) throws -> [UInt8] {
        let proof = old > 0 && old < size ? try (tree ?? log).proof(old, size).hashes : []
        return AddCheckpoint(oldSize: old, hashes: hashes ?? proof, note: try checkpoint(size, of: tree).note).encoded
    }

    @Test func cosignsWhatGoesOn() throws {
        for (held, size) in [(nil, 0), (nil, 5), (0, 5), (4, 9), (5, 12), (8, 8)] as [(UInt64?, UInt64)] {
            let decision = decide(try request(held ?? 0, size), held: try held.map { try checkpoint($0) })
            #expect(decision.response.status == 200)
            #expect(decision.accepted?.size == (held == size ? nil : size))
            let note = try SignedNote(parsing: checkpoint(size).note.encoded + decision.response.body)
            let verified = try note.verify(logs: [], witnesses: [Authority.all[3].witness.verifier])
            #expect(verified.cosignatures.values.first == 77)
        }
    }

    @Test func answersWithTheStatusesOfThePage() throws {
        let five = try checkpoint(5)
        #expect(decide(Array("old 05\n\n".utf8), held: five).response.status == 400)
        #expect(decide(try request(9, 8), held: five).response.status == 400)
        #expect(Self.witness.decide(try request(5, 8), log: nil, time: 0).response.status == 404)
        for standing in [PartnerState.suspended, .frozen, .revoked] {
            #expect(decide(try request(5, 8), held: five, standing: standing).response.status == 403)
        }
        let stranger = Authority.all[4].log
        let forged = SignedNote(
            text: try checkpoint(8).note.text,
            signatures: stranger.sign(size: 8, root: MerkleHash.empty).signatures)
        #expect(decide(AddCheckpoint(oldSize: 5, hashes: [], note: forged).encoded, held: five).response.status == 403)
        let conflict = decide(try request(4, 8), held: five).response
        #expect(conflict.status == 409 && conflict.contentType == "text/x.tlog.size")
        #expect(conflict.body == Array("5\n".utf8))
        #expect(decide(try request(5, 8, hashes: []), held: five).response.status == 422)
        #expect(decide(try request(0, 8, hashes: [five.root]), held: nil).response.status == 422)
        #expect(decide(try request(5, 5, hashes: [five.root]), held: five).response.status == 422)
    }

    @Test func neverCosignsAFork() throws {
        let held = try checkpoint(9)
        let same = decide(try request(9, 9, of: fork), held: held)
        #expect(same.response.status == 409 && same.accepted == nil)
        try #require(same.evidence).verify(logs: [Self.authority.log.verifier])
        let larger = decide(try request(9, 12, of: fork), held: held)
        #expect(larger.response.status == 422 && larger.accepted == nil && larger.suspect?.size == 12)
        let smaller = decide(try request(0, 8, of: fork), held: held)
        #expect(smaller.response.status == 409 && smaller.suspect?.size == 8)
    }

    // MARK: The other side

    /// Asks a witness that holds `held`, until there is an outcome.
    private func ask(
        _ client: inout WitnessClient, _ size: UInt64, held: SignedCheckpoint?, says: Bool = true
    ) throws -> WitnessClient.Outcome {
        let checkpoint = try checkpoint(size)
        while true {
            let request = try client.request(for: checkpoint) { try log.proof($0, $1) }
            let response = decide(request.encoded, held: held).response
            let body = response.status == 409 && !says ? [] : response.body
            let outcome = client.answered(status: response.status, body: body, to: request, for: checkpoint)
            if case .again = outcome { continue }
            return outcome
        }
    }

    @Test func theClientFindsTheSizeToAskFrom() throws {
        for says in [true, false] {
            for (known, held) in [(0, nil), (0, 7), (7, 7), (3, 7), (9, nil)] as [(UInt64, UInt64?)] {
                var client = WitnessClient(
                    witnesses: [Authority.all[3].witness.verifier], cosignedSize: known)
                let outcome = try ask(&client, 12, held: held.map { try checkpoint($0) }, says: says)
                if case .cosigned(let lines) = outcome {
                    #expect(lines.count == 1 && client.cosignedSize == 12)
                } else {
                    // Without a size in the answer, only what is known or nothing can be tried.
                    #expect(!says && held == 7 && known != 7)
                }
            }
        }
    }

    @Test func theClientSeesThatItIsBehindOrContradicted() throws {
        var client = WitnessClient(witnesses: [Authority.all[3].witness.verifier])
        guard case .ahead(12) = try ask(&client, 9, held: checkpoint(12)) else { throw Unexpected() }
        guard case .contradicted = try ask(&client, 12, held: checkpoint(12, of: fork)) else { throw Unexpected() }
        guard case .contradicted = try ask(&client, 12, held: checkpoint(9, of: fork)) else { throw Unexpected() }
    }

    @Test func theClientBelievesNoOtherKey() throws {
        var client = WitnessClient(witnesses: [Authority.all[4].witness.verifier])
        guard case .refused(200) = try ask(&client, 9, held: nil) else { throw Unexpected() }
        #expect(client.cosignedSize == 0)
    }

    /// After a rotation a witness may go on with its old key for a while.
    @Test func theClientBelievesEveryKeyOfTheWitness() throws {
        for keys in [[4, 3], [3, 4]] {
            var client = WitnessClient(witnesses: keys.map { Authority.all[$0].witness.verifier })
            guard case .cosigned(let lines) = try ask(&client, 9, held: nil) else { throw Unexpected() }
            #expect(lines.map(\.keyID) == [Authority.all[3].witness.verifier.vkey.keyID])
        }
    }

    // MARK: The start gate

    @Test func theGateOpensOnlyWhenNobodyHoldsMore() throws {
        let own = try checkpoint(9)
        func gate(_ answers: [[SignedNote]], required: Int = 3) throws -> StartGate.Decision {
            var gate = StartGate(
                logs: [.init(verifiers: [Self.authority.log.verifier], checkpoint: own)],
                partners: ["a", "b", "c"], required: required)
            for (name, notes) in zip(["a", "b", "c"], answers) {
                try gate.answered(by: name, Gossip(notes.map { .checkpoint($0) })) { older, own in
                    var reader = log.reader(size: own.size)
                    return try ForkEvidence.compare(older: older, newer: own, reader: &reader)
                }
            }
            return gate.decision
        }
        guard case .waiting(2, 3) = try gate([[], []]) else { throw Unexpected() }
        guard case .maySign = try gate([[], []], required: 2) else { throw Unexpected() }
        guard case .maySign = try gate([[own.note], [checkpoint(4).note], []]) else { throw Unexpected() }
        guard case .behind(let goals) = try gate([[checkpoint(10).note, checkpoint(12).note]]) else {
            throw Unexpected()
        }
        #expect(goals.map(\.size) == [12])
        guard case .forked = try gate([[checkpoint(9, of: fork).note]]) else { throw Unexpected() }
        guard case .forked = try gate([[checkpoint(8, of: fork).note]]) else { throw Unexpected() }
        guard case .forked = try gate([[checkpoint(12).note], [checkpoint(12, of: fork).note]]) else {
            throw Unexpected()
        }
        // What is not signed by the log itself says nothing.
        guard case .maySign = try gate([[Authority.all[4].log.sign(size: 50, root: own.root)], [], []]) else {
            throw Unexpected()
        }
        guard case .maySign = StartGate(logs: [], partners: [], required: 1).decision else { throw Unexpected() }
    }

    // MARK: Bodies

    @Test func heldCheckpointsAreToldToThoseWhoAsk() throws {
        func log(_ number: Int, isExchangeLog: Bool = true, unstored: [SignedCheckpoint] = []) throws
            -> HeldCheckpoints.Log
        {
            let signer = isExchangeLog ? Authority.all[number].log : Authority.all[number].journal
            let head = try SignedCheckpoint(
                verifying: signer.sign(size: 0, root: MerkleHash.empty), logs: [signer.verifier])
            return .init(head: head, isExchangeLog: isExchangeLog, unstored: unstored)
        }
        let held = HeldCheckpoints(
            [
                try log(1), try log(1, isExchangeLog: false), try log(2, unstored: [checkpoint(3)]),
                try log(2, isExchangeLog: false), try log(4),
            ], witnessName: "w")
        let two = [Authority.all[2].origin, Authority.all[2].journalOrigin]
        let offered = held.offer(to: two).items.map(\.claimedOrigin)
        #expect(offered == [Authority.all[1].origin, two[0], two[0], two[1], Authority.all[4].origin])
        let asked = Gossip([.checkpoint(Authority.all[4].log.sign(size: 0, root: MerkleHash.empty))])
        let answered = held.answer(to: asked, from: two).items.map(\.claimedOrigin)
        #expect(answered == [two[0], two[0], two[1], Authority.all[4].origin])
        #expect(held.answer(to: Gossip([]), from: []).items.isEmpty)
    }

    @Test func bodiesThatAreCutAreRefused() throws {
        let note = try checkpoint(9).note
        let evidence = try ForkEvidence(checkpoint(9), checkpoint(9, of: fork))
        let gossip = Gossip([.checkpoint(note), .evidence(evidence)])
        #expect(try Gossip(parsing: gossip.encoded) == gossip)
        let page = DeliveryPage.encode([
            Delivery(position: 1, entryIndex: 0, envelope: [1, 2]), Delivery(position: 3, entryIndex: 9, envelope: []),
        ])
        let add = try request(5, 12)
        #expect(try AddCheckpoint(parsing: add).encoded == add)
        for (whole, parse) in [
            (gossip.encoded, { _ = try Gossip(parsing: $0) }),
            (page, { _ = try DeliveryPage.parse($0, after: DeliveryCursor(), maximumEnvelopeByteCount: 9) }),
            (evidence.encoded, { _ = try ForkEvidence(parsing: $0) }), (add, { _ = try AddCheckpoint(parsing: $0) }),
        ] as [([UInt8], ([UInt8]) throws -> Void)] {
            try parse(whole)
            let good = (0..<whole.count).filter { (try? parse(Array(whole[..<$0]))) != nil }
            // A cut between items leaves whole items, and nothing else does.
            #expect(good.count <= 2)
            #expect(throws: ReplicationError.self) { try parse(whole + [0]) }
        }
    }
}
