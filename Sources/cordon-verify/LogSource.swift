internal import Foundation
internal import Glibc

/// Where a log's files come from.
protocol LogSource: Sendable {
    /// How many reads are worth having under way at once.
    var parallelism: Int { get }

    /// The bytes of a file, at most `limit` of them.
    func read(_ path: String, limit: Int) async throws -> [UInt8]
}

/// Why a file could not be had.
enum SourceError: Error, Equatable, CustomStringConvertible {
    /// The source is there, the file is not.
    case missing(String)
    /// More bytes than such a file can have.
    case tooLarge(String)
    /// The source cannot be reached or read: nothing is known about the file.
    case unreachable(String)

    var description: String {
        switch self {
        case .missing(let path): "\(path) is missing"
        case .tooLarge(let path): "\(path) is larger than such a file can be"
        case .unreachable(let reason): reason
        }
    }
}

/// A directory on this machine.
struct DirectorySource: LogSource {
    let directory: String

    var parallelism: Int { ProcessInfo.processInfo.activeProcessorCount }

    func read(_ path: String, limit: Int) async throws -> [UInt8] {
        do {
            return try Self.read(file: directory + "/" + path, limit: limit, regularOnly: true)
        } catch SourceError.missing {
            throw SourceError.missing(path)
        } catch SourceError.tooLarge {
            throw SourceError.tooLarge(path)
        }
    }

    /// `regularOnly`: a pipe on a stick would keep the verifier waiting for ever.
    static func read(file path: String, limit: Int, regularOnly: Bool = false) throws(SourceError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | (regularOnly ? O_NONBLOCK : 0))
        guard descriptor >= 0 else {
            if errno == ENOENT { throw .missing(path) }
            throw .unreachable("\(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreachable("\(path) cannot be read") }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        guard isRegular || !regularOnly else { throw .unreachable("\(path) is not a file") }
        let expected = isRegular ? Int(status.st_size) : limit
        guard expected <= limit else { throw .tooLarge(path) }
        var failure: SourceError?
        // One byte more than expected, so that a file that grows meanwhile is noticed.
        let bytes = [UInt8](unsafeUninitializedCapacity: expected + 1) { buffer, count in
            while count < buffer.count {
                let got = Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = .unreachable("\(path): \(String(cString: strerror(errno)))") }
                if got <= 0 { return }
                count += got
            }
        }
        if let failure { throw failure }
        guard bytes.count <= limit else { throw .tooLarge(path) }
        return bytes
    }
}
