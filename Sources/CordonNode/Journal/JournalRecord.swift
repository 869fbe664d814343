public import Cryptography

/// A record of the journal, as its leaf: what anyone may see who may see the journal at all (layout in
/// `Protocols/journal.md`). Its payload lies beside the tree and can be erased; the leaf stays.
///
/// ```
/// version   1   1
/// kind      1   Kind
/// sequence  8   the record's index in the journal
/// time      8   of the commit, in milliseconds since 1970-01-01T00:00Z
/// actor     8   the officer's number; 0 is the node itself
/// stream   16   BLAKE2b-256 keyed with the node's reference key over the stream's number, cut to 16 bytes
/// payload  32   SHA-256 of the sealed payload
/// ```
public struct JournalRecord: Equatable, Sendable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// Something happened to a case file.
        case caseEvent = 1
        /// Officers, rights, code lists, erasures.
        case administration = 2
        /// Someone looked.
        case access = 3
        /// A figure over many seizures.
        case statistics = 4
        /// Partners, agreements, keys of the exchange.
        case exchange = 5
        /// Several things happened to a case file at once.
        case caseEvents = 6
    }

    public static let version: UInt8 = 1
    public static let byteCount = 74
    public static let referenceByteCount = 16

    public let kind: Kind
    public let sequence: UInt64
    public let timeMilliseconds: UInt64
    public let actor: UInt64
    public let stream: [UInt8]
    public let payloadDigest: Digest

    public init(
        kind: Kind, sequence: UInt64, timeMilliseconds: UInt64, actor: UInt64, stream: [UInt8], payloadDigest: Digest
    ) {
        precondition(stream.count == Self.referenceByteCount)
        self.kind = kind
        self.sequence = sequence
        self.timeMilliseconds = timeMilliseconds
        self.actor = actor
        self.stream = stream
        self.payloadDigest = payloadDigest
    }

    public var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        bytes.append(Self.version)
        bytes.append(kind.rawValue)
        bytes += sequence.bigEndianBytes
        bytes += timeMilliseconds.bigEndianBytes
        bytes += actor.bigEndianBytes
        bytes += stream
        bytes += payloadDigest.bytes
        return bytes
    }

    /// Throws `.corrupted` on anything but the layout above.
    public init(parsing bytes: [UInt8]) throws(NodeError) {
        guard bytes.count == Self.byteCount, bytes[0] == Self.version, let kind = Kind(rawValue: bytes[1]) else {
            throw NodeError(.corrupted, "a record of the journal is not readable")
        }
        self.kind = kind
        sequence = UInt64(bigEndianBytes: bytes[2..<10])!
        timeMilliseconds = UInt64(bigEndianBytes: bytes[10..<18])!
        actor = UInt64(bigEndianBytes: bytes[18..<26])!
        stream = Array(bytes[26..<42])
        payloadDigest = Digest(bytes[42..<74])!
    }
}
