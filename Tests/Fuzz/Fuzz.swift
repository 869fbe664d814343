import Cryptography
import Foundation
import TransparencyLog

// One parser a run, named by CORDON_FUZZ. A parser may refuse; what it accepts it must write back to the very same
// bytes, since every format has one encoding.

private let target = ProcessInfo.processInfo.environment["CORDON_FUZZ"] ?? ""
private let signer = try! CheckpointSigner(
    origin: "example.org/log", key: SigningKey(seed: SecretBytes(count: 32) { $0[0] = 1 }))
private let policy = TrustPolicy(log: signer.verifier)

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    switch target {
    case "note":
        guard let note = try? SignedNote(parsing: bytes) else { break }
        precondition(note.encoded == bytes, "a note that is not written back as it was read")
        _ = try? note.verify(logs: [signer.verifier])
    case "checkpoint":
        guard let text = String(validating: bytes, as: UTF8.self), let checkpoint = try? Checkpoint(parsing: text)
        else { break }
        precondition(Array(checkpoint.text.utf8) == bytes, "a checkpoint that is not written back as it was read")
        let signed = try! SignedCheckpoint(
            verifying: signer.sign(size: checkpoint.size, root: checkpoint.root).encoded, policy: policy)
        precondition(signed.size == checkpoint.size && signed.root == checkpoint.root)
    case "policy":
        guard let policy = try? TrustPolicy(parsing: bytes) else { break }
        precondition(policy.witnessesNeededForSplitView <= policy.witnesses.count)
        precondition((0...policy.witnesses.count).contains(policy.toleratedUnreachableWitnesses))
        let everybody = (try? policy.requireQuorum(of: Set(policy.witnesses))) != nil
        precondition(everybody, "a quorum that nobody can meet")
    case "proof":
        guard let proof = try? LogProof(parsing: bytes) else { break }
        precondition(proof.encoded == bytes, "a proof that is not written back as it was read")
        _ = try? proof.verify(leaf: MerkleHash.leaf(proof.extra ?? []), policy: policy)
    case "tile":
        // The first byte is the width, less one.
        guard let width = bytes.first.map({ Int($0) + 1 }),
            let hashes = try? Tile.parse(Array(bytes.dropFirst()), width: width)
        else { break }
        precondition(Tile.encode(hashes) == Array(bytes.dropFirst()) && hashes.count == width)
    case "bundle":
        guard let width = bytes.first.map({ Int($0) + 1 }),
            let entries = try? EntryBundle.parse(Array(bytes.dropFirst()), width: width)
        else { break }
        precondition(EntryBundle.encode(entries) == Array(bytes.dropFirst()) && entries.count == width)
    case "vkey":
        guard let text = String(validating: bytes, as: UTF8.self), let key = try? VerifierKey(parsing: text)
        else { break }
        precondition(Array(key.description.utf8) == bytes, "a vkey that is not written back as it was read")
        _ = try? LogVerifier(key)
        _ = try? WitnessVerifier(key)
    case "path":
        guard let text = String(validating: bytes, as: UTF8.self), let path = try? TilePath(parsing: text)
        else { break }
        precondition(Array(path.string.utf8) == bytes, "a path that is not written back as it was read")
    case "inclusion", "consistency":
        // Two sizes, a root (or two), then hashes.
        guard bytes.count >= 80, bytes.count % 32 == 16 else { break }
        let one = UInt64(bigEndianBytes: bytes[..<8])!
        let two = UInt64(bigEndianBytes: bytes[8..<16])!
        let hashes = stride(from: 16, to: bytes.count, by: 32).map { Digest(bytes[$0..<$0 + 32])! }
        let rest = Array(hashes.dropFirst(2))
        if target == "inclusion" {
            try? InclusionProof(index: one, size: two, hashes: rest).verify(leaf: hashes[0], root: hashes[1])
        } else {
            try? ConsistencyProof(size1: one, size2: two, hashes: rest).verify(root1: hashes[0], root2: hashes[1])
        }
    case "sealed-key":
        guard let key = try? SealedKey(encoded: bytes) else { break }
        precondition(key.encoded == bytes)
    default:
        fatalError("CORDON_FUZZ names no parser")
    }
    return 0
}
