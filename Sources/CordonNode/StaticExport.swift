internal import Cryptography
public import Storage
internal import TransparencyLog

/// Writes a log as a directory of static files (C2SP tlog-tiles), which any web server can serve and `cordon-verify`
/// can check. A later export brings the same directory up to date.
public struct StaticExport {
    public struct Result: Sendable {
        public let size: UInt64
        /// The size that the directory held before.
        public let previousSize: UInt64
        public let files: Int
    }

    private let node: Node
    private let log: LogID
    private let directory: String
    private let files: any FileStore

    public init(_ node: Node, log: LogID, to directory: String, files: any FileStore = LocalFiles()) {
        self.node = node
        self.log = log
        self.directory = directory
        self.files = files
    }

    /// Everything that the checkpoint needs is durable before the checkpoint is put in place, so that an interrupted
    /// export leaves the directory as it was to its readers. `progress` hears the entries written and their total.
    ///
    /// Throws `.foreignExport` when `directory` holds something else, `.behindWatermark` or `.forked` when the log is not
    /// what the node has acknowledged.
    public func run(progress: (UInt64, UInt64) -> Void = { _, _ in }) throws -> Result {
        guard !(Files.realPath(directory) + "/").hasPrefix(Files.realPath(Files.parent(node.store.database.path)) + "/")
        else { throw NodeError(.foreignExport, "\(directory) is inside the node's own directory: export elsewhere") }
        let snapshot = node.store.database.snapshot()
        let signed = try node.checkpoint(log, at: snapshot)
        try node.checkAcknowledged(log)
        let previous = try previousSize(signed, snapshot)
        if previous == signed.size, Files.exists(checkpointPath),
            try Files.read(checkpointPath, limit: SignedNote.maximumByteCount) == signed.note.encoded
        {
            return Result(size: signed.size, previousSize: previous, files: 0)
        }
        var made: Set<String> = []
        var count = 0
        func stage(_ path: TilePath, _ bytes: [UInt8]) throws {
            let path = directory + "/" + path.string
            let parent = Files.parent(path)
            if made.insert(parent).inserted { try files.createDirectory(parent, mode: 0o755) }
            try files.stage(path, with: bytes)
            count += 1
        }
        try files.createDirectory(directory, mode: 0o755)
        try stageBundles(from: previous, to: signed.size, snapshot, progress, stage)
        for path in TileLayout.newResources(from: previous, to: signed.size) where path.level != nil {
            try stage(path, node.store.resource(log, path, at: snapshot))
        }
        try files.sync(directory: directory)
        try files.replace(checkpointPath, with: signed.note.encoded, mode: 0o644)
        try removePartials(from: previous, to: signed.size)
        return Result(size: signed.size, previousSize: previous, files: count + 1)
    }

    private var checkpointPath: String { directory + "/checkpoint" }

    /// The size of the checkpoint in the directory, once it is known to be an earlier one of this log.
    private func previousSize(_ signed: SignedCheckpoint, _ snapshot: Snapshot) throws -> UInt64 {
        guard Files.exists(checkpointPath) else {
            let names = Files.exists(directory) ? try Files.list(directory) : []
            guard names.allSatisfy({ $0 == "tile" || $0 == "lost+found" || $0.hasSuffix(".tmp") }) else {
                throw NodeError(.foreignExport, "\(directory) holds other files: an export gets a directory of its own")
            }
            return 0
        }
        let bytes = try Files.read(checkpointPath, limit: SignedNote.maximumByteCount)
        guard let old = try? node.verified(bytes, log) else {
            throw NodeError(
                .foreignExport, "\(checkpointPath) is not a checkpoint of this log: export to another directory")
        }
        var reader = node.store.reader(log, size: signed.size, at: snapshot)
        guard old.size <= signed.size, try reader.root(size: old.size) == old.root else {
            throw NodeError(
                .foreignExport,
                """
                \(checkpointPath) has \(old.size) entries that this log, with \(signed.size), does not extend: one of \
                them was put back from a backup or forked. Keep both
                """)
        }
        return old.size
    }

    private func stageBundles(
        from previous: UInt64, to size: UInt64, _ snapshot: Snapshot, _ progress: (UInt64, UInt64) -> Void,
        _ stage: (TilePath, [UInt8]) throws -> Void
    ) throws {
        let width = UInt64(TilePath.fullWidth)
        var bundle: [UInt8] = []
        try node.store.forEachEntry(log, in: previous / width * width..<size, at: snapshot) { index, entry in
            EntryBundle.append(entry, to: &bundle)
            guard index % width == width - 1 || index == size - 1 else { return }
            try stage(.bundle(index / width, width: Int(index % width) + 1), bundle)
            bundle.removeAll(keepingCapacity: true)
            progress(index + 1, size)
        }
    }

    /// Partial tiles may go once the full one is there (C2SP tlog-tiles, "Partial Tiles").
    private func removePartials(from previous: UInt64, to size: UInt64) throws {
        for path in TileLayout.newResources(from: previous, to: size) where !path.isPartial {
            let partials = "\(directory)/\(path.string).p"
            if Files.exists(partials) { try files.remove(partials) }
        }
    }
}
