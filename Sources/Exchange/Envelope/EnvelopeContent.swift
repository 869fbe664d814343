internal import Cryptography
internal import EntryCodec

/// What a body holds, before it is padded and sealed (layout in `Protocols/envelopes.md`).
///
/// ```
/// r1            32   salt of the recipients commitment
/// r2            32   salt of the document commitment
/// recipients     2   how many: 1 … 256
/// recipient      …   each: length[1] ‖ name ‖ key id[8] ‖ epoch[4], in ascending order of key ids
/// signer        32
/// entry id      16
/// origin         …   length[1] ‖ origin
/// document       …   length[4] ‖ document
/// ```
struct EnvelopeContent {
    static let saltByteCount = 32

    let recipientsSalt: [UInt8]
    let documentSalt: [UInt8]
    let recipients: [ListedRecipient]
    let signer: Digest
    let entryID: EntryID
    let origin: [UInt8]
    let document: [UInt8]

    var recipientsCommitment: Digest { recipients.commitment(salt: recipientsSalt) }
    var documentCommitment: Digest { Digest.sha256(documentSalt + document) }

    var encoded: [UInt8] {
        var bytes = recipientsSalt + documentSalt
        bytes += UInt16(recipients.count).bigEndianBytes
        for recipient in recipients {
            bytes.append(UInt8(recipient.authority.utf8.count))
            bytes += Array(recipient.authority.utf8)
            bytes += recipient.keyID.bytes
            bytes += recipient.epoch.bigEndianBytes
        }
        bytes += signer.bytes
        bytes += entryID.bytes
        bytes.append(UInt8(origin.count))
        bytes += origin
        bytes += UInt32(document.count).bigEndianBytes
        bytes += document
        return bytes
    }

    /// The encoding, and zeros up to its padded size.
    var padded: [UInt8] {
        let bytes = encoded
        return bytes + [UInt8](repeating: 0, count: Padding.paddedByteCount(of: bytes.count) - bytes.count)
    }
}

extension EnvelopeContent {
    /// Reads what `padded` writes, and nothing else. Throws `.malformedContent`, `.badPadding`.
    init(parsingPadded bytes: [UInt8]) throws(EnvelopeError) {
        guard let (content, rest) = Self.read(bytes) else {
            throw EnvelopeError(.malformedContent, "the content is not readable")
        }
        guard Padding.paddedByteCount(of: bytes.count - rest.count) == bytes.count, rest.allSatisfy({ $0 == 0 }) else {
            throw EnvelopeError(.badPadding, "not padded with zeros to the size that the content's gives")
        }
        self = content
    }

    private static func read(_ bytes: [UInt8]) -> (Self, rest: ArraySlice<UInt8>)? {
        var reader = ByteReader(bytes)
        guard let recipientsSalt = reader.bytes(saltByteCount), let documentSalt = reader.bytes(saltByteCount),
            let recipients = readRecipients(&reader),
            let signer = reader.bytes(Digest.byteCount).flatMap({ Digest($0) }),
            let entryID = reader.bytes(EntryID.byteCount).flatMap({ EntryID($0) }),
            let originCount = reader.integer(UInt8.self), let origin = reader.bytes(Int(originCount)),
            let documentCount = reader.integer(UInt32.self), documentCount <= Envelope.maximumDocumentByteCount,
            let document = reader.bytes(Int(documentCount))
        else { return nil }
        let content = Self(
            recipientsSalt: recipientsSalt, documentSalt: documentSalt, recipients: recipients, signer: signer,
            entryID: entryID, origin: origin, document: document)
        return (content, reader.remaining)
    }

    /// In strictly ascending order of key ids: one list has one encoding, and names no key twice.
    private static func readRecipients(_ reader: inout ByteReader) -> [ListedRecipient]? {
        guard let count = reader.integer(UInt16.self), (1...Envelope.maximumRecipientCount).contains(Int(count)) else {
            return nil
        }
        var recipients: [ListedRecipient] = []
        for _ in 0..<count {
            guard let length = reader.integer(UInt8.self), let name = reader.bytes(Int(length)),
                let authority = String(validating: name, as: UTF8.self), ListedRecipient.isName(authority),
                let keyID = reader.bytes(RecipientKeyID.byteCount).flatMap({ RecipientKeyID($0) }),
                let epoch = reader.integer(UInt32.self),
                recipients.last.map({ $0.keyID < keyID }) ?? true
            else { return nil }
            recipients.append(ListedRecipient(authority: authority, keyID: keyID, epoch: epoch))
        }
        return recipients
    }
}
