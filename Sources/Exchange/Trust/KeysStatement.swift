public import Cryptography
public import TransparencyLog

/// What a key that keys statements speak of is for.
public enum KeyUse: String, Sendable, CaseIterable {
    /// Signs entries of the exchange log.
    case release
    /// Signs checkpoints of the exchange log.
    case exchange
    /// Signs checkpoints of the journal.
    case journal
    /// Cosigns partners' checkpoints.
    case witness
    /// What partners seal to, for an epoch.
    case epoch

    /// What statements name a key by: `SHA-256("cordon <role> key v1" ‖ public key)`, where the role is `release`, `log`
    /// (exchange and journal), `witness` or `recipient` (epoch). Entries name their signer by the same id, and lists of
    /// recipients theirs by its first 8 bytes.
    public func id(of publicKey: [UInt8]) -> Digest {
        let role =
            switch self {
            case .release: "release"
            case .exchange, .journal: "log"
            case .witness: "witness"
            case .epoch: "recipient"
            }
        return Digest.sha256(Array("cordon \(role) key v1".utf8) + publicKey)
    }
}

/// A key that takes effect: in its time, and in log entries from the statement's own on.
public struct KeyBegin: Hashable, Sendable {
    public let use: KeyUse
    public let fromMilliseconds: UInt64
    public let vkey: VerifierKey

    /// `use` is not `.epoch`. Throws `.badValue` when `vkey` is not a good key of that use.
    public init(_ use: KeyUse, fromMilliseconds: UInt64, vkey: VerifierKey) throws(TrustError) {
        let isGood =
            switch use {
            case .release: (try? ReleaseVerifier(vkey)) != nil
            case .exchange, .journal: (try? LogVerifier(vkey)) != nil
            case .witness: (try? WitnessVerifier(vkey)) != nil
            case .epoch: false
            }
        guard isGood else { throw TrustError(.badValue, "not a key that can be used for this") }
        self.use = use
        self.fromMilliseconds = fromMilliseconds
        self.vkey = vkey
    }
}

/// A key whose time ends (in rotation), or that is revoked.
public struct KeyEnd: Hashable, Sendable {
    public let use: KeyUse
    /// For an end, when; for a revocation, since when the key may have been in other hands.
    public let milliseconds: UInt64
    /// `KeyUse.id` of the public key.
    public let id: Digest

    public init(_ use: KeyUse, milliseconds: UInt64, id: Digest) {
        self.use = use
        self.milliseconds = milliseconds
        self.id = id
    }
}

/// A recipient key: X-Wing (draft-connolly-cfrg-xwing-kem), for as long as its epoch lasts.
public struct PublishedEpoch: Hashable, Sendable {
    public static let byteCount = 1216
    /// An epoch is this long at most, so that what was sealed cannot be opened with keys taken later.
    public static let maximumMilliseconds: UInt64 = 31 * 86_400_000

    public let number: UInt32
    public let fromMilliseconds: UInt64
    public let untilMilliseconds: UInt64
    public let publicKey: [UInt8]

    /// Throws `.badValue`: 1,216 bytes, and a period of whole seconds that is not empty and not longer than the limit.
    public init(
        number: UInt32, fromMilliseconds: UInt64, untilMilliseconds: UInt64, publicKey: [UInt8]
    ) throws(TrustError) {
        guard publicKey.count == Self.byteCount else {
            throw TrustError(.badValue, "an epoch key has \(Self.byteCount) bytes")
        }
        guard fromMilliseconds < untilMilliseconds,
            untilMilliseconds - fromMilliseconds <= Self.maximumMilliseconds
        else { throw TrustError(.badValue, "an epoch is at most 31 days long, and ends after it begins") }
        self.number = number
        self.fromMilliseconds = fromMilliseconds
        self.untilMilliseconds = untilMilliseconds
        self.publicKey = publicKey
    }

    public var id: Digest { KeyUse.epoch.id(of: publicKey) }
}

/// The journal was put back to its first entries, from a backup: whatever checkpoints of more entries said of it is void.
public struct JournalRestart: Hashable, Sendable {
    public let size: UInt64
    /// Of those entries.
    public let root: Digest

