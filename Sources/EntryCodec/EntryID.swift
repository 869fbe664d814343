public import Cryptography
internal import TransparencyLog

/// Names an entry: 16 random bytes.
public struct EntryID: Hashable, Sendable, CustomStringConvertible {
    public static let byteCount = 16
    public let bytes: [UInt8]

    /// Exactly 16 bytes, or nil.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = Array(bytes)
    }

    private init(random: Void) { bytes = randomBytes(count: Self.byteCount) }

    public static func random() -> EntryID { EntryID(random: ()) }

    public var description: String { Hex.encode(bytes) }
}

/// Points to an earlier entry, of this log or of another authority's.
public struct EntryReference: Hashable, Sendable {
    static let byteCount = EntryID.byteCount + Digest.byteCount

    public let id: EntryID
    /// The entry's leaf hash (RFC 6962, section 2.1), so that an inclusion proof can be checked against it.
    public let leafHash: Digest

    public init(id: EntryID, leafHash: Digest) {
        self.id = id
        self.leafHash = leafHash
    }

    public init(to entry: LogEntry) {
        self.init(id: entry.id, leafHash: entry.leafHash)
    }
}

extension VerifyingKey where Role == ReleaseRole {
    /// How entries name their signer: `SHA-256("cordon release key v1" ‖ public key)`. In full: it stands for this key
    /// and no other, where a vkey's four bytes could be another's as well.
    public var signerID: Digest { Digest.sha256(Array("cordon release key v1".utf8) + bytes) }
}
