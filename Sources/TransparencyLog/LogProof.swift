public import Cryptography

/// An offline proof that an entry is in a log (C2SP tlog-proof): the entry's index, its audit path and the
/// checkpoint they lead to.
///
/// ```
/// c2sp.org/tlog-proof@v1
/// [extra <base64>]
/// index <decimal>
/// <base64 hash> …
///
/// <checkpoint>
/// ```
public struct LogProof: Hashable, Sendable {
    static let header = "c2sp.org/tlog-proof@v1"
    /// A note, and the largest entry as extra data.
    public static let maximumByteCount = SignedNote.maximumByteCount + 128 << 10

    /// Not authenticated by itself. Cordon puts the entry here, which the proof then authenticates.
    public let extra: [UInt8]?
    public let index: UInt64
    public let hashes: [Digest]
    /// The checkpoint's note, verbatim.
    public let checkpoint: [UInt8]

    public init(extra: [UInt8]?, index: UInt64, hashes: [Digest], checkpoint: [UInt8]) {
        self.extra = extra
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    public var encoded: [UInt8] {
        var text = Self.header + "\n"
        if let extra { text += "extra \(Base64.encode(extra))\n" }
        text += "index \(index)\n"
        for hash in hashes { text += Base64.encode(hash.bytes) + "\n" }
        return Array((text + "\n").utf8) + checkpoint
    }

    /// Throws `.malformedProof`. The checkpoint is not looked into.
    public init(parsing bytes: [UInt8]) throws(TransparencyLogError) {
        func refuse(_ reason: String) -> TransparencyLogError { TransparencyLogError(.malformedProof, reason) }
        guard bytes.count <= Self.maximumByteCount else {
            throw refuse("a proof has at most \(Self.maximumByteCount) bytes")
        }
        var rest = bytes[...]
        func nextLine() throws(TransparencyLogError) -> Substring {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")),
                let line = String(validating: rest[..<end], as: UTF8.self)
            else { throw refuse("ends before its checkpoint") }
            rest = rest[(end + 1)...]
            return line[...]
        }
        guard try nextLine() == Self.header[...] else { throw refuse("not a transparency log proof") }
        var line = try nextLine()
        if line.hasPrefix("extra ") {
            guard let data = Base64.decode(line.dropFirst(6)) else { throw refuse("extra data is not Base 64") }
            extra = data
            line = try nextLine()
        } else {
            extra = nil
        }
        guard line.hasPrefix("index "), let index = Decimal.parse(line.dropFirst(6)) else {
            throw refuse("no index")
        }
        self.index = index
        var hashes: [Digest] = []
        while true {
            line = try nextLine()
            if line.isEmpty { break }
            guard let hash = Base64.decode(line).flatMap({ Digest($0) }) else { throw refuse("not a hash") }
            guard hashes.count < InclusionProof.maximumHashCount else { throw refuse("too many hashes") }
            hashes.append(hash)
        }
        self.hashes = hashes
        self.checkpoint = Array(rest)
    }

    /// Verifies that the entry with this leaf hash is in the log of `policy` at `index`; returns the checkpoint.
    ///
    /// Throws what `SignedCheckpoint` throws, `.outOfRange` and `.proofMismatch`.
    @discardableResult
    public func verify(leaf: Digest, policy: TrustPolicy) throws(TransparencyLogError) -> SignedCheckpoint {
        let signed = try SignedCheckpoint(verifying: checkpoint, policy: policy)
        try InclusionProof(index: index, size: signed.size, hashes: hashes).verify(leaf: leaf, root: signed.root)
        return signed
    }
}
