internal import CRocksDB
internal import Cryptography
internal import Glibc

/// What a node keeps, each in a column family of its own.
public enum ColumnFamily: Int, CaseIterable, Sendable {
    /// Records of the logs: log id[1] ‖ index[8] → record.
    case journal
    /// Full hash tiles of the logs: log id[1] ‖ level[1] ‖ index[8] → 8,192 bytes.
    case tiles
    /// Checkpoints and the node's description, by name.
    case meta
    /// Sealed payloads of the logs' records: log id[1] ‖ index[8] → payload.
    case payloads
    /// Wrapped keys of the streams that records belong to.
    case keys
    /// The records of each stream: stream[8] ‖ position[8] → index[8] in the journal.
    case events
    /// What is searched: terms, identifiers, lists. Derived from the events.
    case index
    /// What goes to partners and comes from them: deliveries, entry ids.
    case exchange
    /// Sealed envelopes, by entry id.
    case envelopes
    /// Partners' logs: entries, tiles, checkpoints.
    case mirror

    var name: String { "\(self)" }

    /// Rows that are looked for by the beginning of their key: those that begin with this byte, by all but that many
    /// bytes at the end. Part of the files: tables that were made with another are read without filters.
    var beginnings: (first: UInt8, suffix: Int)? { self == .index ? (16, 16) : nil }
}

/// An encrypted RocksDB database.
///
/// Thread-safe. Calls block: keep them off the cooperative thread pool where they are many.
public final class Database: @unchecked Sendable {
    public struct Options: Sendable {
        /// The database must not exist yet; otherwise it must.
        public var create = false
        /// Memory for decrypted blocks, in bytes. Default 160 MiB, at least 1 MiB.
        public var blockCacheByteCount = 160 << 20
        /// Memory for rows not yet in a table file, for each column family, in bytes. Default 32 MiB.
        public var writeBufferByteCount = 32 << 20
        /// Counters and histograms, for `statistics`. They cost a few percent of a write.
        public var collectsStatistics = false

        public init() {}
    }

    // Immutable after `init`; RocksDB's own locks guard what they point to. Closed in `deinit`, so a closed database
    // cannot be reached.
    let pointer: OpaquePointer
    private let options: OpaquePointer
    private let familyOptions: [OpaquePointer]
    private let families: [OpaquePointer]
    let readOptions: OpaquePointer
    private let syncedWrite: OpaquePointer
    private let environment: EncryptedEnvironment?
    public let path: String

    /// Opens the database at `path` with the master keys of `keyring`. Without a keyring it is not encrypted: for
    /// measuring what encryption costs, never for a node.
    ///
    /// Throws `.missing`, `.alreadyExists`, `.inUse`, `.corrupted`, `.diskFull`, `.notWritable`,
    /// `.unsupportedLibrary`, `.inputOutput`.
    public init(path: String, keyring: Keyring?, options settings: Options = Options()) throws(StorageError) {
        if keyring != nil, !settings.create { try Self.refuseCutFiles(path) }
        let environment = try keyring.map { keyring throws(StorageError) in try EncryptedEnvironment(keyring) }
        let options = Self.makeOptions(settings, environment)
        var opened: OpaquePointer?
        var handles = [OpaquePointer?](repeating: nil, count: ColumnFamily.allCases.count + 1)
        let names = ["default"] + ColumnFamily.allCases.map(\.name)
        let familyOptions = ColumnFamily.allCases.map { family in
            let options: OpaquePointer = rocksdb_options_create_copy(options)
            if let (first, suffix) = family.beginnings { cordon_options_filter_beginnings(options, first, suffix) }
            // Most of all rows, in no order: the more of them a table takes in one go, the less is merged later.
            if family == .index {
                rocksdb_options_set_write_buffer_size(options, settings.writeBufferByteCount * 2)
                rocksdb_options_set_level0_file_num_compaction_trigger(options, 8)  // as much as the next level takes
            }
            return options
        }
        do {
            opened = try Self.call("opening the database \(path)") { error in
                let cNames = names.map { strdup($0) }
                defer { cNames.forEach { free($0) } }
                var namePointers = cNames.map { UnsafePointer<CChar>($0) }
                var perFamily = [options] + familyOptions.map { Optional($0) }
                return rocksdb_open_column_families(
                    options, path, Int32(names.count), &namePointers, &perFamily, &handles, error)
            }
        } catch {
            for options in familyOptions + [options] { rocksdb_options_destroy(options) }
            throw error
        }
        self.pointer = opened!
        self.options = options
        self.familyOptions = familyOptions
        self.environment = environment
        self.path = path
        families = handles.map { $0! }
        readOptions = rocksdb_readoptions_create()
        rocksdb_readoptions_set_verify_checksums(readOptions, 1)
        syncedWrite = rocksdb_writeoptions_create()
        rocksdb_writeoptions_set_sync(syncedWrite, 1)
    }

