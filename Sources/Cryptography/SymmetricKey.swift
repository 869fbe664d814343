internal import COpenSSL
internal import CSodium

/// A 32-byte symmetric key that wraps other keys.
public struct SymmetricKey: Sendable {
    public static let byteCount = 32
    /// Bytes that sealing adds: a 24-byte nonce in front, a 16-byte tag behind.
    public static let sealingOverhead = 24 + 16

    public let secret: SecretBytes

    /// Throws `.badParameters` unless `secret` has 32 bytes.
    public init(_ secret: SecretBytes) throws(CryptographyError) {
        guard secret.count == Self.byteCount else {
            throw CryptographyError(.badParameters, "a symmetric key has 32 bytes")
        }
        self.secret = secret
    }

    /// `guarded`: see `SecretBytes`.
    public static func generate(guarded: Bool = true) throws -> SymmetricKey {
        try SymmetricKey(.random(count: byteCount, guarded: guarded))
    }

    /// `nonce[24] ‖ XChaCha20-Poly1305(plaintext) ‖ tag[16]` with a random nonce (draft-irtf-cfrg-xchacha-03).
    public func seal(_ plaintext: UnsafeRawBufferPointer, associatedData: [UInt8]) -> [UInt8] {
        let nonce = randomBytes(count: 24)
        var sealed = [UInt8](repeating: 0, count: plaintext.count + 16)
        let status = secret.withUnsafeBytes { key in
            crypto_aead_xchacha20poly1305_ietf_encrypt(
                &sealed, nil, plaintext.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(plaintext.count),
                associatedData, UInt64(associatedData.count), nil, nonce,
                key.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        precondition(status == 0, "sealing cannot fail with valid lengths")
        return nonce + sealed
    }

    public func seal(_ plaintext: SecretBytes, associatedData: [UInt8]) -> [UInt8] {
        plaintext.withUnsafeBytes { seal($0, associatedData: associatedData) }
    }

    /// Throws `.notAuthentic` when `sealed` was not sealed with this key and associated data, or was changed.
    public func open(_ sealed: [UInt8], associatedData: [UInt8], guarded: Bool = true) throws -> SecretBytes {
        let refusal = CryptographyError(.notAuthentic, "sealed with another key, or changed")
        guard sealed.count >= Self.sealingOverhead else { throw refusal }
        let body = Array(sealed[24...])
        return try SecretBytes(count: body.count - 16, guarded: guarded) { target in
            let status = secret.withUnsafeBytes { key in
                crypto_aead_xchacha20poly1305_ietf_decrypt(
                    target.baseAddress?.assumingMemoryBound(to: UInt8.self), nil, nil, body, UInt64(body.count),
                    associatedData, UInt64(associatedData.count), Array(sealed[..<24]),
                    key.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
            guard status == 0 else { throw refusal }
        }
    }

    public func seal(_ plaintext: [UInt8], associatedData: [UInt8]) -> [UInt8] {
        plaintext.withUnsafeBytes { seal($0, associatedData: associatedData) }
    }

    /// Opens content, which is no key: into ordinary memory. Throws `.notAuthentic`.
    public func openContent(_ sealed: ArraySlice<UInt8>, associatedData: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let refusal = CryptographyError(.notAuthentic, "sealed with another key, or changed")
        guard sealed.count >= Self.sealingOverhead else { throw refusal }
        let nonce = Array(sealed.prefix(24))
        let body = sealed.dropFirst(24)
        var plaintext = [UInt8](repeating: 0, count: body.count - 16)
        let status = secret.withUnsafeBytes { key in
            body.withUnsafeBufferPointer { body in
                crypto_aead_xchacha20poly1305_ietf_decrypt(
                    &plaintext, nil, nil, body.baseAddress!, UInt64(body.count), associatedData,
                    UInt64(associatedData.count), nonce, key.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
        }
        guard status == 0 else { throw refusal }
        return plaintext
    }

    /// A subkey for one purpose: HKDF-SHA256 without salt (RFC 5869), 32 bytes.
    public func subkey(_ info: String, guarded: Bool = true) throws -> SymmetricKey {
        let info = Array(info.utf8)
        let derived = try SecretBytes(count: Self.byteCount, guarded: guarded) { target in
            let status = secret.withUnsafeBytes { key in
                cordon_hkdf_sha256(
                    key.baseAddress!.assumingMemoryBound(to: UInt8.self), key.count, info, 0, info, info.count,
                    target.baseAddress!.assumingMemoryBound(to: UInt8.self), target.count)
            }
            guard status == 0 else { throw CryptographyError(.libraryFailure, "OpenSSL refused HKDF") }
        }
        return try SymmetricKey(derived)
    }

    /// A value that ties down this key and `info`, and may be published: HKDF-Expand with SHA-256 (RFC 5869, section
    /// 2.3), the key as PRK, 32 bytes. Two keys with one commitment are a collision of HMAC-SHA256.
    public func commitment(_ info: [UInt8]) throws(CryptographyError) -> Digest {
        var derived = [UInt8](repeating: 0, count: Digest.byteCount)
        let status = secret.withUnsafeBytes { key in
            cordon_hkdf_expand(
                "SHA256", key.baseAddress!.assumingMemoryBound(to: UInt8.self), key.count, info, info.count, &derived,
                derived.count)
        }
        guard status == 0 else { throw CryptographyError(.libraryFailure, "OpenSSL refused HKDF") }
        return Digest(derived)!
    }

    /// A 32-byte tag over `message`: BLAKE2b keyed (RFC 7693, section 2.9).
    public func tag(_ message: [UInt8]) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: 32)
        let status = secret.withUnsafeBytes { key in
            crypto_generichash(
                &tag, tag.count, message, UInt64(message.count),
                key.baseAddress!.assumingMemoryBound(to: UInt8.self), key.count)
        }
        precondition(status == 0, "BLAKE2b cannot fail with valid lengths")
        return tag
    }
}

/// Argon2id (RFC 9106) as libsodium runs it: version 1.3, one lane.
public struct PassphraseHashing: Equatable, Sendable {
    public static let saltByteCount = 16
    /// Bounds on what a file may ask for, so that a hostile one cannot exhaust the machine.
    public static let allowedPasses: ClosedRange<UInt32> = 1...32
    public static let allowedMemoryKiB: ClosedRange<UInt32> = 8...(2 << 20)

    public let passes: UInt32
    public let memoryKiB: UInt32
    public let salt: [UInt8]

    /// Throws `.badParameters` outside the bounds above.
    public init(passes: UInt32, memoryKiB: UInt32, salt: [UInt8]) throws(CryptographyError) {
        guard Self.allowedPasses.contains(passes), Self.allowedMemoryKiB.contains(memoryKiB),
            salt.count == Self.saltByteCount
        else { throw CryptographyError(.badParameters, "Argon2id parameters out of bounds") }
        self.passes = passes
        self.memoryKiB = memoryKiB
        self.salt = salt
    }

    /// libsodium's "moderate" cost: 3 passes over 256 MiB, with a fresh salt.
    public static func moderate() -> PassphraseHashing {
        try! PassphraseHashing(passes: 3, memoryKiB: 256 << 10, salt: randomBytes(count: saltByteCount))
    }

    public func key(for passphrase: SecretBytes) throws -> SymmetricKey {
        let derived = try SecretBytes(count: SymmetricKey.byteCount) { target in
            let status = passphrase.withUnsafeBytes { passphrase in
                crypto_pwhash(
                    target.baseAddress!.assumingMemoryBound(to: UInt8.self), UInt64(target.count),
                    passphrase.baseAddress!.assumingMemoryBound(to: CChar.self), UInt64(passphrase.count), salt,
                    UInt64(passes), Int(memoryKiB) << 10, crypto_pwhash_ALG_ARGON2ID13)
            }
            guard status == 0 else {
                throw CryptographyError(
                    .outOfSecretMemory, "Argon2id needs \(memoryKiB >> 10) MiB of memory that the system refused")
            }
        }
        return try SymmetricKey(derived)
    }
}
