import Cryptography
import Foundation
import TestSupport
import Testing

@testable import TransparencyLog

/// The project's own vectors (`Protocols/vectors`), made by another implementation. Every case runs, and each says
/// what it comes to.
@Suite struct VectorTests {
    /// "ok", or the code of the error.
    private func outcome(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "ok"
        } catch {
            return (error as? TransparencyLogError)?.code.rawValue ?? "\(error)"
        }
    }

    private func hex(_ text: String?) -> [UInt8] { Hex.decode(text ?? "")! }

    struct Merkle: Decodable {
        let name, kind, outcome: String
        let entry, hash, left, right, root, leaf, root1, root2: String?
        let size, index, size1, size2: UInt64?
        let hashes: [String]?
    }

    @Test func merkle() throws {
        let cases = try Places.vectors("merkle", Merkle.self)
        let log = MemoryLog(300)
        var reader = log.reader
        for test in cases {
            let hashes = (test.hashes ?? []).map { hex($0) }
            switch test.kind {
            case "leaf": #expect(MerkleHash.leaf(hex(test.entry)).hex == test.hash, "\(test.name)")
            case "node":
                #expect(MerkleHash.node(Digest(hex(test.left))!, Digest(hex(test.right))!).hex == test.hash)
            case "root":
                #expect(try reader.root(size: test.size!).hex == test.root, "\(test.name)")
            case "inclusion":
                let result = outcome {
                    try InclusionProof.verify(
                        index: test.index!, size: test.size!, leaf: hex(test.leaf), hashes: hashes, root: hex(test.root)
                    )
                }
                #expect(result == test.outcome, "\(test.name)")
                if test.outcome == "ok", test.size! <= 300 {
                    let built = try reader.inclusionProof(index: test.index!, size: test.size!)
                    #expect(built.hashes.map(\.bytes) == hashes, "\(test.name)")
                }
            case "consistency":
                let result = outcome {
                    try ConsistencyProof.verify(
                        size1: test.size1!, size2: test.size2!, hashes: hashes, root1: hex(test.root1),
                        root2: hex(test.root2))
                }
                #expect(result == test.outcome, "\(test.name)")
                if test.outcome == "ok", test.size2! <= 300 {
                    let built = try reader.consistencyProof(size1: test.size1!, size2: test.size2!)
                    #expect(built.hashes.map(\.bytes) == hashes, "\(test.name)")
                }
            default: Issue.record("an unknown kind: \(test.kind)")
            }
        }
        #expect(cases.count > 100)
    }

    struct Path: Decodable {
        let name, outcome, path: String
        let level: Int?
        let index: UInt64?
        let width: Int?
    }

    @Test func tilePaths() throws {
        for test in try Places.vectors("tile-paths", Path.self) {
            #expect(outcome { _ = try TilePath(parsing: test.path) } == test.outcome, "\(test.name)")
            guard test.outcome == "ok" else { continue }
            let path = try TilePath(parsing: test.path)
            #expect(
                path == TilePath(level: test.level, index: test.index!, width: test.width!) && path.string == test.path)
        }
    }

    struct Tiles: Decodable {
        struct Resource: Decodable, Hashable {
            let path: String
            let byteCount: Int
            let sha256: String
        }
        let name: String
        let from, to: UInt64
        let root: String
        let resources: [Resource]
    }

    @Test func tiles() throws {
        for test in try Places.vectors("tiles", Tiles.self) {
            let log = MemoryLog(Int(test.to))
            #expect(log.edge.root.hex == test.root, "\(test.name)")
            let made = TileLayout.newResources(from: test.from, to: test.to).map { path -> Tiles.Resource in
                let first = Int(path.index) * 256
                let bytes =
                    path.level == nil
                    ? EntryBundle.encode(log.entries[first..<first + path.width])
                    : Tile.encode(log.tiles[path.full] ?? log.edge.partial(level: path.level!))
                return .init(path: path.string, byteCount: bytes.count, sha256: Digest.sha256(bytes).hex)
            }
            #expect(Set(made) == Set(test.resources) && made.count == test.resources.count, "\(test.name)")
        }
    }

    struct Bundle: Decodable {
        let name, outcome, bundle: String
        let width: Int
        let entries: [String]?
    }

    @Test func bundles() throws {
        for test in try Places.vectors("bundles", Bundle.self) {
            let bytes = hex(test.bundle)
            #expect(outcome { _ = try EntryBundle.parse(bytes, width: test.width) } == test.outcome, "\(test.name)")
            guard test.outcome == "ok" else { continue }
            #expect(try EntryBundle.parse(bytes, width: test.width).map { Hex.encode($0) } == test.entries)
        }
    }

    struct Note: Decodable {
        let name, outcome: String
        let note: Data
        let vkeys: [String]
        let text: String?
        let signedBy: [String]?
        let signatureCount: Int?
    }

    @Test func notes() throws {
        for test in try Places.vectors("notes", Note.self) {
            let known = try test.vkeys.map { try LogVerifier(VerifierKey(parsing: $0)) }
            let result = outcome { _ = try SignedNote(parsing: Array(test.note)).verify(logs: known) }
            #expect(result == test.outcome, "\(test.name)")
            guard test.outcome == "ok", result == "ok" else { continue }
            let note = try SignedNote(parsing: Array(test.note))
            #expect(note.encoded == Array(test.note) && note.text == test.text, "\(test.name)")
            #expect(note.signatures.count == test.signatureCount, "\(test.name)")
            #expect(try note.verify(logs: known).logs.map(\.origin) == test.signedBy, "\(test.name)")
        }
    }

    struct VKey: Decodable {
        let name, outcome, vkey: String
        let keyName, keyID, publicKey, asLog, asWitness: String?
        let type: UInt8?
    }

    @Test func verifierKeys() throws {
        for test in try Places.vectors("vkeys", VKey.self) {
            #expect(outcome { _ = try VerifierKey(parsing: test.vkey) } == test.outcome, "\(test.name)")
            guard test.outcome == "ok", let key = try? VerifierKey(parsing: test.vkey) else { continue }
            #expect(key.description == test.vkey && key.name == test.keyName && key.type == test.type)
            #expect(Hex.encode(key.keyID.bigEndianBytes) == test.keyID && Hex.encode(key.publicKey) == test.publicKey)
            #expect(outcome { _ = try LogVerifier(key) } == test.asLog, "\(test.name)")
            #expect(outcome { _ = try WitnessVerifier(key) } == test.asWitness, "\(test.name)")
        }
    }

    struct SignedTree: Decodable {
        struct Cosignature: Decodable, Hashable {
            let witness: String
            let timestamp: UInt64
        }
        let name, outcome: String
        let note: Data
        let logs, witnesses: [String]
        let origin, root: String?
        let size: UInt64?
        let cosignatures: [Cosignature]?
    }

    @Test func checkpoints() throws {
        for test in try Places.vectors("checkpoints", SignedTree.self) {
            let logs = try test.logs.map { try LogVerifier(VerifierKey(parsing: $0)) }
            let witnesses = try test.witnesses.map { try WitnessVerifier(VerifierKey(parsing: $0)) }
            var signed: SignedCheckpoint?
            let result = outcome {
                signed = try SignedCheckpoint(verifying: Array(test.note), logs: logs, witnesses: witnesses)
            }
            #expect(result == test.outcome, "\(test.name)")
            guard test.outcome == "ok", let signed else { continue }
            #expect(signed.origin == test.origin && signed.size == test.size && signed.root.hex == test.root)
            let cosignatures = signed.cosignatures.map {
                SignedTree.Cosignature(witness: $0.key.vkey.name, timestamp: $0.value)
            }
            #expect(Set(cosignatures) == Set(test.cosignatures ?? []), "\(test.name)")
        }
    }

    struct Policy: Decodable {
        let name, outcome: String
        let policy: Data
        let logs, witnesses: Int?
        let witnessesNeededForSplitView, toleratedDishonestWitnesses, toleratedUnreachableWitnesses: Int?
        let quorumMet, quorumNotMet: [[String]]?
    }

    @Test func policies() throws {
        for test in try Places.vectors("policies", Policy.self) {
            var parsed: TrustPolicy?
            #expect(outcome { parsed = try TrustPolicy(parsing: Array(test.policy)) } == test.outcome, "\(test.name)")
            guard test.outcome == "ok", let policy = parsed else { continue }
            #expect(policy.logs.count == test.logs && policy.witnesses.count == test.witnesses, "\(test.name)")
            #expect(policy.witnessesNeededForSplitView == test.witnessesNeededForSplitView, "\(test.name)")
            #expect(policy.toleratedDishonestWitnesses == test.toleratedDishonestWitnesses, "\(test.name)")
            #expect(policy.toleratedUnreachableWitnesses == test.toleratedUnreachableWitnesses, "\(test.name)")
            for (sets, expected) in [(test.quorumMet ?? [], "ok"), (test.quorumNotMet ?? [], "quorumNotMet")] {
                for names in sets {
                    let cosigners = Set(policy.witnesses.filter { names.contains($0.vkey.name) })
                    #expect(cosigners.count == names.count)
                    #expect(outcome { try policy.requireQuorum(of: cosigners) } == expected, "\(test.name): \(names)")
                }
            }
        }
    }

    struct Proof: Decodable {
        let name, outcome, entry, vkey: String
        let proof: Data
        let policy: Data?
        let index, size: UInt64?
        let hashCount: Int?
        let extra: String?
    }

    @Test func proofs() throws {
        for test in try Places.vectors("proofs", Proof.self) {
            let policy =
                try test.policy.map { try TrustPolicy(parsing: Array($0)) }
                ?? TrustPolicy(log: LogVerifier(VerifierKey(parsing: test.vkey)))
            var proof: LogProof?
            var size: UInt64?
            let result = outcome {
                let parsed = try LogProof(parsing: Array(test.proof))
                proof = parsed
                size = try parsed.verify(leaf: MerkleHash.leaf(hex(test.entry)), policy: policy).size
            }
            #expect(result == test.outcome, "\(test.name)")
            guard test.outcome == "ok", let proof else { continue }
            #expect(proof.encoded == Array(test.proof) && proof.index == test.index && size == test.size)
            #expect(proof.hashes.count == test.hashCount && proof.extra.map { Hex.encode($0) } == test.extra)
        }
    }
}
