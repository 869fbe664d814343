public import Cryptography
internal import Storage
internal import Synchronization

/// What the store of attachments takes.
public struct BlobLimits: Sendable {
    /// The largest content, in bytes. From 0 to 2^52 − 1; 4 GiB unless set.
    public var maximumBlobByteCount = 4 << 30
    /// Free space that attachments leave to the rest of the node, in bytes: 512 MiB unless set.
    public var reservedByteCount = 512 << 20
    /// Uploads that may be under way or not yet discarded, on the whole node: 64 unless set. Each one that is written
    /// to holds an open file and about 300 KiB of memory.
    public var maximumUploadCount = 64

    public init() {}
}

/// How far an upload has come.
public struct UploadStatus: Equatable, Sendable {
    public let declaredByteCount: Int
    /// Where the next bytes belong.
    public let receivedByteCount: Int
    public let isFinished: Bool
}

/// A finished upload: what the case keeps of it.
public struct FinishedUpload: Sendable {
    /// SHA-256 of the sealed blob: its name.
    public let blob: Digest
    /// SHA-256 of the content.
    public let content: Digest
    /// Of the content.
    public let byteCount: Int
    /// Opens the blob. The store forgets it when the upload is discarded.
    public let key: SymmetricKey
}

/// Attachments: sealed files of any size up to a limit, each under a key of its own, named by the digest of its sealed
/// bytes (Protocols/attachments.md).
///
/// ```
/// <directory>/<first two digits>/<digest>   a blob
/// <directory>/uploads/<id>/upload           the sealed record of an upload
///                          data             what it has received, sealed
///                          next             while it is resumed
/// <directory>/incoming/<digest>             what has come of a blob from another store
/// ```
///
/// An upload is begun, takes bytes in order, and is finished; then the caller stores its key and discards it. What an
/// upload has received outlives the end of the process in whole chunks, and a loss of power in whole chunks up to the
/// last sync (every 64 MiB): `status` says where to go on. `finish` may be repeated until `discard`, and gives the same
/// answer. A blob is durable, and whole, from the moment it has its name.
///
/// All calls block on the disk. Any thread may make them: different uploads proceed side by side, and a second one at
/// work on the same upload is refused with `.busy`. One store per directory: the node's lock sees to that.
public final class BlobStore: Sendable {
    public let directory: String
    public let limits: BlobLimits
    private let wrappingKey: SymmetricKey
    /// Held for moments only.
    private let uploads: Mutex<[UploadID: Upload]>

    /// `directory` is made when it is not there. Finds the uploads that were under way, and removes those that were
    /// never announced to anyone. `uploadWrappingKey` seals the keys of uploads until they are discarded: with another
    /// one than before, uploads under way are `.damaged`.
    public init(directory: String, uploadWrappingKey: SymmetricKey, limits: BlobLimits = BlobLimits()) throws {
        precondition((0...ChunkedEncryption.maximumByteCount).contains(limits.maximumBlobByteCount))
        self.directory = directory
        self.limits = limits
        wrappingKey = uploadWrappingKey
        try LocalFiles().createDirectory(directory + "/uploads", mode: 0o700)
        for path in [Files.parent(directory), directory] { try BlobFile.syncDirectory(path) }
        var found: [UploadID: Upload] = [:]
        for name in try Files.list(directory + "/uploads") {
            guard let id = UploadID(hex: name) else { continue }
            let upload = Upload(id, directory + "/uploads/" + name)
            // A crash in `begin`, before its caller learned the id; or one in `discard`.
            guard Files.exists(upload.recordPath) else {
                try LocalFiles().remove(upload.directory)
                continue
            }
            // One that cannot be read is kept for people to look at, until it is discarded.
            if let file = try? Files.read(upload.recordPath, limit: UploadRecord.fileByteCount),
                let record = try? UploadRecord(sealed: file, id, under: uploadWrappingKey)
            {
                upload.found(record)
            }
            found[id] = upload
        }
        uploads = Mutex(found)
    }

    // MARK: Uploads

