internal import Cryptography
public import EntryCodec

/// A sealed release: `stanzas ‖ body`. Who holds the entry knows every size in it and checks every byte of it.
///
/// ```
/// stanza  1168   HPKE to one recipient, info = "cordon stanza v1" ‖ H, of the content key[32]; as many as the entry says
/// body       …   chunked encryption(content key, context = H) of the padded content
/// ```
public struct Envelope: Equatable, Sendable {
    public static let contentKeyByteCount = SymmetricKey.byteCount
    public static let stanzaByteCount = contentKeyByteCount + RecipientPublicKey.sealingOverhead
    public static let maximumRecipientCount = EnvelopeOutline.maximumStanzaCount
    public static let maximumDocumentByteCount = 1 << 20
    /// The largest that an entry can commit to.
    public static let maximumByteCount =
        EnvelopeOutline.maximumStanzaCount * stanzaByteCount
        + ChunkedEncryption.sealedByteCount(of: EnvelopeOutline.maximumPaddedByteCount)

    public let stanzas: [UInt8]
    public let body: [UInt8]

    public var encoded: [UInt8] { stanzas + body }

    init(stanzas: [UInt8], body: [UInt8]) {
        self.stanzas = stanzas
        self.body = body
    }

    /// Of the envelope that an entry with this outline commits to.
    public static func byteCount(of outline: EnvelopeOutline) -> Int {
        outline.stanzaCount * stanzaByteCount + ChunkedEncryption.sealedByteCount(of: outline.paddedByteCount)
    }

    /// The envelope of a notice's entry: whole, and the one that the entry commits to. Needs no key, so whoever passes
    /// envelopes on can check them.
    ///
    /// Throws `.notANotice`, `.wrongSize`, `.wrongStanzas`, `.wrongBody`.
    public init(parsing bytes: [UInt8], of entry: LogEntry) throws(EnvelopeError) {
        guard case .envelope(let digests) = entry.content, let outline = entry.header.outline else {
            throw EnvelopeError(.notANotice, "only notices have envelopes")
        }
        guard bytes.count == Self.byteCount(of: outline) else {
            throw EnvelopeError(.wrongSize, "not of the size that the entry says")
        }
        let split = outline.stanzaCount * Self.stanzaByteCount
        stanzas = Array(bytes[..<split])
        body = Array(bytes[split...])
        guard Digest.sha256(stanzas) == digests.stanzas else {
            throw EnvelopeError(.wrongStanzas, "not the stanzas that the entry commits to")
        }
        guard Digest.sha256(body) == digests.body else {
            throw EnvelopeError(.wrongBody, "not the body that the entry commits to")
        }
    }

    static func stanzaInfo(_ headerHash: Digest) -> [UInt8] { Array("cordon stanza v1".utf8) + headerHash.bytes }
    static func commitInfo(_ headerHash: Digest) -> [UInt8] { Array("cordon commit v1".utf8) + headerHash.bytes }
}
