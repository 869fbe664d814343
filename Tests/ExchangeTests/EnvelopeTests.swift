import Cryptography
import EntryCodec
import TestSupport
import Testing
import TransparencyLog

@testable import Exchange

@Suite struct EnvelopeTests {
    private func refusal(_ code: EnvelopeError.Code) -> EnvelopeError { EnvelopeError(code, "") }

    @Test func everyRecipientOpensWhatWasSealed() throws {
        let all = try Federation(partners: 20)
        for count in 1...20 {
            let federation = all.with(partners: count)
            let document = (0..<count * 700).map { UInt8($0 % 251) }
            let sealed = try federation.seal(document)
            #expect(try LogEntry(parsing: sealed.entry.encoded) == sealed.entry)
            #expect(try Envelope(parsing: sealed.envelope.encoded, of: sealed.entry) == sealed.envelope)
            // Trying many keys on many stanzas takes its time: of large sets, the first, one and the last.
            let openers = count <= 6 ? Array(0..<count) : [0, count / 2, count - 1]
            for partner in openers.map({ federation.partners[$0] }) {
                let opened = try federation.open(sealed, as: [partner])
                #expect(opened.document == document)
                #expect(opened.openedAs == partner.listed)
                #expect(opened.recipients.map(\.authority).sorted() == federation.partners.map(\.authority).sorted())
            }
            #expect(throws: refusal(.notForUs)) { try federation.open(sealed, as: [federation.stranger]) }
        }
    }

    @Test func theLargestEnvelope() throws {
        let federation = try Federation(partners: Envelope.maximumRecipientCount, nameByteCount: 200)
        let document = [UInt8](repeating: 0x5A, count: Envelope.maximumDocumentByteCount)
        let sealed = try federation.seal(document)
        #expect(sealed.envelope.encoded.count == Envelope.maximumByteCount)
        #expect(sealed.entry.header.outline?.stanzaCount == 256)
        let opened = try federation.open(sealed, as: [federation.partners[200]])
        #expect(opened.document == document && opened.recipients.count == 256)
        #expect(throws: refusal(.documentTooLarge)) { try federation.with(partners: 1).seal(document + [0]) }
    }

    @Test func whatCannotBeAddressedIsNotSealed() throws {
        let federation = try Federation(partners: 3)
        func seal(_ recipients: [EpochRecipient], origin: String = Federation.origin) throws {
            _ = try EnvelopeSealer(origin: origin, key: federation.release)
                .seal([1], for: recipients, timeMilliseconds: Federation.time)
        }
        let recipients = federation.recipients
        let renamed = { (name: String) in
            [EpochRecipient(authority: name, epoch: 7, key: recipients[0].key)]
        }
        #expect(throws: refusal(.noRecipients)) { try seal([]) }
        #expect(throws: refusal(.duplicateRecipient)) { try seal([recipients[0], recipients[1], recipients[0]]) }
        let otherEpoch = EpochRecipient(authority: "other.example", epoch: 8, key: recipients[0].key)
        #expect(throws: refusal(.duplicateRecipient)) { try seal([recipients[0], otherEpoch]) }
        #expect(throws: refusal(.tooManyRecipients)) { try seal((0..<257).map { _ in recipients[0] }) }
        for name in ["", "a b", "a+b", "a/", String(repeating: "n", count: 201)] {
            #expect(throws: refusal(.badRecipientName)) { try seal(renamed(name)) }
        }
        for origin in ["", String(repeating: "o", count: 256)] {
            #expect(throws: EntryError(.badOrigin, "")) { try seal(recipients, origin: origin) }
        }
        let reference = EntryReference(to: try federation.seal().entry)
        #expect(throws: EntryError(.badReferences, "")) {
            try federation.sealer.seal(
                [1], for: recipients, timeMilliseconds: 0, references: [reference, reference])
        }
    }

    /// Nothing outside tells how many recipients there are, within a power of two, or how long the document is.
    @Test func sizesTellLittle() throws {
        let all = try Federation(partners: 5)
        for (count, stanzas) in [(1, 1), (2, 2), (3, 4), (4, 4), (5, 8)] {
            let sealed = try all.with(partners: count).seal()
            #expect(sealed.entry.header.outline?.stanzaCount == stanzas)
            #expect(sealed.envelope.stanzas.count == stanzas * Envelope.stanzaByteCount)
        }
        let one = all.with(partners: 1)
        let sizes = try Set([0, 1, 3800].map { try one.seal([UInt8](repeating: 0, count: $0)).envelope.body.count })
        #expect(sizes == [ChunkedEncryption.sealedByteCount(of: 4096)])
    }

    @Test func noTwoSealingsAreAlike() throws {
        let federation = try Federation(partners: 4)
        let sealed = try (0..<12).map { _ in try federation.seal() }
        #expect(Set(sealed.map(\.entry.id)).count == 12)
        #expect(Set(sealed.compactMap { $0.entry.header.outline?.documentCommitment }).count == 12)
        #expect(Set(sealed.compactMap { $0.entry.header.outline?.recipientsCommitment }).count == 12)
        #expect(Set(sealed.map { Digest.sha256($0.envelope.body) }).count == 12)
        // Where a recipient's stanza stands is drawn: twelve times the same place of four has a chance of 2^-22.
        let places = try sealed.map { sealed in
            let info = Envelope.stanzaInfo(try sealed.entry.headerHash(origin: Federation.origin))
            return (0..<4).first { place in
                let start = place * Envelope.stanzaByteCount
                let stanza = sealed.envelope.stanzas[start..<start + Envelope.stanzaByteCount]
                return (try? federation.partners[0].key.open(stanza, info: info)) != nil
            }
        }
        #expect(Set(places).count > 1 && !places.contains(nil))
    }

    /// What the caller decides on comes last, sees everything, and stops everything.
    @Test func conditionsAreJudgedLast() throws {
        struct Refused: Error {}
        let federation = try Federation(partners: 2)
        let sealed = try federation.seal()
        let opener = EnvelopeOpener(keys: [federation.partners[0]], signers: federation.directory)
        func open(isDuplicate: Bool, admit: (OpenedEnvelope) throws -> Void) throws {
            _ = try opener.open(
                sealed.envelope.encoded, of: sealed.entry, origin: Federation.origin,
                evidence: .mirrored(origin: Federation.origin, leafHash: sealed.entry.leafHash),
                isDuplicate: { $0 == sealed.entry.id && isDuplicate }, admit: admit)
        }
        #expect(throws: Refused.self) {
            try open(isDuplicate: false) { opened in
                #expect(opened.document == Array("a release".utf8))
                throw Refused()
            }
        }
        #expect(throws: refusal(.duplicateEntry)) {
            try open(isDuplicate: true) { _ in Issue.record("a duplicate was judged") }
        }
    }
}
