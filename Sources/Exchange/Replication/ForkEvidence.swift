public import Cryptography
internal import EntryCodec
public import TransparencyLog

/// Proof, for anyone who knows the log's public key, that a log signed two histories.
///
/// Two checkpoints of one size with different roots convict by themselves. Of different sizes, the larger tree's own
/// hashes convict: a consistency proof from the smaller size that leads to the larger root, but from another first
/// root than the smaller checkpoint signs.
///
/// ```
/// cordon fork evidence v1
/// prefix <base64>        the root of the larger tree's first entries; only where the sizes differ
/// <base64 hash> …        the consistency proof from it
///
/// first <bytes>
/// <note>second <bytes>
/// <note>
/// ```
/// The first note has the smaller size or, at one size, the smaller root.
public struct ForkEvidence: Hashable, Sendable {
    public static let title = "cordon fork evidence v1"
    public static let maximumNoteByteCount = 32 << 10
    public static let maximumByteCount = 2 * maximumNoteByteCount + 4 << 10

    /// What the larger tree says about the size of the smaller one.
    public struct Prefix: Hashable, Sendable {
        public let root: Digest
        public let hashes: [Digest]

        public init(root: Digest, hashes: [Digest]) {
            self.root = root
            self.hashes = hashes
        }
    }

    public let first: SignedNote
    public let second: SignedNote
    public let prefix: Prefix?

    /// Evidence from two checkpoints of different sizes. Throws `.notAFork`.
    public init(older: SignedCheckpoint, newer: SignedCheckpoint, prefix: Prefix) throws(ReplicationError) {
        self.init(first: Self.trim(older), second: Self.trim(newer), prefix: prefix)
        try check(older.checkpoint, newer.checkpoint)
    }

    /// Evidence from two checkpoints of one size, in whichever order. Throws `.notAFork`.
    public init(_ one: SignedCheckpoint, _ other: SignedCheckpoint) throws(ReplicationError) {
        let (first, second) = one.root.bytes.lexicographicallyPrecedes(other.root.bytes) ? (one, other) : (other, one)
        self.init(first: Self.trim(first), second: Self.trim(second), prefix: nil)
        try check(first.checkpoint, second.checkpoint)
    }

    private init(first: SignedNote, second: SignedNote, prefix: Prefix?) {
        self.first = first
        self.second = second
        self.prefix = prefix
    }

    /// Cosignatures stay where they fit: they tell which witnesses were shown which history.
    private static func trim(_ signed: SignedCheckpoint) -> SignedNote {
        if signed.note.encoded.count <= maximumNoteByteCount { return signed.note }
        let own = signed.note.signatures.filter {
            $0.name.isSameOrigin(as: signed.origin) && $0.signature.count == 64
        }
        return SignedNote(text: signed.note.text, signatures: own)
    }

    /// The log that is convicted. Throws what `SignedCheckpoint` throws when not both notes are signed by `logs`, and
    /// `.notAFork` (of `ReplicationError`) when they do not contradict each other.
    @discardableResult
    public func verify(logs: [LogVerifier]) throws -> (first: SignedCheckpoint, second: SignedCheckpoint) {
        let one = try SignedCheckpoint(verifying: first, logs: logs)
        let two = try SignedCheckpoint(verifying: second, logs: logs)
        try check(one.checkpoint, two.checkpoint)
        return (one, two)
    }

    private func check(_ one: Checkpoint, _ two: Checkpoint) throws(ReplicationError) {
        func refuse(_ reason: String) -> ReplicationError { ReplicationError(.notAFork, reason) }
        guard one.origin.isSameOrigin(as: two.origin) else { throw refuse("checkpoints of two logs") }
        guard let prefix else {
            guard one.size == two.size, one.root.bytes.lexicographicallyPrecedes(two.root.bytes) else {
                throw refuse("without a proof, the sizes are the same and the roots differ, the smaller one first")
            }
            return
        }
        guard one.size < two.size, prefix.root != one.root else {
            throw refuse("the larger tree begins with the smaller one")
        }
        do {
            try ConsistencyProof(size1: one.size, size2: two.size, hashes: prefix.hashes)
                .verify(root1: prefix.root, root2: two.root)
        } catch {
            throw refuse("the proof does not lead to the larger root")
        }
    }

