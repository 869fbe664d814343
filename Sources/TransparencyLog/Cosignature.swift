public import Cryptography

/// A witness's statement that it saw a checkpoint, consistent with all it had seen before, at a time (C2SP
/// tlog-cosignature, type 0x04).
///
/// ```
/// timestamp  8   seconds since 1970-01-01T00:00Z, big-endian, at most 2^63 − 1
/// signature 64   Ed25519 over "cosignature/v1\ntime <timestamp>\n" ‖ the checkpoint's text
/// ```
public struct Cosignature: Hashable, Sendable {
    public static let byteCount = 72

    public let timestamp: UInt64
    private let signature: [UInt8]

    /// Throws `.badSignature` when the line does not hold a cosignature.
    init(_ line: NoteSignature) throws(TransparencyLogError) {
        guard line.signature.count == Self.byteCount,
            let timestamp = UInt64(bigEndianBytes: line.signature[..<8]), timestamp <= UInt64(Int64.max)
        else { throw TransparencyLogError(.badSignature, "the signature of \(line.name) is not a cosignature") }
        self.timestamp = timestamp
        signature = Array(line.signature[8...])
    }

    func isValid(for text: String, by witness: WitnessVerifier) -> Bool {
        witness.key.isValid(signature, for: Self.message(text: text, timestamp: timestamp))
    }

    static func message(text: String, timestamp: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(timestamp)\n\(text)".utf8)
    }
}

/// Cosigns checkpoints. Whether a checkpoint may be cosigned is the caller's to decide.
public struct WitnessSigner: Sendable {
    public let verifier: WitnessVerifier
    private let key: SigningKey<WitnessRole>

    /// Throws `.malformedVerifierKey` when `name` may not name a key.
    public init(name: String, key: SigningKey<WitnessRole>) throws(TransparencyLogError) {
        verifier = try WitnessVerifier(name: name, key: key.verifyingKey)
        self.key = key
    }

    /// `timestamp` in seconds since 1970-01-01T00:00Z.
    public func cosign(_ checkpoint: SignedCheckpoint, timestamp: UInt64) -> NoteSignature {
        let message = Cosignature.message(text: checkpoint.note.text, timestamp: timestamp)
        return NoteSignature(
            name: verifier.vkey.name, keyID: verifier.vkey.keyID,
            signature: timestamp.bigEndianBytes + key.sign(message))
    }
}
