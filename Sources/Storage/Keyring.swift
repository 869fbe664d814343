public import Cryptography

/// What opens a keyring.
public enum Unlock: Sendable {
    case passphrase(SecretBytes)
    case keyFile(SymmetricKey)
}

/// The master data keys of a node, and the file they lie in (layout in `Protocols/storage.md`).
///
/// Master keys encrypt data; the key-encryption key only wraps them. So a new passphrase rewrites this one file, and a
/// new master key is taken up by files written from then on while older files stay readable.
public struct Keyring: Sendable {
    public struct MasterKey: Sendable {
        public let id: UInt32
        public let createdMilliseconds: UInt64
        public let key: SymmetricKey
    }

    /// How the file is locked.
    enum Method: Sendable {
        case passphrase(PassphraseHashing)
        case keyFile
    }

    static let magic = Array("CORDONR1".utf8)
    static let headerByteCount = 8 + 16 + 1 + 4 + 4 + 16 + 4
    static let keyByteCount = 4 + 8 + 32
    public static let maximumKeyCount = 64
    /// Longer than any keyring can be.
    public static let maximumByteCount = 16 << 10

    public let nodeID: [UInt8]
    /// Oldest first; the last is used for new files.
    public private(set) var keys: [MasterKey]

    public var active: MasterKey { keys[keys.count - 1] }

    /// A keyring with one fresh master key.
    public init(nodeID: [UInt8], nowMilliseconds: UInt64) throws {
        precondition(nodeID.count == SealedKey.nodeIDByteCount)
        self.nodeID = nodeID
        keys = [MasterKey(id: 1, createdMilliseconds: nowMilliseconds, key: try .generate())]
    }

    /// Adds a master key, which files written from now on use.
    public mutating func addKey(nowMilliseconds: UInt64) throws {
        guard keys.count < Self.maximumKeyCount else {
            throw StorageError(.tooLarge, "a keyring holds at most \(Self.maximumKeyCount) master keys")
        }
        keys.append(MasterKey(id: active.id + 1, createdMilliseconds: nowMilliseconds, key: try .generate()))
    }

    public func key(id: UInt32) throws(StorageError) -> MasterKey {
        guard let key = keys.first(where: { $0.id == id }) else {
            throw StorageError(.keyringDamaged, "the keyring does not hold master key \(id)")
        }
        return key
    }

    /// The file's bytes. A passphrase is hashed with `hashing`, which needs a fresh salt.
    public func encode(for unlock: Unlock, hashing: PassphraseHashing = .moderate()) throws -> [UInt8] {
        let method: Method
        let keyEncryptionKey: SymmetricKey
        switch unlock {
        case .passphrase(let passphrase):
            method = .passphrase(hashing)
            keyEncryptionKey = try hashing.key(for: passphrase)
        case .keyFile(let key):
            method = .keyFile
            keyEncryptionKey = key
        }
        let plaintextCount = 4 + keys.count * Self.keyByteCount
        let header = header(method, sealedByteCount: plaintextCount + SymmetricKey.sealingOverhead)
        let plaintext = try SecretBytes(count: plaintextCount) { target in
            target.copyBytes(from: UInt32(keys.count).bigEndianBytes)
            for (position, key) in keys.enumerated() {
                let start = 4 + position * Self.keyByteCount
                target[start...].copyBytes(from: key.id.bigEndianBytes + key.createdMilliseconds.bigEndianBytes)
                key.key.secret.withUnsafeBytes { target[(start + 12)...].copyBytes(from: $0) }
            }
        }
        let body = header + keyEncryptionKey.seal(plaintext, associatedData: header)
        return body + Digest.sha256(body).bytes
    }

    private func header(_ method: Method, sealedByteCount: Int) -> [UInt8] {
        var header = Self.magic + nodeID
        switch method {
        case .passphrase(let hashing):
            header += [1] + hashing.passes.bigEndianBytes + hashing.memoryKiB.bigEndianBytes + hashing.salt
        case .keyFile:
            header += [2] + [UInt8](repeating: 0, count: 24)
        }
        return header + UInt32(sealedByteCount).bigEndianBytes
    }

