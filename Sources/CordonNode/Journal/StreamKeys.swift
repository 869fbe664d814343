internal import Cryptography
internal import Storage
internal import Synchronization

/// What the records of one stream are sealed with. Both come from one key, and die with it.
struct StreamKey: Sendable {
    /// For everything but names.
    let content: SymmetricKey
    /// For persons and companies, and what they are known by.
    let nominal: SymmetricKey

    init(_ root: SymmetricKey) throws {
        content = try root.subkey("cordon stream content v1", guarded: false)
        nominal = try root.subkey("cordon stream nominal v1", guarded: false)
    }
}

/// The keys of the streams, each random, and what wraps them so that one can be destroyed for good
/// (layout in `Protocols/journal.md`).
///
/// ```
/// erasure key   in the file `erasure-key`, of which only the newest copy is ever kept
///   └ wraps 1,024 bucket keys   (rows of the database)
///       └ each wraps the keys of its streams   (rows of the database)
/// ```
/// Erasing a stream makes a new key for its bucket and rewraps the bucket's other streams under it, then makes a new
/// erasure key, rewraps the buckets, and destroys the old one. So the wrapped keys that lie in older backups cannot be
/// opened by anyone: what they were wrapped under is gone.
final class StreamKeys: Sendable {
    static let bucketCount: UInt64 = 1024
    /// Unwrapped keys kept at hand.
    static let maximumCached = 4096

    private let database: Database
    private let files: any FileStore
    private let path: String
    private let keyring: Keyring
    private struct State {
        var erasureKey: ErasureKey
        /// While an erasure is under way: what the rows may be wrapped under already.
        var next: ErasureKey?
        /// With the row that each was unwrapped from.
        var buckets: [UInt64: (wrapped: [UInt8], key: SymmetricKey)] = [:]
        var streams: [UInt64: StreamKey] = [:]
    }
    /// Held for moments only.
    private let state: Mutex<State>
    /// Keeps new streams and erasures apart.
    let gate = CreationGate()
    /// Whether an erasure is under way: there is one at a time.
    private let isErasing = Mutex(false)

    // MARK: Rows

    static func bucket(_ stream: UInt64) -> UInt64 { stream % bucketCount }

    static let bucketRowKind: UInt8 = 1

    private static func bucketRow(_ bucket: UInt64) -> [UInt8] { [bucketRowKind] + UInt16(bucket).bigEndianBytes }

    private static func streamRow(_ stream: UInt64) -> [UInt8] {
        [2] + UInt16(bucket(stream)).bigEndianBytes + stream.bigEndianBytes
    }

    private static let erasureRow: [UInt8] = [0]

    private static func associatedData(_ row: [UInt8]) -> [UInt8] { Array("cordon stream key v1".utf8) + row }

    // MARK: Making and opening

    /// Writes the first erasure key's file, and the rows of a new database.
    static func create(
        _ path: String, keyring: Keyring, database: Database, in batch: WriteBatch, files: some FileStore
    ) throws {
        let key = ErasureKey(id: 1, key: try .generate())
        try files.replace(path, with: ErasureKey.encode([key], keyring: keyring), mode: 0o600)
        database.put(.keys, erasureRow, key.id.bigEndianBytes, in: batch)
        for bucket in 0..<bucketCount {
            let row = bucketRow(bucket)
            let bucketKey = try SymmetricKey.generate()
            database.put(.keys, row, key.key.seal(bucketKey.secret, associatedData: associatedData(row)), in: batch)
            for stream in Streams.all where self.bucket(stream) == bucket {
                let row = streamRow(stream)
                let root = try SymmetricKey.generate()
                database.put(.keys, row, bucketKey.seal(root.secret, associatedData: associatedData(row)), in: batch)
            }
        }
    }

    /// Throws `.erasureKeyMissing`, `.corrupted`.
    init(_ path: String, keyring: Keyring, database: Database, files: any FileStore = LocalFiles()) throws {
        self.path = path
        self.keyring = keyring
        self.database = database
        self.files = files
        guard let current = try UInt32(bigEndianBytes: database.get(.keys, Self.erasureRow) ?? []) else {
            throw NodeError(.corrupted, "the database does not say which erasure key it uses")
        }
        guard Files.exists(path) else {
            throw NodeError(
                .erasureKeyMissing,
                "\(path) is missing: without it no case file can be read. Put back the newest copy of it")
        }
        let keys = try ErasureKey.decode(Files.readSecret(path, limit: ErasureKey.maximumByteCount), keyring: keyring)
        guard let key = keys.first(where: { $0.id == current }) else {
            throw NodeError(
                .erasureKeyMissing,
                """
                \(path) does not hold the key that this database was last written with. If the database was put back \
                from a backup made before a case was erased, that is as it should be: the backup cannot be opened any \
                more; put back one made since
                """)
        }
        state = Mutex(State(erasureKey: key))
        // An erasure that was interrupted: whichever key the database does not use goes.
        if keys.count > 1 { try files.replace(path, with: ErasureKey.encode([key], keyring: keyring), mode: 0o600) }
    }

