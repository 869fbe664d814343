import Cryptography
import EntryCodec

@testable import Exchange

/// Seals like a sender that holds a release key and does not keep to the rules: each step can be another than it
/// should be, and all that follows, up to the signature, is done properly.
struct Forger {
    let federation: Federation
    var release: SigningKey<ReleaseRole>
    var origin = Federation.origin
    let id = EntryID.random()
    let contentKey: SymmetricKey
    /// Whom stanzas are sealed to, and the content key that each gets.
    var stanzas: [(OpeningKey, SymmetricKey)]
    var content: EnvelopeContent
    var pad: (EnvelopeContent) -> [UInt8] = { $0.padded }
    var bodyKey: SymmetricKey
    var committedKey: SymmetricKey

    init(_ federation: Federation) throws {
        self.federation = federation
        release = federation.release
        contentKey = try .generate()
        bodyKey = contentKey
        committedKey = contentKey
        stanzas = federation.partners.map { [contentKey] in ($0, contentKey) }
        content = EnvelopeContent(
            recipientsSalt: randomBytes(count: 32), documentSalt: randomBytes(count: 32),
            recipients: federation.partners.map(\.listed).sorted { $0.keyID < $1.keyID },
            signer: release.verifyingKey.signerID, entryID: id, origin: Array(origin.utf8),
            document: Array("a forged release".utf8))
    }

    func seal() throws -> EnvelopeSealer.Sealed {
        let padded = pad(content)
        let header = try EntryHeader(
            signer: release.verifyingKey.signerID, id: id, kind: .notice, timeMilliseconds: Federation.time,
            outline: EnvelopeOutline(
                recipientsCommitment: content.recipientsCommitment, documentCommitment: content.documentCommitment,
                stanzaCount: stanzas.count, paddedByteCount: padded.count),
            references: [])
        let hash = try header.hash(origin: origin)
        let sealed = try stanzas.flatMap {
            try $0.0.key.publicKey.seal($0.1.secret, info: Envelope.stanzaInfo(hash))
        }
        let body = try ChunkedEncryption.seal(padded, key: bodyKey, context: hash.bytes)
        return try Self.sign(
            header, Envelope(stanzas: sealed, body: body),
            keyCommitment: try committedKey.commitment(Envelope.commitInfo(hash)), release, origin)
    }

    /// An entry made anew for an envelope.
    static func sign(
        _ header: EntryHeader, _ envelope: Envelope, keyCommitment: Digest, _ key: SigningKey<ReleaseRole>,
        _ origin: String
    ) throws -> EnvelopeSealer.Sealed {
        let digests = EnvelopeDigests(
            stanzas: .sha256(envelope.stanzas), body: .sha256(envelope.body), keyCommitment: keyCommitment)
        let header = try EntryHeader(
            signer: key.verifyingKey.signerID, id: header.id, kind: .notice, timeMilliseconds: header.timeMilliseconds,
            outline: header.outline, references: header.references)
        return EnvelopeSealer.Sealed(
            entry: try LogEntry(signing: header, .envelope(digests), key: key, origin: origin), envelope: envelope)
    }
}

extension LogEntry {
    var digests: EnvelopeDigests {
        guard case .envelope(let digests) = content else { preconditionFailure("not a notice") }
        return digests
    }
}

extension EnvelopeContent {
    /// The same but for what is given.
    func with(
        recipients: [ListedRecipient]? = nil, signer: Digest? = nil, entryID: EntryID? = nil, origin: String? = nil,
        document: [UInt8]? = nil
    ) -> EnvelopeContent {
        EnvelopeContent(
            recipientsSalt: recipientsSalt, documentSalt: documentSalt, recipients: recipients ?? self.recipients,
            signer: signer ?? self.signer, entryID: entryID ?? self.entryID,
            origin: origin.map { Array($0.utf8) } ?? self.origin, document: document ?? self.document)
    }
}
