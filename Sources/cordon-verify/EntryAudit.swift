internal import ArgumentParser
internal import Cryptography
internal import EntryCodec
internal import TransparencyLog

/// Whose entries an exchange log holds. Without a release key, entries are opaque bytes.
struct EntryTrust: ParsableArguments {
    @Option(
        help:
            "A release key of the log's authority, as on its card; may be repeated. Entries are then read and verified."
    )
    var release: [String] = []
    @Option(help: "The authority's identity key, as on its card: keys statements are verified with it.")
    var identity: String?

    /// Nil where no release key was given.
    func read(origin: String) throws -> EntryAudit? {
        guard !release.isEmpty else {
            guard identity == nil else { throw ValidationError("--identity goes with at least one --release.") }
            return nil
        }
        let keys: [VerifyingKey<ReleaseRole>] = try release.map { try Self.key($0, "--release").key }
        return EntryAudit(
            origin: origin, releaseKeys: Dictionary(keys.map { ($0.signerID, $0) }, uniquingKeysWith: { a, _ in a }),
            identity: try identity.map { try Self.key($0, "--identity") })
    }

    private static func key<Role>(_ text: String, _ option: String) throws -> NamedKey<Role> {
        do {
            return try NamedKey(VerifierKey(parsing: text))
        } catch let error as TransparencyLogError {
            throw ValidationError("\(option): \(error)")
        } catch let error as CryptographyError {
            throw ValidationError("\(option): \(error)")
        }
    }
}

/// A vkey of type 0x01 and the key in it.
struct NamedKey<Role: KeyRole>: Sendable {
    let vkey: VerifierKey
    let key: VerifyingKey<Role>

    init(_ vkey: VerifierKey) throws {
        guard vkey.type == VerifierKey.ed25519Type else {
            throw TransparencyLogError(.wrongKeyType, "a key of another type than \(VerifierKey.ed25519Type)")
        }
        self.vkey = vkey
        key = try VerifyingKey(vkey.publicKey)
    }
}

/// Reads the entries of an exchange log and verifies their signatures (`Protocols/entries.md`, "Reading"), beside what
/// `LogAudit` says of their place in the tree.
struct EntryAudit: Sendable {
    /// `keys` entries that are shown one by one, at most. All are counted and verified.
    static let maximumShown = 1_000

    let origin: String
    /// By the id that entries name their signer by.
    let releaseKeys: [Digest: VerifyingKey<ReleaseRole>]
    let identity: NamedKey<IdentityRole>?

    /// Entries of one kind. Times are what the signers say, in milliseconds.
    struct Kind: Sendable {
        var count: UInt64 = 1
        let first: UInt64
        var last: UInt64
    }

    /// Consecutive entries.
    struct Summary: Sendable {
        var kinds: [EntryKind: Kind] = [:]
        var keys: [(index: UInt64, time: UInt64)] = []
        /// In the order of the log.
        var problems: [String] = []

        mutating func add(_ entry: LogEntry, at index: UInt64) {
            add([entry.kind: Kind(first: entry.timeMilliseconds, last: entry.timeMilliseconds)])
            if entry.kind == .keys, keys.count < EntryAudit.maximumShown {
                keys.append((index, entry.timeMilliseconds))
            }
        }

        mutating func add(_ next: Summary) {
            add(next.kinds)
            keys += next.keys.prefix(EntryAudit.maximumShown - keys.count)
            problems += next.problems
        }

        private mutating func add(_ next: [EntryKind: Kind]) {
            kinds.merge(next) { Kind(count: $0.count + $1.count, first: $0.first, last: $1.last) }
        }
    }

    /// `bundle` is a good one, of `width` entries from index `first` on.
    func check(_ bundle: [UInt8], width: Int, first: UInt64) throws -> Summary {
        var summary = Summary()
        var index = first
        try EntryBundle.forEach(in: bundle, width: width) { bytes in
            guard summary.problems.count < LogAudit.maximumProblems else { return }
            do {
                summary.add(try check([UInt8](bytes)), at: index)
            } catch let error as EntryError {
                summary.problems.append("entry \(index): \(error)")
            } catch let error as TransparencyLogError {
                summary.problems.append("entry \(index): its keys statement: \(error)")
            }
            index += 1
        }
        return summary
    }

    private func check(_ bytes: [UInt8]) throws -> LogEntry {
        let entry = try LogEntry(parsing: bytes)
        guard let key = releaseKeys[entry.signer] else {
            throw EntryError(.wrongSigner, "signed by a release key that was not given")
        }
        try entry.verify(key: key, origin: origin)
        if let identity, entry.kind == .keys, case .statement(let statement) = entry.content {
            try Self.check(statement, identity)
        }
        return entry
    }

    /// The identity key signs statements of other kinds too: the title tells them apart.
    private static func check(_ statement: [UInt8], _ identity: NamedKey<IdentityRole>) throws {
        let note = try SignedNote(parsing: statement)
        guard note.text.utf8.starts(with: "cordon keys v1\n".utf8) else {
            throw TransparencyLogError(.malformedNote, "not a statement on keys")
        }
        guard note.signatures.count == 1, let signature = note.signatures.first,
            signature.name.utf8.elementsEqual(identity.vkey.name.utf8), signature.keyID == identity.vkey.keyID
        else { throw TransparencyLogError(.noKnownSignature, "not signed by the identity key alone") }
        guard identity.key.isValid(signature.signature, for: Array(note.text.utf8)) else {
            throw TransparencyLogError(.badSignature, "the identity key did not sign it")
        }
    }
}
