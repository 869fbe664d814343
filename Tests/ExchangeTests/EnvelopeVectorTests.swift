import Cryptography
import EntryCodec
import Foundation
import TestSupport
import Testing
import TransparencyLog

@testable import Exchange

/// Envelopes against the vectors of another implementation: opened, and sealed again from the same choices.
@Suite struct EnvelopeVectorTests {
    struct Case: Decodable {
        struct Key: Decodable {
            let authority, seed: String
            let epoch: UInt32
        }
        struct Recipient: Decodable {
            let authority, keyID: String
            let epoch: UInt32
            var listed: ListedRecipient {
                ListedRecipient(authority: authority, keyID: RecipientKeyID(Hex.decode(keyID)!)!, epoch: epoch)
            }
        }
        struct Opened: Decodable {
            let document, contentKey, headerHash, releaseSeed, recipientsSalt, documentSalt, bodySalt: String
            let recipients: [Recipient]
            let openedAs: Recipient
        }
        let name, outcome, entry, origin, signerKey, signerStatus, leafHash: String
        let envelope, envelopeOf: String?
        let isCosigned, isDuplicate: Bool
        let keys: [Key]
        let opened: Opened?
    }

    /// What a case says of the signer, whatever it is asked.
    struct StatedSigner: SignerDirectory {
        let known: Signer?
        func signer(_ id: Digest, origin: String, timeMilliseconds: UInt64) -> Signer? { known }
    }

    @Test func envelopes() throws {
        var seen: [String: [UInt8]] = [:]
        var outcomes: Set<String> = []
        for test in try Places.vectors("envelopes", Case.self) {
            let envelope = test.envelope.map { Base64.decode($0)! } ?? seen[test.envelopeOf!]!
            seen[test.name] = envelope
            let entry = try LogEntry(parsing: Hex.decode(test.entry)!)
            let result: String
            do {
                let opened = try open(envelope, entry, test)
                try compare(opened, with: test.opened!, test.name)
                try sealAgain(opened, entry, envelope, test.opened!, test.name)
                result = "ok"
            } catch let error as EnvelopeError {
                result = error.code.rawValue
            }
            #expect(result == test.outcome, "\(test.name)")
            outcomes.insert(test.outcome)
        }
        let sealing: Set<EnvelopeError.Code> = [
            .noRecipients, .tooManyRecipients, .duplicateRecipient, .badRecipientName, .documentTooLarge,
        ]
        let opening = Set(EnvelopeError.Code.allCases).subtracting(sealing).map(\.rawValue)
        #expect(outcomes == Set(opening).union(["ok"]))
    }

    private func open(_ envelope: [UInt8], _ entry: LogEntry, _ test: Case) throws -> OpenedEnvelope {
        let key = try VerifyingKey<ReleaseRole>(Hex.decode(test.signerKey)!)
        let status: Signer.Status? =
            switch test.signerStatus {
            case "active": .active
            case "notYet": .notYet
            case "ended": .ended
            case "revoked": .revoked
            default: nil
            }
        let keys = try test.keys.map { key in
            var seed = Hex.decode(key.seed)!
            return OpeningKey(
                authority: key.authority, epoch: key.epoch, key: try RecipientKey(seed: SecretBytes(moving: &seed)))
        }
        let signer = StatedSigner(known: status.map { Signer(key: key, status: $0) })
        let opener = EnvelopeOpener(keys: keys, signers: signer)
        return try opener.open(
            envelope, of: entry, origin: test.origin,
            evidence: try Evidence.oneEntry(
                Digest(Hex.decode(test.leafHash)!)!, origin: test.origin, isCosigned: test.isCosigned),
            isDuplicate: { _ in test.isDuplicate }, admit: { _ in })
    }

    private func compare(_ opened: OpenedEnvelope, with expected: Case.Opened, _ name: String) throws {
        #expect(Hex.encode(opened.document) == expected.document, "\(name)")
        #expect(opened.recipients == expected.recipients.map(\.listed), "\(name)")
        #expect(opened.openedAs == expected.openedAs.listed, "\(name)")
        #expect(opened.contentKey.secret.withUnsafeBytes { Hex.encode($0) } == expected.contentKey, "\(name)")
        #expect(try opened.entry.headerHash(origin: opened.origin).hex == expected.headerHash, "\(name)")
    }

    /// All but the stanzas, whose encapsulations the library draws.
    private func sealAgain(
        _ opened: OpenedEnvelope, _ entry: LogEntry, _ envelope: [UInt8], _ expected: Case.Opened, _ name: String
    ) throws {
        var seed = Hex.decode(expected.releaseSeed)!
        let key = try SigningKey<ReleaseRole>(seed: SecretBytes(moving: &seed))
        let outline = try #require(entry.header.outline)
        let content = EnvelopeContent(
            recipientsSalt: Hex.decode(expected.recipientsSalt)!, documentSalt: Hex.decode(expected.documentSalt)!,
            recipients: opened.recipients, signer: key.verifyingKey.signerID, entryID: entry.id,
            origin: Array(opened.origin.utf8), document: opened.document)
        #expect(content.recipientsCommitment == outline.recipientsCommitment, "\(name)")
        #expect(content.documentCommitment == outline.documentCommitment, "\(name)")
        let hash = try entry.headerHash(origin: opened.origin)
        let body = try ChunkedEncryption.seal(
            content.padded, key: opened.contentKey, context: hash.bytes, salt: Hex.decode(expected.bodySalt)!)
        #expect(body == Array(envelope.suffix(body.count)), "\(name)")
        let signed = try LogEntry(signing: entry.header, entry.content, key: key, origin: opened.origin)
        #expect(signed.encoded == entry.encoded, "\(name)")
    }
}
