public import Cryptography
internal import Storage

/// Blobs that come sealed, from somebody else's store.
///
/// ```
/// <directory>/incoming/<digest>   what has come of a blob so far
/// ```
extension BlobStore {
    private var incoming: String { directory + "/incoming" }
    private func incomingPath(_ blob: Digest) -> String { "\(incoming)/\(blob.hex)" }

    /// How much of a blob has come. Outlives the end of the process; what a loss of power takes of it comes again, since
    /// the whole is held against its digest.
    public func incomingByteCount(_ blob: Digest) -> Int { Files.size(incomingPath(blob)) ?? 0 }

    /// Takes bytes of a sealed blob at an offset. Throws `.diskFull`, `.tooLarge`, `.inputOutput`.
    public func receive(_ blob: Digest, at offset: Int, _ bytes: [UInt8]) throws {
        guard offset + bytes.count <= ChunkedEncryption.sealedByteCount(of: limits.maximumBlobByteCount) else {
            throw BlobError(.tooLarge, "a blob has at most \(limits.maximumBlobByteCount) bytes (maximumBlobByteCount)")
        }
        guard try BlobFile.freeByteCount(directory) - limits.reservedByteCount >= bytes.count else {
            throw BlobError(.diskFull, "what comes does not fit: \(limits.reservedByteCount) bytes are kept back")
        }
        try LocalFiles().createDirectory(incoming, mode: 0o700)
        try bytes.withUnsafeBytes { try BlobFile.writing(incomingPath(blob)).write($0, at: offset) }
    }

    /// Takes a whole sealed blob from a file.
    public func receive(_ blob: Digest, from path: String) throws {
        let file = try BlobFile.reading(path)
        try removeIncoming(blob)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while true {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
            if count == 0 { return }
            try receive(blob, at: offset, Array(buffer[..<count]))
            offset += count
        }
    }

    /// Puts a blob that has come as a whole in its place; one that is there already is no error. Throws `.damaged` where
    /// what has come is not this blob: then it is gone, and comes again.
    public func finishIncoming(_ blob: Digest) throws {
        guard !contains(blob) else { return try removeIncoming(blob) }
        let path = incomingPath(blob)
        do {
            try Self.check(path, blob)
        } catch let error as BlobError where error.code == .damaged {
            try removeIncoming(blob)
            throw error
        }
        try BlobFile.writing(path).sync()
        try move(path, to: blob)
        try BlobFile.syncDirectory(incoming)
    }

    public func removeIncoming(_ blob: Digest) throws {
        guard Files.exists(incomingPath(blob)) else { return }
        do {
            try LocalFiles().remove(incomingPath(blob))
        } catch {
            throw BlobError(translating: error)
        }
    }

    /// What nobody has gone on with since the given time goes.
    func removeAbandonedIncoming(olderThan milliseconds: UInt64) throws {
        guard Files.exists(incoming) else { return }
        for name in try Files.list(incoming) where BlobFile.modifiedMilliseconds("\(incoming)/\(name)") < milliseconds {
            try LocalFiles().remove("\(incoming)/\(name)")
        }
    }
}
