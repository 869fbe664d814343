internal import CRocksDB

/// A consistent view of a database.
public final class Snapshot: @unchecked Sendable {
    private let database: Database  // kept open for as long as the snapshot lives
    private let owner: OpaquePointer
    private let pointer: OpaquePointer
    let readOptions: OpaquePointer

    init(_ database: Database, _ owner: OpaquePointer) {
        self.database = database
        self.owner = owner
        pointer = rocksdb_create_snapshot(owner)
        readOptions = rocksdb_readoptions_create()
        rocksdb_readoptions_set_snapshot(readOptions, pointer)
    }

    var raw: OpaquePointer { pointer }

    deinit {
        rocksdb_readoptions_destroy(readOptions)
        rocksdb_release_snapshot(owner, pointer)
    }
}

/// A cursor between two keys. The bounds and the database outlive it.
final class RowIterator {
    private let database: Database
    private let snapshot: Snapshot?
    private let options: OpaquePointer
    private let pointer: OpaquePointer
    private let bounds: UnsafeMutableRawBufferPointer  // lower ‖ upper, which RocksDB only borrows

    init(
        _ database: Database, _ family: OpaquePointer, lower: [UInt8], upper: [UInt8], _ snapshot: Snapshot?,
        byBeginning: Bool = false
    ) {
        self.database = database
        self.snapshot = snapshot
        Database.countNothing()
        options = rocksdb_readoptions_create()
        rocksdb_readoptions_set_verify_checksums(options, 1)
        rocksdb_readoptions_set_total_order_seek(options, byBeginning ? 0 : 1)
        rocksdb_readoptions_set_prefix_same_as_start(options, byBeginning ? 1 : 0)
        if let snapshot { rocksdb_readoptions_set_snapshot(options, snapshot.raw) }
        bounds = .allocate(byteCount: max(lower.count + upper.count, 1), alignment: 1)
        bounds.copyBytes(from: lower + upper)
        let start = bounds.baseAddress!.assumingMemoryBound(to: CChar.self)
        rocksdb_readoptions_set_iterate_lower_bound(options, start, lower.count)
        rocksdb_readoptions_set_iterate_upper_bound(options, start + lower.count, upper.count)
        pointer = database.makeIterator(family, options)
    }

    deinit {
        rocksdb_iter_destroy(pointer)
        rocksdb_readoptions_destroy(options)
        bounds.deallocate()
    }

    var isValid: Bool { rocksdb_iter_valid(pointer) != 0 }
    func seekToFirst() { rocksdb_iter_seek_to_first(pointer) }
    func seekToLast() { rocksdb_iter_seek_to_last(pointer) }
    func next() { rocksdb_iter_next(pointer) }
    func previous() { rocksdb_iter_prev(pointer) }
    func seek(_ key: [UInt8]) {
        key.withUnsafeBytes {
            rocksdb_iter_seek(pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
    }

    /// Valid until the cursor moves.
    var key: UnsafeRawBufferPointer {
        var count = 0
        let start = rocksdb_iter_key(pointer, &count)
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    /// Valid until the cursor moves.
    var value: UnsafeRawBufferPointer {
        var count = 0
        let start = rocksdb_iter_value(pointer, &count)
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    func check() throws(StorageError) {
        try Database.call("reading the database") { rocksdb_iter_get_error(pointer, $0) }
    }
}

/// A place among rows, in the order of their keys. One task owns it.
public struct Cursor: ~Copyable {
    private let rows: RowIterator

    init(_ rows: RowIterator) { self.rows = rows }

    /// Goes to the first row whose key is `key` or greater, and lends it; nil where there is none.
    public func seek(_ key: [UInt8]) throws(StorageError) -> [UInt8]? {
        rows.seek(key)
        return try current()
    }

    public func next() throws(StorageError) -> [UInt8]? {
        rows.next()
        return try current()
    }

    /// The value of the row that the cursor is at.
    public var value: [UInt8] { [UInt8](rows.value) }

    private func current() throws(StorageError) -> [UInt8]? {
        guard rows.isValid else {
            try rows.check()
            return nil
        }
        return [UInt8](rows.key)
    }
}
