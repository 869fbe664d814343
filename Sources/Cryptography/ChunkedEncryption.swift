internal import COpenSSL
internal import CSodium

/// C2SP chunked encryption, version 1 (c2sp.org/chunked-encryption), with HKDF-Expand of SHA-512 and AES-256-GCM: the
/// instantiation that its authors call Cobblestone-256.
///
/// ```
/// message    = salt[24] ‖ commitment[32] ‖ sealed chunk 0 ‖ sealed chunk 1 ‖ …
/// chunks     = the content in pieces of 16,384 bytes; the last one is shorter, and may be empty
/// sealed k   = AES-256-GCM(message key, nonce = base nonce XOR k, no associated data, chunk k): ciphertext ‖ tag[16]
/// message key[32] ‖ base nonce[12] ‖ commitment[32]
///            = HKDF-Expand(key, "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM" ‖ 0x00 ‖ salt ‖ context)
/// ```
///
/// A content has exactly one division into chunks. The commitment ties the message to one key and context. That the
/// last chunk is short ends the message: one that was cut, or that goes on, has no short chunk that authenticates in
/// the last place.
public enum ChunkedEncryption {
    public static let chunkByteCount = 16 << 10
    public static let tagByteCount = 16
    public static let sealedChunkByteCount = chunkByteCount + tagByteCount
    public static let saltByteCount = 24
    public static let commitmentByteCount = 32
    /// Of the salt and the commitment, before the first chunk.
    public static let headerByteCount = saltByteCount + commitmentByteCount
    /// Chunks in a message, the last one included: 4 PiB.
    public static let maximumChunkCount = 1 << 38
    public static let maximumByteCount = maximumChunkCount * chunkByteCount - 1

    /// Of the message that seals a content of `byteCount` bytes.
    public static func sealedByteCount(of byteCount: Int) -> Int {
        precondition((0...maximumByteCount).contains(byteCount))
        return headerByteCount + byteCount + (byteCount / chunkByteCount + 1) * tagByteCount
    }

    /// Of the content of a message of `sealedByteCount` bytes. Nil when no message has this length: the last chunk
    /// would be whole, or shorter than its tag.
    public static func byteCount(ofSealed sealedByteCount: Int) -> Int? {
        guard sealedByteCount >= headerByteCount else { return nil }
        let (whole, rest) = (sealedByteCount - headerByteCount).quotientAndRemainder(dividingBy: sealedChunkByteCount)
        guard rest >= tagByteCount, whole < maximumChunkCount else { return nil }
        return whole * chunkByteCount + rest - tagByteCount
    }

    /// Where the sealed chunk that holds the byte at `offset` of the content begins.
    public static func sealedOffset(ofChunk index: Int) -> Int { headerByteCount + index * sealedChunkByteCount }

    /// A content that fits into memory, whole.
    public static func seal(
        _ content: [UInt8], key: SymmetricKey, context: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try seal(content, with: ChunkedEncryptor(key: key, context: context))
    }

    /// With a salt that the caller drew, or that a vector has. A salt must not repeat under a key.
    package static func seal(
        _ content: [UInt8], key: SymmetricKey, context: [UInt8], salt: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try seal(content, with: ChunkedEncryptor(key: key, context: context, salt: salt))
    }

    /// Throws `.notAuthentic` when `message` was not sealed with this key and context, or was changed, cut or extended.
    public static func open(
        _ message: [UInt8], key: SymmetricKey, context: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard byteCount(ofSealed: message.count) != nil else { throw .changed }
        var decryptor = try ChunkedDecryptor(key: key, context: context, header: Array(message[..<headerByteCount]))
        var content: [UInt8] = []
        var index = 0
        for start in stride(from: headerByteCount, to: message.count, by: sealedChunkByteCount) {
            let chunk = message[start..<min(start + sealedChunkByteCount, message.count)]
            content += try decryptor.open(chunk, index: index)
            index += 1
        }
        return content
    }

    static func seal(
        _ content: [UInt8], with encryptor: consuming ChunkedEncryptor
    ) throws(CryptographyError) -> [UInt8] {
        var message = encryptor.header
        message.reserveCapacity(sealedByteCount(of: content.count))
        // Goes to the end and includes it: a content of whole chunks ends in an empty one.
        for start in stride(from: 0, through: content.count, by: chunkByteCount) {
            message += try encryptor.seal(content[start..<min(start + chunkByteCount, content.count)])
        }
        return message
    }
}

