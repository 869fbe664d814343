import Foundation
import Synchronization

/// A program that is running, started so that it inherits nothing but its three streams: tests run in parallel, and a
/// stream that another test's program holds open never ends.
public final class Program: @unchecked Sendable {
    public struct Result: Sendable {
        /// The exit code, or the signal's number negated.
        public let status: Int32
        public let output: String
        public let errors: String
    }

    public let processID: Int32
    private let input: Int32
    private let inputIsOpen = Mutex(true)
    // Written by the reading threads.
    private let collected = Mutex<(output: Data, errors: Data)>((Data(), Data()))
    private let readers = DispatchGroup()

    /// Starts a program of this package, or whatever `name` is the path of, with only the named variables in its
    /// environment. `prefix` is a command to run it under; with an empty `name`, the command itself.
    public init(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], prefix: [String] = []
    ) throws {
        let program = name.isEmpty ? [] : [name.hasPrefix("/") ? name : Places.program(name)]
        let command = prefix + program + arguments
        let variables = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"].merging(environment) { $1 }
        let (childInput, parentInput) = try Self.pipe()
        let (parentOutput, childOutput) = try Self.pipe()
        let (parentErrors, childErrors) = try Self.pipe()
        defer { for descriptor in [childInput, childOutput, childErrors] { close(descriptor) } }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in [childInput, childOutput, childErrors].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        // Threads of this process block signals, and a child would inherit that: it could not even be told to end.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var pipe = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &pipe)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var cArguments = command.map { strdup($0) } + [nil]
        var cVariables = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { (cArguments + cVariables).forEach { free($0) } }
        signal(SIGPIPE, SIG_IGN)
        var process: pid_t = 0
        let failure = posix_spawnp(&process, command[0], &actions, &attributes, &cArguments, &cVariables)
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .ENOENT) }
        processID = process
        input = parentInput
        read(parentOutput) { data, all in all.output += data }
        read(parentErrors) { data, all in all.errors += data }
    }

    /// Socket pairs, since a pipe cannot be made to close on exec in one step here.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw POSIXError(.EMFILE) }
        return (ends[0], ends[1])
    }

    private func read(
        _ descriptor: Int32, _ add: @escaping @Sendable (ArraySlice<UInt8>, inout (output: Data, errors: Data)) -> Void
    ) {
        readers.enter()
        Thread { [self] in
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = Foundation.read(descriptor, &chunk, chunk.count)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { break }
                collected.withLock { add(chunk[..<count], &$0) }
            }
            close(descriptor)
            readers.leave()
        }.start()
    }

    /// What it has printed so far.
    public var outputSoFar: String { collected.withLock { String(decoding: $0.output, as: UTF8.self) } }

    /// Returns once it has printed `count` lines, or has ended.
    public func waitForLines(_ count: Int) {
        while outputSoFar.utf8.count(where: { $0 == 0x0A }) < count, readers.wait(timeout: .now()) == .timedOut {
            usleep(5_000)
        }
    }

    /// False once it reads no more.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Foundation.write(input, $0.baseAddress!, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    public func closeInput() {
        let wasOpen = inputIsOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { close(input) }
    }

    public func kill() { Foundation.kill(processID, SIGKILL) }
    public func terminate() { Foundation.kill(processID, SIGTERM) }

    /// Ends its input and returns when it has ended.
    public func wait() -> Result {
        closeInput()
        readers.wait()
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return collected.withLock { all in
            Result(
                status: signal == 0 ? status >> 8 & 0xFF : -signal, output: String(decoding: all.output, as: UTF8.self),
                errors: String(decoding: all.errors, as: UTF8.self))
        }
    }

    /// Runs it to its end.
    public static func run(
        _ name: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
        prefix: [String] = []
    ) throws -> Result {
        let program = try Program(name, arguments, environment: environment, prefix: prefix)
        // A program that refuses does not read what it is given; that is no failure of the test.
        if !input.isEmpty { program.send(input) }
        return program.wait()
    }
}
