internal import Cryptography

/// The chunks of one message in a file, opened a few at a time into a buffer of its own.
///
/// Only ever used by one thread at a time: by whoever holds the lock of its owner.
final class SealedFile: @unchecked Sendable {
    /// Bound into every blob's keys.
    static let context = Array("cordon attachment v1".utf8)
    /// Chunks that are read and written together.
    static let batchChunkCount = 16

    private let file: BlobFile
    private var decryptor: ChunkedDecryptor
    private var sealed = [UInt8](repeating: 0, count: batchChunkCount * ChunkedEncryption.sealedChunkByteCount)
    private var opened = [UInt8](repeating: 0, count: batchChunkCount * ChunkedEncryption.chunkByteCount)
    private var openedByteCount = 0

    /// Throws `.damaged` when the message was not begun with this key.
    init(_ file: BlobFile, key: SymmetricKey) throws {
        var header = [UInt8](repeating: 0, count: ChunkedEncryption.headerByteCount)
        let count = try header.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        do throws(CryptographyError) {
            decryptor = try ChunkedDecryptor(key: key, context: Self.context, header: Array(header[..<count]))
        } catch {
            guard error.code == .notAuthentic else { throw error }
            throw BlobError(.damaged, "the blob is damaged, or this is not its key")
        }
        self.file = file
    }

    /// Opens up to `count` chunks, from number `index` on, and returns how many of them are there and authentic: less
    /// than asked for at the end of the file or before the first one that is not. Their content is lent by `content`.
    func open(_ index: Int, count: Int) throws -> Int {
        precondition((1...Self.batchChunkCount).contains(count))
        openedByteCount = 0
        let read = try sealed.withUnsafeMutableBytes { target in
            try file.read(
                into: .init(rebasing: target[..<(count * ChunkedEncryption.sealedChunkByteCount)]),
                at: ChunkedEncryption.sealedOffset(ofChunk: index))
        }
        var good = 0
        for start in stride(from: 0, to: read, by: ChunkedEncryption.sealedChunkByteCount) {
            let end = min(start + ChunkedEncryption.sealedChunkByteCount, read)
            guard try open(index + good, start..<end) else { break }
            good += 1
        }
        return good
    }

    private func open(_ index: Int, _ range: Range<Int>) throws -> Bool {
        do throws(CryptographyError) {
            let place = openedByteCount
            openedByteCount += try Self.open(range, of: sealed, index, with: &decryptor, into: &opened, at: place)
            return true
        } catch {
            guard error.code == .notAuthentic else { throw error }
            return false
        }
    }

    private static func open(
        _ range: Range<Int>, of sealed: [UInt8], _ index: Int, with decryptor: inout ChunkedDecryptor,
        into opened: inout [UInt8], at place: Int
    ) throws(CryptographyError) -> Int {
        let from = sealed.span.bytes.extracting(range)
        var target = opened.mutableSpan
        return try from.withUnsafeBytes { from throws(CryptographyError) in
            try target.withUnsafeMutableBytes { target throws(CryptographyError) in
                try decryptor.open(from, index: index, into: .init(rebasing: target[place...]))
            }
        }
    }

    /// Lends what the last call of `open` has opened.
    func content<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try opened.withUnsafeBytes { try body(.init(rebasing: $0[..<openedByteCount])) }
    }
}
