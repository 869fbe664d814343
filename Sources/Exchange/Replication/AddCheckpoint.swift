public import Cryptography
internal import EntryCodec
public import TransparencyLog

/// The body of a C2SP tlog-witness `add-checkpoint` request.
///
/// ```
/// old <size>
/// <base64 hash> …     the consistency proof, at most 63 lines
///
/// <checkpoint>
/// ```
public struct AddCheckpoint: Hashable, Sendable {
    /// A note, and the longest proof.
    public static let maximumByteCount = SignedNote.maximumByteCount + 4 << 10

    /// The size that the witness is believed to have cosigned last; 0 for none.
    public let oldSize: UInt64
    public let hashes: [Digest]
    public let note: SignedNote

    public init(oldSize: UInt64, hashes: [Digest], note: SignedNote) {
        self.oldSize = oldSize
        self.hashes = hashes
        self.note = note
    }

    public var encoded: [UInt8] {
        var text = "old \(oldSize)\n"
        for hash in hashes { text += Base64.encode(hash.bytes) + "\n" }
        return Array((text + "\n").utf8) + note.encoded
    }

    /// Throws `.malformedAddCheckpoint`. Accepts exactly what `encoded` writes; the checkpoint is not looked into.
    public init(parsing bytes: [UInt8]) throws(ReplicationError) {
        func refuse(_ reason: String) -> ReplicationError { ReplicationError(.malformedAddCheckpoint, reason) }
        guard bytes.count <= Self.maximumByteCount else {
            throw refuse("a request has at most \(Self.maximumByteCount) bytes")
        }
        var reader = ByteReader(bytes)
        guard let first = reader.line(limit: 32), first.utf8.starts(with: "old ".utf8),
            let size = DecimalText.parse(first.dropFirst(4))
        else { throw refuse("no old size") }
        oldSize = size
        var hashes: [Digest] = []
        while true {
            guard let line = reader.line(limit: 64) else { throw refuse("ends before its checkpoint") }
            if line.isEmpty { break }
            guard let hash = Base64.decode(line).flatMap({ Digest($0) }) else { throw refuse("not a hash") }
            guard hashes.count < ConsistencyProof.maximumHashCount else { throw refuse("too many hashes") }
            hashes.append(hash)
        }
        self.hashes = hashes
        do {
            note = try SignedNote(parsing: Array(reader.remaining))
        } catch {
            throw refuse(error.reason)
        }
    }
}
