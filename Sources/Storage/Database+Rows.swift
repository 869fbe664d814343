internal import CRocksDB

extension Database {
    /// The values of many keys, in their order; nil for those that are not there. Cheaper than one look for each, the
    /// more so the larger the database. Throws what `get` throws.
    public func get(_ family: ColumnFamily, _ keys: [[UInt8]], at snapshot: Snapshot? = nil) throws(StorageError)
        -> [[UInt8]?]
    {
        guard !keys.isEmpty else { return [] }
        Self.countNothing()
        let sizes = keys.map(\.count)
        let bytes = keys.flatMap { $0 }
        var values = [OpaquePointer?](repeating: nil, count: keys.count)
        var errors = [UnsafeMutablePointer<CChar>?](repeating: nil, count: keys.count)
        bytes.withUnsafeBytes { bytes in
            var starts: [UnsafePointer<CChar>?] = []
            starts.reserveCapacity(keys.count)
            var offset = 0
            for size in sizes {
                // Of an empty key, anything that is not null.
                let start = bytes.baseAddress.map { $0 + offset }?.assumingMemoryBound(to: CChar.self)
                starts.append(start ?? UnsafePointer(bitPattern: 1))
                offset += size
            }
            rocksdb_batched_multi_get_cf(
                pointer, snapshot?.readOptions ?? readOptions, handle(family), keys.count, &starts, sizes, &values,
                &errors, false)
        }
        defer {
            for case let value? in values { rocksdb_pinnableslice_destroy(value) }
            for case let error? in errors { rocksdb_free(error) }
        }
        if case let error?? = errors.first(where: { $0 != nil }) {
            throw .rocksDB(String(cString: error), doing: "reading the database")
        }
        return values.map { value in
            guard let value else { return nil }
            var count = 0
            let bytes = rocksdb_pinnableslice_value(value, &count)
            return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
        }
    }
}