    /// Begins an upload of exactly `byteCount` bytes, whose SHA-256 is to be `contentDigest` where that is known.
    /// Throws `.tooLarge`, `.diskFull`, `.tooManyUploads` before anything is written.
    public func begin(byteCount: Int, contentDigest: Digest? = nil) throws -> UploadID {
        guard byteCount >= 0 else { throw BlobError(.badArgument, "the size of an upload is not negative") }
        guard byteCount <= limits.maximumBlobByteCount else {
            throw BlobError(
                .tooLarge,
                "\(byteCount) bytes are more than the limit of \(limits.maximumBlobByteCount) (maximumBlobByteCount)")
        }
        let id = UploadID.random()
        let record = UploadRecord(key: try .generate(), declaredByteCount: byteCount, announced: contentDigest)
        let upload = Upload(id, "\(directory)/uploads/\(id.hex)")
        upload.found(record)
        try admit(upload)
        do {
            try upload.state.withLock { _ in
                try LocalFiles().createDirectory(upload.directory, mode: 0o700)
                try write(record, of: upload)
                try BlobFile.syncDirectory(directory + "/uploads")
            }
        } catch {
            uploads.withLock { $0[id] = nil }
            try? LocalFiles().remove(upload.directory)
            throw BlobError(translating: error)
        }
        return id
    }

    private func admit(_ upload: Upload) throws {
        try uploads.withLock { uploads in
            guard uploads.count < limits.maximumUploadCount else {
                throw BlobError(
                    .tooManyUploads, "\(uploads.count) uploads are under way (maximumUploadCount): try again later")
            }
            let promised = uploads.values.reduce(0) { $0 + $1.outstandingByteCount }
            let free = try BlobFile.freeByteCount(directory)
            guard free - limits.reservedByteCount - promised >= upload.outstandingByteCount else {
                throw BlobError(
                    .diskFull,
                    "\(upload.outstandingByteCount) bytes do not fit: \(free) are free, \(promised) of them promised "
                        + "to other uploads and \(limits.reservedByteCount) kept back (reservedByteCount)")
            }
            uploads[upload.id] = upload
        }
    }

    /// Takes the next bytes, which belong at `offset`, and returns the offset after them. Throws `.wrongOffset`,
    /// `.beyondDeclaredSize`, `.busy`, `.alreadyFinished`, having taken nothing. After `.diskFull` and `.inputOutput`
    /// ask for the status: up to a chunk may have to be sent again.
    @discardableResult
    public func append(_ id: UploadID, at offset: Int, _ bytes: UnsafeRawBufferPointer) throws -> Int {
        try exclusively(id) { upload, state, record in
            guard record.digests == nil else { throw BlobError(.alreadyFinished, "upload \(id) is finished") }
            let writer = try self.writer(of: upload, &state, record)
            guard offset == writer.receivedByteCount else {
                throw BlobError(
                    .wrongOffset, "upload \(id) goes on at offset \(writer.receivedByteCount)",
                    receivedByteCount: writer.receivedByteCount)
            }
            guard bytes.count <= record.declaredByteCount - offset else {
                throw BlobError(
                    .beyondDeclaredSize, "upload \(id) was declared with \(record.declaredByteCount) bytes")
            }
            try upload.recordingProgress(&state) { try writer.append(bytes) }
            return writer.receivedByteCount
        }
    }

    @discardableResult
    public func append(_ id: UploadID, at offset: Int, _ bytes: [UInt8]) throws -> Int {
        try bytes.withUnsafeBytes { try append(id, at: offset, $0) }
    }

    /// How far an upload has come. The first call after a restart reads, and seals anew, what the upload has received.
    /// Throws `.busy` while somebody else's does.
    public func status(_ id: UploadID) throws -> UploadStatus {
        let upload = try find(id)
        do {
            return try exclusively(id) { upload, state, record in
                let isFinished = record.digests != nil
                let received =
                    isFinished
                    ? record.declaredByteCount : try writer(of: upload, &state, record).receivedByteCount
                return UploadStatus(
                    declaredByteCount: record.declaredByteCount, receivedByteCount: received, isFinished: isFinished)
            }
        } catch let error as BlobError where error.code == .busy {
            guard let last = upload.lastStatus else { throw error }
            return last
        }
    }

