public import Cryptography

/// A public key as text (C2SP signed-note, "Verifier keys"): `<name>+<key id in 8 hex digits>+base64(type ‖ key)`.
/// Keys of types that this module does not verify are parsed and kept.
public struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// Ed25519 over the note's text.
    public static let ed25519Type: UInt8 = 0x01
    /// Timestamped Ed25519 cosignature (C2SP tlog-cosignature).
    public static let cosignatureType: UInt8 = 0x04
    public static let maximumByteCount = 8 << 10

    public let name: String
    public let keyID: UInt32
    public let type: UInt8
    public let publicKey: [UInt8]

    /// Throws `.malformedVerifierKey` when `name` may not name a key.
    public init(name: String, type: UInt8, publicKey: [UInt8]) throws(TransparencyLogError) {
        guard KeyName.isValid(name) else {
            throw TransparencyLogError(.malformedVerifierKey, "a key's name has no spaces and no plus sign")
        }
        self.name = name
        self.type = type
        self.publicKey = publicKey
        self.keyID = Self.keyID(name: name, type: type, publicKey: publicKey)
    }

    /// SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4].
    static func keyID(name: String, type: UInt8, publicKey: [UInt8]) -> UInt32 {
        UInt32(bigEndianBytes: Digest.sha256(Array(name.utf8) + [0x0A, type] + publicKey).bytes[..<4])!
    }

    public var description: String {
        "\(name)+\(Hex.encode(keyID.bigEndianBytes))+\(Base64.encode([type] + publicKey))"
    }

    /// Throws `.malformedVerifierKey`. The key id of types 0x01 and 0x04 must be the one that name and key give.
    public init(parsing text: some StringProtocol) throws(TransparencyLogError) {
        let refusal = TransparencyLogError(.malformedVerifierKey, "not a verifier key (name+id+key)")
        guard text.utf8.count <= Self.maximumByteCount else { throw refusal }
        // Base 64 may hold a plus sign, a name may not.
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 3, KeyName.isValid(parts[0]), parts[1].utf8.count == 8,
            let id = Hex.decode(parts[1]), let key = Base64.decode(parts[2]), let type = key.first
        else { throw refusal }
        name = parts[0]
        keyID = UInt32(bigEndianBytes: id)!
        self.type = type
        publicKey = Array(key.dropFirst())
        if type == Self.ed25519Type || type == Self.cosignatureType {
            guard publicKey.count == 32, keyID == Self.keyID(name: name, type: type, publicKey: publicKey) else {
                throw TransparencyLogError(.malformedVerifierKey, "the key's id does not match its name and bytes")
            }
        }
    }

    func identifies(_ signature: NoteSignature) -> Bool {
        keyID == signature.keyID && name.hasSameBytes(as: signature.name)
    }

    fileprivate func verifyingKey<Role>(type expected: UInt8) throws(TransparencyLogError) -> VerifyingKey<Role> {
        guard type == expected else {
            throw TransparencyLogError(
                .wrongKeyType, "a \(Role.name) key is of type \(expected), the key of \(name) is of type \(type)")
        }
        do {
            return try VerifyingKey(publicKey)
        } catch {
            throw TransparencyLogError(.malformedVerifierKey, error.reason)
        }
    }
}

/// A key that signs the checkpoints of the log it is named after.
public struct LogVerifier: Hashable, Sendable {
    public let vkey: VerifierKey
    public let key: VerifyingKey<LogRole>

    /// Throws `.wrongKeyType` unless the vkey is of type 0x01.
    public init(_ vkey: VerifierKey) throws(TransparencyLogError) {
        self.key = try vkey.verifyingKey(type: VerifierKey.ed25519Type)
        self.vkey = vkey
    }

    /// Throws `.malformedVerifierKey` when `origin` may not name a key.
    public init(origin: String, key: VerifyingKey<LogRole>) throws(TransparencyLogError) {
        try self.init(VerifierKey(name: origin, type: VerifierKey.ed25519Type, publicKey: key.bytes))
    }

    public var origin: String { vkey.name }
}

/// A key that cosigns checkpoints of any log.
public struct WitnessVerifier: Hashable, Sendable {
    public let vkey: VerifierKey
    public let key: VerifyingKey<WitnessRole>

    /// Throws `.wrongKeyType` unless the vkey is of type 0x04.
    public init(_ vkey: VerifierKey) throws(TransparencyLogError) {
        self.key = try vkey.verifyingKey(type: VerifierKey.cosignatureType)
        self.vkey = vkey
    }

    /// Throws `.malformedVerifierKey` when `name` may not name a key.
    public init(name: String, key: VerifyingKey<WitnessRole>) throws(TransparencyLogError) {
        try self.init(VerifierKey(name: name, type: VerifierKey.cosignatureType, publicKey: key.bytes))
    }
}
