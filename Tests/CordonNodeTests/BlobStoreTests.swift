import Cryptography
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CordonNode

/// Attachments: uploads that go on after a crash, and blobs that are read in ranges.
@Suite struct BlobStoreTests {
    let directory: TemporaryDirectory
    let wrappingKey: SymmetricKey
    private static let chunk = ChunkedEncryption.chunkByteCount

    init() throws {
        directory = try TemporaryDirectory()
        wrappingKey = try .generate()
    }

    private func store(_ change: (inout BlobLimits) -> Void = { _ in }) throws -> BlobStore {
        var limits = BlobLimits()
        limits.reservedByteCount = 0
        change(&limits)
        return try BlobStore(directory: directory["blobs"], uploadWrappingKey: wrappingKey, limits: limits)
    }

    private func content(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { bytes += generator.next().bigEndianBytes }
        return Array(bytes[..<count])
    }

    private func code(_ body: () throws -> Void) -> BlobError.Code? { error(body)?.code }

    private func error(_ body: () throws -> Void) -> BlobError? {
        do {
            try body()
            return nil
        } catch {
            return error as? BlobError
        }
    }

    /// Appends all of `bytes` from `start` on in pieces of `size` bytes.
    private func send(_ bytes: [UInt8], to store: BlobStore, _ id: UploadID, from start: Int = 0, by size: Int) throws {
        var offset = start
        while offset < bytes.count {
            offset = try store.append(id, at: offset, Array(bytes[offset..<min(offset + size, bytes.count)]))
        }
    }

    private func upload(_ bytes: [UInt8], to store: BlobStore, by size: Int = 100_000) throws -> FinishedUpload {
        let id = try store.begin(byteCount: bytes.count, contentDigest: .sha256(bytes))
        try send(bytes, to: store, id, by: size)
        let finished = try store.finish(id)
        try store.discard(id)
        return finished
    }

