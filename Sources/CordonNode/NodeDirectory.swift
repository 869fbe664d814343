internal import Cryptography
internal import Storage

/// The files of a node.
///
/// ```
/// node       format and node id; written last by `init`, so its presence says that the directory is whole
/// lock       keeps a second process away
/// keyring    master data keys, wrapped under the passphrase or key file
/// keys/      private keys, sealed under a master key
/// db/        the encrypted database
/// watermark  the last acknowledged state, for the next start
/// erasure-key  what the keys of all case files hang on; only its newest copy may ever be kept
/// blobs/     encrypted attachments
/// ```
struct NodeDirectory {
    static let format = "cordon node v1"

    let path: String

    var node: String { path + "/node" }
    var lock: String { path + "/lock" }
    var keyring: String { path + "/keyring" }
    var keys: String { path + "/keys" }
    var database: String { path + "/db" }
    var watermark: String { path + "/watermark" }
    var erasureKey: String { path + "/erasure-key" }
    var blobs: String { path + "/blobs" }

    func key(_ name: String) -> String { "\(keys)/\(name).key" }

    /// The node's id. Throws `.notANode`, `.foreignFile`.
    func check() throws -> [UInt8] {
        guard Files.exists(node) else {
            throw NodeError(
                .notANode,
                Files.exists(keyring)
                    ? "\(path) is only half made: `cordon init` was interrupted there. Remove it and run it again"
                    : "\(path) is not a node's directory: `cordon init --dir \(path)` makes one")
        }
        let lines = String(decoding: try Files.read(node, limit: 4096), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 3, lines[0] == Self.format, let id = Hex.decode(lines[1]),
            id.count == SealedKey.nodeIDByteCount
        else { throw NodeError(.notANode, "\(node) is not readable by this version of cordon") }
        try refuseForeignFiles()
        return id
    }

    func nodeFile(id: [UInt8]) -> [UInt8] { Array("\(Self.format)\n\(Hex.encode(id))\n".utf8) }

    /// A stray file is most often a slip of the hand in the wrong directory; better said than stepped over.
    private func refuseForeignFiles() throws {
        let own: Set<String> = [
            "node", "lock", "keyring", "keys", "db", "watermark", "erasure-key", "blobs", "lost+found",
        ]
        let keys = Set(NodeKeys.fileNames.map { $0 + ".key" })
        try refuse(path, unless: own.contains)
        try refuse(self.keys, unless: keys.contains)
        try refuse(database, unless: Self.isDatabaseFile)
    }

    private func refuse(_ directory: String, unless isOwn: (String) -> Bool) throws {
        // A temporary file of an interrupted write is our own, and does no harm.
        for name in try Files.list(directory) where !isOwn(name) && !name.hasSuffix(".tmp") {
            throw NodeError(.foreignFile, "\(directory)/\(name) does not belong to the node: move it elsewhere")
        }
    }

    /// As RocksDB names its files (db/filename.cc).
    private static func isDatabaseFile(_ name: String) -> Bool {
        if ["CURRENT", "IDENTITY", "LOCK"].contains(name) { return true }
        if name.hasPrefix("MANIFEST-") || name.hasPrefix("OPTIONS-") { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[0].allSatisfy(\.isNumber)
            && ["sst", "log", "dbtmp", "blob"].contains(parts[1])
    }
}