    /// Opens a keyring file. Each failure is its own error, in this order: `.keyringDamaged` (the checksum does not
    /// match), `.keyringOfAnotherNode`, `.wrongUnlockMethod`, `.wrongPassphrase`. Writes nothing.
    public init(decoding bytes: [UInt8], nodeID expectedNode: [UInt8], unlock: Unlock) throws {
        let damaged = StorageError(
            .keyringDamaged, "the keyring is damaged: put back a copy of it (every backup holds one)")
        guard bytes.count >= Self.headerByteCount + 32, bytes.starts(with: Self.magic),
            Digest.sha256(Array(bytes.dropLast(32))).bytes == Array(bytes.suffix(32))
        else { throw damaged }
        let header = Array(bytes[..<Self.headerByteCount])
        let sealed = Array(bytes[Self.headerByteCount...].dropLast(32))
        guard sealed.count == Int(UInt32(bigEndianBytes: header[49..<53])!) else { throw damaged }

        nodeID = Array(header[8..<24])
        guard nodeID == expectedNode else {
            throw StorageError(.keyringOfAnotherNode, "the keyring belongs to another node: put back this node's own")
        }
        let key = try Self.keyEncryptionKey(header, unlock, damaged)
        let plaintext: SecretBytes
        do {
            plaintext = try key.open(sealed, associatedData: header)
        } catch let error as CryptographyError where error.code == .notAuthentic {
            throw StorageError(.wrongPassphrase, "wrong passphrase or key file: the keyring stays locked")
        }
        keys = try Self.keys(plaintext, damaged)
    }

    private static func keyEncryptionKey(
        _ header: [UInt8], _ unlock: Unlock, _ damaged: StorageError
    ) throws -> SymmetricKey {
        switch (header[24], unlock) {
        case (1, .passphrase(let passphrase)):
            let hashing = try? PassphraseHashing(
                passes: UInt32(bigEndianBytes: header[25..<29])!, memoryKiB: UInt32(bigEndianBytes: header[29..<33])!,
                salt: Array(header[33..<49]))
            guard let hashing else { throw damaged }
            return try hashing.key(for: passphrase)
        case (2, .keyFile(let key)):
            guard header[25..<49].allSatisfy({ $0 == 0 }) else { throw damaged }
            return key
        case (1, .keyFile):
            throw StorageError(.wrongUnlockMethod, "the keyring is locked with a passphrase, not with a key file")
        case (2, .passphrase):
            throw StorageError(.wrongUnlockMethod, "the keyring is locked with a key file, not with a passphrase")
        default:
            throw StorageError(.keyringDamaged, "the keyring is locked in a way this version does not know")
        }
    }

    private static func keys(_ plaintext: SecretBytes, _ damaged: StorageError) throws -> [MasterKey] {
        try plaintext.withUnsafeBytes { bytes in
            guard bytes.count >= 4, let count = UInt32(bigEndianBytes: bytes[..<4]).map(Int.init),
                (1...maximumKeyCount).contains(count), bytes.count == 4 + count * keyByteCount
            else { throw damaged }
            var last: UInt32 = 0
            return try (0..<count).map { position in
                let start = 4 + position * keyByteCount
                let secret = try SecretBytes(count: 32) {
                    $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[(start + 12)..<(start + 44)]))
                }
                let id = UInt32(bigEndianBytes: bytes[start..<start + 4])!
                guard id > last, id < .max else { throw damaged }  // oldest first, and room for one more
                last = id
                return MasterKey(
                    id: id,
                    createdMilliseconds: UInt64(bigEndianBytes: bytes[(start + 4)..<(start + 12)])!,
                    key: try SymmetricKey(secret))
            }
        }
    }
}

extension Slice where Base == UnsafeMutableRawBufferPointer {
    fileprivate func copyBytes(from source: some Collection<UInt8>) {
        UnsafeMutableRawBufferPointer(rebasing: self).copyBytes(from: source)
    }
}
