public import Cryptography
internal import Glibc
public import Storage
internal import Synchronization
public import TransparencyLog

/// A node that is unlocked and open: its keys, its database, its logs. One process holds a node at a time.
public final class Node: Sendable {
    public let authority: Authority
    public let nodeID: [UInt8]
    let heldKeys: Mutex<NodeKeys>
    public var keys: NodeKeys { heldKeys.withLock { $0 } }
    public let store: LogStore
    let keyring: Keyring
    let directory: NodeDirectory
    private let lock: DirectoryLock
    /// Held weakly: there is a writer for as long as something holds on to its token.
    private let writer = Mutex(Weak())

    private struct Weak: ~Copyable {
        weak var token: WriterToken?
    }

    // MARK: Making one

    /// Makes a node in an empty or absent directory: keys, keyring, database, and two empty logs with their first
    /// signed checkpoints. The only way that a log comes into being.
    ///
    /// Throws `.notEmpty`, and what the file system says. A failed `create` leaves nothing, one that
    /// was killed a directory without `node`.
    public static func create(
        at path: String, authority: Authority, unlock: Unlock, hashing: PassphraseHashing = .moderate(),
        files: some FileStore = LocalFiles(), clock: NodeClock = .system
    ) throws {
        let directory = NodeDirectory(path: path)
        let existed = Files.exists(path)
        func refuseContent(besides own: Set<String>) throws {
            guard try Files.list(path).allSatisfy({ $0 == "lost+found" || own.contains($0) }) else {
                throw NodeError(.notEmpty, "\(path) is not empty: a node gets a directory of its own")
            }
        }
        if existed { try refuseContent(besides: []) }
        do {
            try files.createDirectory(path, mode: 0o700)
            let lock = try DirectoryLock(directory.lock)
            // Again under the lock: another process may have been here meanwhile.
            try refuseContent(besides: ["lock"])
            do {
                try fill(directory, authority, unlock, hashing, files, clock.nowMilliseconds())
            } catch {
                // Nothing in there is worth keeping: no log of this node was ever shown to anyone.
                for name in (try? Files.list(path)) ?? [] where name != "lost+found" {
                    try? files.remove(path + "/" + name)
                }
                throw error
            }
            withExtendedLifetime(lock) {}
        } catch {
            if !existed { rmdir(path) }  // succeeds only where nothing is in it
            throw error
        }
    }

    private static func fill(
        _ directory: NodeDirectory, _ authority: Authority, _ unlock: Unlock, _ hashing: PassphraseHashing,
        _ files: some FileStore, _ now: UInt64
    ) throws {
        let nodeID = randomBytes(count: SealedKey.nodeIDByteCount)
        let keyring = try Keyring(nodeID: nodeID, nowMilliseconds: now)
        try files.replace(directory.keyring, with: keyring.encode(for: unlock, hashing: hashing), mode: 0o600)
        try files.createDirectory(directory.keys, mode: 0o700)
        let keys = try NodeKeys.generate()
        try keys.write(directory, keyring: keyring, files: files, nowMilliseconds: now)
        try createDatabase(directory, authority, keyring, keys, files, now)
        try Watermark.create(directory.watermark, files: files)
        // From here on it is a node: whatever ends the process before leaves something that no command opens.
        try files.replace(directory.node, with: directory.nodeFile(id: nodeID), mode: 0o600)
    }

    private static func createDatabase(
        _ directory: NodeDirectory, _ authority: Authority, _ keyring: Keyring, _ keys: NodeKeys,
        _ files: some FileStore, _ now: UInt64
    ) throws {
        var options = Database.Options()
        options.create = true
        let database = try Database(path: directory.database, keyring: keyring, options: options)
        let batch = WriteBatch()
        database.put(.meta, LogStore.referenceKey, randomBytes(count: SymmetricKey.byteCount), in: batch)
        try StreamKeys.create(directory.erasureKey, keyring: keyring, database: database, in: batch, files: files)
        database.put(.meta, LogStore.authorityKey, authority.encoded, in: batch)
        database.put(.meta, LogStore.nodeIDKey, keyring.nodeID, in: batch)
        database.put(.meta, LogStore.commitTimeKey, now.bigEndianBytes, in: batch)
        for (log, signer) in try keys.checkpointSigners(authority) {
            let checkpoint = signer.sign(size: 0, root: MerkleHash.empty)
            database.put(.meta, LogStore.checkpointKey(log), checkpoint.encoded, in: batch)
        }
        try database.write(batch)
    }

    // MARK: Opening one

