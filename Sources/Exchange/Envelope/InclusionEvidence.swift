public import Cryptography
public import TransparencyLog

/// Why an entry is believed to be in its log.
public enum InclusionEvidence: Sendable {
    /// An audit path to a checkpoint that the log has signed, and that this policy's quorum has cosigned.
    case proof(InclusionProof, SignedCheckpoint, TrustPolicy)
    /// Our mirror of the log of this origin holds this leaf where the entry is said to be, below a checkpoint that the
    /// mirror accepted. `isVerified`: the signature in this leaf was verified by this process, by the key that it names.
    case mirrored(origin: String, leafHash: Digest, isVerified: Bool = false)

    /// Whether the signature of the entry with this leaf was verified before.
    func hasVerified(leafHash: Digest, origin: String) -> Bool {
        guard case .mirrored(let mirror, let mirrored, true) = self else { return false }
        return mirror.hasSameBytes(as: origin) && mirrored == leafHash
    }

    /// Throws `.notIncluded`, `.notCosigned`.
    func verify(leafHash: Digest, origin: String) throws(EnvelopeError) {
        switch self {
        case .proof(let proof, let checkpoint, let policy):
            guard checkpoint.origin.hasSameBytes(as: origin), proof.size == checkpoint.size,
                (try? proof.verify(leaf: leafHash, root: checkpoint.root)) != nil
            else { throw EnvelopeError(.notIncluded, "no proof that the entry is in this log") }
            guard (try? policy.requireQuorum(of: Set(checkpoint.cosignatures.keys))) != nil else {
                throw EnvelopeError(.notCosigned, "the checkpoint is not cosigned by the policy's quorum")
            }
        case .mirrored(let mirror, let mirrored, _):
            guard mirror.hasSameBytes(as: origin), mirrored == leafHash else {
                throw EnvelopeError(.notIncluded, "our mirror of this log holds another entry there")
            }
        }
    }
}
