internal import COpenSSL

/// A SHA-256 digest: 32 bytes (FIPS 180-4).
public struct Digest: Hashable, Sendable {
    public static let byteCount = 32

    // Four words in memory order, so that an array of digests is the bytes of a tile.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// All zero. Only ever a starting value to be overwritten.
    static let zero = Digest()

    private init() {}

    /// Exactly 32 bytes, or nil.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    /// Exactly 32 bytes.
    public init(copying bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == Self.byteCount)
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
    }

    /// SHA-256 of `bytes`.
    public static func sha256(_ bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { sha256($0) }
    }

    /// SHA-256 of `bytes`.
    public static func sha256(_ bytes: UnsafeRawBufferPointer) -> Digest {
        var digest = Digest()
        digest.withMutableBytes { cordon_sha256(bytes.baseAddress, bytes.count, $0) }
        return digest
    }

    /// SHA-256 of `prefix ‖ bytes`.
    public static func sha256(prefix: UInt8, _ bytes: UnsafeRawBufferPointer) -> Digest {
        var digest = Digest()
        digest.withMutableBytes { cordon_sha256_prefixed(prefix, bytes.baseAddress, bytes.count, $0) }
        return digest
    }

    /// SHA-256 of `prefix ‖ left ‖ right`.
    public static func sha256(prefix: UInt8, _ left: Digest, _ right: Digest) -> Digest {
        var pair = (left.words, right.words)
        return Swift.withUnsafeBytes(of: &pair) { sha256(prefix: prefix, $0) }
    }

    public var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

    public var hex: String { Hex.encode(bytes) }

    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try Swift.withUnsafeBytes(of: words) { try body($0) }
    }

    private mutating func withMutableBytes(_ body: (UnsafeMutablePointer<UInt8>) -> Void) {
        withUnsafeMutableBytes(of: &words) { body($0.baseAddress!.assumingMemoryBound(to: UInt8.self)) }
    }

    public static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

extension Digest: CustomStringConvertible {
    public var description: String { hex }
}