    /// Unlocks and opens a node. Nothing is changed when it fails.
    ///
    /// Throws `.notANode`, `.foreignFile`, `.corrupted`, and `StorageError`: `.inUse`, the keyring's four refusals,
    /// `.permissionsTooWide` for a key file that others can reach.
    public init(opening path: String, unlock: Unlock, options: Database.Options = .init()) throws {
        directory = NodeDirectory(path: path)
        nodeID = try directory.check()
        lock = try DirectoryLock(directory.lock)
        for folder in [directory.path, directory.keys] { try Files.removeTemporaries(folder) }
        keyring = try Self.readKeyring(directory, nodeID, unlock)
        heldKeys = Mutex(try NodeKeys(directory, keyring: keyring))
        store = LogStore(try Database(path: directory.database, keyring: keyring, options: options))
        guard try store.database.get(.meta, LogStore.nodeIDKey) == nodeID else {
            throw NodeError(.corrupted, "\(directory.database) is the database of another node")
        }
        authority = try Authority(parsing: store.database.get(.meta, LogStore.authorityKey) ?? [])
    }

    private static func readKeyring(_ directory: NodeDirectory, _ nodeID: [UInt8], _ unlock: Unlock) throws
        -> Keyring
    {
        guard Files.exists(directory.keyring) else {
            throw StorageError(
                .keyringMissing, "\(directory.keyring) is missing: without it nothing can be read; put back a copy")
        }
        let bytes = try Files.readSecret(directory.keyring, limit: Keyring.maximumByteCount)
        return try Keyring(decoding: bytes, nodeID: nodeID, unlock: unlock)
    }

    // MARK: The logs

    /// A proof that entry `index` of `log` is in its last checkpoint, with the entry as extra data.
    public func proof(_ log: LogID, index: UInt64) throws -> LogProof {
        let snapshot = store.database.snapshot()
        let signed = try checkpoint(log, at: snapshot)
        guard index < signed.size else {
            throw NodeError(
                .badArgument, "the \(log.name) log has \(signed.size) entries, so there is no entry \(index)")
        }
        var reader = store.reader(log, size: signed.size, at: snapshot)
        let proof = try reader.inclusionProof(index: index, size: signed.size)
        try proof.verify(leaf: MerkleHash.leaf(store.entry(log, index)), root: signed.root)
        return LogProof(
            extra: try store.entry(log, index), index: index, hashes: proof.hashes, checkpoint: signed.note.encoded)
    }

    /// Throws `.behindWatermark` or `.forked` when `log` is not what this node has acknowledged.
    public func checkAcknowledged(_ log: LogID) throws {
        // The watermark first: a commit between the two then makes the log longer, which is as it should be.
        let watermark = try Watermark(directory.watermark, keyring: keyring)
        let acknowledged = try watermark.read(log, keyring: keyring)
        try Watermark.check(store, log, size: checkpoint(log).size, against: acknowledged)
    }

    /// Starts the one writer of the logs, after holding them against their checkpoints and what this node has
    /// acknowledged. `journal` replaces the embedded one in tests that inject failures.
    ///
    /// Throws `.writerRunning`, `.logMissing`, `.corrupted`, `.behindWatermark`, `.forked`.
    public func startSequencer(
        limits: SequencerLimits = .init(), clock: NodeClock = .system,
        journal: ((EmbeddedJournal) -> any Journal)? = nil
    ) throws -> Sequencer {
        let token = WriterToken()
        let isFree = writer.withLock { writer in
            guard writer.token == nil else { return false }
            writer.token = token
            return true
        }
        guard isFree else { throw NodeError(.writerRunning, "the node's logs have one writer, and it is running") }
        guard try store.database.get(.meta, LogRecovery.markKey) == nil else {
            throw NodeError(.corrupted, "a recovery was interrupted: run `cordon recover` again")
        }
        let embedded = try EmbeddedJournal(store.database)
        return Sequencer(
            try LogWriter(
                journal: journal?(embedded) ?? embedded, store: store, signers: keys.checkpointSigners(authority),
                checkpoint: { try checkpoint($0) }, watermark: Watermark(directory.watermark, keyring: keyring),
                keyring: keyring, clock: clock,
                token: token),
            limits: limits)
    }

    // MARK: Case files

    /// The case files, whose changes go through `sequencer`.
    ///
    /// Throws `.erasureKeyMissing`, `.corrupted`.
    public func caseService(
        _ sequencer: Sequencer, clock: NodeClock = .system, limits: CaseServiceLimits = .init(),
        files: any FileStore = LocalFiles()
    ) throws -> CaseService {
        guard try !needsRebuild else {
            throw NodeError(.corrupted, "a rebuild was interrupted, or this is a backup: run `cordon rebuild`")
        }
        let cases = try caseStore(files)
        let blobs = try BlobStore(
            directory: directory.blobs, uploadWrappingKey: keyring.active.key.subkey("cordon upload v1"))
        return try CaseService(authority, cases, blobs, sequencer, clock, limits)
    }

