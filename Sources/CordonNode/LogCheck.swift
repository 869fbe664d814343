internal import Cryptography
public import Storage
internal import TransparencyLog

/// Recomputes a log from its records and holds it against everything that is derived from them: every stored tile,
/// the root, the signed checkpoint; and against what the node has acknowledged.
public struct LogCheck {
    public struct Finding: Sendable, CustomStringConvertible {
        public let description: String
    }

    public struct Result: Sendable {
        public let size: UInt64
        public let tiles: Int
        /// What is wrong; empty when the log is whole.
        public let findings: [Finding]
    }

    /// A store damaged throughout is reported up to here.
    public static let maximumFindings = 100

    /// `progress` hears the entries checked and their total.
    public static func run(
        _ node: Node, log: LogID, progress: (UInt64, UInt64) -> Void = { _, _ in }
    ) throws -> Result {
        let snapshot = node.store.database.snapshot()
        var findings: [Finding] = []
        func find(_ text: String) {
            if findings.count < maximumFindings { findings.append(Finding(description: text)) }
        }
        let signed: SignedCheckpoint
        do {
            signed = try node.checkpoint(log, at: snapshot)
        } catch let error as NodeError where error.code == .corrupted {
            return Result(size: 0, tiles: 0, findings: [Finding(description: error.reason)])
        }
        var edge = TileBuilder()
        var tiles = 0
        do {
            try node.store.forEachEntry(log, in: 0..<signed.size, at: snapshot) { index, entry in
                try edge.append(MerkleHash.leaf(entry)) { tile in
                    tiles += 1
                    let path = TilePath(level: tile.level, index: tile.index)
                    let stored = try node.store.rows(log).fullTile(level: tile.level, index: tile.index, at: snapshot)
                    if stored.map({ !Tile.matches($0, tile.hashes) }) ?? true {
                        find("\(path.string) \(stored == nil ? "is missing" : "does not match the entries")")
                    }
                }
                if index % 4096 == 4095 { progress(index + 1, signed.size) }
            }
        } catch let error as NodeError where error.code == .corrupted {
            find(error.reason)
        } catch let error as StorageError where error.code == .corrupted {
            find(error.reason)
        }
        if edge.size == signed.size, edge.root != signed.root {
            find("the root of the entries is not the root that the checkpoint signs")
        }
        let last = try node.store.database.lastKey(
            .journal, from: [log.rawValue], upTo: [log.rawValue + 1], at: snapshot)
        if let last, last.count != 9 || UInt64(bigEndianBytes: last[1...])! >= signed.size {
            find("there are records behind the end of the log")
        }
        if findings.isEmpty {
            do {
                try node.checkAcknowledged(log)
            } catch let error as NodeError {
                find(error.reason)
            }
        }
        progress(signed.size, signed.size)
        return Result(size: signed.size, tiles: tiles, findings: findings)
    }
}
