internal import CSodium

/// An Ed25519 public key (RFC 8032) of one role.
///
/// Only canonical encodings of points in the prime-order subgroup are accepted: RFC 8032, section 5.1.3, refuses
/// non-canonical encodings; small-order and mixed-order points are refused so that a signature is bound to one key
/// and one message ("Taming the Many EdDSAs", Chalkias et al. 2020, strong binding). Every key that a conforming
/// implementation generates passes.
public struct VerifyingKey<Role: KeyRole>: Hashable, Sendable {
    public static var byteCount: Int { 32 }

    public let bytes: [UInt8]

    /// Throws `.badPublicKey`.
    public init(_ bytes: [UInt8]) throws(CryptographyError) {
        Sodium.start()
        guard bytes.count == Self.byteCount, crypto_core_ed25519_is_valid_point(bytes) == 1 else {
            throw CryptographyError(.badPublicKey, "not an Ed25519 public key in the prime-order subgroup")
        }
        self.bytes = bytes
    }

    /// Whether `signature` (64 bytes) is this key's over `message`.
    ///
    /// Strict: S must be reduced and R canonical and not of small order (libsodium's rules; RFC 8032, section
    /// 5.1.7), and the equation is checked without the cofactor. With the rules on keys above, every edge case that
    /// the CCTV vectors flag is refused.
    public func isValid(_ signature: some Collection<UInt8>, for message: [UInt8]) -> Bool {
        guard signature.count == 64 else { return false }
        return crypto_sign_verify_detached(Array(signature), message, UInt64(message.count), bytes) == 0
    }
}

/// An Ed25519 key pair (RFC 8032) of one role.
public final class SigningKey<Role: KeyRole>: Sendable {
    public static var seedByteCount: Int { 32 }

    public let verifyingKey: VerifyingKey<Role>
    private let secret: SecretBytes  // libsodium's form: seed ‖ public key

    /// From a 32-byte seed (RFC 8032, section 5.1.5).
    public init(seed: SecretBytes) throws {
        guard seed.count == Self.seedByteCount else {
            throw CryptographyError(.badParameters, "an Ed25519 seed has 32 bytes")
        }
        var publicKey = [UInt8](repeating: 0, count: 32)
        secret = try SecretBytes(count: 64) { secret in
            let status = seed.withUnsafeBytes {
                crypto_sign_seed_keypair(
                    &publicKey, secret.baseAddress!.assumingMemoryBound(to: UInt8.self),
                    $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
            guard status == 0 else { throw CryptographyError(.libraryFailure, "no key pair from this seed") }
        }
        verifyingKey = try VerifyingKey(publicKey)
    }

    public static func generate() throws -> SigningKey {
        try SigningKey(seed: .random(count: seedByteCount))
    }

    /// The 64-byte signature over `message`.
    public func sign(_ message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        let status = secret.withUnsafeBytes {
            crypto_sign_detached(
                &signature, nil, message, UInt64(message.count), $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        precondition(status == 0, "Ed25519 signing cannot fail with a valid key")
        return signature
    }

    /// Lends the seed, the only part of a key pair that is stored.
    func withSeed<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try secret.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<Self.seedByteCount])) }
    }
}

extension SigningKey where Role == TLSRole {
    /// Lends the seed to the TLS library, which signs with it by itself.
    public func withTLSSeed<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R { try withSeed(body) }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "SigningKey<\(Role.name)>(redacted)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension VerifyingKey where Role == TLSRole {
    /// SHA-256 of the key's SubjectPublicKeyInfo (RFC 8410, section 4): what cards pin (RFC 7469, section 2.4).
    public var pin: Digest {
        // SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING }
        Digest.sha256([0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00] + bytes)
    }
}
