internal import Glibc

/// A file that is read and written in place, closed with its last reference. Any thread may use it.
final class BlobFile: Sendable {
    private let descriptor: Int32

    private init(_ path: String, _ flags: Int32, missing: BlobError.Code = .inputOutput) throws(BlobError) {
        descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(errno, "opening \(path)", missing: missing) }
    }

    /// Throws `.unknownBlob` when there is none.
    static func reading(_ path: String) throws(BlobError) -> BlobFile {
        try BlobFile(path, O_RDONLY, missing: .unknownBlob)
    }

    /// Empty, whatever was there.
    static func creating(_ path: String) throws(BlobError) -> BlobFile {
        try BlobFile(path, O_WRONLY | O_CREAT | O_TRUNC)
    }

    /// With what is in it.
    static func writing(_ path: String) throws(BlobError) -> BlobFile {
        try BlobFile(path, O_WRONLY | O_CREAT)
    }

    deinit { close(descriptor) }

    func byteCount() throws(BlobError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(errno, "reading a blob") }
        return Int(status.st_size)
    }

    /// Fills `target` and returns how much of it: less only at the end of the file.
    func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws(BlobError) -> Int {
        var filled = 0
        while filled < target.count {
            let count = pread(descriptor, target.baseAddress! + filled, target.count - filled, offset + filled)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(errno, "reading a blob") }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(BlobError) {
        var written = 0
        while written < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + written, bytes.count - written, offset + written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(count == 0 ? EIO : errno, "writing a blob") }
            written += count
        }
    }

    /// Makes the content durable.
    func sync() throws(BlobError) {
        guard fdatasync(descriptor) == 0 else { throw Self.failure(errno, "syncing a blob") }
    }

    /// Makes the names in a directory durable.
    static func syncDirectory(_ path: String) throws(BlobError) {
        let directory = try BlobFile(path, O_RDONLY | O_DIRECTORY)
        guard fsync(directory.descriptor) == 0 else { throw failure(errno, "syncing \(path)") }
    }

    /// Puts a file into another's place. Durable only after `syncDirectory`.
    static func move(_ path: String, to target: String) throws(BlobError) {
        guard rename(path, target) == 0 else { throw failure(errno, "moving \(path)") }
    }

    /// What this process may still write to the file system of `path`.
    static func freeByteCount(_ path: String) throws(BlobError) -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw failure(errno, "asking for the free space of \(path)") }
        return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0)
    }

    /// When the file was last written to, in milliseconds since 1970; 0 when it is not there.
    static func modifiedMilliseconds(_ path: String) -> UInt64 {
        var status = stat()
        guard lstat(path, &status) == 0 else { return 0 }
        return UInt64(max(0, status.st_mtim.tv_sec)) * 1000 + UInt64(status.st_mtim.tv_nsec) / 1_000_000
    }

    private static func failure(
        _ number: Int32, _ what: String, missing: BlobError.Code = .inputOutput
    ) -> BlobError {
        let code: BlobError.Code =
            switch number {
            case ENOENT: missing
            case ENOSPC, EDQUOT: .diskFull
            default: .inputOutput
            }
        return BlobError(code, "\(what): \(String(cString: strerror(number)))")
    }
}
