import Cryptography
import TransparencyLog

@testable import Exchange

/// Checkpoints made for a test, by a log and a witness of fixed keys.
enum Evidence {
    /// A proof in a tree of this one leaf, under a policy that asks for the witness.
    static func oneEntry(_ leaf: Digest, origin: String, isCosigned: Bool = true) throws -> InclusionEvidence {
        let proof = InclusionProof(index: 0, size: 1, hashes: [])
        let (checkpoint, policy) = try checkpoint(size: 1, root: leaf, origin: origin, isCosigned: isCosigned)
        return .proof(proof, checkpoint, policy)
    }

    static func checkpoint(
        size: UInt64, root: Digest, origin: String, isCosigned: Bool
    ) throws -> (SignedCheckpoint, TrustPolicy) {
        let log = try CheckpointSigner(origin: origin, key: SigningKey(seed: Federation.seed(50)))
        let witness = try WitnessSigner(name: "w.example/witness", key: SigningKey(seed: Federation.seed(51)))
        let text = "log \(log.verifier.vkey)\nwitness w \(witness.verifier.vkey)\nquorum w\n"
        let policy = try TrustPolicy(parsing: Array(text.utf8))
        var note = log.sign(size: size, root: root)
        if isCosigned {
            let signed = try SignedCheckpoint(verifying: note.encoded, logs: policy.logs)
            let line = witness.cosign(signed, timestamp: 1_800_000_000)
            note = SignedNote(text: note.text, signatures: note.signatures + [line])
        }
        let checkpoint = try SignedCheckpoint(
            verifying: note.encoded, logs: policy.logs, witnesses: policy.witnesses)
        return (checkpoint, policy)
    }
}
