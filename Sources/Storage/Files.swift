internal import CRocksDB
internal import Cryptography
public import Glibc

func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }

/// Writes whole files. Each call is one write point: whatever fails inside it, `path` holds either all of what it
/// held before or all of the new bytes; for a staged file, against loss of power too only once it is synced.
public protocol FileStore: Sendable {
    /// Durable when it returns, also against loss of power.
    func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(StorageError)

    /// Durable only after `sync(directory:)`: for many files at once.
    func stage(_ path: String, with bytes: [UInt8]) throws(StorageError)

    /// Makes everything staged on the file system of `directory` durable.
    func sync(directory: String) throws(StorageError)

    func createDirectory(_ path: String, mode: mode_t) throws(StorageError)

    /// Removes a file or a directory with all that is in it. Not being there is no error.
    func remove(_ path: String) throws(StorageError)
}

/// Files on this machine: written beside their place under another name, then renamed into it.
public struct LocalFiles: FileStore {
    public init() {}

    public func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(StorageError) {
        try write(path, bytes, mode: mode, synced: true)
        try syncDirectory(Files.parent(path))
    }

    public func stage(_ path: String, with bytes: [UInt8]) throws(StorageError) {
        try write(path, bytes, mode: 0o644, synced: false)
    }

    public func sync(directory: String) throws(StorageError) {
        let descriptor = try Files.open(directory, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        guard cordon_sync_file_system(descriptor) == 0 else { throw .system(errno, "syncing \(directory)") }
    }

    public func createDirectory(_ path: String, mode: mode_t) throws(StorageError) {
        if mkdir(path, mode) == 0 { return chmodMade(path, mode) }
        let number = errno
        guard number == ENOENT else {
            if number == EEXIST, Files.isDirectory(path) { return }
            throw .system(number, "making \(path)")
        }
        try createDirectory(Files.parent(path), mode: mode)
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw .system(errno, "making \(path)") }
        chmodMade(path, mode)
    }

    /// The umask may have narrowed a directory that is meant to be public.
    private func chmodMade(_ path: String, _ mode: mode_t) { _ = chmod(path, mode) }

    public func remove(_ path: String) throws(StorageError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM, Files.isDirectory(path) else {
            throw .system(errno, "removing \(path)")
        }
        for name in try Files.list(path) { try remove(path + "/" + name) }
        guard rmdir(path) == 0 else { throw .system(errno, "removing \(path)") }
    }

    private func write(_ path: String, _ bytes: [UInt8], mode: mode_t, synced: Bool) throws(StorageError) {
        let temporary = "\(path).\(Hex.encode(randomBytes(count: 4))).tmp"
        let descriptor = try Files.open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode)
        var failure = Files.writeAll(descriptor, bytes).map { StorageError.system($0, "writing \(path)") }
        // The umask may have narrowed the mode of a file that is meant to be public; never the other way round.
        if failure == nil, fchmod(descriptor, mode) != 0 { failure = .system(errno, "writing \(path)") }
        if failure == nil, synced, fsync(descriptor) != 0 { failure = .system(errno, "syncing \(path)") }
        close(descriptor)
        if failure == nil, rename(temporary, path) != 0 { failure = .system(errno, "writing \(path)") }
        if let failure {
            unlink(temporary)
            throw failure
        }
    }

    private func syncDirectory(_ path: String) throws(StorageError) {
        let descriptor = try Files.open(path, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(errno, "syncing \(path)") }
    }
}

/// Reading files and directories.
public enum Files {
    public static func read(_ path: String, limit: Int) throws(StorageError) -> [UInt8] {
        let descriptor = try open(path, O_RDONLY)
        defer { close(descriptor) }
        return try readAll(descriptor, path, limit: limit)
    }

    /// Reads a file of secrets: refused with `.permissionsTooWide` when others than its owner may touch it. Pipes,
    /// which a shell or a service manager hands over, have no mode to speak of.
    public static func readSecret(_ path: String, limit: Int) throws(StorageError) -> [UInt8] {
        let descriptor = try open(path, O_RDONLY)
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(errno, "reading \(path)") }
        if status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw StorageError(
                .permissionsTooWide, "\(path) has mode 0\(mode), so others can reach it: chmod 600 \(path)")
        }
        return try readAll(descriptor, path, limit: limit)
    }

    public static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Of a regular file, in bytes; nil for anything else.
    public static func size(_ path: String) -> Int? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// The same of an open file.
    public static func size(ofOpen descriptor: Int32) -> Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// When a file was last changed, in seconds since 1970; nil where there is none.
    public static func modifiedSeconds(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_mtim.tv_sec) : nil
    }

    /// The first bytes of a file, at most `count`.
    static func readStart(_ path: String, count: Int) throws(StorageError) -> [UInt8] {
        let descriptor = try open(path, O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        let got = Glibc.read(descriptor, &bytes, count)
        guard got >= 0 else { throw .system(errno, "reading \(path)") }
        return Array(bytes[..<got])
    }

    /// The path without links and dots, of as much of it as exists.
    public static func realPath(_ path: String) -> String {
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        guard path != "/", path != "." else { return path }
        return realPath(parent(path)) + "/" + (path.split(separator: "/").last.map(String.init) ?? "")
    }

    /// Removes what interrupted writes left in a directory.
    public static func removeTemporaries(_ directory: String) throws(StorageError) {
        for name in try list(directory) where name.hasSuffix(".tmp") { unlink(directory + "/" + name) }
    }

    public static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a directory, sorted, without `.` and `..`.
    public static func list(_ path: String) throws(StorageError) -> [String] {
        guard let directory = opendir(path) else { throw .system(errno, "listing \(path)") }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    public static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func open(_ path: String, _ flags: Int32, _ mode: mode_t = 0) throws(StorageError) -> Int32 {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .system(errno, "opening \(path)") }
        return descriptor
    }

    /// Nil, or the `errno` of the failure.
    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32? {
        bytes.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return count == 0 ? EIO : errno }
                written += count
            }
            return nil
        }
    }

    private static func readAll(_ descriptor: Int32, _ path: String, limit: Int) throws(StorageError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(limit + 1, 64 << 10))
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno, "reading \(path)") }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= limit else {
                throw StorageError(.tooLarge, "\(path) is larger than the limit of \(limit) bytes")
            }
        }
    }
}

/// Keeps this process's secrets out of core dumps and of debuggers.
public func forbidDumps() { cordon_forbid_dumps() }

/// Keeps a second process away from a directory, for as long as it lives: an open file description lock on a file in
/// it, which the kernel drops when the process ends however it ends.
public final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Throws `.inUse`, naming the process that holds it.
    public init(_ path: String) throws(StorageError) {
        let descriptor = try Files.open(path, O_RDWR | O_CREAT, 0o600)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            var text = [UInt8](repeating: 0, count: 32)
            let count = max(0, read(descriptor, &text, text.count))
            close(descriptor)
            guard number == EWOULDBLOCK else { throw .system(number, "locking \(path)") }
            let owner = String(decoding: text[..<count].prefix { $0 != 0x0A }, as: UTF8.self)
            throw StorageError(
                .inUse, "\(Files.parent(path)) is in use by process \(owner): stop it first, or talk to it")
        }
        // For people who meet the lock; nothing depends on it, so a failure to write it is none.
        if ftruncate(descriptor, 0) == 0 { _ = Files.writeAll(descriptor, Array("\(getpid())\n".utf8)) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