    // MARK: Text

    public var encoded: [UInt8] {
        var head = Self.title + "\n"
        if let prefix {
            head += "prefix \(Base64.encode(prefix.root.bytes))\n"
            for hash in prefix.hashes { head += Base64.encode(hash.bytes) + "\n" }
        }
        let (one, two) = (first.encoded, second.encoded)
        return Array((head + "\nfirst \(one.count)\n").utf8) + one + Array("second \(two.count)\n".utf8) + two
    }

    /// Throws `.malformedEvidence`. Accepts exactly what `encoded` writes; proves nothing until `verify`.
    public init(parsing bytes: [UInt8]) throws(ReplicationError) {
        func refuse(_ reason: String) -> ReplicationError { ReplicationError(.malformedEvidence, reason) }
        guard bytes.count <= Self.maximumByteCount else {
            throw refuse("evidence has at most \(Self.maximumByteCount) bytes")
        }
        var reader = ByteReader(bytes)
        guard reader.line(limit: 64) == Self.title else { throw refuse("not fork evidence") }
        guard var line = reader.line(limit: 64) else { throw refuse("ends before its notes") }
        if line.utf8.starts(with: "prefix ".utf8) {
            guard let root = Base64.decode(line.dropFirst(7)).flatMap({ Digest($0) }) else {
                throw refuse("not a hash")
            }
            var hashes: [Digest] = []
            while true {
                guard let next = reader.line(limit: 64) else { throw refuse("ends before its notes") }
                line = next
                if line.isEmpty { break }
                guard let hash = Base64.decode(line).flatMap({ Digest($0) }) else { throw refuse("not a hash") }
                guard hashes.count < ConsistencyProof.maximumHashCount else { throw refuse("too many hashes") }
                hashes.append(hash)
            }
            prefix = Prefix(root: root, hashes: hashes)
        } else {
            prefix = nil
        }
        guard line.isEmpty else { throw refuse("no empty line before the notes") }
        first = try Self.note("first ", &reader)
        second = try Self.note("second ", &reader)
        guard reader.isAtEnd else { throw refuse("bytes behind the second note") }
    }

    private static func note(_ name: String, _ reader: inout ByteReader) throws(ReplicationError) -> SignedNote {
        guard let line = reader.line(limit: 32), line.utf8.starts(with: name.utf8),
            let count = DecimalText.parse(line.dropFirst(name.count)), count <= maximumNoteByteCount,
            let bytes = reader.bytes(Int(count))
        else {
            throw ReplicationError(.malformedEvidence, "not a \(name)note of at most \(maximumNoteByteCount) bytes")
        }
        do {
            return try SignedNote(parsing: bytes)
        } catch {
            throw ReplicationError(.malformedEvidence, error.reason)
        }
    }
}

extension ForkEvidence {
    /// Holds `older` against the tree of `newer`, whose tiles `reader` reads: nil when the one begins with the other.
    /// Both were signed by one log, and `older` is not larger.
    ///
    /// Throws what `reader` throws, and `.proofMismatch` when these are not the tiles of `newer`.
    public static func compare(
        older: SignedCheckpoint, newer: SignedCheckpoint, reader: inout TileReader
    ) throws -> ForkEvidence? {
        if older.size == newer.size {
            return older.root == newer.root ? nil : try ForkEvidence(older, newer)
        }
        guard older.size > 0 else { return nil }
        let root = try reader.root(size: older.size)
        let proof = try reader.consistencyProof(size1: older.size, size2: newer.size)
        try proof.verify(root1: root, root2: newer.root)
        guard root != older.root else { return nil }
        return try ForkEvidence(older: older, newer: newer, prefix: Prefix(root: root, hashes: proof.hashes))
    }
}
