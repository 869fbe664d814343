internal import Cryptography
internal import Foundation
internal import Glibc
internal import Interchange
internal import Schema
internal import Storage
internal import SwiftProtobuf

/// A file on its way to a node, read in pieces. Used by one task.
final class SourceFile {
    static let pieceByteCount = 4 << 20

    /// Without links and dots.
    let path: String
    let size: UInt64
    private let descriptor: Int32

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    init(_ given: String) throws {
        path = Files.realPath(given)
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw ClientFailure(.refused, "\(given) cannot be read: \(String(cString: strerror(errno)))")
        }
        guard let size = Files.size(ofOpen: descriptor) else {
            close(descriptor)
            throw ClientFailure(.refused, "\(given) is not a file")
        }
        self.size = UInt64(size)
    }

    deinit { close(descriptor) }

    /// At most `pieceByteCount` bytes. A file that became shorter meanwhile is refused.
    func piece(at offset: UInt64) throws -> [UInt8] {
        let count = Int(min(UInt64(Self.pieceByteCount), size - offset))
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { throw ClientFailure(.refused, "\(path) cannot be read to its end") }
                filled += got
            }
        }
    }

    func digest() throws -> Digest {
        let progress = Terminal.Progress("Reading")
        var digest = RunningDigest()
        var offset: UInt64 = 0
        while offset < size {
            let piece = try piece(at: offset)
            piece.withUnsafeBytes { digest.update($0) }
            offset += UInt64(piece.count)
            progress.update(offset, size)
        }
        return digest.digest()
    }
}

/// Which upload a file is on its way as, kept beside the session until it has arrived: one file for each, named by the
/// digest of server, case, path and all that the node was told, so that it names nothing itself.
struct UploadMemory {
    private static let maximumByteCount = 256
    /// A node forgets an upload that nobody touched for 7 days.
    private static let lifetime: TimeInterval = 8 * 86_400

    private let directory: String
    private let path: String

    init(_ server: String, caseID: String, path: String, _ description: AttachmentUpload) throws {
        directory = Files.parent(try ClientSession.path()) + "/uploads"
        let parts = JSONValue.array(
            [server, caseID, path].map { .string($0) } + [try JSONValue(parsing: description.jsonUTF8Bytes())])
        self.path = directory + "/" + Digest.sha256(parts.bytes).hex
    }

    func load() -> String? {
        guard Files.exists(path), let bytes = try? Files.readSecret(path, limit: Self.maximumByteCount) else {
            return nil
        }
        let id = String(decoding: bytes, as: UTF8.self)
        return id.isEmpty ? nil : id
    }

    /// A crash in here leaves an upload at the node that is begun again, and that the node forgets.
    func save(_ id: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for name in try Files.list(directory) {
            guard let modified = Files.modifiedSeconds(directory + "/" + name) else { continue }
            if Date().timeIntervalSince1970 - Double(modified) > Self.lifetime { unlink(directory + "/" + name) }
        }
        try LocalFiles().replace(path, with: Array(id.utf8), mode: 0o600)
    }

    func forget() { unlink(path) }
}

/// Sends one file. The node says where to go on; whatever fails in passing is tried again from there.
struct UploadRun {
    /// In a row, without a byte getting through.
    static let attempts = 8
    static let longestPauseMilliseconds: UInt64 = 8_000

    let api: APIClient
    let caseID: String
    let source: SourceFile
    let description: AttachmentUpload
    let memory: UploadMemory

    func run() async throws -> APIClient.Answer<AttachmentView> {
        let progress = Terminal.Progress("Sending")
        var (id, offset) = try await begin()
        var failures = 0
        while true {
            do {
                let at = try await position(id, offset)
                guard at < source.size else { return try await finish(id) }
                let request = APIClient.Request(
                    method: "PUT", path: "/uploads/\(id)", query: [("offset", String(at))],
                    body: try source.piece(at: at), mediaType: "application/octet-stream")
                offset = try await api.send(request, as: UploadView.self).message.offset
                failures = 0
                progress.update(offset!, source.size)
            } catch let failure as ClientFailure where failure.isPassing || failure.status == 409 {
                // 409: the node is still at work on what an earlier connection brought, or has another offset.
                failures += 1
                offset = nil
                guard failures < Self.attempts else { throw resumable(failure) }
                try await Retry.pause(failures, longest: Self.longestPauseMilliseconds)
            } catch let failure as ClientFailure where failure.kind == .forbidden {
                throw resumable(failure)
            }
        }
    }

    /// Where the node goes on; asked where it is not known.
    private func position(_ id: String, _ known: UInt64?) async throws -> UInt64 {
        if let known { return known }
        let view = try await api.get("/uploads/\(id)", as: UploadView.self).message
        guard view.offset <= source.size else {
            throw ClientFailure(.refused, "the node's answer does not fit what was sent")
        }
        return view.offset
    }

    private func resumable(_ failure: ClientFailure) -> ClientFailure {
        ClientFailure(
            failure.kind, failure.reason + "; to go on from there, run the same command again", status: failure.status,
            findings: failure.findings)
    }

    /// The upload that an earlier run began, if the node still knows it, else a new one.
    private func begin() async throws -> (id: String, offset: UInt64?) {
        if let id = memory.load() {
            do {
                let offset = try await position(id, nil)
                if offset > 0 { Terminal.printError("Going on behind \(offset) of \(source.size) bytes.") }
                return (id, offset)
            } catch let failure as ClientFailure where failure.status == 404 {
                memory.forget()
            } catch let failure as ClientFailure where failure.status == 409 {
                return (id, nil)
            }
        }
        let view = try await api.post(
            "/cases/\(APIClient.escaped(caseID))/attachments", description, as: UploadView.self
        ).message
        guard !view.id.isEmpty, view.id.utf8.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else {
            throw ClientFailure(.refused, "the node's answer cannot be read: it names no upload")
        }
        try memory.save(view.id)
        return (view.id, view.offset)
    }

    /// May be asked for again. That the node knows the upload no more, means that an answer was lost on its way here.
    private func finish(_ id: String) async throws -> APIClient.Answer<AttachmentView> {
        do {
            let answer = try await api.send(
                .init(method: "POST", path: "/uploads/\(id)/finish"), as: AttachmentView.self)
            memory.forget()
            return answer
        } catch let failure as ClientFailure where failure.status == 404 {
            let file = try await api.get("/cases/\(APIClient.escaped(caseID))", as: CaseView.self).message
            let added = file.attachments.last {
                $0.sha256 == description.sha256 && $0.fileName == description.fileName
            }
            memory.forget()
            guard let added else { throw failure }
            return .init(message: added, bytes: try added.jsonUTF8Bytes(), version: nil)
        } catch let failure as ClientFailure where failure.status == 422 {
            // The node lost the end of it with its process; then it goes on.
            if try await position(id, nil) < source.size {
                throw ClientFailure(.unreachable, failure.reason, status: failure.status)
            }
            // It was changed while it was read.
            try? await api.delete("/uploads/\(id)")
            memory.forget()
            throw failure
        }
    }
}

/// What is tried again, a little later each time.
enum Retry {
    static func pause(_ failures: Int, longest: UInt64) async throws {
        try await Task.sleep(for: .milliseconds(min(250 << UInt64(failures - 1), longest)))
    }
}