    private func read(_ store: BlobStore, _ upload: FinishedUpload, _ range: Range<Int>? = nil) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try store.read(upload.blob, key: upload.key, range ?? 0..<upload.byteCount) { piece in
            #expect(!piece.isEmpty && piece.count <= BlobReader.maximumPieceByteCount)
            bytes += piece
        }
        return bytes
    }

    private func uploadPath(_ id: UploadID, _ name: String) -> String {
        directory["blobs/uploads/\(id.hex)/\(name)"]
    }

    /// The salt that a message in a file begins with.
    private func salt(of path: String) throws -> [UInt8] { Array(try TestSupport.bytes(of: path).prefix(24)) }

    private func blobPath(_ blob: Digest) -> String { directory["blobs/\(blob.hex.prefix(2))/\(blob.hex)"] }

    // MARK: Round trips

    @Test(arguments: [
        (0, 1), (1, 1), (1000, 7), (16_383, 16_383), (16_384, 5000), (16_385, 16_384), (32_768, 32_768),
        (300_000, 999), (262_144, 262_144), (2_000_003, 65_536), (1_000_000, 1_000_000),
    ])
    func roundTrip(count: Int, size: Int) throws {
        let store = try store()
        let bytes = content(count)
        let finished = try upload(bytes, to: store, by: size)
        #expect(finished.content == .sha256(bytes) && finished.byteCount == count)
        #expect(try read(store, finished) == bytes)
        try store.check(finished.blob)
        let onDisk = try TestSupport.bytes(of: blobPath(finished.blob))
        #expect(.sha256(onDisk) == finished.blob)
        let context = Array("cordon attachment v1".utf8)
        #expect(try ChunkedEncryption.open(onDisk, key: finished.key, context: context) == bytes)
        #expect(store.sealedByteCount(finished.blob) == ChunkedEncryption.sealedByteCount(of: count))
        #expect(filesBelow(directory["blobs"]) == [blobPath(finished.blob)])
    }

    @Test func ranges() throws {
        let store = try store()
        let bytes = content(40 * Self.chunk + 123)
        let finished = try upload(bytes, to: store)
        let edges = [0, 1, 100, Self.chunk - 1, Self.chunk, Self.chunk + 1, 16 * Self.chunk, 17 * Self.chunk - 1]
        let ends = edges + [bytes.count - 124, bytes.count - 123, bytes.count - 1, bytes.count]
        let reader = try store.open(finished.blob, key: finished.key)
        #expect(reader.byteCount == bytes.count)
        for from in ends {
            for to in ends where to >= from {
                #expect(try read(store, finished, from..<to) == Array(bytes[from..<to]), "\(from)..<\(to)")
                var rest = from..<to
                while !rest.isEmpty {
                    let piece = try reader.piece(rest)
                    #expect(!piece.isEmpty && piece == Array(bytes[rest].prefix(piece.count)))
                    rest = (rest.lowerBound + piece.count)..<to
                }
            }
        }
        for bad in [-1..<1, 0..<bytes.count + 1, bytes.count + 1..<bytes.count + 1] {
            #expect(code { try reader.read(bad) { _ in } } == .badRange)
            #expect(code { _ = try reader.piece(bad) } == .badRange)
        }
        #expect(throws: CancellationError.self) { try reader.read(0..<10) { _ in throw CancellationError() } }
        #expect(try reader.piece(0..<10) == Array(bytes[..<10]))
    }

    // MARK: Refusals

    @Test func limits() throws {
        let store = try store { ($0.maximumBlobByteCount, $0.maximumUploadCount) = (1000, 2) }
        #expect(code { _ = try store.begin(byteCount: 1001) } == .tooLarge)
        #expect(code { _ = try store.begin(byteCount: -1) } == .badArgument)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory["blobs/uploads"]).isEmpty)
        let first = try store.begin(byteCount: 1000)
        _ = try store.begin(byteCount: 0)
        #expect(code { _ = try store.begin(byteCount: 1) } == .tooManyUploads)
        try store.discard(first)
        try store.discard(first)
        _ = try store.begin(byteCount: 1)
        #expect(code { try store.append(first, at: 0, [1]) } == .unknownUpload)
        #expect(code { _ = try store.status(first) } == .unknownUpload)
        #expect(code { _ = try store.finish(first) } == .unknownUpload)
    }

    @Test func freeSpace() throws {
        let full = try store { $0.reservedByteCount = 1 << 55 }
        #expect(code { _ = try full.begin(byteCount: 1) } == .diskFull)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory["blobs/uploads"]).isEmpty)
        // Each would fit, both do not: what is promised to the first is not free for the second.
        let free = try BlobFile.freeByteCount(directory.path)
        let store = try store { ($0.maximumBlobByteCount, $0.reservedByteCount) = (1 << 50, free / 4) }
        let first = try store.begin(byteCount: free / 2)
        #expect(code { _ = try store.begin(byteCount: free / 2) } == .diskFull)
        let reopened = try self.store { ($0.maximumBlobByteCount, $0.reservedByteCount) = (1 << 50, free / 4) }
        #expect(code { _ = try reopened.begin(byteCount: free / 2) } == .diskFull)
        try reopened.discard(first)
        _ = try reopened.begin(byteCount: free / 2)
    }

    @Test func offsetsAndSizes() throws {
        let store = try store()
        let bytes = content(50_000)
        let id = try store.begin(byteCount: bytes.count)
        func status(_ received: Int, isFinished: Bool) -> UploadStatus {
            UploadStatus(declaredByteCount: 50_000, receivedByteCount: received, isFinished: isFinished)
        }
        #expect(try store.status(id) == status(0, isFinished: false))
        try store.append(id, at: 0, Array(bytes[..<20_000]))
        for offset in [-1, 0, 16_384, 19_999, 20_001, 50_000] {
            let refusal = error { try store.append(id, at: offset, [1]) }
            #expect(refusal?.code == .wrongOffset && refusal?.receivedByteCount == 20_000)
        }
        #expect(code { try store.append(id, at: 20_000, content(30_001)) } == .beyondDeclaredSize)
        let early = error { _ = try store.finish(id) }
        #expect(early?.code == .incomplete && early?.receivedByteCount == 20_000)
        #expect(try store.append(id, at: 20_000, []) == 20_000)
        try send(bytes, to: store, id, from: 20_000, by: 30_000)
        #expect(code { try store.append(id, at: 50_000, [1]) } == .beyondDeclaredSize)
        let finished = try store.finish(id)
        #expect(try read(store, finished) == bytes)
        #expect(code { try store.append(id, at: 50_000, []) } == .alreadyFinished)
        #expect(try store.status(id) == status(50_000, isFinished: true))
        #expect(try store.finish(id).blob == finished.blob)
    }

    @Test func announcedDigest() throws {
        let store = try store()
        let id = try store.begin(byteCount: 3, contentDigest: .sha256([1, 2, 3]))
        try store.append(id, at: 0, [1, 2, 4])
        #expect(code { _ = try store.finish(id) } == .contentMismatch)
        let reopened = try self.store()
        #expect(try reopened.status(id).receivedByteCount == 0)
        try reopened.append(id, at: 0, [1, 2, 3])
        #expect(try reopened.finish(id).content == .sha256([1, 2, 3]))
    }

    // MARK: Crashes

    @Test func resumes() throws {
        let bytes = content(600_000)
        var store = try store()
        let id = try store.begin(byteCount: bytes.count, contentDigest: .sha256(bytes))
        var offset = 0
        for size in [10, 16_373, 1, 200_000, 16_384, 0, 100_000, 5] {
            try send(Array(bytes[..<(offset + size)]), to: store, id, from: offset, by: 50_000)
            let before = try salt(of: uploadPath(id, "data"))
            store = try self.store()
            let status = try store.status(id)
            // Whole chunks survive, the beginning of the next one does not.
            #expect(status.receivedByteCount == (offset + size) / Self.chunk * Self.chunk)
            #expect(status.declaredByteCount == bytes.count && !status.isFinished)
            #expect(try salt(of: uploadPath(id, "data")) != before, "sealed again under a new salt")
            offset = status.receivedByteCount
        }
        try send(bytes, to: store, id, from: offset, by: 77_777)
        let finished = try store.finish(id)
        #expect(finished.content == .sha256(bytes))
        #expect(try read(store, finished) == bytes)
        try store.check(finished.blob)
    }

    /// What a killed process or a loss of power may leave of the file.
    @Test func resumesFromWhatVerifies() throws {
        let bytes = content(20 * Self.chunk)
        func left(_ change: (inout [UInt8]) -> Void) throws -> Int {
            let id: UploadID
            do {
                let store = try store()
                id = try store.begin(byteCount: bytes.count + 1)
                try send(bytes, to: store, id, by: 100_000)
            }
            var data = try TestSupport.bytes(of: uploadPath(id, "data"))
            #expect(data.count == ChunkedEncryption.sealedOffset(ofChunk: 20))
            change(&data)
            try TestSupport.write(data, to: uploadPath(id, "data"))
            try TestSupport.write(Array("left over".utf8), to: uploadPath(id, "next"))
            let store = try store()
            let received = try store.status(id).receivedByteCount
            try send(bytes + [9], to: store, id, from: received, by: 99_999)
            let finished = try store.finish(id)
            #expect(try read(store, finished) == bytes + [9])
            try store.check(finished.blob)
            try store.discard(id)
            return received
        }
        func at(_ chunk: Int) -> Int { ChunkedEncryption.sealedOffset(ofChunk: chunk) }
        #expect(try left { _ in } == 20 * Self.chunk)
        #expect(try left { $0.removeLast() } == 19 * Self.chunk)
        #expect(try left { $0.removeLast(5 * ChunkedEncryption.sealedChunkByteCount + 100) } == 14 * Self.chunk)
        #expect(try left { $0[at(7) + 1000] ^= 1 } == 7 * Self.chunk)
        #expect(try left { $0 = $0[..<at(16)] + [UInt8](repeating: 0, count: 60_000) } == 16 * Self.chunk)
        #expect(try left { $0 += [UInt8](repeating: 0, count: 50_000) } == 20 * Self.chunk)
        #expect(try left { $0[30] ^= 1 } == 0)
        #expect(try left { $0 = Array($0[..<40]) } == 0)
        #expect(try left { $0 = [] } == 0)
    }

    @Test func finishGoesOnAfterACrash() throws {
        let bytes = content(3 * Self.chunk + 100)
        var store = try store()
        let id = try store.begin(byteCount: bytes.count, contentDigest: .sha256(bytes))
        try send(bytes, to: store, id, by: 10_000)
        let record = try TestSupport.bytes(of: uploadPath(id, "upload"))
        let first = try store.finish(id)

        // After it, before the caller stored the key.
        store = try self.store()
        #expect(try store.status(id).isFinished)
        var again = try store.finish(id)
        #expect(again.blob == first.blob && again.content == first.content)
        #expect(again.key.secret.isEqual(to: first.key.secret))
        #expect(try read(store, again) == bytes)

        // Between the record and the move.
        try FileManager.default.moveItem(atPath: blobPath(first.blob), toPath: uploadPath(id, "data"))
        store = try self.store()
        again = try store.finish(id)
        #expect(again.blob == first.blob)
        #expect(try read(store, again) == bytes)

        // Between the end of the message and the record.
        try FileManager.default.moveItem(atPath: blobPath(first.blob), toPath: uploadPath(id, "data"))
        try TestSupport.write(record, to: uploadPath(id, "upload"))
        store = try self.store()
        #expect(try store.status(id).receivedByteCount == bytes.count)
        again = try store.finish(id)
        #expect(again.blob != first.blob && again.content == first.content)
        #expect(try read(store, again) == bytes)

        // The blob was lost after it had its name.
        try FileManager.default.removeItem(atPath: blobPath(again.blob))
        #expect(code { _ = try store.finish(id) } == .damaged)
    }

    @Test func halfMadeAndForeignUploads() throws {
        let mine = try store().begin(byteCount: 10)
        let other = try store().begin(byteCount: 10)
        let half = directory["blobs/uploads/" + String(repeating: "ab", count: 16)]
        try FileManager.default.createDirectory(atPath: half, withIntermediateDirectories: true)
        // Another upload's record does not open here: the id is part of what is sealed.
        try TestSupport.write(TestSupport.bytes(of: uploadPath(mine, "upload")), to: uploadPath(other, "upload"))
        let reopened = try store()
        #expect(!FileManager.default.fileExists(atPath: half))
        #expect(code { _ = try reopened.status(other) } == .damaged)
        #expect(code { try reopened.append(other, at: 0, [1]) } == .damaged)
        #expect(try reopened.status(mine).declaredByteCount == 10)
        try reopened.discard(other)
        #expect(!FileManager.default.fileExists(atPath: uploadPath(other, "upload")))
        let stranger = try BlobStore(directory: directory["blobs"], uploadWrappingKey: .generate())
        #expect(code { _ = try stranger.status(mine) } == .damaged)
    }

    /// When what was received cannot be sealed anew, it stays as it is.
    @Test func aFailedResume() throws {
        let store = try store()
        let bytes = content(10 * Self.chunk)
        let id = try store.begin(byteCount: bytes.count)
        try store.append(id, at: 0, Array(bytes[..<(4 * Self.chunk)]))
        // What is received is sealed anew into this name.
        let reopened = try self.store()
        try FileManager.default.createDirectory(
            atPath: uploadPath(id, "next"), withIntermediateDirectories: false)
        #expect(code { try reopened.append(id, at: 4 * Self.chunk, [1]) } == .inputOutput)
        #expect(code { _ = try reopened.status(id) } == .inputOutput)
        try FileManager.default.removeItem(atPath: uploadPath(id, "next"))
        #expect(try reopened.status(id).receivedByteCount == 4 * Self.chunk)
        try send(bytes, to: reopened, id, from: 4 * Self.chunk, by: 100_000)
        #expect(try read(reopened, reopened.finish(id)) == bytes)
    }

    // MARK: Side by side

    @Test func oneAppenderAnUpload() throws {
        let store = try store()
        let bytes = content(4_000_000)
        let id = try store.begin(byteCount: bytes.count, contentDigest: .sha256(bytes))
        let taken = Mutex<[Int]>([])
        var offset = 0
        while offset < bytes.count {
            let piece = Array(bytes[offset..<min(offset + 500_000, bytes.count)])
            let start = offset
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                switch error({ try store.append(id, at: start, piece) }) {
                case nil: taken.withLock { $0.append(start) }
                case let refusal?: #expect([.busy, .wrongOffset].contains(refusal.code))
                }
            }
            offset += piece.count
            #expect(try store.status(id).receivedByteCount == offset)
        }
        #expect(taken.withLock { $0 } == Array(stride(from: 0, to: bytes.count, by: 500_000)))
        #expect(try read(store, store.finish(id)) == bytes)
    }

    @Test func aSecondAppenderIsTold() throws {
        let store = try store()
        let id = try store.begin(byteCount: 1)
        try store.append(id, at: 0, [1])
        _ = try store.finish(id)
        // The question below is asked while the upload is held.
        try store.removeAbandonedUploads(olderThan: .max) { _ in
            DispatchQueue(label: "another").sync {
                let codes = Mutex<[BlobError.Code?]>([])
                let thread = Thread { [self] in
                    codes.withLock {
                        $0 = [
                            code { try store.append(id, at: 1, []) }, code { _ = try store.finish(id) },
                            code { try store.discard(id) }, code { _ = try store.status(id) },
                        ]
                    }
                }
                thread.start()
                while !thread.isFinished { usleep(1000) }
                #expect(codes.withLock { $0 } == [.busy, .busy, .busy, nil])
            }
            return true
        }
        #expect(code { _ = try store.status(id) } == .unknownUpload)
    }

    @Test func manyUploadsAtOnce() throws {
        let store = try store()
        let finished = Mutex<[UInt64: FinishedUpload]>([:])
        DispatchQueue.concurrentPerform(iterations: 8) { index in
            let seed = UInt64(index + 1)
            let upload = try? upload(content(700_000 + index, seed: seed), to: store, by: 33_333)
            finished.withLock { $0[seed] = upload }
        }
        let all = finished.withLock { $0 }
        #expect(all.count == 8)
        for (seed, upload) in all { #expect(try read(store, upload) == content(upload.byteCount, seed: seed)) }
    }

    // MARK: Damage and removal

    @Test func damageIsDetected() throws {
        let store = try store()
        let bytes = content(40 * Self.chunk + 1000)
        let finished = try upload(bytes, to: store)
        let path = blobPath(finished.blob)
        let good = try TestSupport.bytes(of: path)
        let other = try upload(bytes, to: store)
        #expect(code { _ = try store.open(finished.blob, key: other.key) } == .damaged)
        #expect(code { _ = try store.open(.sha256([1]), key: other.key) } == .unknownBlob)

        func damaged(_ change: (inout [UInt8]) -> Void) throws -> BlobError.Code? {
            var data = good
            change(&data)
            try TestSupport.write(data, to: path)
            #expect(code { try store.check(finished.blob) } == .damaged)
            return code { _ = try store.open(finished.blob, key: finished.key) }
        }
        func at(_ chunk: Int) -> Int { ChunkedEncryption.sealedOffset(ofChunk: chunk) }
        for end in [0, 55, 56, 71, at(1), at(16), at(40), at(40) + 15, at(40) + 16, good.count - 1] {
            #expect(try damaged { $0 = Array($0[..<end]) } == .damaged, "cut at \(end)")
        }
        #expect(try damaged { $0.append(0) } == .damaged)
        #expect(try damaged { $0 += Array(good[at(0)..<at(1)]) } == .damaged)
        #expect(try damaged { $0[0] ^= 1 } == .damaged)
        #expect(try damaged { $0[at(40)] ^= 1 } == .damaged)

        // Damage in the middle is met where it is read, and nowhere else; never is anything of it lent.
        #expect(try damaged { $0[at(20) + 5] ^= 0x40 } == nil)
        #expect(try read(store, finished, 0..<16 * Self.chunk) == Array(bytes[..<(16 * Self.chunk)]))
        #expect(try read(store, finished, 21 * Self.chunk..<bytes.count) == Array(bytes[(21 * Self.chunk)...]))
        var lent = 0
        let whole = 0..<bytes.count
        #expect(code { try store.read(finished.blob, key: finished.key, whole) { lent += $0.count } } == .damaged)
        #expect(lent == 16 * Self.chunk)
        #expect(code { _ = try read(store, finished, 20 * Self.chunk..<20 * Self.chunk + 1) } == .damaged)
        #expect(
            try damaged {
                $0.replaceSubrange(at(3)..<at(4), with: good[at(4)..<at(5)])
                $0.replaceSubrange(at(4)..<at(5), with: good[at(3)..<at(4)])
            } == nil)
        #expect(code { _ = try read(store, finished, 3 * Self.chunk..<4 * Self.chunk) } == .damaged)

        // Cut while it is open.
        try TestSupport.write(good, to: path)
        let reader = try store.open(finished.blob, key: finished.key)
        #expect(truncate(path, at(10)) == 0)
        #expect(code { _ = try reader.piece(9 * Self.chunk..<11 * Self.chunk) } == .damaged)
        #expect(try reader.piece(0..<Self.chunk) == Array(bytes[..<Self.chunk]))
    }

    @Test func deleting() throws {
        let store = try store()
        let finished = try upload(content(100_000), to: store)
        let reader = try store.open(finished.blob, key: finished.key)
        #expect(store.contains(finished.blob))
        try store.delete(finished.blob)
        try store.delete(finished.blob)
        #expect(!store.contains(finished.blob) && store.sealedByteCount(finished.blob) == nil)
        #expect(try reader.piece(0..<10).count == 10, "who has it open reads on")
        #expect(code { _ = try store.open(finished.blob, key: finished.key) } == .unknownBlob)
    }

    @Test func abandonedUploads() throws {
        let store = try store()
        let open = try store.begin(byteCount: 100)
        try store.append(open, at: 0, [1])
        let ids = try (0..<2).map { value in
            let id = try store.begin(byteCount: 1)
            try store.append(id, at: 0, [UInt8(value)])
            return id
        }
        let used = try store.finish(ids[0]).blob
        let unused = try store.finish(ids[1]).blob
        #expect(try store.removeAbandonedUploads(olderThan: Machine.now - 60_000) { _ in false } == 0)
        #expect(try store.removeAbandonedUploads(olderThan: Machine.now + 60_000) { $0 == used } == 3)
        #expect(store.contains(used) && !store.contains(unused))
        #expect(code { _ = try store.status(open) } == .unknownUpload)
        #expect(filesBelow(directory["blobs"]) == [blobPath(used)])
    }

    // MARK: Size

    /// 300 MiB when soaking: what is in memory at a time does not grow with the file.
    @Test func streams() throws {
        let store = try store()
        let piece = content(1 << 20)
        let count = (Places.isSoak ? 300 : 8) << 20
        let before = Machine.residentByteCount
        let id = try store.begin(byteCount: count)
        for offset in stride(from: 0, to: count, by: piece.count) { try store.append(id, at: offset, piece) }
        let finished = try store.finish(id)
        var digest = RunningDigest()
        var read = 0
        try store.read(finished.blob, key: finished.key, 0..<count) {
            digest.update($0)
            read += $0.count
        }
        #expect(read == count && digest.digest() == finished.content)
        if Places.isSoak { #expect(Machine.residentByteCount - before < 64 << 20) }
    }
}

private enum Machine {
    static var now: UInt64 { UInt64(Date().timeIntervalSince1970 * 1000) }

    /// Memory of this process that is in use.
    static var residentByteCount: Int {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        return (pages.flatMap { Int($0[1]) } ?? 0) * 4096
    }
}
