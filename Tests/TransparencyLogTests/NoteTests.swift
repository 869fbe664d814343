import Cryptography
import TestSupport
import Testing

@testable import TransparencyLog

@Suite struct NoteTests {
    let key: SigningKey<LogRole>
    let signer: CheckpointSigner
    let witness: WitnessSigner

    init() throws {
        key = try SigningKey.generate()
        signer = try CheckpointSigner(origin: "example.org/log", key: key)
        witness = try WitnessSigner(name: "witness.example.org/w", key: .generate())
    }

    private var note: SignedNote { signer.sign(size: 7, root: Digest.sha256([1])) }

    private func verify(_ bytes: [UInt8]) throws -> SignedCheckpoint {
        try SignedCheckpoint(verifying: bytes, logs: [signer.verifier], witnesses: [witness.verifier])
    }

    @Test func roundTrip() throws {
        let signed = try verify(note.encoded)
        #expect(signed.size == 7 && signed.origin == "example.org/log" && signed.root == Digest.sha256([1]))
        #expect(signed.note.encoded == note.encoded)
        let cosigned = signed.note.adding([witness.cosign(signed, timestamp: 1_700_000_000)])
        #expect(try verify(cosigned.encoded).cosignatures == [witness.verifier: 1_700_000_000])
        let later = cosigned.adding([witness.cosign(signed, timestamp: 1_700_000_001)])
        #expect(try verify(later.encoded).cosignatures == [witness.verifier: 1_700_000_001])
    }

