import Cryptography
import EntryCodec
import TestSupport
import Testing
import TransparencyLog

@testable import Exchange

/// For each check one attempt, from outside, that this check and no other stops.
@Suite struct EnvelopeRefusalTests {
    private static let malloryOrigin = "mallory.example/exchange"
    private let federation: Federation
    private let mallory: SigningKey<ReleaseRole>

    init() throws {
        mallory = try SigningKey(seed: Federation.seed(2))
        var federation = try Federation(partners: 2)
        // Mallory is an authority like others, with a log of its own.
        federation.directory.announce(mallory.verifyingKey, .active, origin: Self.malloryOrigin)
        self.federation = federation
    }

    private var us: OpeningKey { federation.partners[0] }
    private var other: OpeningKey { federation.partners[1] }

    private func expect(
        _ code: EnvelopeError.Code, _ sealed: EnvelopeSealer.Sealed, as keys: [OpeningKey]? = nil,
        origin: String = Federation.origin, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: EnvelopeError(code, ""), sourceLocation: location) {
            try federation.open(sealed, as: keys ?? [us], origin: origin)
        }
    }

    @Test func theForgerIsNotRefusedForItself() throws {
        #expect(try federation.open(Forger(federation).seal(), as: [us]).document == Array("a forged release".utf8))
    }

    // 1.

    @Test func signersHaveTheirTime() throws {
        let sealed = try federation.seal()
        let statuses: [(Signer.Status, EnvelopeError.Code)] = [
            (.notYet, .signerNotYet), (.ended, .signerEnded), (.revoked, .signerRevoked),
        ]
        for (status, code) in statuses {
            var federation = federation
            federation.directory.announce(federation.release.verifyingKey, status)
            #expect(throws: EnvelopeError(code, "")) { try federation.open(sealed, as: [us]) }
        }
    }

    @Test func signedAnewByAnotherAuthority() throws {
        let good = try federation.seal()
        let stolen = try Forger.sign(
            good.entry.header, good.envelope, keyCommitment: good.entry.digests.keyCommitment, mallory,
            Federation.origin)
        // In our log the key is nobody's. In its own log it may sign, and what is sealed to our header does not open.
        expect(.unknownSigner, stolen)
        let own = try Forger.sign(
            good.entry.header, good.envelope, keyCommitment: good.entry.digests.keyCommitment, mallory,
            Self.malloryOrigin)
        expect(.notForUs, own, origin: Self.malloryOrigin)
    }

    /// Even where one authority has two logs and one key for both.
    @Test func anEntryCountsInItsOwnLog() throws {
        let elsewhere = "vn.customs.example/other"
        var federation = federation
        federation.directory.announce(federation.release.verifyingKey, .active, origin: elsewhere)
        #expect(throws: EnvelopeError(.badSignature, "")) {
            try federation.open(federation.seal(), as: [us], origin: elsewhere)
        }
    }

    /// A signature that was verified before is not verified again: that one, of that leaf, in that log. What has become of
    /// its key since counts all the same.
    @Test func aVerifiedSignatureIsBelievedForItsLeafAlone() throws {
        let sealed = try federation.seal()
        let bytes = sealed.entry.encoded
        let forged = try LogEntry(parsing: bytes.dropLast(64) + [UInt8](repeating: 7, count: 64))
        func open(_ leafHash: Digest, origin: String = Federation.origin, _ directory: Directory) throws {
            _ = try EnvelopeOpener(keys: [us], signers: directory).open(
                sealed.envelope.encoded, of: forged, origin: Federation.origin,
                evidence: .mirrored(origin: origin, leafHash: leafHash, isVerified: true),
                isDuplicate: { _ in false }, admit: { _ in })
        }
        try open(forged.leafHash, federation.directory)
        #expect(throws: EnvelopeError(.badSignature, "")) { try open(sealed.entry.leafHash, federation.directory) }
        #expect(throws: EnvelopeError(.badSignature, "")) {
            try open(forged.leafHash, origin: Self.malloryOrigin, federation.directory)
        }
        var revoked = federation.directory
        revoked.announce(federation.release.verifyingKey, .revoked)
        #expect(throws: EnvelopeError(.signerRevoked, "")) { try open(forged.leafHash, revoked) }
    }

    // 2.

    @Test func theEntryIsInItsLog() throws {
        let sealed = try federation.seal()
        let leaf = sealed.entry.leafHash
        let neighbour = Digest.sha256([1])
        let root = MerkleHash.node(leaf, neighbour)
        let (checkpoint, policy) = try Evidence.checkpoint(
            size: 2, root: root, origin: Federation.origin, isCosigned: true)
        let opener = EnvelopeOpener(keys: [us], signers: federation.directory)
        func open(_ evidence: InclusionEvidence) throws {
            _ = try opener.open(
                sealed.envelope.encoded, of: sealed.entry, origin: Federation.origin, evidence: evidence,
                isDuplicate: { _ in false }, admit: { _ in })
        }
        func proof(_ index: UInt64, _ size: UInt64, _ hashes: [Digest]) -> InclusionEvidence {
            .proof(InclusionProof(index: index, size: size, hashes: hashes), checkpoint, policy)
        }
        try open(proof(0, 2, [neighbour]))
        for wrong in [proof(1, 2, [neighbour]), proof(0, 2, []), proof(0, 2, [leaf]), proof(0, 3, [neighbour])] {
            #expect(throws: EnvelopeError(.notIncluded, "")) { try open(wrong) }
        }
        let elsewhere = try Evidence.oneEntry(leaf, origin: Self.malloryOrigin)
        #expect(throws: EnvelopeError(.notIncluded, "")) { try open(elsewhere) }
        let alone = try Evidence.oneEntry(leaf, origin: Federation.origin, isCosigned: false)
        #expect(throws: EnvelopeError(.notCosigned, "")) { try open(alone) }
        for mirrored in [
            InclusionEvidence.mirrored(origin: Federation.origin, leafHash: neighbour),
            .mirrored(origin: Self.malloryOrigin, leafHash: leaf),
        ] {
            #expect(throws: EnvelopeError(.notIncluded, "")) { try open(mirrored) }
        }
    }

    // 3.

    @Test func theEnvelopeIsTheEntrys() throws {
        let (good, swapped) = (try federation.seal(), try federation.seal())
        let bytes = good.envelope.encoded
        func expect(_ code: EnvelopeError.Code, _ bytes: [UInt8]) {
            #expect(throws: EnvelopeError(code, "")) { try federation.open(bytes, good.entry, as: [us]) }
        }
        expect(.wrongStanzas, swapped.envelope.encoded)
        expect(.wrongBody, good.envelope.stanzas + swapped.envelope.body)
        for count in [0, 1, Envelope.stanzaByteCount, bytes.count - Envelope.stanzaByteCount, bytes.count - 1] {
            expect(.wrongSize, Array(bytes.prefix(count)))
            expect(.wrongSize, Array(bytes.suffix(count)))
        }
        expect(.wrongSize, bytes + [0])
        expect(.wrongSize, bytes + good.envelope.stanzas)
        let own = Array(good.envelope.stanzas.prefix(Envelope.stanzaByteCount))
        expect(.wrongStanzas, own + own + good.envelope.body)
    }

    @Test func aChangedBitIsNoticed() throws {
        let good = try federation.seal()
        var generator = SeededGenerator(Places.seed)
        let (entry, envelope) = (good.entry.encoded, good.envelope.encoded)
        for _ in 0..<(Places.isSoak ? 20_000 : 600) {
            var changed = (entry, envelope)
            let bit = Int.random(in: 0..<8 * (entry.count + envelope.count), using: &generator)
            if bit < 8 * entry.count {
                changed.0[bit / 8] ^= 1 << (bit % 8)
            } else {
                changed.1[bit / 8 - entry.count] ^= 1 << (bit % 8)
            }
            #expect(throws: (any Error).self, "bit \(bit)") {
                try federation.open(changed.1, LogEntry(parsing: changed.0), as: [us])
            }
        }
    }

    // 4.

    @Test func nobodyElseOpensAnything() throws {
        let keys = try (0..<3).map {
            OpeningKey(authority: us.authority, epoch: us.epoch, key: try RecipientKey(seed: Federation.seed(900 + $0)))
        }
        for _ in 0..<4 { expect(.notForUs, try federation.seal(), as: keys) }
        expect(.notForUs, try federation.seal(), as: [])
    }

    @Test func strippedOfOurStanza() throws {
        let good = try federation.seal()
        // A relay puts its own stanza in the place of ours; it has no release key.
        let decoy = try RecipientKey.generate().publicKey.seal(SecretBytes.random(count: 32), info: [])
        let replaced = good.envelope.stanzas.dropLast(Envelope.stanzaByteCount) + decoy
        #expect(throws: EnvelopeError(.wrongStanzas, "")) {
            try federation.open(replaced + good.envelope.body, good.entry, as: [us])
        }
        // The sender seals to others only, and lists us.
        var forger = try Forger(federation)
        forger.stanzas = [(other, forger.contentKey), (federation.stranger, forger.contentKey)]
        expect(.notForUs, try forger.seal())
    }

    // 5 and 6.

    @Test func oneBodyForOneKey() throws {
        let second = try SymmetricKey.generate()
        var forger = try Forger(federation)
        forger.stanzas[0].1 = second
        let ambiguous = try forger.seal()
        expect(.wrongContentKey, ambiguous)
        #expect(try federation.open(ambiguous, as: [other]).document == forger.content.document)

        // All committed to the second key: then the body is not the second key's.
        forger.stanzas[1].1 = second
        forger.committedKey = second
        let body = try forger.seal()
        expect(.bodyNotAuthentic, body)
        expect(.bodyNotAuthentic, body, as: [other])

        forger.bodyKey = second
        #expect(try federation.open(forger.seal(), as: [us]).document == forger.content.document)
    }

    @Test func paddedInOneWay() throws {
        var forger = try Forger(federation)
        func zeros(_ count: Int) -> (EnvelopeContent) -> [UInt8] {
            { content in content.encoded + [UInt8](repeating: 0, count: count - content.encoded.count) }
        }
        forger.pad = zeros(4096)
        try federation.open(forger.seal(), as: [us])
        for size in [4352, 8192, 1_114_112] {
            forger.pad = zeros(size)
            expect(.badPadding, try forger.seal())
        }
        forger.pad = { $0.padded.dropLast() + [1] }
        expect(.badPadding, try forger.seal())
        forger.content = forger.content.with(document: [UInt8](repeating: 1, count: 5000))
        forger.pad = { Array($0.encoded.prefix(4096)) }
        expect(.malformedContent, try forger.seal())
    }

    // 7.

    @Test func forwarded() throws {
        let good = try federation.seal()
        let opened = try federation.open(good, as: [us])
        let victim = federation.stranger
        // A recipient that turns against the sender adds a stanza for a third party: it cannot sign for it.
        let hash = try good.entry.headerHash(origin: Federation.origin)
        let stanza = try victim.key.publicKey.seal(opened.contentKey.secret, info: Envelope.stanzaInfo(hash))
        let replaced = good.envelope.stanzas.dropLast(Envelope.stanzaByteCount) + stanza
        #expect(throws: EnvelopeError(.wrongStanzas, "")) {
            try federation.open(replaced + good.envelope.body, good.entry, as: [victim])
        }
        // It seals the same content in an entry of its own.
        let padded = try ChunkedEncryption.open(good.envelope.body, key: opened.contentKey, context: hash.bytes)
        var forger = try Forger(federation)
        forger.release = mallory
        forger.origin = Self.malloryOrigin
        forger.stanzas = [(victim, forger.contentKey)]
        forger.content = try EnvelopeContent(parsingPadded: padded)
        expect(.otherSigner, try forger.seal(), as: [victim], origin: Self.malloryOrigin)
        // Step by step it makes it look its own, until it has to say to whom it sends it.
        forger.content = forger.content.with(signer: mallory.verifyingKey.signerID)
        expect(.otherEntry, try forger.seal(), as: [victim], origin: Self.malloryOrigin)
        forger.content = forger.content.with(entryID: forger.id)
        expect(.otherOrigin, try forger.seal(), as: [victim], origin: Self.malloryOrigin)
        forger.content = forger.content.with(origin: Self.malloryOrigin)
        expect(.tooFewStanzas, try forger.seal(), as: [victim], origin: Self.malloryOrigin)
        forger.stanzas.append((other, forger.contentKey))
        expect(.notListed, try forger.seal(), as: [victim], origin: Self.malloryOrigin)
        forger.content = forger.content.with(recipients: [victim.listed])
        let confession = try federation.open(forger.seal(), as: [victim], origin: Self.malloryOrigin)
        #expect(confession.entry.signer == mallory.verifyingKey.signerID)
    }

    @Test func wronglyAddressed() throws {
        var forger = try Forger(federation)
        let list = forger.content.recipients
        func listing(_ us: ListedRecipient) -> [ListedRecipient] {
            list.map { $0.keyID == us.keyID ? us : $0 }
        }
        let (name, id, epoch) = (us.authority, us.key.publicKey.id, us.epoch)
        for recipients in [
            list.filter { $0.keyID != id },
            listing(ListedRecipient(authority: "x." + name, keyID: id, epoch: epoch)),
            listing(ListedRecipient(authority: name, keyID: id, epoch: epoch + 1)),
        ] {
            forger.content = forger.content.with(recipients: recipients)
            expect(.notListed, try forger.seal())
        }
        // Equal to Swift's ==, and not the same bytes.
        var umlaut = try Forger(federation)
        let composed = OpeningKey(authority: "zo\u{308}ll.example", epoch: 7, key: us.key)
        umlaut.content = umlaut.content.with(
            recipients: listing(ListedRecipient(authority: "z\u{F6}ll.example", keyID: id, epoch: 7)))
        expect(.notListed, try umlaut.seal(), as: [composed])
    }

    // 8 and 9.

    @Test func committedToSomethingElse() throws {
        let sealed = try federation.seal()
        let hash = try sealed.entry.headerHash(origin: Federation.origin)
        let key = try federation.open(sealed, as: [us]).contentKey
        let padded = try ChunkedEncryption.open(sealed.envelope.body, key: key, context: hash.bytes)
        let content = try EnvelopeContent(parsingPadded: padded)
        let document = content.with(document: Array("a Release".utf8))
        let recipients = content.with(recipients: content.recipients.filter { $0 == us.listed })
        for (changed, code) in [(document, EnvelopeError.Code.wrongDocument), (recipients, .wrongRecipients)] {
            // The sender seals other content under the same header, which has the commitments.
            let body = try ChunkedEncryption.seal(changed.padded, key: key, context: hash.bytes)
            let forged = try Forger.sign(
                sealed.entry.header, Envelope(stanzas: sealed.envelope.stanzas, body: body),
                keyCommitment: sealed.entry.digests.keyCommitment, federation.release, Federation.origin)
            expect(code, forged)
        }
    }

    @Test func anEntryIDThatWasTakenInBefore() throws {
        let sealed = try federation.seal()
        #expect(throws: EnvelopeError(.duplicateEntry, "")) {
            try federation.open(sealed, as: [us], isDuplicate: true)
        }
    }

    @Test func onlyNoticesHaveEnvelopes() throws {
        let entry = try LogEntry(
            stating: [1], kind: .keys, id: .random(), timeMilliseconds: Federation.time, key: federation.release,
            origin: Federation.origin)
        #expect(throws: EnvelopeError(.notANotice, "")) { try federation.open([], entry, as: [us]) }
        #expect(throws: EnvelopeError(.notANotice, "")) { try Envelope(parsing: [], of: entry) }
    }
}