/// Seals one message, chunk after chunk. Never seals two contents under one nonce: the salt is random, and the number
/// of a chunk only ever counts up.
public struct ChunkedEncryptor: ~Copyable, @unchecked Sendable {
    /// What the message begins with: salt and commitment.
    public let header: [UInt8]
    // Touched only by the methods of this one owner.
    private let cipher: OpaquePointer
    private let baseNonce: [UInt8]
    /// Chunks sealed so far.
    private var count = 0
    private var hasEnded = false

    public init(key: SymmetricKey, context: [UInt8]) throws(CryptographyError) {
        try self.init(key: key, context: context, salt: randomBytes(count: ChunkedEncryption.saltByteCount))
    }

    /// For vectors. A salt must not repeat under a key.
    init(key: SymmetricKey, context: [UInt8], salt: [UInt8]) throws(CryptographyError) {
        precondition(salt.count == ChunkedEncryption.saltByteCount)
        let keys = try MessageKeys(key: key, context: context, salt: salt)
        let cipher = try keys.cipher(encrypts: true)
        header = salt + keys.commitment
        baseNonce = keys.baseNonce
        self.cipher = cipher
    }

    /// Seals the next chunk into `target` and returns how many bytes that are: the chunk's and 16. A chunk shorter than
    /// 16,384 bytes ends the message. Throws `.badParameters` when it has ended, or is at its longest.
    public mutating func seal(
        _ chunk: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(CryptographyError) -> Int {
        precondition(chunk.count <= ChunkedEncryption.chunkByteCount)
        precondition(target.count >= chunk.count + ChunkedEncryption.tagByteCount)
        guard !hasEnded else { throw CryptographyError(.badParameters, "the message has ended") }
        let isLast = chunk.count < ChunkedEncryption.chunkByteCount
        guard count + 1 < ChunkedEncryption.maximumChunkCount || isLast else {
            throw CryptographyError(.badParameters, "a message has at most 2^38 chunks")
        }
        let status = cordon_aes256gcm_seal(
            cipher, nonce(baseNonce, count), chunk.baseAddress?.assumingMemoryBound(to: UInt8.self), chunk.count,
            target.baseAddress!.assumingMemoryBound(to: UInt8.self))
        // Counted before the outcome is looked at: this nonce is used up either way.
        count += 1
        hasEnded = isLast || status != 0
        guard status == 0 else { throw CryptographyError(.libraryFailure, "OpenSSL refused AES-256-GCM") }
        return chunk.count + ChunkedEncryption.tagByteCount
    }

    public mutating func seal(_ chunk: ArraySlice<UInt8>) throws(CryptographyError) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: chunk.count + ChunkedEncryption.tagByteCount)
        _ = try withBuffers(chunk, &sealed) { chunk, target throws(CryptographyError) in
            try seal(chunk, into: target)
        }
        return sealed
    }

    deinit { EVP_CIPHER_CTX_free(cipher) }
}

/// Opens chunks of one message, in any order.
///
/// It sees one chunk at a time. Whether the message is whole, its reader knows only after it has opened a last chunk
/// in the place that the message's length gives it (`ChunkedEncryption.byteCount(ofSealed:)`).
public struct ChunkedDecryptor: ~Copyable, @unchecked Sendable {
    // Touched only by the methods of this one owner.
    private let cipher: OpaquePointer
    private let baseNonce: [UInt8]

    /// `header` is what the message begins with. Throws `.notAuthentic` when its commitment is to another key or
    /// context, before any chunk is looked at.
    public init(key: SymmetricKey, context: [UInt8], header: [UInt8]) throws(CryptographyError) {
        guard header.count == ChunkedEncryption.headerByteCount else { throw .changed }
        let salt = Array(header[..<ChunkedEncryption.saltByteCount])
        let keys = try MessageKeys(key: key, context: context, salt: salt)
        let commitment = Array(header[ChunkedEncryption.saltByteCount...])
        guard sodium_memcmp(commitment, keys.commitment, commitment.count) == 0 else { throw .changed }
        let cipher = try keys.cipher(encrypts: false)
        baseNonce = keys.baseNonce
        self.cipher = cipher
    }

