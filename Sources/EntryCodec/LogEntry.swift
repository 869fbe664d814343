public import Cryptography
internal import TransparencyLog

/// An entry of the exchange log (layout in `Protocols/entries.md`). It says who released something, when, and by
/// digests and commitments what and to whom; statements on keys and erasures it holds in full.
///
/// ```
/// header        …   EntryHeader
/// [for a notice
/// stanzas      32   SHA-256
/// body         32   SHA-256
/// key          32   commitment to the content key]
/// [for keys and erasure
/// length        2
/// statement     …   1 … 60,000 bytes; it carries its own signature]
/// signature    64   Ed25519(release key, "cordon entry v1" ‖ length of origin[1] ‖ origin ‖ all of the above)
/// ```
///
/// That an entry parses says nothing about who made it: `verify` does.
public struct LogEntry: Hashable, Sendable {
    public static let maximumByteCount = EntryBundle.maximumEntryByteCount
    public static let maximumStatementByteCount = 60_000
    static let signatureByteCount = 64

    public enum Content: Hashable, Sendable {
        /// Of a notice.
        case envelope(EnvelopeDigests)
        /// Of `keys` and `erasure`.
        case statement([UInt8])
    }

    public let header: EntryHeader
    public let content: Content
    public let signature: [UInt8]

    public var id: EntryID { header.id }
    public var kind: EntryKind { header.kind }
    public var signer: Digest { header.signer }
    public var timeMilliseconds: UInt64 { header.timeMilliseconds }
    public var references: [EntryReference] { header.references }

    init(header: EntryHeader, content: Content, signature: [UInt8]) {
        self.header = header
        self.content = content
        self.signature = signature
    }

    /// A `keys` or `erasure` entry. Throws `.badStatement`, `.badReferences`, `.badOrigin`.
    public init(
        stating statement: [UInt8], kind: EntryKind, id: EntryID, timeMilliseconds: UInt64,
        references: [EntryReference] = [], key: SigningKey<ReleaseRole>, origin: String
    ) throws(EntryError) {
        precondition(kind != .notice, "a notice has an envelope")
        guard (1...Self.maximumStatementByteCount).contains(statement.count) else {
            throw EntryError(.badStatement, "a statement has 1 to \(Self.maximumStatementByteCount) bytes")
        }
        let header = try EntryHeader(
            signer: key.verifyingKey.signerID, id: id, kind: kind, timeMilliseconds: timeMilliseconds, outline: nil,
            references: references)
        try self.init(signing: header, .statement(statement), key: key, origin: origin)
    }

    /// `header` names this key as the signer, and is that of a notice if `content` is an envelope. Throws `.badOrigin`.
    package init(
        signing header: EntryHeader, _ content: Content, key: SigningKey<ReleaseRole>, origin: String
    ) throws(EntryError) {
        precondition(header.signer == key.verifyingKey.signerID)
        let unsigned = LogEntry(header: header, content: content, signature: [])
        self.init(header: header, content: content, signature: key.sign(try unsigned.signedBytes(origin)))
    }

    public var encoded: [UInt8] { core + signature }

    /// The entry's hash in the log's tree.
    public var leafHash: Digest { MerkleHash.leaf(encoded) }

    /// H, which the envelope is sealed to. Throws `.badOrigin`.
    public func headerHash(origin: String) throws(EntryError) -> Digest { try header.hash(origin: origin) }

    /// Checks that `key` signed this entry for the log of this origin.
    ///
    /// Throws `.badOrigin`, `.wrongSigner`, `.badSignature`. Whether the key was its authority's at that time is for
    /// the caller to know.
    public func verify(key: VerifyingKey<ReleaseRole>, origin: String) throws(EntryError) {
        let message = try signedBytes(origin)
        guard key.signerID == signer else { throw EntryError(.wrongSigner, "signed by another release key") }
        guard key.isValid(signature, for: message) else {
            throw EntryError(.badSignature, "the release key did not sign this entry for this log")
        }
    }

    private var core: [UInt8] {
        var bytes = header.encoded
        switch content {
        case .envelope(let digests):
            bytes += digests.stanzas.bytes
            bytes += digests.body.bytes
            bytes += digests.keyCommitment.bytes
        case .statement(let statement):
            bytes += UInt16(statement.count).bigEndianBytes
            bytes += statement
        }
        return bytes
    }

    private func signedBytes(_ origin: String) throws(EntryError) -> [UInt8] {
        try EntryHeader.bound(to: origin, "cordon entry v1", core)
    }
}

/// What a notice's entry says about the bytes of its envelope.
public struct EnvelopeDigests: Hashable, Sendable {
    /// SHA-256 of all stanzas, in their order.
    public let stanzas: Digest
    /// SHA-256 of the body, as it is sealed.
    public let body: Digest
    /// `SymmetricKey.commitment` of the content key.
    public let keyCommitment: Digest

    public init(stanzas: Digest, body: Digest, keyCommitment: Digest) {
        self.stanzas = stanzas
        self.body = body
        self.keyCommitment = keyCommitment
    }
}
