internal import Cryptography
internal import EntryCodec
internal import Exchange
internal import TransparencyLog

/// An authority without a node, that a measured node exchanges with: its keys, its card, and entries of its log.
struct MadeAuthority: Sendable {
    let prefix: String
    let identity: IdentitySigner
    let release: SigningKey<ReleaseRole>
    let log: CheckpointSigner
    let recipient: RecipientKey
    let card: SignedCard
    private let journal: LogVerifier
    private let witness: WitnessVerifier
    let now: UInt64

    var origin: String { AuthorityPrefix.exchange(prefix) }

    /// `now`: milliseconds, whole seconds.
    init(_ prefix: String, country: String, now: UInt64) throws {
        self.prefix = prefix
        self.now = now
        identity = try IdentitySigner(prefix: prefix, key: .generate())
        release = try .generate()
        log = try CheckpointSigner(origin: AuthorityPrefix.exchange(prefix), key: .generate())
        journal = try LogVerifier(
            origin: AuthorityPrefix.journal(prefix), key: SigningKey<LogRole>.generate().verifyingKey)
        witness = try WitnessVerifier(
            name: "\(prefix)/\(WitnessRole.name)", key: SigningKey<WitnessRole>.generate().verifyingKey)
        recipient = try .generate()
        card = try SignedCard(
            signing: AuthorityCard(
                country: country, authority: "Made for measuring", prefix: prefix, revision: 1, issuedMilliseconds: now,
                identity: identity.verifier, release: ReleaseVerifier(prefix: prefix, key: release.verifyingKey),
                exchange: log.verifier, journal: journal, witness: witness, nodes: ["\(prefix):8644"],
                pins: [SigningKey<TLSRole>.generate().verifyingKey.pin]),
            by: identity)
    }

    /// The first entry of the log: its keys, with one epoch of a week.
    func keysEntry() throws -> [UInt8] {
        var statement = KeysStatement(prefix: prefix, number: 1, issuedMilliseconds: now)
        let uses: [(KeyUse, VerifierKey)] = [
            (.release, card.card.release.vkey), (.exchange, log.verifier.vkey), (.journal, journal.vkey),
            (.witness, witness.vkey),
        ]
        statement.begins = try uses.map { try KeyBegin($0.0, fromMilliseconds: now, vkey: $0.1) }
        statement.epochs = [
            try PublishedEpoch(
                number: 1, fromMilliseconds: now, untilMilliseconds: now + 7 * 86_400_000,
                publicKey: recipient.publicKey.bytes)
        ]
        return try LogEntry(
            stating: SignedKeysStatement(signing: statement, by: identity).encoded, kind: .keys, id: .random(),
            timeMilliseconds: now, key: release, origin: origin
        ).encoded
    }

    /// A notice's entry whose envelope nobody has: to a mirror it is one like any other.
    func noticeEntry() throws -> [UInt8] {
        func digest() -> Digest { Digest(randomBytes(count: Digest.byteCount))! }
        let header = try EntryHeader(
            signer: release.verifyingKey.signerID, id: .random(), kind: .notice, timeMilliseconds: now,
            outline: EnvelopeOutline(
                recipientsCommitment: digest(), documentCommitment: digest(), stanzaCount: 8, paddedByteCount: 4096),
            references: [])
        return try LogEntry(
            signing: header,
            .envelope(EnvelopeDigests(stanzas: digest(), body: digest(), keyCommitment: digest())), key: release,
            origin: origin
        ).encoded
    }

    /// What the release key signed in an entry (`Protocols/entries.md`), and the signature.
    func signed(_ entry: [UInt8]) -> (message: [UInt8], signature: [UInt8]) {
        let context = Array("cordon entry v1".utf8) + [UInt8(origin.utf8.count)] + Array(origin.utf8)
        return (context + entry.dropLast(64), Array(entry.suffix(64)))
    }
}
