internal import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that come piece by piece.
public struct RunningDigest: ~Copyable, @unchecked Sendable {
    // Touched only by the methods of this one owner.
    private let context: UnsafeMutablePointer<SHA256_CTX>

    public init() {
        context = .allocate(capacity: 1)
        SHA256_Init(context)
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(context, bytes.baseAddress, bytes.count)
    }

    /// Of all bytes so far. More may follow.
    public func digest() -> Digest {
        var copy = context.pointee
        var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
        SHA256_Final(&bytes, &copy)
        return Digest(bytes)!
    }

    deinit { context.deallocate() }
}
