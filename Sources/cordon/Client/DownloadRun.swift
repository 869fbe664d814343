internal import Cryptography
internal import Foundation
internal import Glibc
internal import NIOHTTP1
internal import Storage

/// Reads one attachment into a file. Used by one task.
///
/// What came so far is in `.ID.part` beside it, for its owner's eyes alone: an interrupted run leaves it, the next one
/// goes on from it, and it takes its name once its SHA-256 is the one that the case has.
final class DownloadRun {
    static let attempts = 8
    static let longestPauseMilliseconds: UInt64 = 8_000

    private let api: APIClient
    private let id: String
    private let directory: String
    private let temporary: String
    private let descriptor: Int32
    private let progress = Terminal.Progress("Receiving")
    /// Of the first `received` bytes of the file, always.
    private var running = RunningDigest()
    private var received: UInt64 = 0
    private var failures = 0
    /// As the node has it; nil until the first answer.
    private var announced: (digest: Digest, size: UInt64)?
    /// Nil until the first answer says what it is called.
    private var output: String?

    var path: String { output ?? "" }
    var size: UInt64 { received }
    var digest: Digest { running.digest() }

    init(_ api: APIClient, _ id: String, output: String?) throws {
        self.api = api
        self.id = id
        self.output = output
        guard !id.isEmpty, id.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || Self.isLetterOrDigit($0) }) else {
            throw ClientFailure(.refused, "an attachment's id is like VN-A-4F7Q2-10")
        }
        directory = output.map { Files.parent($0) } ?? "."
        temporary = "\(directory)/.\(id.uppercased()).part"
        descriptor = open(temporary, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(temporary) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fchmod(descriptor, 0o600) == 0 else {
            close(descriptor)
            throw ClientFailure(.refused, "another command is reading \(id) into \(directory)")
        }
    }

    deinit { close(descriptor) }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        UnicodeScalar(byte).isASCII
            && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber)
    }

    private static func failure(_ path: String) -> ClientFailure {
        ClientFailure(.refused, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }

    func run() async throws {
        do {
            try takeUp()
            if received > 0 { Terminal.printError("Going on behind \(received) bytes.") }
            while announced.map({ received < $0.size }) ?? true { try await fetch() }
        } catch {
            // Nothing came: no trace is left of what may not be read.
            if received == 0 { unlink(temporary) }
            throw error
        }
        try finish()
    }

    /// What an earlier run left, but for its last byte: so the node is asked for something in any case, and says what
    /// it all should be.
    private func takeUp() throws {
        guard let size = Files.size(ofOpen: descriptor) else { throw Self.failure(temporary) }
        let kept = max(size - 1, 0)
        var chunk = [UInt8](repeating: 0, count: SourceFile.pieceByteCount)
        while received < kept {
            let count = pread(descriptor, &chunk, min(chunk.count, kept - Int(received)), off_t(received))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(temporary) }
            chunk[..<count].withUnsafeBytes { running.update($0) }
            received += UInt64(count)
        }
        guard ftruncate(descriptor, off_t(kept)) == 0 else { throw Self.failure(temporary) }
    }

    private func startAnew() throws {
        running = RunningDigest()
        received = 0
        guard ftruncate(descriptor, 0) == 0 else { throw Self.failure(temporary) }
    }

    private func fetch() async throws {
        var request = APIClient.Request(method: "GET", path: "/attachments/\(APIClient.escaped(id))")
        if received > 0 { request.headers.append(("Range", "bytes=\(received)-")) }
        do {
            let before = received
            try await api.stream(request, head: read) { try take($0) }
            guard received != before || received == announced?.size else {
                throw ClientFailure(.unreachable, "the node sends nothing")
            }
        } catch let failure as ClientFailure where failure.status == 416 && received > 0 {
            try startAnew()  // the part was of something else
        } catch let failure as ClientFailure where failure.isPassing {
            failures += 1
            guard failures < Self.attempts else {
                throw ClientFailure(
                    failure.kind, failure.reason + "; to go on from there, run the same command again",
                    status: failure.status)
            }
            try await Retry.pause(failures, longest: Self.longestPauseMilliseconds)
        }
    }

    /// What the answer says of the whole (RFC 9530 and 9110).
    private func read(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) throws {
        let unreadable = ClientFailure(.refused, "the node's answer cannot be read: it does not say what it holds")
        let field = headers.first(name: "Repr-Digest") ?? ""
        guard field.hasPrefix("sha-256=:"), field.hasSuffix(":"),
            let digest = Base64.decode(field.dropFirst(9).dropLast()).flatMap({ Digest($0) })
        else { throw unreadable }
        var size = headers.first(name: "Content-Length").flatMap { UInt64($0) }
        if status == .partialContent {
            let range = headers.first(name: "Content-Range") ?? ""
            guard range.hasPrefix("bytes \(received)-") else { throw unreadable }
            size = range.split(separator: "/").last.flatMap { UInt64($0) }
        } else if received > 0 {
            try startAnew()  // whoever stands between takes no ranges
        }
        guard let size, received <= size else { throw unreadable }
        guard announced == nil || announced! == (digest, size) else {
            throw ClientFailure(.refused, "the node says now that this is another file")
        }
        announced = (digest, size)
        if output == nil { output = try Self.fileName(headers.first(name: "Content-Disposition") ?? "", id) }
    }

    /// The name that the file was added with, as far as it is safe for a name here (RFC 6266, section 4.3).
    private static func fileName(_ disposition: String, _ id: String) throws -> String {
        let encoded = disposition.components(separatedBy: "filename*=UTF-8''").dropFirst().first ?? ""
        var name = encoded.removingPercentEncoding ?? ""
        name = name.split(separator: "/").last.map(String.init) ?? ""
        if name.isEmpty || name.hasPrefix(".") || name.hasPrefix("-") || Display.safe(name) != name { name = id }
        guard !Files.exists(name) else {
            throw ClientFailure(.refused, "there is a file \(name) here already: --output says where else")
        }
        return name
    }

    private func take(_ bytes: [UInt8]) throws {
        guard let announced, UInt64(bytes.count) <= announced.size - received else {
            throw ClientFailure(.refused, "the node sends more than it said")
        }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress!, $0.count, off_t(received) + off_t(sent))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(temporary) }
            sent += count
        }
        bytes.withUnsafeBytes { running.update($0) }
        received += UInt64(bytes.count)
        failures = 0
        progress.update(received, announced.size)
    }

    /// A crash before the renaming leaves the part, whole.
    private func finish() throws {
        guard let announced, let output, announced.digest == digest else {
            unlink(temporary)
            throw ClientFailure(.refused, "what came has another SHA-256 than the case says: nothing was kept of it")
        }
        guard fsync(descriptor) == 0, rename(temporary, output) == 0 else { throw Self.failure(output) }
    }
}