    @Test func twoKeysSignWhileALogsKeyChanges() throws {
        let new = try SigningKey<LogRole>.generate()
        let both = try CheckpointSigner(origin: "example.org/log", key: new, old: key)
        let note = both.sign(size: 7, root: Digest.sha256([1]))
        #expect(both.verifier.key == new.verifyingKey)
        #expect(note.signatures.map(\.keyID) == [both.verifier.vkey.keyID, signer.verifier.vkey.keyID])
        for logs in [[signer.verifier], [both.verifier], [signer.verifier, both.verifier]] {
            #expect(try SignedCheckpoint(verifying: note.encoded, logs: logs).size == 7)
        }
        // A bad line of either condemns it for whoever knows that key.
        let forged = SignedNote(
            text: note.text,
            signatures: [
                note.signatures[0],
                NoteSignature(
                    name: signer.verifier.origin, keyID: signer.verifier.vkey.keyID,
                    signature: [UInt8](repeating: 1, count: 64)),
            ])
        #expect(try SignedCheckpoint(verifying: forged, logs: [both.verifier]).size == 7)
        #expect(throws: TransparencyLogError(.badSignature, "")) {
            try SignedCheckpoint(verifying: forged, logs: [signer.verifier])
        }
        let same = try CheckpointSigner(origin: "example.org/log", key: key, old: key)
        #expect(same.sign(size: 7, root: Digest.sha256([1])).signatures.count == 1)
    }

    @Test func everyBitOfASignedNoteCounts() throws {
        let signed = try verify(note.encoded)
        let cosigned = signed.note.adding([witness.cosign(signed, timestamp: 5)]).encoded
        let policy = try TrustPolicy(
            parsing: Array("log \(signer.verifier.vkey)\nwitness w \(witness.verifier.vkey)\nquorum w\n".utf8))
        #expect(try SignedCheckpoint(verifying: cosigned, policy: policy).size == 7)
        for bit in 0..<cosigned.count * 8 {
            var changed = cosigned
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: TransparencyLogError.self, "bit \(bit)") {
                try SignedCheckpoint(verifying: changed, policy: policy)
            }
        }
        for count in 0..<cosigned.count {
            #expect(throws: TransparencyLogError.self) {
                try SignedCheckpoint(verifying: Array(cosigned[..<count]), policy: policy)
            }
        }
    }

    @Test func unknownKeysAreIgnoredAndBadSignaturesCondemn() throws {
        let signature = note.signatures[0]
        let stranger = try CheckpointSigner(origin: "example.org/log", key: .generate()).sign(
            size: 7, root: Digest.sha256([1])
        ).signatures[0]
        // The same name with another id, and the same id under another name.
        let renamed = NoteSignature(name: "example.org/other", keyID: signature.keyID, signature: signature.signature)
        let odd = NoteSignature(name: "post.quantum", keyID: 9, signature: [UInt8](repeating: 1, count: 2420))
        #expect(
            try verify(SignedNote(text: note.text, signatures: [stranger, renamed, odd, signature]).encoded).size == 7)
        #expect(throws: TransparencyLogError(.noKnownSignature, "")) {
            try verify(SignedNote(text: note.text, signatures: [stranger, renamed, odd]).encoded)
        }
        let forged = NoteSignature(
            name: signature.name, keyID: signature.keyID, signature: [UInt8](repeating: 1, count: 64))
        #expect(throws: TransparencyLogError(.badSignature, "")) {
            try verify(SignedNote(text: note.text, signatures: [signature, forged]).encoded)
        }
        let short = NoteSignature(
            name: witness.verifier.vkey.name, keyID: witness.verifier.vkey.keyID,
            signature: [UInt8](repeating: 1, count: 64))
        #expect(throws: TransparencyLogError(.badSignature, "")) {
            try verify(SignedNote(text: note.text, signatures: [signature, short]).encoded)
        }
    }

    /// A witness's signature alone is not the log's.
    @Test func theLogMustHaveSigned() throws {
        let signed = try verify(note.encoded)
        let alone = SignedNote(text: note.text, signatures: [witness.cosign(signed, timestamp: 5)])
        #expect(throws: TransparencyLogError(.noKnownSignature, "")) { try verify(alone.encoded) }
    }

    @Test func aLogSignsForItselfOnly() throws {
        let other = Checkpoint(origin: "example.org/other", size: 7, root: Digest.sha256([1])).text
        let line = NoteSignature(
            name: "example.org/log", keyID: signer.verifier.vkey.keyID, signature: key.sign(Array(other.utf8)))
        #expect(throws: TransparencyLogError(.wrongOrigin, "")) {
            try verify(SignedNote(text: other, signatures: [line]).encoded)
        }
    }

    /// Two spellings of é are equal strings to Swift; they are different names.
    @Test func namesAreBytes() throws {
        let composed = try VerifierKey(name: "caf\u{E9}", type: 1, publicKey: key.verifyingKey.bytes)
        let signature = NoteSignature(name: "cafe\u{301}", keyID: composed.keyID, signature: [1])
        #expect(composed.name == signature.name)
        #expect(!composed.identifies(signature))
    }

    @Test(arguments: [
        "", "\n", "text\n", "text\n\n", "text", "text\n\nnot a signature\n", "text\n\n— name AAAA",
        "text\n\n— name AAAA\n",
        "text\n\n— name AAAAAA==", "text\n\n-- name AAAAAAA=\n", "text\n\n—  AAAAAAA=\n", "text\n\n— a+b AAAAAAA=\n",
        "text\n\n— a\u{A0}b AAAAAAA=\n", "text\n\n— name AAAAAAA= \n", "text\n\n— name AAAAAAB=\n",
        "te\txt\n\n— n AAAAAAA=\n",
        "text\r\n\n— name AAAAAAA=\n", "text\n\n— name AAAAAAA\n", "text\n\n— name AAAAAAA=\n\n",
    ])
    func malformedNotes(text: String) {
        #expect(throws: TransparencyLogError(.malformedNote, ""), "\(text.debugDescription)") {
            try SignedNote(parsing: Array(text.utf8))
        }
    }

    @Test func textMayHoldEmptyLines() throws {
        let note = try SignedNote(parsing: Array("a\n\nb\n\n— name AAAAAAA=\n".utf8))
        #expect(note.text == "a\n\nb\n" && note.signatures[0].signature == [0])
        #expect(throws: TransparencyLogError(.malformedNote, "")) {
            try SignedNote(parsing: [0xFF, 0x0A, 0x0A] + Array("— name AAAAAAA=\n".utf8))
        }
        let many = String(repeating: "— name AAAAAAA=\n", count: SignedNote.maximumSignatureCount)
        #expect(try SignedNote(parsing: Array("t\n\n\(many)".utf8)).signatures.count == 100)
        #expect(throws: TransparencyLogError(.malformedNote, "")) {
            try SignedNote(parsing: Array("t\n\n\(many)— name AAAAAAA=\n".utf8))
        }
        #expect(throws: TransparencyLogError(.malformedNote, "")) {
            try SignedNote(parsing: [UInt8](repeating: 0x61, count: SignedNote.maximumByteCount + 1))
        }
    }

    @Test(arguments: ["07", "-1", "+7", "7 ", "9223372036854775808", "٧", "", "0x7"])
    func badSizes(size: String) {
        let root = Base64.encode(Digest.sha256([1]).bytes)
        #expect(throws: TransparencyLogError(.malformedCheckpoint, "")) {
            try Checkpoint(parsing: "example.org/log\n\(size)\n\(root)\n")
        }
    }

    @Test func badCheckpoints() throws {
        let root = Base64.encode(Digest.sha256([1]).bytes)
        #expect(try Checkpoint(parsing: "o\n7\n\(root)\n").size == 7)
        for text in [
            "\n7\n\(root)\n", "o\n7\n\(root)", "o\n7\n\(root)\nextension\n", "o\n7\n\(root)\n\n", "o\n7\n",
            "o\n7\n\(root.dropLast(4))\n", "o\n7\n\(root.dropLast())\n", "o\n0\n\(root)\n",
        ] {
            #expect(throws: TransparencyLogError(.malformedCheckpoint, ""), "\(text)") { try Checkpoint(parsing: text) }
        }
        let empty = Checkpoint(origin: "o", size: 0, root: MerkleHash.empty)
        #expect(try Checkpoint(parsing: empty.text) == empty)
    }

    @Test func verifierKeys() throws {
        let vkey = signer.verifier.vkey
        #expect(try VerifierKey(parsing: vkey.description) == vkey)
        // The key of Go's checksum database, whose log is of the same kind.
        let go = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
        #expect(try LogVerifier(VerifierKey(parsing: go)).origin == "sum.golang.org")
        let unknown = try VerifierKey(parsing: "name+01234567+\(Base64.encode([0xFF, 1, 2]))")
        #expect(unknown.type == 0xFF && unknown.publicKey == [1, 2])
        #expect(throws: TransparencyLogError(.wrongKeyType, "")) { try LogVerifier(unknown) }
        #expect(throws: TransparencyLogError(.wrongKeyType, "")) { try WitnessVerifier(vkey) }
        #expect(throws: TransparencyLogError(.wrongKeyType, "")) { try LogVerifier(witness.verifier.vkey) }
        for bit in 0..<vkey.description.utf8.count * 8 {
            var bytes = Array(vkey.description.utf8)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: TransparencyLogError.self, "bit \(bit)") {
                // Of another type it is still a key, but none that signs logs.
                try LogVerifier(VerifierKey(parsing: String(decoding: bytes, as: UTF8.self)))
            }
        }
        for bad in [
            "", "a+b", "a+0123456+AA==", "a+01234567+", "+01234567+AQ==", "a b+01234567+AQ==", "a+0123456G+AQ==",
        ] {
            #expect(throws: TransparencyLogError(.malformedVerifierKey, "")) { try VerifierKey(parsing: bad) }
        }
    }

    /// A key of small order passes every check of form; it is refused where it is to verify something.
    @Test func weakKeysAreRefused() throws {
        let weak = try VerifierKey(name: "o", type: 1, publicKey: [1] + [UInt8](repeating: 0, count: 31))
        #expect(throws: TransparencyLogError(.malformedVerifierKey, "")) { try LogVerifier(weak) }
    }

    @Test func proofs() throws {
        let log = MemoryLog(9)
        var reader = log.reader
        let proof = try reader.inclusionProof(index: 3, size: 9)
        let note = signer.sign(size: 9, root: log.edge.root)
        let policy = TrustPolicy(log: signer.verifier)
        for extra in [nil, [], log.entries[3]] as [[UInt8]?] {
            let written = LogProof(extra: extra, index: 3, hashes: proof.hashes, checkpoint: note.encoded)
            let read = try LogProof(parsing: written.encoded)
            #expect(read == written)
            #expect(try read.verify(leaf: MerkleHash.leaf(log.entries[3]), policy: policy).size == 9)
            #expect(throws: TransparencyLogError(.proofMismatch, "")) {
                try read.verify(leaf: MerkleHash.leaf(log.entries[4]), policy: policy)
            }
        }
        let bytes = LogProof(extra: log.entries[3], index: 3, hashes: proof.hashes, checkpoint: note.encoded).encoded
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: TransparencyLogError.self, "bit \(bit)") {
                let read = try LogProof(parsing: changed)
                try read.verify(leaf: MerkleHash.leaf(read.extra ?? []), policy: policy)
            }
        }
        for count in 0..<bytes.count {
            #expect(throws: TransparencyLogError.self) {
                let read = try LogProof(parsing: Array(bytes[..<count]))
                try read.verify(leaf: MerkleHash.leaf(log.entries[3]), policy: policy)
            }
        }
    }
}