    /// Puts the blob in its place. Throws `.incomplete`, and `.contentMismatch` when the content is not the announced
    /// one. May be repeated.
    public func finish(_ id: UploadID) throws -> FinishedUpload {
        try exclusively(id) { upload, state, record in
            let digests: (content: Digest, blob: Digest)
            if let known = record.digests {
                digests = known
            } else {
                digests = try self.end(upload, &state, record)
                var ended = record
                ended.digests = digests
                try write(ended, of: upload)
                state.record = ended
            }
            // A crash between these two leaves the sealed data under the upload's name; the next `finish` moves it.
            try place(digests.blob, of: upload)
            return FinishedUpload(
                blob: digests.blob, content: digests.content, byteCount: record.declaredByteCount, key: record.key)
        }
    }

    /// Ends the message in the upload's file. A crash after this leaves a whole message, which `resume` understands.
    private func end(
        _ upload: Upload, _ state: inout Upload.State, _ record: UploadRecord
    ) throws -> (content: Digest, blob: Digest) {
        let writer = try self.writer(of: upload, &state, record)
        guard writer.receivedByteCount == record.declaredByteCount else {
            throw BlobError(
                .incomplete,
                "upload \(upload.id) has \(writer.receivedByteCount) of \(record.declaredByteCount) bytes",
                receivedByteCount: writer.receivedByteCount)
        }
        let content = writer.contentDigest
        guard record.announced == nil || record.announced == content else {
            throw BlobError(.contentMismatch, "upload \(upload.id) has another SHA-256 than was announced")
        }
        let blob = try upload.recordingProgress(&state) { try writer.finish() }
        precondition(writer.writtenByteCount == ChunkedEncryption.sealedByteCount(of: record.declaredByteCount))
        // Whether or not the caller's next steps succeed, nothing more goes through this writer.
        state.writer = nil
        return (content, blob)
    }

    private func place(_ blob: Digest, of upload: Upload) throws {
        guard Files.exists(upload.dataPath) else {
            guard contains(blob) else {
                throw BlobError(.damaged, "the blob of upload \(upload.id), which is finished, is not there")
            }
            return
        }
        try move(upload.dataPath, to: blob)
        try BlobFile.syncDirectory(upload.directory)
    }

    func move(_ file: String, to blob: Digest) throws {
        let target = Files.parent(path(blob))
        if !Files.exists(target) {
            try LocalFiles().createDirectory(target, mode: 0o700)
            try BlobFile.syncDirectory(directory)
        }
        try BlobFile.move(file, to: path(blob))
        try BlobFile.syncDirectory(target)
    }

    /// Forgets an upload, finished or not; the blob of a finished one stays. One that is not known is no error.
    public func discard(_ id: UploadID) throws {
        guard let upload = uploads.withLock({ $0[id] }) else { return }
        let done: Void? = try upload.state.withLockIfAvailable { try remove(upload, &$0) }
        guard done != nil else { throw Self.busy(id) }
    }

    /// Discards uploads that nobody has written to since the given time, and returns how many. A finished one takes its
    /// blob with it when `isInUse` says that no case refers to that: its caller went away before it stored the key.
    @discardableResult
    public func removeAbandonedUploads(
        olderThan milliseconds: UInt64, isInUse: (Digest) throws -> Bool = { _ in true }
    ) throws -> Int {
        var count = 0
        for upload in uploads.withLock({ Array($0.values) }) {
            let removed: Bool? = try upload.state.withLockIfAvailable { state in
                guard !state.isRemoved, upload.modifiedMilliseconds < milliseconds else { return false }
                if let blob = state.record?.digests?.blob, try !isInUse(blob) { try delete(blob) }
                try remove(upload, &state)
                return true
            }
            if removed == true { count += 1 }
        }
        return count
    }