    /// Opens the sealed chunk number `index` into `target` and returns the size of its content. Throws `.notAuthentic`
    /// when it is not that chunk of this message; then nothing of it is in `target`.
    public mutating func open(
        _ sealed: UnsafeRawBufferPointer, index: Int, into target: UnsafeMutableRawBufferPointer
    ) throws(CryptographyError) -> Int {
        let count = sealed.count - ChunkedEncryption.tagByteCount
        guard (0...ChunkedEncryption.chunkByteCount).contains(count),
            (0..<ChunkedEncryption.maximumChunkCount).contains(index)
        else { throw .changed }
        precondition(target.count >= count)
        // An empty chunk has nowhere to be put, and `target` may then have no address.
        var nothing: UInt8 = 0
        let status = withUnsafeMutablePointer(to: &nothing) { nothing in
            cordon_aes256gcm_open(
                cipher, nonce(baseNonce, index), sealed.baseAddress!.assumingMemoryBound(to: UInt8.self), count,
                target.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? nothing)
        }
        guard status == 0 else { throw .changed }
        return count
    }

    public mutating func open(_ sealed: ArraySlice<UInt8>, index: Int) throws(CryptographyError) -> [UInt8] {
        var content = [UInt8](repeating: 0, count: max(0, sealed.count - ChunkedEncryption.tagByteCount))
        _ = try withBuffers(sealed, &content) { sealed, target throws(CryptographyError) in
            try open(sealed, index: index, into: target)
        }
        return content
    }

    deinit { EVP_CIPHER_CTX_free(cipher) }
}

extension CryptographyError {
    fileprivate static var changed: Self {
        Self(.notAuthentic, "sealed with another key or for another purpose, or changed")
    }
}

/// What one message's chunks are sealed with. OpenSSL keeps its expanded form of the key in ordinary memory for as long
/// as a cipher context lives.
private struct MessageKeys {
    private static let label = Array("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM".utf8) + [0]
    private static let nonceByteCount = 12

    let key: SecretBytes
    let baseNonce: [UInt8]
    let commitment: [UInt8]

    init(key input: SymmetricKey, context: [UInt8], salt: [UInt8]) throws(CryptographyError) {
        let info = Self.label + salt + context
        var derived = [UInt8](
            repeating: 0,
            count: SymmetricKey.byteCount + Self.nonceByteCount + ChunkedEncryption.commitmentByteCount)
        let status = input.secret.withUnsafeBytes { key in
            cordon_hkdf_expand(
                "SHA512", key.baseAddress!.assumingMemoryBound(to: UInt8.self), key.count, info, info.count, &derived,
                derived.count)
        }
        guard status == 0 else { throw CryptographyError(.libraryFailure, "OpenSSL refused HKDF") }
        baseNonce = Array(derived[SymmetricKey.byteCount...].prefix(Self.nonceByteCount))
        commitment = Array(derived.suffix(ChunkedEncryption.commitmentByteCount))
        key = try SecretBytes.taking(&derived, first: SymmetricKey.byteCount)
    }

    func cipher(encrypts: Bool) throws(CryptographyError) -> OpaquePointer {
        let cipher = key.withUnsafeBytes {
            cordon_aes256gcm_new($0.baseAddress!.assumingMemoryBound(to: UInt8.self), encrypts ? 1 : 0)
        }
        guard let cipher else { throw CryptographyError(.libraryFailure, "OpenSSL refused AES-256-GCM") }
        return cipher
    }
}

/// The base nonce XOR the chunk's number, as a big-endian integer of the nonce's width.
private func nonce(_ base: [UInt8], _ index: Int) -> [UInt8] {
    var nonce = base
    for (place, byte) in UInt64(index).bigEndianBytes.enumerated() { nonce[nonce.count - 8 + place] ^= byte }
    return nonce
}

extension SecretBytes {
    /// Moves the first bytes and zeroes all of the original. Not into guarded memory: the cipher that the key is for keeps
    /// it in ordinary memory too.
    fileprivate static func taking(_ bytes: inout [UInt8], first count: Int) throws(CryptographyError) -> SecretBytes {
        defer { bytes.withUnsafeMutableBytes { sodium_memzero($0.baseAddress!, $0.count) } }
        do {
            return try SecretBytes(count: count, guarded: false) { target in
                bytes.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            }
        } catch {
            throw error as? CryptographyError ?? CryptographyError(.libraryFailure, "no memory for a key")
        }
    }
}

private func withBuffers(
    _ source: ArraySlice<UInt8>, _ target: inout [UInt8],
    _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws(CryptographyError) -> Int
) throws(CryptographyError) -> Int {
    do {
        return try source.withUnsafeBytes { source in
            try target.withUnsafeMutableBytes { target in try body(source, target) }
        }
    } catch {
        throw error as? CryptographyError ?? CryptographyError(.libraryFailure, "\(error)")
    }
}
