import Cryptography
import Exchange
import TransparencyLog

/// What a partner's node sends, and asks.
enum ReplicationFuzzing {
    /// The log of the vectors.
    private static let log = try! LogVerifier(
        VerifierKey(
            parsing: "vn.customs.example/exchange+184afb22+AYNdhn+MCwW/PlbLt8k5aY7kgTPV3NuNVJbRZm+4XQdC"))
    private static let witness = Witness(
        signer: try! WitnessSigner(
            name: "fuzz.example/witness", key: SigningKey(seed: SecretBytes(count: 32) { $0[0] = 5 })))

    static func deliveries(_ bytes: [UInt8]) {
        guard let page = try? DeliveryPage.parse(bytes, after: DeliveryCursor(), maximumEnvelopeByteCount: 1 << 16)
        else { return }
        precondition(DeliveryPage.encode(page) == bytes, "a page that is not written back as it was read")
        precondition(
            zip(page, page.dropFirst()).allSatisfy { $0.position < $1.position && $0.entryIndex < $1.entryIndex })
    }

    static func gossip(_ bytes: [UInt8]) {
        guard let gossip = try? Gossip(parsing: bytes) else { return }
        precondition(gossip.encoded == bytes, "held checkpoints that are not written back as they were read")
        let held = HeldCheckpoints([], witnessName: "w")
        precondition(held.answer(to: gossip, from: []).items.isEmpty)
        var gate = StartGate(logs: [], partners: ["a"], required: 1)
        gate.answered(by: "a", gossip) { _, _ in nil }
    }

    static func evidence(_ bytes: [UInt8]) {
        guard let evidence = try? ForkEvidence(parsing: bytes) else { return }
        precondition(evidence.encoded == bytes, "evidence that is not written back as it was read")
        guard let (first, second) = try? evidence.verify(logs: [log]) else { return }
        precondition(first.size <= second.size && first.root != second.root)
    }

    /// The request, and the whole of a witness's decision on it, with and without a checkpoint held.
    static func addCheckpoint(_ bytes: [UInt8]) {
        let first = witness.decide(bytes, log: .init(verifiers: [log], standing: .active, held: nil), time: 1)
        let again = witness.decide(
            bytes, log: .init(verifiers: [log], standing: .active, held: first.accepted), time: 2)
        precondition(first.accepted == nil || again.accepted == nil, "the same accepted twice")
        guard let request = try? AddCheckpoint(parsing: bytes) else {
            precondition(first.response.status == 400)
            return
        }
        precondition(request.encoded == bytes, "a request that is not written back as it was read")
        var client = WitnessClient(witnesses: [try! WitnessVerifier(name: "w", key: VerifyingKey(log.key.bytes))])
        guard let signed = try? SignedCheckpoint(verifying: request.note, logs: [log]) else { return }
        for status in [200, 409] { _ = client.answered(status: status, body: bytes, to: request, for: signed) }
    }
}
