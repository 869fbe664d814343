internal import Glibc
internal import Storage

/// A copy of what cannot be derived. The index stays behind: its rows hold names in the clear, under the node's master
/// key alone, so an erasure could not reach them in a copy.
public struct Backup {
    public struct Result: Sendable {
        public let rows: Int
        public let files: Int
    }

    /// Bytes in one write.
    private static let batchByteCount = 4 << 20
    /// Of the index: code lists, which come from nowhere else, and reports that are still to be matched.
    private static let keptIndexKinds: Set<UInt8> = [5, 6]

    static func copyDatabase(
        _ source: Database, to target: Database, progress: (UInt64) -> Void
    ) throws -> Int {
        let snapshot = source.snapshot()
        var rows = 0
        var batch = WriteBatch()
        for family in ColumnFamily.allCases where family != .events {
            try source.forEach(
                family, from: [], upTo: [UInt8](repeating: 0xFF, count: 600), at: snapshot
            ) { key, value in
                if family == .index, !keptIndexKinds.contains(key.first ?? 0) { return true }
                target.put(family, key, value, in: batch)
                rows += 1
                if batch.byteCount >= batchByteCount {
                    try target.write(batch)
                    batch = WriteBatch()
                    progress(UInt64(rows))
                }
                return true
            }
        }
        // Whoever puts it back makes the index again first.
        target.put(.meta, Rebuild.markKey, [1], in: batch)
        try target.write(batch)
        return rows
    }

    /// Attachments that are whole: as links where the file system allows it, since a blob never changes.
    static func copyBlobs(_ source: String, to target: String, files: some FileStore) throws -> Int {
        guard Files.exists(source) else { return 0 }
        var count = 0
        try files.createDirectory(target, mode: 0o700)
        for folder in try Files.list(source) where folder.utf8.count == 2 {
            try files.createDirectory("\(target)/\(folder)", mode: 0o700)
            for name in try Files.list("\(source)/\(folder)") {
                let (from, to) = ("\(source)/\(folder)/\(name)", "\(target)/\(folder)/\(name)")
                if link(from, to) != 0 { try copyFile(from, to) }
                count += 1
            }
        }
        return count
    }

    static func copyFile(_ from: String, _ to: String) throws {
        let failure = StorageError(.inputOutput, "an attachment cannot be copied: see that there is space")
        let input = open(from, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure }
        defer { close(input) }
        let output = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(input, &buffer, buffer.count)
            guard count >= 0 else { throw failure }
            if count == 0 { break }
            var sent = 0
            while sent < count {
                let written = buffer[sent..<count].withUnsafeBytes { write(output, $0.baseAddress!, $0.count) }
                guard written > 0 else { throw failure }
                sent += written
            }
        }
        guard fsync(output) == 0 else { throw failure }
    }
}
