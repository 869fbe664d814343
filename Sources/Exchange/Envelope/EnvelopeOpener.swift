public import Cryptography
public import EntryCodec

/// Opens envelopes that partners sealed to us, and believes nothing of one before all of it was checked.
///
/// The checks, their order and their codes are those of `Protocols/envelopes.md`; the first that fails is thrown.
public struct EnvelopeOpener: Sendable {
    /// Tried in this order: the epoch that an envelope was most likely sealed to comes first.
    private let keys: [OpeningKey]
    private let signers: any SignerDirectory

    public init(keys: [OpeningKey], signers: some SignerDirectory) {
        self.keys = keys
        self.signers = signers
    }

    /// `origin`: of the log that the entry came from. `isDuplicate`: whether an entry of this id, other than this one,
    /// was taken in from this log. `admit` judges the document by its conditions and by the agreements in force;
    /// nothing is returned if it throws, and its error is passed on.
    ///
    /// Throws `EnvelopeError`, and what the directory and the two closures throw.
    public func open(
        _ envelope: [UInt8], of entry: LogEntry, origin: String, evidence: InclusionEvidence,
        isDuplicate: (EntryID) throws -> Bool, admit: (OpenedEnvelope) throws -> Void
    ) throws -> OpenedEnvelope {
        guard case .envelope(let digests) = entry.content else {
            throw EnvelopeError(.notANotice, "only notices have envelopes")
        }
        let leafHash = entry.leafHash
        try checkSigner(of: entry, origin, isVerified: evidence.hasVerified(leafHash: leafHash, origin: origin))
        try evidence.verify(leafHash: leafHash, origin: origin)
        let envelope = try Envelope(parsing: envelope, of: entry)
        let hash = try entry.headerHash(origin: origin)
        let (contentKey, ours) = try contentKey(envelope.stanzas, hash)
        guard try contentKey.commitment(Envelope.commitInfo(hash)) == digests.keyCommitment else {
            throw EnvelopeError(.wrongContentKey, "a stanza gives another content key than the entry commits to")
        }
        let content = try Self.content(envelope.body, contentKey, hash)
        try Self.compare(content, with: entry, origin, ours)
        guard try !isDuplicate(entry.id) else {
            throw EnvelopeError(.duplicateEntry, "another entry of this id was taken in before")
        }
        let opened = OpenedEnvelope(
            entry: entry, origin: origin, document: content.document, recipients: content.recipients, openedAs: ours,
            contentKey: contentKey)
        try admit(opened)
        return opened
    }

    /// 1. The signature, and the signer's status at that time.
    private func checkSigner(of entry: LogEntry, _ origin: String, isVerified: Bool) throws {
        let known = try signers.signer(entry.signer, origin: origin, timeMilliseconds: entry.timeMilliseconds)
        guard let signer = known else { throw EnvelopeError(.unknownSigner, "signed by a key that nobody announced") }
        if !isVerified {
            do {
                try entry.verify(key: signer.key, origin: origin)
            } catch {
                throw EnvelopeError(.badSignature, error.reason)
            }
        }
        switch signer.status {
        case .active: break
        case .notYet: throw EnvelopeError(.signerNotYet, "signed before its key takes effect")
        case .ended: throw EnvelopeError(.signerEnded, "signed after its key had ended")
        case .revoked: throw EnvelopeError(.signerRevoked, "signed by a revoked key")
        }
    }

    /// 4. The first stanza that opens with a key of ours.
    private func contentKey(_ stanzas: [UInt8], _ headerHash: Digest) throws -> (SymmetricKey, ListedRecipient) {
        let info = Envelope.stanzaInfo(headerHash)
        for key in keys {
            for start in stride(from: 0, to: stanzas.count, by: Envelope.stanzaByteCount) {
                let stanza = stanzas[start..<start + Envelope.stanzaByteCount]
                do {
                    return (try SymmetricKey(key.key.open(stanza, info: info, guarded: false)), key.listed)
                } catch let error as CryptographyError where error.code == .notAuthentic {
                    continue
                }
            }
        }
        throw EnvelopeError(.notForUs, "no stanza opens with a key of ours")
    }

    /// 6. The body, and its padding.
    private static func content(
        _ body: [UInt8], _ contentKey: SymmetricKey, _ headerHash: Digest
    ) throws(EnvelopeError) -> EnvelopeContent {
        let padded: [UInt8]
        do {
            padded = try ChunkedEncryption.open(body, key: contentKey, context: headerHash.bytes)
        } catch {
            throw EnvelopeError(.bodyNotAuthentic, "the body does not open with its content key")
        }
        return try EnvelopeContent(parsingPadded: padded)
    }

    /// 7 and 8. What is inside is what the entry says, to the letter.
    private static func compare(
        _ content: EnvelopeContent, with entry: LogEntry, _ origin: String, _ ours: ListedRecipient
    ) throws(EnvelopeError) {
        guard content.signer == entry.signer else {
            throw EnvelopeError(.otherSigner, "the content was sealed by another signer than the entry's")
        }
        guard content.entryID == entry.id else {
            throw EnvelopeError(.otherEntry, "the content was sealed for another entry")
        }
        guard content.origin.elementsEqual(origin.utf8) else {
            throw EnvelopeError(.otherOrigin, "the content was sealed for another log")
        }
        guard let outline = entry.header.outline, content.recipients.count <= outline.stanzaCount else {
            throw EnvelopeError(.tooFewStanzas, "more recipients are listed than there are stanzas")
        }
        guard content.recipients.contains(ours) else {
            throw EnvelopeError(.notListed, "a stanza opens, and we are not among the recipients")
        }
        guard content.documentCommitment == outline.documentCommitment else {
            throw EnvelopeError(.wrongDocument, "not the document that the entry commits to")
        }
        guard content.recipientsCommitment == outline.recipientsCommitment else {
            throw EnvelopeError(.wrongRecipients, "not the recipients that the entry commits to")
        }
    }
}

/// What an envelope held, once every check had passed.
public struct OpenedEnvelope: Sendable {
    public let entry: LogEntry
    public let origin: String
    public let document: [UInt8]
    /// All of them, in the order of their key ids.
    public let recipients: [ListedRecipient]
    /// The one of them that is us, by the key that opened.
    public let openedAs: ListedRecipient
    /// To be wrapped under a local key, so that the envelope stays readable when the epoch's private key is gone.
    public let contentKey: SymmetricKey
}
