internal import Cryptography
internal import Glibc
internal import Storage
internal import TransparencyLog

/// The last state that the node acknowledged, outside the database: a write-ahead log cut short, or an old database
/// put back under a running node, is then seen at the next start instead of forking the log.
///
/// One slot a log in a file of fixed size, overwritten in place after each commit and not synced: it survives the end
/// of the process, and after a loss of power it may be older, never newer, than the database (layout in
/// `Protocols/storage.md`).
///
/// ```
/// master key id  4
/// size           8
/// root          32
/// tag           32   BLAKE2b-256 keyed with the master key's subkey "cordon watermark v1", over log id ‖ the above
/// ```
final class Watermark: Sendable {
    struct Slot: Equatable {
        let size: UInt64
        let root: Digest
    }

    static let slotByteCount = 76

    private let path: String
    private let descriptor: Int32
    private let keyID: UInt32
    private let key: SymmetricKey

    static func create(_ path: String, files: any FileStore) throws {
        let empty = [UInt8](repeating: 0, count: slotByteCount * LogID.allCases.count)
        try files.replace(path, with: empty, mode: 0o600)
    }

    init(_ path: String, keyring: Keyring) throws {
        self.path = path
        keyID = keyring.active.id
        key = try Self.subkey(of: keyring.active.key)
        descriptor = open(path, O_RDWR | O_CLOEXEC | O_CREAT, 0o600)
        guard descriptor >= 0 else {
            throw StorageError(.inputOutput, "opening \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// Nil when the slot was never written: then it says nothing. Throws `.corrupted` when it is damaged.
    func read(_ log: LogID, keyring: Keyring) throws -> Slot? {
        var bytes = [UInt8](repeating: 0, count: Self.slotByteCount)
        let count = pread(descriptor, &bytes, bytes.count, Self.offset(log))
        if count == 0 || count == bytes.count && bytes.allSatisfy({ $0 == 0 }) { return nil }
        let slot = try Self.parse(Array(bytes.prefix(max(0, count))), log) { id in
            keyring.keys.first { $0.id == id }?.key
        }
        guard let slot else {
            throw NodeError(
                .corrupted,
                """
                \(path) is damaged, so it does not say what this node has acknowledged. Put back the file; or, if the \
                database is surely the newest, remove it
                """)
        }
        return slot
    }

    static func parse(_ bytes: [UInt8], _ log: LogID, masterKey: (UInt32) -> SymmetricKey?) throws -> Slot? {
        guard bytes.count == slotByteCount, let master = masterKey(UInt32(bigEndianBytes: bytes[..<4])!),
            try subkey(of: master).tag([log.rawValue] + bytes[..<44]) == Array(bytes[44...])
        else { return nil }
        return Slot(size: UInt64(bigEndianBytes: bytes[4..<12])!, root: Digest(bytes[12..<44])!)
    }

    /// Holds a log of `size` entries against what was acknowledged. Throws `.behindWatermark`, `.forked`.
    static func check(_ store: LogStore, _ log: LogID, size: UInt64, against acknowledged: Slot?) throws {
        guard let acknowledged else { return }
        guard acknowledged.size <= size else {
            throw NodeError(
                .behindWatermark,
                """
                the \(log.name) log has \(size) entries, but this node has acknowledged \(acknowledged.size): the \
                database was truncated or put back from a backup. Nothing is signed, so that the log does not fork; \
                put back the newest copy of the database
                """)
        }
        var reader = store.reader(log, size: size)
        guard try reader.root(size: acknowledged.size) == acknowledged.root else {
            throw NodeError(
                .forked, "the \(log.name) log is not the one that this node acknowledged up to \(acknowledged.size)")
        }
    }

    /// A failure to write is not reported: the watermark then stays behind, which is what it may do.
    func write(_ log: LogID, _ slot: Slot) {
        let body = keyID.bigEndianBytes + slot.size.bigEndianBytes + slot.root.bytes
        let bytes = body + key.tag([log.rawValue] + body)
        _ = pwrite(descriptor, bytes, bytes.count, Self.offset(log))
    }

    private static func offset(_ log: LogID) -> Int { (Int(log.rawValue) - 1) * slotByteCount }

    private static func subkey(of master: SymmetricKey) throws -> SymmetricKey {
        try master.subkey("cordon watermark v1")
    }
}