    private func remove(_ upload: Upload, _ state: inout Upload.State) throws {
        state.writer = nil
        upload.forgetProgress()
        do {
            try LocalFiles().remove(upload.directory)
        } catch {
            throw BlobError(translating: error)
        }
        try BlobFile.syncDirectory(directory + "/uploads")
        state.isRemoved = true
        uploads.withLock { $0[upload.id] = nil }
    }

    private func find(_ id: UploadID) throws -> Upload {
        guard let upload = uploads.withLock({ $0[id] }) else {
            throw BlobError(.unknownUpload, "there is no upload \(id)")
        }
        return upload
    }

    private func exclusively<R: Sendable>(
        _ id: UploadID, _ body: (Upload, inout Upload.State, UploadRecord) throws -> R
    ) throws -> R {
        let upload = try find(id)
        do {
            let result: R? = try upload.state.withLockIfAvailable { state in
                guard !state.isRemoved else { throw BlobError(.unknownUpload, "there is no upload \(id)") }
                guard let record = state.record else {
                    throw BlobError(
                        .damaged,
                        "the record of upload \(id) is damaged, or sealed under a wrapping key no longer used")
                }
                return try body(upload, &state, record)
            }
            guard let result else { throw Self.busy(id) }
            return result
        } catch {
            throw BlobError(translating: error)
        }
    }

    private static func busy(_ id: UploadID) -> BlobError {
        BlobError(.busy, "somebody else is at work on upload \(id)")
    }

    private func writer(
        of upload: Upload, _ state: inout Upload.State, _ record: UploadRecord
    ) throws -> UploadWriter {
        if let writer = state.writer { return writer }
        let writer = try UploadWriter.resume(
            in: upload.directory, key: record.key, reservedByteCount: limits.reservedByteCount)
        state.writer = writer
        upload.note(writer)
        return writer
    }

    private func write(_ record: UploadRecord, of upload: Upload) throws {
        try LocalFiles().replace(
            upload.recordPath, with: record.sealed(upload.id, under: wrappingKey), mode: 0o600)
    }

    // MARK: Blobs

    func path(_ blob: Digest) -> String { "\(directory)/\(blob.hex.prefix(2))/\(blob.hex)" }

    public func contains(_ blob: Digest) -> Bool { Files.exists(path(blob)) }

    /// Of the sealed blob; nil when it is not there.
    public func sealedByteCount(_ blob: Digest) -> Int? { Files.size(path(blob)) }

    /// A piece of the sealed blob as it lies there, for who may have it and checks its digest when it is whole.
    public func sealedBytes(_ blob: Digest, at offset: Int, count: Int) throws -> [UInt8] {
        let file = try BlobFile.reading(path(blob))
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
    }

    /// Throws `.unknownBlob`; `.damaged` also when `key` is not the blob's.
    public func open(_ blob: Digest, key: SymmetricKey) throws -> BlobReader {
        try BlobReader(path(blob), key: key)
    }

    /// Lends the bytes of a range of the content, every one authenticated, piece after piece.
    public func read(
        _ blob: Digest, key: SymmetricKey, _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try open(blob, key: key).read(range, body)
    }

    /// Reads the whole blob and compares its digest with its name, which needs no key. Throws `.damaged`.
    public func check(_ blob: Digest) throws { try Self.check(path(blob), blob) }

    static func check(_ path: String, _ blob: Digest) throws {
        let file = try BlobFile.reading(path)
        var digest = RunningDigest()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        var count = buffer.count
        while count == buffer.count {
            count = try buffer.withUnsafeMutableBytes { buffer in
                let count = try file.read(into: buffer, at: offset)
                digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                return count
            }
            offset += count
        }
        guard digest.digest() == blob else { throw BlobError(.damaged, "blob \(blob) does not have its digest") }
    }

    /// Not being there is no error. The bytes may remain on the medium: what erases a content is the end of its key.
    public func delete(_ blob: Digest) throws {
        guard contains(blob) else { return }
        do {
            try LocalFiles().remove(path(blob))
        } catch {
            throw BlobError(translating: error)
        }
        try BlobFile.syncDirectory(Files.parent(path(blob)))
    }
}