    public init(size: UInt64, root: Digest) {
        self.size = size
        self.root = root
    }
}

/// Changes of an authority's keys, published in an entry of its exchange log and signed by its identity key
/// (`Protocols/cards.md`, "Keys statements"):
///
/// ```
/// cordon keys v1
/// prefix: vn.customs
/// number: 3
/// issued: 2026-03-01T08:30:00Z
/// begin: <use> <from> <vkey>                       up to 16 times
/// end: <use> <at> <id>                             up to 16 times
/// epoch: <number> <from> <until> <base 64>         up to 8 times, in ascending order
/// revoke: <use> <since> <id>                       up to 64 times
/// journal: <size> <root>                           where the journal was put back
/// ```
///
/// Statement 1 names every key that the authority begins with, so that its log can be verified from its first entry.
public struct KeysStatement: Hashable, Sendable {
    public static let title = "cordon keys v1"
    /// It stands in an entry, which has at most 65,535 bytes.
    public static let maximumByteCount = 48 << 10

    public var prefix: String
    /// From 1, without gaps: none can be left out, repeated or moved.
    public var number: UInt64
    public var issuedMilliseconds: UInt64
    public var begins: [KeyBegin]
    public var ends: [KeyEnd]
    public var epochs: [PublishedEpoch]
    public var revocations: [KeyEnd]
    public var journal: JournalRestart?

    public init(
        prefix: String, number: UInt64, issuedMilliseconds: UInt64, begins: [KeyBegin] = [], ends: [KeyEnd] = [],
        epochs: [PublishedEpoch] = [], revocations: [KeyEnd] = [], journal: JournalRestart? = nil
    ) {
        self.prefix = prefix
        self.number = number
        self.issuedMilliseconds = issuedMilliseconds
        self.begins = begins
        self.ends = ends
        self.epochs = epochs
        self.revocations = revocations
        self.journal = journal
    }

    /// Of fields that are not allowed it makes a text that `init(parsing:)` refuses.
    public var text: String {
        var writer = StatementWriter(title: Self.title)
        writer.line("prefix", prefix)
        writer.line("number", "\(number)")
        writer.line("issued", StatementValue.time(issuedMilliseconds))
        let time = { (milliseconds: UInt64) in StatementValue.time(milliseconds) }
        writer.lines("begin", begins.map { "\($0.use.rawValue) \(time($0.fromMilliseconds)) \($0.vkey)" })
        writer.lines("end", ends.map { "\($0.use.rawValue) \(time($0.milliseconds)) \($0.id.hex)" })
        writer.lines(
            "epoch",
            epochs.map {
                "\($0.number) \(time($0.fromMilliseconds)) \(time($0.untilMilliseconds)) \(Base64.encode($0.publicKey))"
            })
        writer.lines("revoke", revocations.map { "\($0.use.rawValue) \(time($0.milliseconds)) \($0.id.hex)" })
        writer.line("journal", journal.map { "\($0.size) \($0.root.hex)" })
        return writer.text
    }

    /// Throws `.malformedStatement` or `.badValue` with the line. Accepts exactly what `text` writes of a good one.
    public init(parsing text: String) throws(TrustError) {
        var reader = try StatementReader(text, title: Self.title, upTo: Self.maximumByteCount)
        let prefix = try reader.one("prefix", "a name prefix, such as vn.customs") { text in
            AuthorityPrefix.isValid(text) ? text : nil
        }
        self.prefix = prefix
        number = try reader.one("number", "a number from 1", StatementValue.number(1...(1 << 32)))
        issuedMilliseconds = try reader.one("issued", StatementValue.timeForm, StatementValue.time)
        begins = try reader.many("begin", 0...16, "a use, a time and a vkey of \(prefix)") { Self.begin($0, prefix) }
        guard Set(begins.map(\.vkey.publicKey)).count == begins.count else {
            throw reader.refusal("a key begins once, and in one use")
        }
        ends = try reader.many("end", 0...16, "a use but epoch, a time and a key's id") { text in
            Self.end(text).flatMap { $0.use == .epoch ? nil : $0 }
        }
        guard Set(ends.map(\.id)).count == ends.count else { throw reader.refusal("a key ends once") }
        var last: UInt32?
        epochs = try reader.many("epoch", 0...8, "a number above the last one, two times and a key") { text in
            guard let epoch = Self.epoch(text), last.map({ $0 < epoch.number }) ?? true else { return nil }
            last = epoch.number
            return epoch
        }
        guard Set(epochs.map(\.publicKey)).count == epochs.count else { throw reader.refusal("one key, two epochs") }
        revocations = try reader.many("revoke", 0...64, "a use, a time and a key's id", Self.end)
        guard Set(revocations.map(\.id)).count == revocations.count else { throw reader.refusal("revoked twice") }
        journal = try reader.many("journal", 0...1, "a size and a root", Self.restart).first
        try reader.end()
        guard !(begins.isEmpty && ends.isEmpty && epochs.isEmpty && revocations.isEmpty && journal == nil) else {
            throw reader.refusal("a statement that says nothing")
        }
    }

