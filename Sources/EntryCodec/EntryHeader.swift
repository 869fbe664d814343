public import Cryptography

/// The part of an entry that is fixed before anything is sealed. Envelopes are sealed to its hash, so that a stripped
/// or re-signed one does not open.
///
/// ```
/// version          1   1
/// suite            1   1
/// signer          32   id of the release key
/// entry id        16
/// kind             1   EntryKind
/// time             8   milliseconds since 1970-01-01T00:00Z
/// [for a notice
/// recipients      32   commitment
/// document        32   commitment
/// stanzas          2   how many: 1, 2, 4 … 256
/// body size        4   padded, before sealing]
/// references       1   how many: 0 … 16
/// reference       48   each: entry id[16] ‖ leaf hash[32]
/// ```
public struct EntryHeader: Hashable, Sendable {
    public static let version: UInt8 = 1
    /// Ed25519; SHA-256; HPKE with X-Wing, HKDF-SHA256 and AES-256-GCM; chunked encryption with SHA-512 and
    /// AES-256-GCM.
    public static let suite: UInt8 = 1
    public static let maximumReferenceCount = 16
    public static let maximumOriginByteCount = 255

    public let signer: Digest
    public let id: EntryID
    public let kind: EntryKind
    public let timeMilliseconds: UInt64
    /// Of a notice's envelope; nil for other kinds.
    public let outline: EnvelopeOutline?
    /// At most 16, no two to one entry, in the order that the signer gave them.
    public let references: [EntryReference]

    /// Throws `.badStanzaCount`, `.badBodySize`, `.badReferences`. A notice has an outline, and nothing else has.
    package init(
        signer: Digest, id: EntryID, kind: EntryKind, timeMilliseconds: UInt64, outline: EnvelopeOutline?,
        references: [EntryReference]
    ) throws(EntryError) {
        precondition((kind == .notice) == (outline != nil))
        if let outline { try outline.validate() }
        guard references.count <= Self.maximumReferenceCount else {
            throw EntryError(.badReferences, "an entry refers to at most \(Self.maximumReferenceCount) entries")
        }
        guard Set(references.map(\.id)).count == references.count else {
            throw EntryError(.badReferences, "an entry refers to another once")
        }
        self.signer = signer
        self.id = id
        self.kind = kind
        self.timeMilliseconds = timeMilliseconds
        self.outline = outline
        self.references = references
    }

    public var encoded: [UInt8] {
        var bytes: [UInt8] = [Self.version, Self.suite]
        bytes += signer.bytes
        bytes += id.bytes
        bytes.append(kind.rawValue)
        bytes += timeMilliseconds.bigEndianBytes
        if let outline {
            bytes += outline.recipientsCommitment.bytes
            bytes += outline.documentCommitment.bytes
            bytes += UInt16(outline.stanzaCount).bigEndianBytes
            bytes += UInt32(outline.paddedByteCount).bigEndianBytes
        }
        bytes.append(UInt8(references.count))
        for reference in references {
            bytes += reference.id.bytes
            bytes += reference.leafHash.bytes
        }
        return bytes
    }

    /// H: `SHA-256("cordon header v1" ‖ length of origin[1] ‖ origin ‖ header)`. Throws `.badOrigin`.
    public func hash(origin: String) throws(EntryError) -> Digest {
        Digest.sha256(try Self.bound(to: origin, "cordon header v1", encoded))
    }

    /// `context ‖ length of origin[1] ‖ origin ‖ bytes`: what is hashed and signed says which log it is for. No entry
    /// stores the origin; its log implies it.
    static func bound(to origin: String, _ context: String, _ bytes: [UInt8]) throws(EntryError) -> [UInt8] {
        guard (1...maximumOriginByteCount).contains(origin.utf8.count) else {
            throw EntryError(.badOrigin, "an origin has 1 to \(maximumOriginByteCount) bytes")
        }
        return Array(context.utf8) + [UInt8(origin.utf8.count)] + Array(origin.utf8) + bytes
    }
}

/// What an entry says beforehand about the envelope that it commits to.
public struct EnvelopeOutline: Hashable, Sendable {
    public static let maximumStanzaCount = 256
    /// 1 MiB of document, and 64 KiB for what lies around it.
    public static let maximumPaddedByteCount = 1 << 20 + 64 << 10

    public let recipientsCommitment: Digest
    public let documentCommitment: Digest
    public let stanzaCount: Int
    /// Of the body before it is sealed.
    public let paddedByteCount: Int

    public init(
        recipientsCommitment: Digest, documentCommitment: Digest, stanzaCount: Int, paddedByteCount: Int
    ) {
        self.recipientsCommitment = recipientsCommitment
        self.documentCommitment = documentCommitment
        self.stanzaCount = stanzaCount
        self.paddedByteCount = paddedByteCount
    }

    func validate() throws(EntryError) {
        guard (1...Self.maximumStanzaCount).contains(stanzaCount), stanzaCount.nonzeroBitCount == 1 else {
            throw EntryError(.badStanzaCount, "stanzas are a power of two, at most \(Self.maximumStanzaCount)")
        }
        guard paddedByteCount <= Self.maximumPaddedByteCount, Padding.isPadded(paddedByteCount) else {
            throw EntryError(.badBodySize, "not a padded size of at most \(Self.maximumPaddedByteCount) bytes")
        }
    }
}
