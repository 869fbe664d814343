public import Cryptography

/// A tree head (C2SP tlog-checkpoint): three lines, the log's origin, the tree's size and its root. Cordon writes no
/// extension lines and accepts none: no monitor could audit them.
public struct Checkpoint: Hashable, Sendable {
    /// The largest size that every implementation can hold in a signed integer.
    public static let maximumSize = UInt64(Int64.max)

    public let origin: String
    public let size: UInt64
    public let root: Digest

    /// `origin` is not empty and has no newline; `size` is at most `maximumSize`.
    public init(origin: String, size: UInt64, root: Digest) {
        precondition(!origin.isEmpty && !origin.contains("\n") && size <= Self.maximumSize)
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The text that is signed.
    public var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n" }

    /// Throws `.malformedCheckpoint`.
    public init(parsing text: String) throws(TransparencyLogError) {
        func refuse(_ reason: String) -> TransparencyLogError { TransparencyLogError(.malformedCheckpoint, reason) }
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { Substring($0) }
        guard lines.popLast() == "", lines.count >= 3 else { throw refuse("a checkpoint has three lines") }
        guard lines.count == 3 else { throw refuse("a checkpoint here has no extension lines") }
        guard !lines[0].isEmpty else { throw refuse("an empty origin") }
        guard let size = Decimal.parse(lines[1]), size <= Self.maximumSize else {
            throw refuse("the size is not a decimal number")
        }
        guard let root = Base64.decode(lines[2]).flatMap({ Digest($0) }) else {
            throw refuse("the root is not a hash in Base 64")
        }
        guard size > 0 || root == MerkleHash.empty else { throw refuse("not the root of the empty tree") }
        self.init(origin: String(lines[0]), size: size, root: root)
    }
}

/// A checkpoint whose log has signed it, with the note it came in.
public struct SignedCheckpoint: Hashable, Sendable {
    public let checkpoint: Checkpoint
    public let note: SignedNote
    /// The latest cosignature of each known witness, in seconds since 1970-01-01T00:00Z.
    public let cosignatures: [WitnessVerifier: UInt64]

    public var origin: String { checkpoint.origin }
    public var size: UInt64 { checkpoint.size }
    public var root: Digest { checkpoint.root }

    /// Accepts a note only with the signature of a known log whose name is the checkpoint's origin.
    ///
    /// Throws `.malformedNote`, `.malformedCheckpoint`, `.badSignature`, `.noKnownSignature`, `.wrongOrigin`.
    public init(
        verifying bytes: [UInt8], logs: [LogVerifier], witnesses: [WitnessVerifier] = []
    ) throws(TransparencyLogError) {
        try self.init(verifying: SignedNote(parsing: bytes), logs: logs, witnesses: witnesses)
    }

    /// The same for a note that was read already.
    public init(
        verifying note: SignedNote, logs: [LogVerifier], witnesses: [WitnessVerifier] = []
    ) throws(TransparencyLogError) {
        self.note = note
        let verified = try note.verify(logs: logs, witnesses: witnesses)
        checkpoint = try Checkpoint(parsing: note.text)
        guard !verified.logs.isEmpty else {
            throw TransparencyLogError(.noKnownSignature, "witnesses have signed, the log has not")
        }
        let origin = checkpoint.origin
        guard verified.logs.contains(where: { $0.origin.hasSameBytes(as: origin) }) else {
            throw TransparencyLogError(.wrongOrigin, "signed by \(verified.logs[0].origin), but for another log")
        }
        cosignatures = verified.cosignatures
    }

    /// A policy's verdict as well. Throws what `init(verifying:logs:)` throws, and `.quorumNotMet`.
    public init(verifying bytes: [UInt8], policy: TrustPolicy) throws(TransparencyLogError) {
        try self.init(verifying: bytes, logs: policy.logs, witnesses: policy.witnesses)
        try policy.requireQuorum(of: Set(cosignatures.keys))
    }
}

/// Signs the checkpoints of one log. While the log's key changes, with the new one and the one before.
public struct CheckpointSigner: Sendable {
    /// Of the newest key.
    public let verifier: LogVerifier
    private let keys: [(verifier: LogVerifier, key: SigningKey<LogRole>)]

    /// `old`: the key before, which signs as well, in a line behind the new one's: whoever knows one of the two verifies
    /// the checkpoint. Throws `.malformedVerifierKey` when `origin` may not name a key.
    public init(
        origin: String, key: SigningKey<LogRole>, old: SigningKey<LogRole>? = nil
    ) throws(TransparencyLogError) {
        verifier = try LogVerifier(origin: origin, key: key.verifyingKey)
        var keys = [(verifier: verifier, key: key)]
        if let old, old.verifyingKey != key.verifyingKey {
            keys.append((try LogVerifier(origin: origin, key: old.verifyingKey), old))
        }
        self.keys = keys
    }

    public func sign(size: UInt64, root: Digest) -> SignedNote {
        let text = Checkpoint(origin: verifier.origin, size: size, root: root).text
        let signatures = keys.map { verifier, key in
            NoteSignature(
                name: verifier.origin, keyID: verifier.vkey.keyID, signature: key.sign(Array(text.utf8)))
        }
        return SignedNote(text: text, signatures: signatures)
    }
}

/// Decimal numbers as the C2SP formats write them: ASCII digits, no leading zero but in "0" itself.
enum Decimal {
    static func parse(_ text: some StringProtocol) -> UInt64? {
        guard let first = text.utf8.first, text.utf8.count == 1 || first != UInt8(ascii: "0"),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return UInt64(text)
    }
}
