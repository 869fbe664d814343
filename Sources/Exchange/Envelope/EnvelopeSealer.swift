public import Cryptography
public import EntryCodec

/// Seals documents for recipients, and signs the entries that commit to them.
///
/// The authority's own records key is a recipient like any other: the caller puts it on the list.
public struct EnvelopeSealer: Sendable {
    public let origin: String
    private let key: SigningKey<ReleaseRole>

    /// `origin`: of the exchange log that the entries are for.
    public init(origin: String, key: SigningKey<ReleaseRole>) {
        self.origin = origin
        self.key = key
    }

    public struct Sealed: Sendable {
        public let entry: LogEntry
        public let envelope: Envelope
    }

    /// Throws `EnvelopeError` (`.noRecipients`, `.tooManyRecipients`, `.duplicateRecipient`, `.badRecipientName`,
    /// `.documentTooLarge`) and `EntryError` (`.badReferences`, `.badOrigin`): then nothing was sealed.
    public func seal(
        _ document: [UInt8], for recipients: [EpochRecipient], id: EntryID = .random(), timeMilliseconds: UInt64,
        references: [EntryReference] = []
    ) throws -> Sealed {
        try seal(
            document, for: recipients, id: id, timeMilliseconds: timeMilliseconds, references: references,
            secrets: .fresh(recipientCount: recipients.count))
    }

    /// With the random choices made by the caller, for vectors. Only the encapsulations stay random.
    package func seal(
        _ document: [UInt8], for recipients: [EpochRecipient], id: EntryID, timeMilliseconds: UInt64,
        references: [EntryReference], secrets: EnvelopeSecrets
    ) throws -> Sealed {
        let listed = try Self.list(recipients)
        precondition(secrets.order.sorted() == Array(0..<max(secrets.order.count, recipients.count)))
        guard document.count <= Envelope.maximumDocumentByteCount else {
            throw EnvelopeError(
                .documentTooLarge, "over maximumDocumentByteCount: \(Envelope.maximumDocumentByteCount)")
        }
        let content = EnvelopeContent(
            recipientsSalt: secrets.recipientsSalt, documentSalt: secrets.documentSalt, recipients: listed,
            signer: key.verifyingKey.signerID, entryID: id, origin: Array(origin.utf8), document: document)
        // The origin is checked by this, before its length is written as one byte.
        let header = try self.header(
            content, timeMilliseconds: timeMilliseconds, references: references, stanzaCount: secrets.order.count)
        let hash = try header.hash(origin: origin)
        let envelope = Envelope(
            stanzas: try stanzas(for: recipients, hash, secrets),
            body: try ChunkedEncryption.seal(
                content.padded, key: secrets.contentKey, context: hash.bytes, salt: secrets.bodySalt))
        let digests = EnvelopeDigests(
            stanzas: .sha256(envelope.stanzas), body: .sha256(envelope.body),
            keyCommitment: try secrets.contentKey.commitment(Envelope.commitInfo(hash)))
        let entry = try LogEntry(signing: header, .envelope(digests), key: key, origin: origin)
        return Sealed(entry: entry, envelope: envelope)
    }

    private func header(
        _ content: EnvelopeContent, timeMilliseconds: UInt64, references: [EntryReference], stanzaCount: Int
    ) throws -> EntryHeader {
        guard (1...EntryHeader.maximumOriginByteCount).contains(origin.utf8.count) else {
            throw EntryError(.badOrigin, "an origin has 1 to \(EntryHeader.maximumOriginByteCount) bytes")
        }
        return try EntryHeader(
            signer: content.signer, id: content.entryID, kind: .notice, timeMilliseconds: timeMilliseconds,
            outline: EnvelopeOutline(
                recipientsCommitment: content.recipientsCommitment, documentCommitment: content.documentCommitment,
                stanzaCount: stanzaCount, paddedByteCount: Padding.paddedByteCount(of: content.encoded.count)),
            references: references)
    }

    /// One stanza for each recipient, and decoys to a throw-away key, in random order. An encapsulation does not show
    /// whose it is, so one key serves for all decoys.
    private func stanzas(
        for recipients: [EpochRecipient], _ headerHash: Digest, _ secrets: EnvelopeSecrets
    ) throws -> [UInt8] {
        let info = Envelope.stanzaInfo(headerHash)
        let nobody =
            secrets.order.count > recipients.count
            ? try RecipientKey(seed: .random(count: RecipientKey.seedByteCount, guarded: false)).publicKey : nil
        var stanzas: [UInt8] = []
        for place in secrets.order {
            if place < recipients.count {
                stanzas += try recipients[place].key.seal(secrets.contentKey.secret, info: info)
            } else if let nobody {
                let decoy = try SecretBytes.random(count: Envelope.contentKeyByteCount, guarded: false)
                stanzas += try nobody.seal(decoy, info: info)
            }
        }
        return stanzas
    }

    /// The recipients in the order of their key ids.
    private static func list(_ recipients: [EpochRecipient]) throws(EnvelopeError) -> [ListedRecipient] {
        guard !recipients.isEmpty else { throw EnvelopeError(.noRecipients, "nobody to seal to") }
        guard recipients.count <= Envelope.maximumRecipientCount else {
            throw EnvelopeError(
                .tooManyRecipients, "over maximumRecipientCount: \(Envelope.maximumRecipientCount)")
        }
        guard Set(recipients.map(\.keyID)).count == recipients.count else {
            throw EnvelopeError(.duplicateRecipient, "two recipients with one key")
        }
        guard recipients.allSatisfy({ ListedRecipient.isName($0.authority) }) else {
            throw EnvelopeError(.badRecipientName, "a recipient's name is not a name prefix")
        }
        return recipients.map { ListedRecipient(authority: $0.authority, keyID: $0.keyID, epoch: $0.epoch) }
            .sorted { $0.keyID < $1.keyID }
    }
}

/// The random choices of one sealing. Never used twice.
package struct EnvelopeSecrets: Sendable {
    package let contentKey: SymmetricKey
    package let recipientsSalt: [UInt8]
    package let documentSalt: [UInt8]
    package let bodySalt: [UInt8]
    /// Which stanza stands where: the number of a recipient on the caller's list, or more, for a decoy.
    package let order: [Int]

    package init(
        contentKey: SymmetricKey, recipientsSalt: [UInt8], documentSalt: [UInt8], bodySalt: [UInt8], order: [Int]
    ) {
        precondition(recipientsSalt.count == EnvelopeContent.saltByteCount)
        precondition(documentSalt.count == EnvelopeContent.saltByteCount)
        self.contentKey = contentKey
        self.recipientsSalt = recipientsSalt
        self.documentSalt = documentSalt
        self.bodySalt = bodySalt
        self.order = order
    }

    /// From the system. As many stanzas as the next power of two.
    static func fresh(recipientCount: Int) throws -> Self {
        var stanzaCount = 1
        while stanzaCount < recipientCount { stanzaCount *= 2 }
        return Self(
            contentKey: try .generate(guarded: false),
            recipientsSalt: randomBytes(count: EnvelopeContent.saltByteCount),
            documentSalt: randomBytes(count: EnvelopeContent.saltByteCount),
            bodySalt: randomBytes(count: ChunkedEncryption.saltByteCount), order: Array(0..<stanzaCount).shuffled())
    }
}
