public import Cryptography
internal import Customs
public import TransparencyLog

/// Who an authority is: its keys and where its node is (`Protocols/cards.md`). The text is what people read and what is
/// signed:
///
/// ```
/// cordon card v1
/// country: VN
/// authority: General Department of Vietnam Customs
/// prefix: vn.customs
/// revision: 1
/// issued: 2026-03-01T08:30:00Z
/// identity: vn.customs/identity+…
/// release: vn.customs/release+…
/// exchange: vn.customs/exchange+…
/// journal: vn.customs/journal+…
/// witness: vn.customs/witness+…
/// node: node.customs.example:8443      up to 8 times
/// tls: <64 hex digits>                 up to 4 times
/// ```
public struct AuthorityCard: Hashable, Sendable {
    public static let title = "cordon card v1"
    public static let maximumByteCount = 16 << 10
    public static let maximumNameByteCount = 200
    public static let maximumNodes = 8
    public static let maximumPins = 4

    /// ISO 3166-1 alpha-2.
    public var country: String
    public var authority: String
    public var prefix: String
    /// From 1; of two cards of one identity, the one with the higher revision counts.
    public var revision: UInt64
    /// Since 1970-01-01T00:00Z, whole seconds.
    public var issuedMilliseconds: UInt64
    public var identity: IdentityVerifier
    public var release: ReleaseVerifier
    public var exchange: LogVerifier
    public var journal: LogVerifier
    public var witness: WitnessVerifier
    /// `host:port`, the preferred one first. None: reached by files only.
    public var nodes: [String]
    /// SHA-256 of the SubjectPublicKeyInfo of each TLS key that the node may show. Two while it changes.
    public var pins: [Digest]

    public init(
        country: String, authority: String, prefix: String, revision: UInt64, issuedMilliseconds: UInt64,
        identity: IdentityVerifier, release: ReleaseVerifier, exchange: LogVerifier, journal: LogVerifier,
        witness: WitnessVerifier, nodes: [String], pins: [Digest]
    ) {
        self.country = country
        self.authority = authority
        self.prefix = prefix
        self.revision = revision
        self.issuedMilliseconds = issuedMilliseconds
        self.identity = identity
        self.release = release
        self.exchange = exchange
        self.journal = journal
        self.witness = witness
        self.nodes = nodes
        self.pins = pins
    }

    public var fingerprint: Fingerprint { Fingerprint(identity) }

    /// Of fields that are not allowed it makes a text that `init(parsing:)` refuses.
    public var text: String {
        var writer = StatementWriter(title: Self.title)
        writer.line("country", country)
        writer.line("authority", authority)
        writer.line("prefix", prefix)
        writer.line("revision", "\(revision)")
        writer.line("issued", StatementValue.time(issuedMilliseconds))
        writer.line("identity", identity.vkey.description)
        writer.line("release", release.vkey.description)
        writer.line("exchange", exchange.vkey.description)
        writer.line("journal", journal.vkey.description)
        writer.line("witness", witness.vkey.description)
        writer.lines("node", nodes)
        writer.lines("tls", pins.map(\.hex))
        return writer.text
    }

