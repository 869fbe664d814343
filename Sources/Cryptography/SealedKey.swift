/// A private key as it lies in a file: sealed under the node's key-wrapping key (layout in `Protocols/keys.md`).
///
/// ```
/// magic       8   "CORDONK1"
/// role        1   KeyRole.code
/// slot        1   which of the role's keys: 0 where a node has one, else the number of the log
/// node       16   the node's id
/// wrapped by  4   id of the master key whose subkey seals this file
/// created     8   milliseconds since 1970-01-01T00:00Z
/// public key 32
/// sealed     72   nonce[24] ‖ XChaCha20-Poly1305(seed[32]) ‖ tag[16]; associated data: the 70 bytes before
/// ```
public struct SealedKey: Equatable, Sendable {
    static let magic = Array("CORDONK1".utf8)
    static let headerByteCount = 70
    public static let byteCount = headerByteCount + 32 + SymmetricKey.sealingOverhead
    public static let nodeIDByteCount = 16

    public let roleCode: UInt8
    public let slot: UInt8
    public let nodeID: [UInt8]
    public let masterKeyID: UInt32
    public let createdMilliseconds: UInt64
    public let publicKey: [UInt8]
    let sealed: [UInt8]

    public init<Role>(
        _ key: SigningKey<Role>, slot: UInt8, nodeID: [UInt8], masterKeyID: UInt32, wrappingKey: SymmetricKey,
        createdMilliseconds: UInt64
    ) {
        precondition(nodeID.count == Self.nodeIDByteCount)
        self.roleCode = Role.code
        self.slot = slot
        self.nodeID = nodeID
        self.masterKeyID = masterKeyID
        self.createdMilliseconds = createdMilliseconds
        self.publicKey = key.verifyingKey.bytes
        let header = Self.header(Role.code, slot, nodeID, masterKeyID, createdMilliseconds, publicKey)
        self.sealed = key.withSeed { wrappingKey.seal($0, associatedData: header) }
    }

    /// Throws `.badKeyFile` on anything but the layout above.
    public init(encoded: [UInt8]) throws(CryptographyError) {
        guard encoded.count == Self.byteCount, encoded.starts(with: Self.magic) else {
            throw CryptographyError(.badKeyFile, "not a sealed key file")
        }
        roleCode = encoded[8]
        slot = encoded[9]
        nodeID = Array(encoded[10..<26])
        masterKeyID = UInt32(bigEndianBytes: encoded[26..<30])!
        createdMilliseconds = UInt64(bigEndianBytes: encoded[30..<38])!
        publicKey = Array(encoded[38..<70])
        sealed = Array(encoded[70...])
    }

    public var encoded: [UInt8] { header + sealed }

    private var header: [UInt8] {
        Self.header(roleCode, slot, nodeID, masterKeyID, createdMilliseconds, publicKey)
    }

    private static func header(
        _ role: UInt8, _ slot: UInt8, _ nodeID: [UInt8], _ masterKeyID: UInt32, _ created: UInt64, _ publicKey: [UInt8]
    ) -> [UInt8] {
        magic + [role, slot] + nodeID + masterKeyID.bigEndianBytes + created.bigEndianBytes + publicKey
    }

    /// Throws `.wrongKeyFile` for another role or node, `.notAuthentic` for another wrapping key or a changed file.
    public func open<Role>(
        as role: Role.Type, slot expectedSlot: UInt8, nodeID expectedNode: [UInt8], wrappingKey: SymmetricKey
    ) throws -> SigningKey<Role> {
        guard roleCode == Role.code, slot == expectedSlot else {
            throw CryptographyError(.wrongKeyFile, "the key in this file is not the \(Role.name) key asked for")
        }
        guard nodeID == expectedNode else {
            throw CryptographyError(.wrongKeyFile, "the key in this file belongs to another node")
        }
        let key = try SigningKey<Role>(seed: wrappingKey.open(sealed, associatedData: header))
        guard key.verifyingKey.bytes == publicKey else {
            throw CryptographyError(.wrongKeyFile, "the public key in this file is not that of its private key")
        }
        return key
    }
}