    /// Seals the erasure key's file under a new master key.
    static func rewrap(_ path: String, from old: Keyring, to new: Keyring, files: some FileStore) throws {
        let keys = try ErasureKey.decode(Files.readSecret(path, limit: ErasureKey.maximumByteCount), keyring: old)
        try files.replace(path, with: ErasureKey.encode(keys, keyring: new), mode: 0o600)
    }

    // MARK: Use

    /// A new stream's key, the row that holds it, and the premise under which that row can be read again.
    func makeKey(_ stream: UInt64) throws -> (key: StreamKey, row: RowChange, premise: RowChange) {
        // The one at hand, old as it may be: then the premise fails.
        let (bucketKey, wrapped) = try bucketKey(Self.bucket(stream), mayBeOld: true)
        let root = try SymmetricKey.generate(guarded: false)
        let row = Self.streamRow(stream)
        return (
            try StreamKey(root),
            RowChange(.keys, row, bucketKey.seal(root.secret, associatedData: Self.associatedData(row))),
            RowChange(.keys, Self.bucketRow(Self.bucket(stream)), wrapped)
        )
    }

    /// Nil for a stream that has no key: it never had one, or was erased.
    func key(_ stream: UInt64) throws -> StreamKey? {
        if let known = state.withLock({ $0.streams[stream] }) { return known }
        let row = Self.streamRow(stream)
        guard let wrapped = try database.get(.keys, row) else { return nil }
        func open(mayBeOld: Bool) throws -> SymmetricKey {
            let bucketKey = try bucketKey(Self.bucket(stream), mayBeOld: mayBeOld).key
            return try SymmetricKey(
                bucketKey.open(wrapped, associatedData: Self.associatedData(row), guarded: false))
        }
        let root: SymmetricKey
        do {
            root = try (try? open(mayBeOld: true)) ?? open(mayBeOld: false)
        } catch is CryptographyError {
            throw NodeError(.corrupted, "the key of a case cannot be unwrapped")
        }
        let key = try StreamKey(root)
        remember(stream, key)
        return key
    }

    /// That a stream's key is still what it is: nothing may be sealed for a stream that is erased meanwhile. Of one that
    /// has none any more, a premise that never holds, since no key is empty.
    func premise(_ stream: UInt64) throws -> RowChange {
        let row = Self.streamRow(stream)
        return RowChange(.keys, row, try database.get(.keys, row) ?? [])
    }

    /// Keeps a key at hand that was just made durable.
    func remember(_ stream: UInt64, _ key: StreamKey) {
        state.withLock { state in
            if state.streams.count >= Self.maximumCached { state.streams.removeAll(keepingCapacity: true) }
            state.streams[stream] = key
        }
    }

    /// `mayBeOld`: one that is at hand is not held against its row.
    private func bucketKey(_ bucket: UInt64, mayBeOld: Bool = false) throws -> (key: SymmetricKey, wrapped: [UInt8]) {
        if mayBeOld, let known = state.withLock({ $0.buckets[bucket] }) { return (known.key, known.wrapped) }
        let row = Self.bucketRow(bucket)
        guard let wrapped = try database.get(.keys, row) else {
            throw NodeError(.corrupted, "a bucket of case keys is missing")
        }
        let (known, current, next) = state.withLock { ($0.buckets[bucket], $0.erasureKey.key, $0.next?.key) }
        if let known, known.wrapped == wrapped { return (known.key, wrapped) }
        let data = Self.associatedData(row)
        let secret: SecretBytes
        do {
            secret = try current.open(wrapped, associatedData: data)
        } catch {
            guard let next else { throw error }
            secret = try next.open(wrapped, associatedData: data)
        }
        let key = try SymmetricKey(secret)
        state.withLock { $0.buckets[bucket] = (wrapped, key) }
        return (key, wrapped)
    }

    // MARK: Erasing

    /// Claims the one erasure that there may be; false while another is under way.
    func beginErasure() -> Bool {
        isErasing.withLock { isErasing in
            defer { isErasing = true }
            return !isErasing
        }
    }

    func endErasure() { isErasing.withLock { $0 = false } }