    private static func begin(_ text: String, _ prefix: String) -> KeyBegin? {
        guard let fields = StatementValue.fields(text, 3), let use = KeyUse(rawValue: fields[0]),
            let from = StatementValue.time(fields[1]),
            let vkey = StatementValue.vkey(fields[2], named: "\(prefix)/\(use.rawValue)")
        else { return nil }
        return try? KeyBegin(use, fromMilliseconds: from, vkey: vkey)
    }

    private static func end(_ text: String) -> KeyEnd? {
        guard let fields = StatementValue.fields(text, 3), let use = KeyUse(rawValue: fields[0]),
            let time = StatementValue.time(fields[1]), let id = StatementValue.digest(fields[2])
        else { return nil }
        return KeyEnd(use, milliseconds: time, id: id)
    }

    private static func restart(_ text: String) -> JournalRestart? {
        guard let fields = StatementValue.fields(text, 2), let size = StatementValue.number(0...(1 << 62))(fields[0]),
            let root = StatementValue.digest(fields[1])
        else { return nil }
        return JournalRestart(size: size, root: root)
    }

    private static func epoch(_ text: String) -> PublishedEpoch? {
        guard let fields = StatementValue.fields(text, 4),
            let number = StatementValue.number(0...UInt64(UInt32.max))(fields[0]),
            let from = StatementValue.time(fields[1]), let until = StatementValue.time(fields[2]),
            let key = Base64.decode(fields[3])
        else { return nil }
        return try? PublishedEpoch(
            number: UInt32(number), fromMilliseconds: from, untilMilliseconds: until, publicKey: key)
    }
}

/// A keys statement with the one signature of its authority's identity key.
public struct SignedKeysStatement: Hashable, Sendable {
    public let statement: KeysStatement
    public let note: SignedNote

    public var encoded: [UInt8] { note.encoded }

    /// Throws `.malformedStatement` or `.badValue` when it is not a good one, `.wrongSubject` when the signer is
    /// another authority.
    public init(signing statement: KeysStatement, by signer: IdentitySigner) throws(TrustError) {
        let text = statement.text
        let again = try KeysStatement(parsing: text)
        guard again == statement else { throw TrustError(.badValue, "times are whole seconds") }
        guard statement.prefix == signer.prefix else { throw TrustError(.wrongSubject, "another authority's keys") }
        self.statement = statement
        note = SignedNote(text: text, signatures: [signer.signature(of: text)])
        guard encoded.count <= KeysStatement.maximumByteCount else {
            throw TrustError(.tooMany, "a keys statement has at most \(KeysStatement.maximumByteCount) bytes")
        }
    }

    /// Throws `.malformedNote`, `.malformedStatement`, `.badValue`, `.wrongSubject`, `.badSignature`,
    /// `.missingSignature`, `.strangeSignature`.
    public init(verifying bytes: [UInt8], by identity: IdentityVerifier) throws(TrustError) {
        note = try SignedNote.statement(bytes, upTo: KeysStatement.maximumByteCount)
        statement = try KeysStatement(parsing: note.text)
        guard statement.prefix == identity.prefix else { throw TrustError(.wrongSubject, "another authority's keys") }
        try identity.verifyAlone(note)
    }
}