    /// Whether the exchange log has entries that partners judge: from the node's first run on.
    public var hasPublishedKeys: Bool { get throws { try !store.isEmptyStream(Streams.exchange) } }

    /// What the node does with partners, beside its case files.
    ///
    /// Throws `.corrupted`; `.badArgument` where the authority's name prefix is none to exchange under.
    public func exchangeService(_ cases: CaseService, limits: ExchangeLimits = .init()) throws -> ExchangeService {
        try ExchangeService(self, cases, limits)
    }

    /// Whether what is derived has to be made again first: behind an interrupted rebuild, and in a backup.
    public var needsRebuild: Bool { get throws { try store.database.get(.meta, Rebuild.markKey) != nil } }

    func caseStore(_ files: any FileStore) throws -> CaseStore {
        guard var reference = try store.database.get(.meta, LogStore.referenceKey) else {
            throw NodeError(.corrupted, "the node's reference key is missing")
        }
        return try CaseStore(
            logs: store,
            keys: StreamKeys(directory.erasureKey, keyring: keyring, database: store.database, files: files),
            country: authority.country, referenceKey: SymmetricKey(SecretBytes(moving: &reference)))
    }

    /// Makes everything that is derived from the journal again, while nothing else uses the node.
    public func rebuild(
        files: any FileStore = LocalFiles(), progress: (UInt64, UInt64) -> Void = { _, _ in }
    ) throws -> Rebuild.Result {
        try Rebuild(caseStore(files)).run(progress: progress)
    }

    /// Copies the node into a new directory, all but the erasure key's file and what is derived. Nothing else may use the
    /// node meanwhile. Throws `.notEmpty`.
    public func backUp(
        to path: String, files: some FileStore = LocalFiles(), progress: (UInt64) -> Void = { _ in }
    ) throws -> Backup.Result {
        guard !Files.exists(path) else { throw NodeError(.notEmpty, "\(path) exists: a backup gets a new directory") }
        guard Files.exists(directory.erasureKey) else {
            throw NodeError(
                .erasureKeyMissing,
                "\(directory.erasureKey) is missing: a backup without it would open no case. Put it back")
        }
        let target = NodeDirectory(path: path)
        try files.createDirectory(path, mode: 0o700)
        try files.createDirectory(target.keys, mode: 0o700)
        var count = 0
        func copy(_ from: String, _ to: String) throws {
            try files.replace(to, with: Files.read(from, limit: 1 << 20), mode: 0o600)
            count += 1
        }
        try copy(directory.keyring, target.keyring)
        for name in try Files.list(directory.keys) where name.hasSuffix(".key") {
            try copy("\(directory.keys)/\(name)", "\(target.keys)/\(name)")
        }
        count += try Backup.copyBlobs(directory.blobs, to: target.blobs, files: files)
        var options = Database.Options()
        options.create = true
        let database = try Database(path: target.database, keyring: keyring, options: options)
        let rows = try Backup.copyDatabase(store.database, to: database, progress: progress)
        // Last: without it the copy is not taken for a node.
        try copy(directory.node, target.node)
        return Backup.Result(rows: rows, files: count)
    }

    // MARK: The keyring

    /// Locks the keyring with something else. The data is not rewritten.
    public func changeUnlock(
        to unlock: Unlock, hashing: PassphraseHashing = .moderate(), files: some FileStore = LocalFiles()
    ) throws {
        try files.replace(directory.keyring, with: keyring.encode(for: unlock, hashing: hashing), mode: 0o600)
    }

    /// Adds a master key and seals the key files under it; files that the database writes from the next start on use
    /// it. `unlock` is what opens the keyring now.
    public func addMasterKey(
        unlock: Unlock, hashing: PassphraseHashing = .moderate(), files: some FileStore = LocalFiles(),
        clock: NodeClock = .system
    ) throws {
        let now = clock.nowMilliseconds()
        var next = keyring
        try next.addKey(nowMilliseconds: now)
        // The keyring first: it opens key files sealed under either key.
        try files.replace(directory.keyring, with: next.encode(for: unlock, hashing: hashing), mode: 0o600)
        try keys.write(directory, keyring: next, files: files, nowMilliseconds: now)
        try StreamKeys.rewrap(directory.erasureKey, from: keyring, to: next, files: files)
    }

    /// Ids and creation times of the master keys, oldest first.
    public var masterKeys: [(id: UInt32, createdMilliseconds: UInt64)] {
        keyring.keys.map { ($0.id, $0.createdMilliseconds) }
    }
}

/// Whoever holds it is the writer of a node's logs.
final class WriterToken: Sendable {}
