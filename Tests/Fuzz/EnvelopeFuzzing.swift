import Cryptography
import EntryCodec
import TransparencyLog

@testable import Exchange

/// Entries and envelopes of a partner that holds a release key and writes what it likes.
enum EnvelopeFuzzing {
    private static let origin = "example.org/exchange"
    private static let release = try! SigningKey<ReleaseRole>(seed: SecretBytes(count: 32) { $0[0] = 2 })
    private static let ours = OpeningKey(
        authority: "la.customs.example", epoch: 2972,
        key: try! RecipientKey(seed: SecretBytes(count: 32) { $0[0] = 3 }))
    private static let contentKey = try! SymmetricKey(SecretBytes(count: 32) { $0[0] = 4 })

    private struct Directory: SignerDirectory {
        func signer(_ id: Digest, origin: String, timeMilliseconds: UInt64) -> Signer? {
            Signer(key: release.verifyingKey, status: .active)
        }
    }

    static func entry(_ bytes: [UInt8]) {
        guard let entry = try? LogEntry(parsing: bytes) else { return }
        precondition(entry.encoded == bytes, "an entry that is not written back as it was read")
        try? entry.verify(key: release.verifyingKey, origin: origin)
    }

    /// The length of an entry, in two bytes, the entry, and its envelope. What they say is signed for, digests and all;
    /// so it depends on the stanzas and the body whether it opens, and nobody sealed these to us.
    static func envelope(_ bytes: [UInt8]) {
        guard bytes.count >= 2, let length = UInt16(bigEndianBytes: bytes[..<2]), bytes.count - 2 >= length,
            let entry = try? LogEntry(parsing: Array(bytes[2..<2 + Int(length)]))
        else { return }
        let envelope = Array(bytes[(2 + Int(length))...])
        _ = try? Envelope(parsing: envelope, of: entry)
        guard let outline = entry.header.outline else { return }
        let split = min(envelope.count, outline.stanzaCount * Envelope.stanzaByteCount)
        let signed = sign(
            entry.header, outline, stanzas: Array(envelope[..<split]), body: Array(envelope[split...]),
            keyCommitment: .sha256([]))
        precondition((try? open(envelope, signed)) == nil, "opened what was not sealed to us")
    }

    /// The padded content of an envelope, sealed by the rules.
    static func content(_ bytes: [UInt8]) {
        let content = try? EnvelopeContent(parsingPadded: bytes)
        precondition(content.map { $0.padded == bytes } ?? true, "a content that is not written back as it was read")
        // Sizes that no entry may say are refused before.
        guard bytes.count <= EnvelopeOutline.maximumPaddedByteCount, Padding.isPadded(bytes.count) else { return }
        let id = EntryID(content?.entryID.bytes ?? [UInt8](repeating: 0, count: 16))!
        let outline = EnvelopeOutline(
            recipientsCommitment: content?.recipientsCommitment ?? .sha256([]),
            documentCommitment: content?.documentCommitment ?? .sha256([]), stanzaCount: 1,
            paddedByteCount: bytes.count)
        let header = try! EntryHeader(
            signer: release.verifyingKey.signerID, id: id, kind: .notice, timeMilliseconds: 0, outline: outline,
            references: [])
        let hash = try! header.hash(origin: origin)
        let stanza = try! ours.key.publicKey.seal(contentKey.secret, info: Envelope.stanzaInfo(hash))
        let body = try! ChunkedEncryption.seal(bytes, key: contentKey, context: hash.bytes)
        let signed = sign(
            header, outline, stanzas: stanza, body: body,
            keyCommitment: try! contentKey.commitment(Envelope.commitInfo(hash)))
        guard let opened = try? open(stanza + body, signed) else { return }
        precondition(opened.document == content?.document && opened.recipients.contains(ours.listed))
    }

    private static func sign(
        _ header: EntryHeader, _ outline: EnvelopeOutline, stanzas: [UInt8], body: [UInt8], keyCommitment: Digest
    ) -> LogEntry {
        let header = try! EntryHeader(
            signer: release.verifyingKey.signerID, id: header.id, kind: .notice,
            timeMilliseconds: header.timeMilliseconds, outline: outline, references: header.references)
        let digests = EnvelopeDigests(stanzas: .sha256(stanzas), body: .sha256(body), keyCommitment: keyCommitment)
        return try! LogEntry(signing: header, .envelope(digests), key: release, origin: origin)
    }

    private static func open(_ envelope: [UInt8], _ entry: LogEntry) throws -> OpenedEnvelope {
        try EnvelopeOpener(keys: [ours], signers: Directory()).open(
            envelope, of: entry, origin: origin, evidence: .mirrored(origin: origin, leafHash: entry.leafHash),
            isDuplicate: { _ in false }, admit: { _ in })
    }
}
