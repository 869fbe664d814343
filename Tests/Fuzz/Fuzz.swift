import Cryptography
import Customs
import Foundation
import Interchange
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
    case "json":
        guard let value = try? JSONValue(parsing: bytes) else { break }
        let again = try! JSONValue(parsing: value.bytes)
        precondition(again == value, "a document that is not read back as it was written")
    case "entry": EnvelopeFuzzing.entry(bytes)
    case "envelope": EnvelopeFuzzing.envelope(bytes)
    case "envelope-content": EnvelopeFuzzing.content(bytes)
    case "deliveries": ReplicationFuzzing.deliveries(bytes)
    case "gossip": ReplicationFuzzing.gossip(bytes)
    case "evidence": ReplicationFuzzing.evidence(bytes)
    case "add-checkpoint": ReplicationFuzzing.addCheckpoint(bytes)
    case "card": TrustFuzzing.card(bytes)
    case "keys": TrustFuzzing.keys(bytes)
    case "agreement": TrustFuzzing.agreement(bytes)
    case "notice": TrustFuzzing.notice(bytes)
    case "csv": fuzzCSV(bytes)
    case "mapping": _ = try? ImportMapping(parsing: bytes)
    case "import": fuzzImport(bytes)
    case "identifier":
        guard let text = String(validating: bytes, as: UTF8.self) else { break }
        for scheme in IdentifierSchemes.all {
            guard let normalised = scheme.read(text).normalised else { continue }
            precondition(
                scheme.read(normalised).normalised == normalised, "\(scheme.name) does not keep its own spelling")
        }
    case "name":
        guard let text = String(validating: bytes, as: UTF8.self) else { break }
        let name = FoldedName(text)
        precondition(name.tokens.count <= NameFolding.maximumTokens)
        precondition(name.nameKey.utf8.count <= NameFolding.maximumKeyBytes)
        for token in name.tokens.prefix(4) { _ = Fuzzy.deletions(token.primary) }
        _ = FreeText.words(text)
    default:
        fatalError("CORDON_FUZZ names no parser")
    }
    return 0
}

/// However the bytes are cut, the records are the same.
private func fuzzCSV(_ bytes: [UInt8]) {
    func records(_ cut: Int) -> [String] {
        var reader = CSVReader(.standard, limits: CSVLimits())
        var all: [String] = []
        let take = { (record: CSVRecord) in all.append("\(record.row) \(record.line) \(record.count)") }
        do {
            try reader.feed(bytes[..<cut], take)
            try reader.feed(bytes[cut...], take)
            try reader.finish(take)
        } catch {
            all.append("refused")
        }
        return all
    }
    precondition(records(bytes.count) == records(bytes.count / 2), "the cut changes what is read")
}

/// The first line of the input is a mapping, the rest a table: every row has one outcome.
private func fuzzImport(_ bytes: [UInt8]) {
    let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    guard let mapping = try? ImportMapping(parsing: Array(bytes[..<end])) else { return }
    var session = ImportSession(mapping)
    var outcomes: UInt64 = 0
    let deliver = { (event: ImportEvent) in
        if case .outcome = event { outcomes += 1 }
    }
    do {
        try session.feed(bytes[min(end + 1, bytes.count)...], deliver)
        let summary = try session.finish(deliver)
        precondition(summary.rows == summary.imported + summary.merged + summary.skipped + summary.refused)
        precondition(outcomes == summary.rows, "a row without an outcome, or with two")
    } catch {
        fatalError("an import threw: \(error)")
    }
}