    /// Throws `.malformedStatement` or `.badValue` with the line. Accepts exactly what `text` writes of a good card.
    public init(parsing text: String) throws(TrustError) {
        var reader = try StatementReader(text, title: Self.title, upTo: Self.maximumByteCount)
        country = try reader.one("country", "two letters of ISO 3166-1, such as VN") { text in
            CountryCode(text).flatMap { $0.text.utf8.elementsEqual(text.utf8) ? text : nil }
        }
        authority = try reader.one(
            "authority", "the authority's name", StatementValue.text(upTo: Self.maximumNameByteCount))
        let prefix = try reader.one("prefix", "a name prefix, such as vn.customs") { text in
            AuthorityPrefix.isValid(text) ? text : nil
        }
        self.prefix = prefix
        revision = try reader.one("revision", "a number from 1", StatementValue.number(1...(1 << 32)))
        issuedMilliseconds = try reader.one("issued", StatementValue.timeForm, StatementValue.time)
        identity = try reader.vkey("identity", prefix) { try? IdentityVerifier($0) }
        release = try reader.vkey("release", prefix) { try? ReleaseVerifier($0) }
        exchange = try reader.vkey("exchange", prefix) { try? LogVerifier($0) }
        journal = try reader.vkey("journal", prefix) { try? LogVerifier($0) }
        witness = try reader.vkey("witness", prefix) { try? WitnessVerifier($0) }
        nodes = try reader.many("node", 0...Self.maximumNodes, "a host and a port, host:8443", NodeAddress.read)
        guard Set(nodes).count == nodes.count else { throw reader.refusal("a node stands twice") }
        pins = try reader.many("tls", 0...Self.maximumPins, "a SHA-256 in hexadecimal", StatementValue.digest)
        guard Set(pins).count == pins.count else { throw reader.refusal("a pin stands twice") }
        try reader.end()
        let keys = [release.key.bytes, exchange.key.bytes, journal.key.bytes, witness.key.bytes, identity.key.bytes]
        guard Set(keys).count == keys.count else {
            throw TrustError(.badValue, "one key in two roles")
        }
        guard nodes.isEmpty || !pins.isEmpty else { throw TrustError(.badValue, "a node without a pin of its TLS key") }
    }
}

extension StatementReader {
    /// The vkey called `<prefix>/<key>`.
    mutating func vkey<T>(_ key: String, _ prefix: String, _ take: (VerifierKey) -> T?) throws(TrustError) -> T {
        let name = "\(prefix)/\(key)"
        return try one(key, "the vkey of \(name)") { StatementValue.vkey($0, named: name).flatMap(take) }
    }
}

extension StatementValue {
    static func vkey(_ text: String, named name: String) -> VerifierKey? {
        guard let vkey = try? VerifierKey(parsing: text), vkey.name.utf8.elementsEqual(name.utf8) else { return nil }
        return vkey
    }
}

/// `host:port`: a DNS name in small letters, an IPv4 address, or an IPv6 address in brackets.
enum NodeAddress {
    static func read(_ text: String) -> String? {
        guard text.utf8.count <= 260, let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let host = Array(text.utf8[..<colon])
        let port = String(Substring(text.utf8[text.utf8.index(after: colon)...]))
        guard StatementValue.number(1...65_535)(port) != nil, let first = host.first, let last = host.last else {
            return nil
        }
        func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
        if first == UInt8(ascii: "[") {
            let inner = host.dropFirst().dropLast()
            let isAddress = inner.allSatisfy { isDigit($0) || (97...102).contains($0) || $0 == 58 || $0 == 46 }
            return last == UInt8(ascii: "]") && (2...45).contains(inner.count) && isAddress ? text : nil
        }
        let isName = host.allSatisfy { isDigit($0) || (97...122).contains($0) || $0 == 45 || $0 == 46 }
        return isName && first != 45 && first != 46 && last != 45 && last != 46 ? text : nil
    }
}

/// A card with the one signature of the identity key that is in it. That proves that the card is whole; whose it is,
/// people establish by comparing fingerprints.
public struct SignedCard: Hashable, Sendable {
    public let card: AuthorityCard
    public let note: SignedNote

    public var encoded: [UInt8] { note.encoded }

    /// Throws `.malformedStatement` or `.badValue` when the card is not a good one, and `.wrongSubject` when `signer`
    /// is not its identity.
    public init(signing card: AuthorityCard, by signer: IdentitySigner) throws(TrustError) {
        let text = card.text
        guard try AuthorityCard(parsing: text) == card else { throw TrustError(.badValue, "times are whole seconds") }
        guard card.identity == signer.verifier else {
            throw TrustError(.wrongSubject, "a card is signed by the identity key that is in it")
        }
        self.card = card
        note = SignedNote(text: text, signatures: [signer.signature(of: text)])
    }

    /// Throws `.malformedNote`, `.malformedStatement`, `.badValue`, `.badSignature`, `.missingSignature`,
    /// `.strangeSignature`. Accepts exactly what `encoded` writes.
    public init(verifying bytes: [UInt8]) throws(TrustError) {
        note = try SignedNote.statement(bytes, upTo: AuthorityCard.maximumByteCount)
        card = try AuthorityCard(parsing: note.text)
        try card.identity.verifyAlone(note)
    }
}
