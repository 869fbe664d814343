internal import Cryptography

/// Names an upload: 16 random bytes, which say nothing about it. Whoever knows the name can go on with the upload only
/// as far as the caller of the store lets them.
public struct UploadID: Hashable, Sendable, CustomStringConvertible {
    static let byteCount = 16

    let bytes: [UInt8]

    static func random() -> UploadID { UploadID(bytes: randomBytes(count: byteCount)) }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Exactly 32 lower-case digits, or nil.
    public init?(hex: some StringProtocol) {
        guard let bytes = Hex.decode(hex), bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    public var hex: String { Hex.encode(bytes) }
    public var description: String { hex }
}

/// What the store must know to go on with an upload after a restart (Protocols/attachments.md, "Uploads").
///
/// ```
/// file      = "CORDONU1" ‖ nonce[24] ‖ ciphertext[138] ‖ tag[16], sealed under the upload wrapping key,
///             associated data = "CORDONU1" ‖ upload id[16]
/// plaintext = state[1] ‖ key[32] ‖ declared size[8] ‖ announced[1] ‖ announced content digest[32]
///             ‖ content digest[32] ‖ blob digest[32]
/// ```
struct UploadRecord: Sendable {
    private static let magic = Array("CORDONU1".utf8)
    private static let plaintextByteCount = 1 + SymmetricKey.byteCount + 8 + 1 + 3 * Digest.byteCount
    static let fileByteCount = 8 + SymmetricKey.sealingOverhead + plaintextByteCount

    /// The blob's key: nothing else is ever sealed under it.
    let key: SymmetricKey
    let declaredByteCount: Int
    let announced: Digest?
    /// Once the upload is finished.
    var digests: (content: Digest, blob: Digest)?

    init(key: SymmetricKey, declaredByteCount: Int, announced: Digest?) {
        self.key = key
        self.declaredByteCount = declaredByteCount
        self.announced = announced
    }

    func sealed(_ id: UploadID, under wrappingKey: SymmetricKey) throws -> [UInt8] {
        let zeros = [UInt8](repeating: 0, count: Digest.byteCount)
        let rest =
            UInt64(declaredByteCount).bigEndianBytes + [announced == nil ? 0 : 1] + (announced?.bytes ?? zeros)
            + (digests?.content.bytes ?? zeros) + (digests?.blob.bytes ?? zeros)
        let plaintext = try SecretBytes(count: Self.plaintextByteCount) { target in
            target[0] = digests == nil ? 0 : 1
            key.secret.withUnsafeBytes { key in
                UnsafeMutableRawBufferPointer(rebasing: target[1...]).copyMemory(from: key)
            }
            UnsafeMutableRawBufferPointer(rebasing: target[(1 + SymmetricKey.byteCount)...]).copyBytes(from: rest)
        }
        return Self.magic + wrappingKey.seal(plaintext, associatedData: Self.magic + id.bytes)
    }

    /// Throws `.damaged`, also where the record belongs to another upload or is under another wrapping key.
    init(sealed file: [UInt8], _ id: UploadID, under wrappingKey: SymmetricKey) throws {
        let refusal = BlobError(
            .damaged, "the record of upload \(id) is damaged, or sealed under a wrapping key that is no longer used")
        guard file.count == Self.fileByteCount, file.starts(with: Self.magic),
            let plaintext = try? wrappingKey.open(Array(file[8...]), associatedData: Self.magic + id.bytes)
        else { throw refusal }
        key = try SymmetricKey(
            SecretBytes(count: SymmetricKey.byteCount) { target in
                plaintext.withUnsafeBytes { target.copyMemory(from: .init(rebasing: $0[1...].prefix(target.count))) }
            })
        let (state, rest) = plaintext.withUnsafeBytes { ($0[0], Array($0[(1 + SymmetricKey.byteCount)...])) }
        func digest(_ start: Int) -> Digest { Digest(rest[start..<start + Digest.byteCount])! }
        let zero = Digest([UInt8](repeating: 0, count: Digest.byteCount))!
        guard state <= 1, let size = UInt64(bigEndianBytes: rest[..<8]),
            size <= UInt64(ChunkedEncryption.maximumByteCount), rest[8] <= 1,
            rest[8] == 1 || digest(9) == zero, state == 1 || (digest(41) == zero && digest(73) == zero)
        else { throw refusal }
        declaredByteCount = Int(size)
        announced = rest[8] == 1 ? digest(9) : nil
        digests = state == 1 ? (digest(41), digest(73)) : nil
    }
}
