internal import Cryptography
internal import Glibc
internal import Storage

/// Seals the content of one upload into its file, in order.
///
/// After an error the writer is of no more use: some of its last chunks may be in the file and some not. Whoever owns
/// it drops it and makes the next one with `resume`.
///
/// Only ever used by one thread at a time: by whoever holds the lock of the upload.
final class UploadWriter: @unchecked Sendable {
    /// How much may be lost to a loss of power before it is synced.
    static let syncIntervalByteCount = 64 << 20

    private let file: BlobFile
    private var encryptor: ChunkedEncryptor
    private var content = RunningDigest()
    private var blob = RunningDigest()
    /// The beginning of a chunk that is not whole yet. Only in memory: a restart loses it.
    private var pending: [UInt8] = []
    /// Sealed bytes that are not in the file yet.
    private var batch = [UInt8](
        repeating: 0, count: SealedFile.batchChunkCount * ChunkedEncryption.sealedChunkByteCount)
    private var batchedByteCount = 0
    private var unsyncedByteCount = 0
    private(set) var writtenByteCount = 0
    private(set) var receivedByteCount = 0

    /// Begins a message in a new file at `path`.
    init(_ path: String, key: SymmetricKey) throws {
        encryptor = try ChunkedEncryptor(key: key, context: SealedFile.context)
        file = try BlobFile.creating(path)
        pending.reserveCapacity(ChunkedEncryption.chunkByteCount)
        let header = encryptor.header
        batch.replaceSubrange(0..<header.count, with: header)
        batchedByteCount = header.count
        try flush()
    }

    /// Goes on with what an earlier writer left in `directory`: as many chunks from the first on as are authentic.
    ///
    /// They are sealed again under a new salt, into a new file that then takes the old one's place. A crash may have
    /// left sealed chunks on the medium that are no longer in the file; if the client now sent other bytes for them,
    /// one key and nonce would have sealed two contents, and AES-GCM does not survive that.
    static func resume(in directory: String, key: SymmetricKey, reservedByteCount: Int) throws -> UploadWriter {
        let path = directory + "/data"
        guard let oldByteCount = Files.size(path) else {
            let writer = try UploadWriter(path, key: key)
            try BlobFile.syncDirectory(directory)
            return writer
        }
        guard try BlobFile.freeByteCount(directory) - reservedByteCount >= oldByteCount else {
            throw BlobError(
                .diskFull, "going on with an upload after a restart needs as much free space as it has received")
        }
        let writer = try UploadWriter(directory + "/next", key: key)
        try writer.takeOver(path, key: key)
        try writer.file.sync()
        // A crash before this leaves the old file as it was; the next attempt takes another salt again.
        try BlobFile.move(directory + "/next", to: path)
        try BlobFile.syncDirectory(directory)
        return writer
    }

    /// Appends what verifies of an earlier writer's file.
    private func takeOver(_ path: String, key: SymmetricKey) throws {
        let old: SealedFile
        do {
            old = try SealedFile(BlobFile.reading(path), key: key)
        } catch let error as BlobError where error.code == .damaged {
            // Not even its header was written whole: nothing was received.
            return
        }
        var index = 0
        var good = SealedFile.batchChunkCount
        while good == SealedFile.batchChunkCount {
            good = try old.open(index, count: SealedFile.batchChunkCount)
            try old.content { try append($0) }
            index += good
        }
    }

    var contentDigest: Digest { content.digest() }

    /// Every chunk that `bytes` completes is in the file when this returns, so that the end of the process loses none.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        content.update(bytes)
        receivedByteCount += bytes.count
        var rest = bytes[...]
        if !pending.isEmpty {
            let missing = rest.prefix(ChunkedEncryption.chunkByteCount - pending.count)
            pending.append(contentsOf: missing)
            rest = rest.dropFirst(missing.count)
            if pending.count == ChunkedEncryption.chunkByteCount {
                try pending.withUnsafeBytes { try seal($0) }
                pending.removeAll(keepingCapacity: true)
            }
        }
        while rest.count >= ChunkedEncryption.chunkByteCount {
            try seal(UnsafeRawBufferPointer(rebasing: rest.prefix(ChunkedEncryption.chunkByteCount)))
            rest = rest.dropFirst(ChunkedEncryption.chunkByteCount)
        }
        pending.append(contentsOf: rest)
        try flush()
    }

    /// Ends the message, makes it durable, and returns its digest.
    func finish() throws -> Digest {
        try pending.withUnsafeBytes { try seal($0) }
        try flush()
        try file.sync()
        return blob.digest()
    }

    private func seal(_ chunk: UnsafeRawBufferPointer) throws {
        if batch.count - batchedByteCount < chunk.count + ChunkedEncryption.tagByteCount { try flush() }
        let place = batchedByteCount
        batchedByteCount += try batch.withUnsafeMutableBytes { target in
            try encryptor.seal(chunk, into: UnsafeMutableRawBufferPointer(rebasing: target[place...]))
        }
    }

    private func flush() throws {
        try batch.withUnsafeBytes { batch in
            let bytes = UnsafeRawBufferPointer(rebasing: batch[..<batchedByteCount])
            blob.update(bytes)
            try file.write(bytes, at: writtenByteCount)
        }
        writtenByteCount += batchedByteCount
        unsyncedByteCount += batchedByteCount
        batchedByteCount = 0
        guard unsyncedByteCount >= Self.syncIntervalByteCount else { return }
        try file.sync()
        unsyncedByteCount = 0
    }
}