    /// What must be committed so that the key of `stream` is gone, with the new erasure key already in its file beside
    /// the old one. Call `finishErasure` behind the commit, or `abandonErasure` when it was refused.
    func prepareErasure(of stream: UInt64) throws -> (rows: [RowChange], premises: [RowChange], next: ErasureKey) {
        let current = state.withLock { $0.erasureKey }
        let next = ErasureKey(id: current.id + 1, key: try .generate())
        let erased = Self.bucket(stream)
        var rows: [RowChange] = []
        var premises: [RowChange] = []
        let freshKey = try SymmetricKey.generate()
        for bucket in 0..<Self.bucketCount {
            let (key, wrapped) = try bucketKey(bucket)
            let row = Self.bucketRow(bucket)
            premises.append(RowChange(.keys, row, wrapped))
            let secret = bucket == erased ? freshKey.secret : key.secret
            rows.append(RowChange(.keys, row, next.key.seal(secret, associatedData: Self.associatedData(row))))
        }
        let oldKey = try bucketKey(erased).key
        let prefix: [UInt8] = [2] + UInt16(erased).bigEndianBytes
        try database.forEach(.keys, from: prefix, upTo: prefix + [UInt8](repeating: 0xFF, count: 9)) { key, wrapped in
            let row = [UInt8](key)
            guard row != Self.streamRow(stream) else { return true }
            let data = Self.associatedData(row)
            let root = try oldKey.open([UInt8](wrapped), associatedData: data, guarded: false)
            rows.append(RowChange(.keys, row, freshKey.seal(root, associatedData: data)))
            return true
        }
        rows.append(RowChange(.keys, Self.streamRow(stream), nil))
        rows.append(RowChange(.keys, Self.erasureRow, next.id.bigEndianBytes))
        try files.replace(path, with: ErasureKey.encode([current, next], keyring: keyring), mode: 0o600)
        state.withLock { $0.next = next }
        return (rows, premises, next)
    }

    /// The commit is durable: the old erasure key goes.
    func finishErasure(_ next: ErasureKey) throws {
        state.withLock { $0 = State(erasureKey: next) }
        try files.replace(path, with: ErasureKey.encode([next], keyring: keyring), mode: 0o600)
    }

    /// The commit was refused: the new erasure key goes.
    func abandonErasure() throws {
        let current = state.withLock { state in
            state.next = nil
            return state.erasureKey
        }
        try files.replace(path, with: ErasureKey.encode([current], keyring: keyring), mode: 0o600)
    }
}

/// What wraps the bucket keys, and the file it lies in (layout in `Protocols/journal.md`).
///
/// ```
/// magic   8   "CORDONE1"
/// node   16   the node's id
/// count   1   keys: 1, or 2 while an erasure is under way
/// keys   80 each:
///   id          4
///   wrapped by  4   id of the master key whose subkey "cordon erasure v1" seals it
///   sealed     72   nonce[24] ‖ XChaCha20-Poly1305(key[32]) ‖ tag[16]; associated data: magic ‖ node ‖ the 8 bytes before
/// ```
struct ErasureKey: Sendable {
    static let magic = Array("CORDONE1".utf8)
    static let maximumByteCount = 25 + 2 * 80

    let id: UInt32
    let key: SymmetricKey

    static func encode(_ keys: [ErasureKey], keyring: Keyring) throws -> [UInt8] {
        let wrapping = try keyring.active.key.subkey("cordon erasure v1")
        let head = magic + keyring.nodeID
        return keys.reduce(head + [UInt8(keys.count)]) { bytes, key in
            let start = key.id.bigEndianBytes + keyring.active.id.bigEndianBytes
            return bytes + start + wrapping.seal(key.key.secret, associatedData: head + start)
        }
    }

    static func decode(_ bytes: [UInt8], keyring: Keyring) throws -> [ErasureKey] {
        let damaged = NodeError(.corrupted, "the erasure key's file is damaged: put back the newest copy of it")
        let head = magic + keyring.nodeID
        guard bytes.count > 25, Array(bytes[..<24]) == head, (1...2).contains(bytes[24]),
            bytes.count == 25 + Int(bytes[24]) * 80
        else { throw damaged }
        return try stride(from: 25, to: bytes.count, by: 80).map { start in
            let lead = Array(bytes[start..<start + 8])
            guard let id = UInt32(bigEndianBytes: lead[..<4]), let master = UInt32(bigEndianBytes: lead[4...]),
                let wrapping = try? keyring.key(id: master).key.subkey("cordon erasure v1"),
                let key = try? wrapping.open(Array(bytes[start + 8..<start + 80]), associatedData: head + lead)
            else { throw damaged }
            return ErasureKey(id: id, key: try SymmetricKey(key))
        }
    }
}
