internal import Cryptography
internal import Synchronization

/// Reads one blob, in any order. Every byte it gives out has been authenticated, and the blob's end was when it was
/// opened; damage elsewhere is met when it is read. Any thread may use it, one at a time. Its calls block on the disk.
public final class BlobReader: Sendable {
    /// At most so much is lent at once.
    public static let maximumPieceByteCount = SealedFile.batchChunkCount * ChunkedEncryption.chunkByteCount

    /// Of the content.
    public let byteCount: Int
    /// Held while a piece is read and lent.
    private let file: Mutex<SealedFile>

    /// Throws `.unknownBlob`, `.damaged`.
    init(_ path: String, key: SymmetricKey) throws {
        let blob = try BlobFile.reading(path)
        guard let byteCount = ChunkedEncryption.byteCount(ofSealed: try blob.byteCount()) else {
            throw Self.damaged
        }
        let sealed = try SealedFile(blob, key: key)
        let last = byteCount / ChunkedEncryption.chunkByteCount
        guard try sealed.open(last, count: 1) == 1,
            sealed.content({ $0.count }) == byteCount % ChunkedEncryption.chunkByteCount
        else { throw Self.damaged }
        self.byteCount = byteCount
        file = Mutex(sealed)
    }

    private static var damaged: BlobError { BlobError(.damaged, "the blob is damaged, or this is not its key") }

    /// Lends the bytes of `range`, piece after piece. What `body` throws ends the reading. `body` must not read from
    /// this reader. Throws `.badRange`, `.damaged`: by then earlier pieces have been lent, and they were good.
    public func read(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try check(range)
        var rest = range
        while !rest.isEmpty {
            let count = try lend(rest) { piece in
                try body(piece)
                return piece.count
            }
            rest = (rest.lowerBound + count)..<rest.upperBound
        }
    }

    /// The first bytes of `range`, as many as can be read at once: for callers that wait between pieces.
    public func piece(_ range: Range<Int>) throws -> [UInt8] {
        try check(range)
        return range.isEmpty ? [] : try lend(range) { [UInt8]($0) }
    }

    private func check(_ range: Range<Int>) throws {
        guard range.lowerBound >= 0, range.upperBound <= byteCount else {
            throw BlobError(.badRange, "the blob has \(byteCount) bytes")
        }
    }

    private func lend<R: Sendable>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        let first = range.lowerBound / ChunkedEncryption.chunkByteCount
        let last = (range.upperBound - 1) / ChunkedEncryption.chunkByteCount
        let count = min(last - first + 1, SealedFile.batchChunkCount)
        let start = range.lowerBound - first * ChunkedEncryption.chunkByteCount
        return try file.withLock { file in
            guard try file.open(first, count: count) == count else { throw Self.damaged }
            return try file.content { content in
                let end = min(content.count, start + range.count)
                // A whole number of chunks that authenticated, but of less content than the range needs, would be a
                // last chunk in the middle: the file changed since it was opened.
                guard end == min(count * ChunkedEncryption.chunkByteCount, start + range.count) else {
                    throw Self.damaged
                }
                return try body(UnsafeRawBufferPointer(rebasing: content[start..<end]))
            }
        }
    }
}
