internal import CRocksDB

/// Changes that a database makes all at once or not at all. Not thread-safe: one task fills and hands it over.
public final class WriteBatch {
    let pointer: OpaquePointer

    public init() { pointer = rocksdb_writebatch_create() }
    deinit { rocksdb_writebatch_destroy(pointer) }

    /// Number of changes.
    public var count: Int { Int(rocksdb_writebatch_count(pointer)) }

    /// Bytes that the write-ahead log will hold for it.
    public var byteCount: Int {
        var size = 0
        _ = rocksdb_writebatch_data(pointer, &size)
        return size
    }

    func put(_ family: OpaquePointer, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        rocksdb_writebatch_put_cf(
            pointer, family, key.baseAddress?.assumingMemoryBound(to: CChar.self), key.count,
            value.baseAddress?.assumingMemoryBound(to: CChar.self), value.count)
    }

    func delete(_ family: OpaquePointer, _ key: UnsafeRawBufferPointer) {
        rocksdb_writebatch_delete_cf(
            pointer, family, key.baseAddress?.assumingMemoryBound(to: CChar.self), key.count)
    }
}
