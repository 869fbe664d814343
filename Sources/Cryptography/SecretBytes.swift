internal import CSodium

/// Secret bytes, unless said otherwise in guarded memory: between guard pages, locked out of swap, left out of core dumps, and zeroed when
/// the last reference goes (`sodium_malloc`). Immutable after `init`. Never printable.
public final class SecretBytes: @unchecked Sendable {
    // Written only in `init`, then made read-only by the kernel; so it may be read from any thread.
    private let pointer: UnsafeMutableRawPointer
    private let isGuarded: Bool
    public let count: Int

    /// `fill` writes the secret into zeroed memory.
    ///
    /// `guarded: false` is for keys that there are thousands of, each of one case: guarded memory takes a dozen system
    /// calls and four pages for every one. They are zeroed all the same, and the process allows no dumps.
    ///
    /// Throws `.outOfSecretMemory` when the system grants no guarded memory.
    public init(
        count: Int, guarded: Bool = true, fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws {
        Sodium.start()
        self.count = count
        isGuarded = guarded
        if guarded {
            guard let memory = sodium_malloc(max(count, 1)) else {
                throw CryptographyError(.outOfSecretMemory, "no guarded memory: raise the limit on locked memory")
            }
            pointer = memory
        } else {
            pointer = .allocate(byteCount: max(count, 1), alignment: 16)
        }
        sodium_memzero(pointer, max(count, 1))
        try fill(UnsafeMutableRawBufferPointer(start: pointer, count: count))
        if guarded { sodium_mprotect_readonly(pointer) }
    }

    /// Moves `bytes` into guarded memory and zeroes the original.
    public convenience init(moving bytes: inout [UInt8]) throws {
        defer { bytes.withUnsafeMutableBytes { if let start = $0.baseAddress { sodium_memzero(start, $0.count) } } }
        try self.init(count: bytes.count) { target in bytes.withUnsafeBytes { target.copyMemory(from: $0) } }
    }

    public static func random(count: Int, guarded: Bool = true) throws -> SecretBytes {
        try SecretBytes(count: count, guarded: guarded) { randombytes_buf($0.baseAddress!, $0.count) }
    }

    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// Whether both hold the same bytes, in time that depends only on their length.
    public func isEqual(to other: SecretBytes) -> Bool {
        count == other.count && sodium_memcmp(pointer, other.pointer, count) == 0
    }

    deinit {
        if isGuarded {
            sodium_free(pointer)
        } else {
            sodium_memzero(pointer, max(count, 1))
            pointer.deallocate()
        }
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "SecretBytes(redacted)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Random bytes that are not secret: identifiers, salts, nonces.
public func randomBytes(count: Int) -> [UInt8] {
    Sodium.start()
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, count)
    return bytes
}

enum Sodium {
    private static let started: Bool = sodium_init() >= 0

    /// libsodium chooses its implementations once a process.
    static func start() { precondition(started, "libsodium cannot be initialised on this system") }
}
