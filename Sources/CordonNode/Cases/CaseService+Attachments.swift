public import Casework
internal import Cryptography
internal import Customs
internal import FoundationEssentials
internal import Exchange
public import Schema
internal import Storage
internal import SwiftProtobuf

extension CaseService {
    /// An upload that was given up is removed after this long: 7 days.
    static let abandonedMilliseconds: UInt64 = 7 * 86_400_000
    /// What is read of an attachment at once.
    public static let pieceByteCount = 256 << 10

    /// An attachment on its way in.
    public struct UploadState: Sendable {
        public let id: String
        /// Bytes that are safe: the client goes on from there.
        public let offset: UInt64
        public let size: UInt64
    }

    private struct Upload {
        let id: UploadID
        let stream: UInt64
        let description: AttachmentUpload
    }

    private static let noSuchUpload = CaseError(.notFound, "there is no such upload")

    private static func row(_ id: UploadID) -> [UInt8] { IndexRow.upload(Array(id.hex.utf8)) }

    /// Blob errors, as the case service tells them.
    func mapped<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        do {
            return try await readers.run(body)
        } catch let error as BlobError {
            switch error.code {
            case .unknownUpload, .unknownBlob: throw CaseError(.notFound, error.reason)
            case .badArgument, .badRange, .contentMismatch, .incomplete, .beyondDeclaredSize:
                throw CaseError(.invalid, error.reason)
            case .tooLarge: throw CaseError(.tooLarge, error.reason)
            case .wrongOffset:
                throw CaseError(.conflict, error.reason, version: error.receivedByteCount.map(UInt64.init))
            case .busy, .alreadyFinished: throw CaseError(.conflict, error.reason)
            case .tooManyUploads, .diskFull: throw CaseError(.overloaded, error.reason)
            case .damaged, .inputOutput: throw NodeError(.corrupted, error.reason)
            }
        }
    }

    /// Begins an attachment. The event comes with `finishUpload`; until then nothing of it shows.
    public func beginUpload(
        _ description: AttachmentUpload, to caseID: String, by credentials: Credentials
    ) async throws -> UploadState {
        try credentials.require(.changeCase)
        let file = try await visibleCase(caseID, credentials)
        guard let stream = stream(caseID: file.id) else { throw Self.noSuchCase }
        // Refused now rather than after a gigabyte.
        _ = try file.decide(
            Self.event(description, nil), context(credentials, number: 1, now: clock.nowMilliseconds()))
        guard description.sha256.isEmpty || description.sha256.count == Digest.byteCount else {
            throw CaseError.invalid("/sha256", "a SHA-256 digest has 32 bytes")
        }
        guard description.size <= UInt64(Int.max) else { throw CaseError.invalid("/size", "that is too much") }
        let blobs = blobs
        let id = try await mapped {
            try blobs.begin(byteCount: Int(description.size), contentDigest: Digest(description.sha256))
        }
        let value =
            credentials.officer.number.bigEndianBytes + stream.bigEndianBytes
            + (try description.serializedBytes() as [UInt8])
        _ = try await sequencer.commit(Proposal(drafts: [], rows: [RowChange(.index, Self.row(id), value)]))
        return UploadState(id: id.hex, offset: 0, size: description.size)
    }

    private static func event(_ description: AttachmentUpload, _ finished: FinishedUpload?) throws -> CaseEvent {
        let key = finished.map { $0.key.secret.withUnsafeBytes { Data($0) } } ?? Data(count: SymmetricKey.byteCount)
        return .with {
            $0.attachmentAdded.fileName = description.fileName
            $0.attachmentAdded.mediaType = description.mediaType
            $0.attachmentAdded.size = description.size
            $0.attachmentAdded.description_p = description.description_p
            $0.attachmentAdded.reportID = description.reportID
            $0.attachmentAdded.sha256 = Data(finished?.content.bytes ?? [])
            $0.attachmentAdded.blob = Data(finished?.blob.bytes ?? [])
            $0.attachmentAdded.key = key
        }
    }

    /// The upload, for the officer who began it.
    private func upload(_ text: String, _ credentials: Credentials) async throws -> Upload {
        try credentials.require(.changeCase)
        guard let id = UploadID(hex: text) else { throw Self.noSuchUpload }
        let store = store
        guard let row = try await readers.run({ try store.database.get(.index, Self.row(id)) }), row.count >= 16,
            UInt64(bigEndianBytes: row[..<8]) == credentials.officer.number
        else { throw Self.noSuchUpload }
        return Upload(
            id: id, stream: UInt64(bigEndianBytes: row[8..<16])!,
            description: try AttachmentUpload(serializedBytes: Array(row[16...])))
    }

    public func uploadState(_ id: String, by credentials: Credentials) async throws -> UploadState {
        let upload = try await upload(id, credentials)
        let blobs = blobs
        let status = try await mapped { try blobs.status(upload.id) }
        return UploadState(id: id, offset: UInt64(status.receivedByteCount), size: upload.description.size)
    }

    /// Adds bytes at an offset, as they come. Throws `.conflict` with the offset to go on from, as its version.
    public func append(
        to id: String, at offset: UInt64, _ pieces: some AsyncSequence<[UInt8], any Error>,
        by credentials: Credentials
    ) async throws -> UploadState {
        let upload = try await upload(id, credentials)
        let blobs = blobs
        var position = Int(clamping: offset)
        for try await piece in pieces where !piece.isEmpty {
            let at = position
            position = try await mapped { try blobs.append(upload.id, at: at, piece) }
        }
        return UploadState(id: id, offset: UInt64(position), size: upload.description.size)
    }

    /// The whole is there: the attachment becomes part of the case. May be sent again after a failure.
    public func finishUpload(
        _ id: String, by credentials: Credentials
    ) async throws -> (attachment: AttachmentAdded, file: CaseFile) {
        let upload = try await upload(id, credentials)
        let blobs = blobs
        let finished = try await mapped { try blobs.finish(upload.id) }
        let caseID = RecordID(country: authority.country, kind: .caseFile, number: upload.stream).description
        // Sent again after the node ended right behind the event: it is there.
        let current = try await visibleCase(caseID, credentials)
        if let added = current.attachments.first(where: { $0.attachment.blob == Data(finished.blob.bytes) }) {
            try await forget(upload.id)
            return (added.attachment, current)
        }
        let change = try await change(caseID, [Self.event(upload.description, finished)], by: credentials)
        try await forget(upload.id)
        return (change.events[0].attachmentAdded, change.file)
    }

    public func discardUpload(_ id: String, by credentials: Credentials) async throws {
        try await forget(upload(id, credentials).id)
    }

    private func forget(_ id: UploadID) async throws {
        let blobs = blobs
        _ = try await sequencer.commit(Proposal(drafts: [], rows: [RowChange(.index, Self.row(id), nil)]))
        try await mapped { try blobs.discard(id) }
    }

    func removeAbandonedUploads() async throws {
        let now = clock.nowMilliseconds()
        let blobs = blobs
        // A finished blob may be in a case whose upload was not forgotten: it stays.
        try await mapped {
            try blobs.removeAbandonedUploads(olderThan: now - Self.abandonedMilliseconds)
            try blobs.removeAbandonedIncoming(olderThan: now - Self.abandonedMilliseconds)
        }
        let store = store
        let gone = try await readers.run {
            var gone: [RowChange] = []
            try store.database.forEach(.index, from: [10], upTo: [11]) { key, _ in
                let id = UploadID(hex: String(decoding: key.dropFirst(), as: UTF8.self))
                if id.map({ (try? blobs.status($0)) == nil }) ?? true {
                    gone.append(RowChange(.index, [UInt8](key), nil))
                }
                return true
            }
            return gone
        }
        if !gone.isEmpty { _ = try await sequencer.commit(Proposal(drafts: [], rows: gone)) }
    }

    // MARK: Out

    /// An attachment that is being read, piece by piece, every piece verified.
    public struct Download: Sendable {
        public let attachment: AttachmentAdded
        public let size: Int
        fileprivate let reader: BlobReader
        fileprivate let pool: BlockingPool

        public func piece(_ range: Range<Int>) async throws -> [UInt8] {
            let reader = reader
            return try await pool.run { try reader.piece(range) }
        }
    }

    /// Journalled before anything is handed out.
    public func download(_ id: String, by credentials: Credentials) async throws -> Download {
        try credentials.require(.readCase)
        let missing = CaseError(.notFound, "there is no such attachment")
        guard let id = RecordID(reading: id), id.kind == .attachment, id.country == authority.country else {
            throw missing
        }
        let (store, blobs) = (store, blobs)
        let found = try await readers.run { () -> (AttachmentAdded, CaseFile)? in
            guard let stream = try store.stream(of: id.number) else { return nil }
            let file = try store.caseFile(stream)
            return file.attachments.first { $0.attachment.id == id.description }.map { ($0.attachment, file) }
        }
        guard let (attachment, file) = found, file.isVisible(to: credentials.officer.number) else { throw missing }
        try file.requireAllowed(.export, at: clock.nowMilliseconds())
        guard let blob = Digest(attachment.blob) else { throw NodeError(.corrupted, "an attachment has no blob") }
        try await recordAccess(by: credentials) {
            $0.action = "download"
            $0.caseID = file.id
            $0.recordID = id.description
            $0.count = 1
        }
        let reader = try await mapped {
            var key = [UInt8](attachment.key)
            return try blobs.open(blob, key: SymmetricKey(SecretBytes(moving: &key)))
        }
        return Download(attachment: attachment, size: reader.byteCount, reader: reader, pool: readers)
    }
}