    /// Debian's RocksDB ends the process when it meets a file shorter than its encryption prefix.
    private static func refuseCutFiles(_ path: String) throws(StorageError) {
        guard Files.isDirectory(path) else { return }
        for name in try Files.list(path) {
            if let size = Files.size(path + "/" + name), (1..<4096).contains(size) {
                throw StorageError(
                    .corrupted, "\(path)/\(name) was cut short: keep the directory as it is and put back that file")
            }
        }
    }

    private static func makeOptions(_ settings: Options, _ environment: EncryptedEnvironment?) -> OpaquePointer {
        let options: OpaquePointer = rocksdb_options_create()
        rocksdb_options_set_create_if_missing(options, settings.create ? 1 : 0)
        rocksdb_options_set_error_if_exists(options, settings.create ? 1 : 0)
        // A later version's new column family appears in an older database.
        rocksdb_options_set_create_missing_column_families(options, 1)
        rocksdb_options_set_paranoid_checks(options, 1)
        // A write that was cut short ends the log; damage before its end refuses to open, and so loses nothing of what
        // stands behind it.
        rocksdb_options_set_wal_recovery_mode(options, Int32(rocksdb_tolerate_corrupted_tail_records_recovery))
        cordon_options_track_and_verify_wals(options)
        // A recycled log would be written twice under one key stream.
        rocksdb_options_set_recycle_log_file_num(options, 0)
        rocksdb_options_set_write_buffer_size(options, settings.writeBufferByteCount)
        // Over all column families together.
        rocksdb_options_set_db_write_buffer_size(options, settings.writeBufferByteCount * 4)
        // Rows that are not there are not searched for among those in memory either.
        rocksdb_options_set_memtable_prefix_bloom_size_ratio(options, 0.03)
        rocksdb_options_set_memtable_whole_key_filtering(options, 1)
        // A commit's rows of one kind come in the order of their keys.
        cordon_options_insert_in_runs(options, 2)
        rocksdb_options_set_max_background_jobs(options, 2)
        rocksdb_options_set_max_open_files(options, 512)
        // Rows of the index come in no order, so each step down rewrites what is there: fewer and larger levels write
        // less. Tables are merged in pieces of this size, not block by block, each a call and a key schedule.
        rocksdb_options_set_max_bytes_for_level_base(options, 512 << 20)
        rocksdb_options_compaction_readahead_size(options, 1 << 20)
        // Journal entries are signatures, digests and ciphertext; tiles are digests: nothing to compress.
        rocksdb_options_set_compression(options, Int32(rocksdb_no_compression))
        if settings.collectsStatistics { rocksdb_options_enable_statistics(options) }
        if let environment { rocksdb_options_set_env(options, environment.pointer) }
        cordon_options_discard_info_log(options)

        let table: OpaquePointer = rocksdb_block_based_options_create()
        let cache: OpaquePointer = rocksdb_cache_create_lru(settings.blockCacheByteCount)
        rocksdb_block_based_options_set_block_cache(table, cache)
        // Most looks for an identifier find nothing. The table options take the filter over. Filters stay in memory, some
        // 10 bits a row: read through the block cache, a large store would read and decrypt whole ones again and again.
        rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom_full(10))
        rocksdb_options_set_block_based_table_factory(options, table)
        rocksdb_cache_destroy(cache)  // the table options hold on to it
        rocksdb_block_based_options_destroy(table)
        return options
    }

    deinit {
        for family in families { rocksdb_column_family_handle_destroy(family) }
        rocksdb_close(pointer)
        rocksdb_readoptions_destroy(readOptions)
        rocksdb_writeoptions_destroy(syncedWrite)
        for options in familyOptions + [options] { rocksdb_options_destroy(options) }
    }

    /// Makes `batch` durable, all of it or none. Throws `.unknownOutcome` when the write failed in a way that leaves
    /// open whether it will be there after a restart.
    public func write(_ batch: WriteBatch) throws(StorageError) {
        Self.countNothing()
        do {
            try Self.call("writing to the database") { rocksdb_write(pointer, syncedWrite, batch.pointer, $0) }
        } catch {
            throw StorageError(.unknownOutcome, error.reason)
        }
    }

    public func put(_ family: ColumnFamily, _ key: [UInt8], _ value: [UInt8], in batch: WriteBatch) {
        key.withUnsafeBytes { key in value.withUnsafeBytes { put(family, key, $0, in: batch) } }
    }

    public func put(
        _ family: ColumnFamily, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, in batch: WriteBatch
    ) {
        batch.put(handle(family), key, value)
    }

    public func delete(_ family: ColumnFamily, _ key: [UInt8], in batch: WriteBatch) {
        key.withUnsafeBytes { batch.delete(handle(family), $0) }
    }

    public func get(_ family: ColumnFamily, _ key: [UInt8], at snapshot: Snapshot? = nil) throws(StorageError)
        -> [UInt8]?
    {
        let value = try Self.call("reading the database") { error in
            key.withUnsafeBytes { key in
                rocksdb_get_pinned_cf(
                    pointer, snapshot?.readOptions ?? readOptions, handle(family),
                    key.baseAddress?.assumingMemoryBound(to: CChar.self), key.count, error)
            }
        }
        guard let value else { return nil }
        defer { rocksdb_pinnableslice_destroy(value) }
        var count = 0
        let bytes = rocksdb_pinnableslice_value(value, &count)
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// Lends the rows from key `lower` up to but not including `upper`, in the order of their keys or `backwards`, until
    /// `body` returns false.
    public func forEach(
        _ family: ColumnFamily, from lower: [UInt8], upTo upper: [UInt8], backwards: Bool = false,
        at snapshot: Snapshot? = nil,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        let iterator = RowIterator(self, handle(family), lower: lower, upper: upper, snapshot)
        if backwards { iterator.seekToLast() } else { iterator.seekToFirst() }
        while iterator.isValid {
            guard try body(iterator.key, iterator.value) else { return }
            if backwards { iterator.previous() } else { iterator.next() }
        }
        try iterator.check()
    }

    /// A cursor over the rows from key `lower` up to but not including `upper`, for reading that jumps.
    ///
    /// `byBeginning`: for jumps to whole keys alone, from each of which it sees only rows whose keys differ in no more
    /// than the bytes at the end that `ColumnFamily.beginnings` tells. Most of what is not there costs no reading then.
    public func cursor(
        _ family: ColumnFamily, from lower: [UInt8], upTo upper: [UInt8], at snapshot: Snapshot? = nil,
        byBeginning: Bool = false
    ) -> Cursor {
        Cursor(RowIterator(self, handle(family), lower: lower, upper: upper, snapshot, byBeginning: byBeginning))
    }

    /// That of the last write. Each has a greater one than those before.
    public var sequence: UInt64 { rocksdb_get_latest_sequence_number(pointer) }

    /// Whether some snapshot shows the database as it was before the write of this sequence.
    public func isShown(before sequence: UInt64) -> Bool {
        var oldest: UInt64 = 0  // where there is no snapshot
        _ = rocksdb_property_int(pointer, "rocksdb.oldest-snapshot-sequence", &oldest)
        return oldest > 0 && oldest < sequence
    }

    /// Drops what deleted rows of a column family leave behind in its files and in the write-ahead log, except of rows
    /// that a snapshot still shows.
    public func purge(_ family: ColumnFamily) throws(StorageError) {
        let flush: OpaquePointer = rocksdb_flushoptions_create()
        defer { rocksdb_flushoptions_destroy(flush) }
        let compact: OpaquePointer = rocksdb_compactoptions_create()
        defer { rocksdb_compactoptions_destroy(compact) }
        rocksdb_compactoptions_set_bottommost_level_compaction(compact, 3)  // force, but not twice
        // All of them, since a write-ahead log stays for as long as any family has rows only there.
        for family in families {
            try Self.call("flushing the database") { rocksdb_flush_cf(pointer, flush, family, $0) }
        }
        rocksdb_compact_range_cf_opt(pointer, handle(family), compact, nil, 0, nil, 0)
    }

    /// The last key from `lower` up to but not including `upper`.
    public func lastKey(
        _ family: ColumnFamily, from lower: [UInt8], upTo upper: [UInt8], at snapshot: Snapshot? = nil
    ) throws(StorageError) -> [UInt8]? {
        let iterator = RowIterator(self, handle(family), lower: lower, upper: upper, snapshot)
        iterator.seekToLast()
        let key = iterator.isValid ? [UInt8](iterator.key) : nil
        try iterator.check()
        return key
    }

    /// The state of the database now, for as long as the snapshot lives.
    public func snapshot() -> Snapshot { Snapshot(self, pointer) }

    /// A copy of the database in a new directory at `path` on the same file system, made of links where files cannot
    /// change any more. It is encrypted as the database is, and opens with the same keyring.
    public func checkpoint(to path: String) throws(StorageError) {
        let checkpoint = try Self.call("preparing a backup") { rocksdb_checkpoint_object_create(pointer, $0) }
        defer { rocksdb_checkpoint_object_destroy(checkpoint) }
        try Self.call("backing up to \(path)") { rocksdb_checkpoint_create(checkpoint, path, 0, $0) }
    }

    /// Rewrites every table file, so that all of them are under the active master key. Returns how many there are.
    ///
    /// Throws `.inputOutput` when some are still under another, for want of space most likely.
    @discardableResult
    public func rewriteAllFiles() throws(StorageError) -> Int {
        let flush: OpaquePointer = rocksdb_flushoptions_create()
        defer { rocksdb_flushoptions_destroy(flush) }
        let compact: OpaquePointer = rocksdb_compactoptions_create()
        defer { rocksdb_compactoptions_destroy(compact) }
        rocksdb_compactoptions_set_bottommost_level_compaction(compact, 3)  // force, but not twice
        for family in families {
            try Self.call("flushing the database") { rocksdb_flush_cf(pointer, flush, family, $0) }
            rocksdb_compact_range_cf_opt(pointer, family, compact, nil, 0, nil, 0)
        }
        // Compaction does not say whether it succeeded, and the files it replaces go a little later: look.
        var (old, all) = try countTables()
        for _ in 0..<50 where old > 0 {
            usleep(100_000)
            (old, all) = try countTables()
        }
        guard old == 0 else {
            throw StorageError(
                .inputOutput, "\(old) of \(all) files could not be rewritten: see that there is space, and try again")
        }
        return all
    }

    /// Table files, and those of them that are not under the active master key.
    private func countTables() throws(StorageError) -> (old: Int, all: Int) {
        guard let environment else { return (0, 0) }
        let tables = try Files.list(path).filter { $0.hasSuffix(".sst") }
        var old = 0
        for table in tables {
            do throws(StorageError) {
                let start = try Files.readStart(path + "/" + table, count: 12)
                if UInt32(bigEndianBytes: start.dropFirst(8)) != environment.activeKeyID { old += 1 }
            } catch {
                guard error.code == .missing else { throw error }  // one that is gone by now was replaced
            }
        }
        return (old, tables.count)
    }

    /// A property of a column family, as RocksDB names them ("rocksdb.estimate-num-keys").
    public func property(_ name: String, of family: ColumnFamily) -> String? {
        guard let text = rocksdb_property_value_cf(pointer, handle(family), name) else { return nil }
        defer { rocksdb_free(text) }
        return String(cString: text)
    }

    /// RocksDB's counters, one a line; nil unless they are collected.
    public func statistics() -> String? {
        guard let text = rocksdb_options_statistics_get_string(options) else { return nil }
        defer { rocksdb_free(text) }
        return String(cString: text)
    }

    /// Nobody reads the counters that RocksDB keeps for each thread, at each of its steps.
    static func countNothing() { rocksdb_set_perf_level(Int32(rocksdb_disable)) }

    func handle(_ family: ColumnFamily) -> OpaquePointer { families[family.rawValue + 1] }

    func makeIterator(_ family: OpaquePointer, _ options: OpaquePointer) -> OpaquePointer {
        rocksdb_create_iterator_cf(pointer, options, family)
    }

    /// Calls into RocksDB and turns the text it leaves behind into an error.
    static func call<R>(
        _ what: String, _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) throws(StorageError) -> R {
        var message: UnsafeMutablePointer<CChar>?
        let result = body(&message)
        if let message {
            defer { rocksdb_free(message) }
            throw .rocksDB(String(cString: message), doing: what)
        }
        return result
    }
}

/// RocksDB's view of a keyring. Holds the keys that the C++ side borrows.
final class EncryptedEnvironment: @unchecked Sendable {
    let pointer: OpaquePointer
    let activeKeyID: UInt32
    private let secrets: [SecretBytes]

    init(_ keyring: Keyring) throws(StorageError) {
        secrets = keyring.keys.map(\.key.secret)
        // Guarded memory does not move, so the addresses hold for as long as `secrets` does.
        let keys = keyring.keys.map { key in
            cordon_master_key_t(
                id: key.id,
                key: key.key.secret.withUnsafeBytes { $0.baseAddress!.assumingMemoryBound(to: UInt8.self) })
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let pointer = cordon_encrypted_env_create(keys, keys.count, keyring.active.id, &message) else {
            defer { free(message) }
            throw StorageError(.unsupportedLibrary, message.map { String(cString: $0) } ?? "no encrypted environment")
        }
        self.pointer = pointer
        activeKeyID = keyring.active.id
    }

    deinit { cordon_encrypted_env_destroy(pointer) }
}
