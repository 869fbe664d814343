internal import Cryptography
internal import Storage
internal import Synchronization

/// An upload that the store knows of.
final class Upload: Sendable {
    struct State {
        /// Nil when it cannot be read.
        var record: UploadRecord?
        /// Nil until bytes come, and after an error or a restart.
        var writer: UploadWriter?
        var isRemoved = false
    }

    let id: UploadID
    let directory: String
    /// Held, by whoever is at work on the upload, for as long as that takes; everyone else only tries.
    let state = Mutex(State())

    private struct Progress {
        var declaredByteCount = 0
        /// Of the sealed blob to come; 0 when nothing more comes.
        var outstandingByteCount = 0
        var receivedByteCount: Int?
    }
    /// Held for moments only. A copy of what `state` guards, for those who must not wait.
    private let progress = Mutex(Progress())

    init(_ id: UploadID, _ directory: String) {
        self.id = id
        self.directory = directory
    }

    var recordPath: String { directory + "/upload" }
    var dataPath: String { directory + "/data" }

    func found(_ record: UploadRecord) {
        state.withLock { $0.record = record }
        let onDisk = Files.size(dataPath) ?? 0
        progress.withLock {
            $0.declaredByteCount = record.declaredByteCount
            let sealed = ChunkedEncryption.sealedByteCount(of: record.declaredByteCount)
            $0.outstandingByteCount = record.digests == nil ? max(0, sealed - onDisk) : 0
        }
    }

    func note(_ writer: UploadWriter) {
        let (written, received) = (writer.writtenByteCount, writer.receivedByteCount)
        progress.withLock {
            let sealed = ChunkedEncryption.sealedByteCount(of: $0.declaredByteCount)
            $0.outstandingByteCount = max(0, sealed - written)
            $0.receivedByteCount = received
        }
    }

    func forgetProgress() { progress.withLock { $0.receivedByteCount = nil } }

    /// Notes how far the writer has come after `body`; drops the writer when that fails.
    func recordingProgress<R>(_ state: inout State, _ body: () throws -> R) throws -> R {
        do {
            let result = try body()
            if let writer = state.writer { note(writer) }
            return result
        } catch {
            state.writer = nil
            forgetProgress()
            throw error
        }
    }

    /// Space on the disk that is promised to this upload and not yet taken.
    var outstandingByteCount: Int { progress.withLock { $0.outstandingByteCount } }

    /// As of the last finished step; nil when none was since the start.
    var lastStatus: UploadStatus? {
        progress.withLock { progress in
            progress.receivedByteCount.map {
                UploadStatus(
                    declaredByteCount: progress.declaredByteCount, receivedByteCount: $0, isFinished: false)
            }
        }
    }

    var modifiedMilliseconds: UInt64 {
        max(BlobFile.modifiedMilliseconds(dataPath), BlobFile.modifiedMilliseconds(recordPath))
    }
}

extension BlobError {
    /// The store's errors as its own: callers meet one type.
    init(translating error: any Error) {
        switch error {
        case let error as BlobError: self = error
        case let error as StorageError:
            self.init(error.code == .diskFull ? .diskFull : .inputOutput, error.reason)
        default: self.init(.inputOutput, "\(error)")
        }
    }
}
