internal import Foundation
internal import Glibc

/// For the signal handler alone, while a passphrase is asked for; written before the handler is in place.
nonisolated(unsafe) private var terminalToRestore: (descriptor: Int32, settings: termios) = (-1, termios())

/// The terminal and standard streams.
enum Terminal {
    /// Asks on the controlling terminal, without echo. Throws when there is none.
    static func askPassphrase(_ prompt: String) throws -> [UInt8] {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else {
            throw CommandFailure(
                """
                No passphrase: there is no terminal to ask on. Use --passphrase-file, --key-file, or, for scripts, \
                the environment variable CORDON_PASSPHRASE.
                """)
        }
        defer { close(terminal) }
        var settings = termios()
        guard tcgetattr(terminal, &settings) == 0 else { throw CommandFailure("The terminal does not answer.") }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        // A signal that ends the program meanwhile must not leave the terminal silent.
        terminalToRestore = (terminal, settings)
        let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
        for number in signals {
            signal(number) { number in
                tcsetattr(terminalToRestore.descriptor, TCSAFLUSH, &terminalToRestore.settings)
                _exit(128 + number)
            }
        }
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer {
            tcsetattr(terminal, TCSAFLUSH, &settings)
            for number in signals { signal(number, SIG_DFL) }
        }
        _ = Glibc.write(terminal, prompt, prompt.utf8.count)
        defer { _ = Glibc.write(terminal, "\n", 1) }
        var line: [UInt8] = []
        line.reserveCapacity(UnlockOptions.maximumPassphraseByteCount + 1)  // never moved, so no copy stays behind
        var byte: UInt8 = 0
        while read(terminal, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
            if line.count <= UnlockOptions.maximumPassphraseByteCount { line.append(byte) }
        }
        return line
    }

    static func printError(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Writes to standard output, or ends the program.
    static func write(_ bytes: [UInt8]) {
        // What was printed before is still in the library's buffer where standard output is no terminal.
        fflush(nil)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress!, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                FileHandle.standardError.write(Data("Error: standard output cannot be written\n".utf8))
                _exit(1)
            }
            sent += count
        }
    }

    static func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        write(Array(try encoder.encode(value)) + [0x0A])
    }

    static func time(_ milliseconds: UInt64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }

    /// Reports progress on standard error while it is a terminal, a few times a second.
    final class Progress {
        private let what: String
        private let visible = isatty(STDERR_FILENO) == 1
        private var last = DispatchTime.now()

        init(_ what: String) { self.what = what }

        func update(_ done: UInt64, _ total: UInt64) {
            let now = DispatchTime.now()
            guard visible, now.uptimeNanoseconds - last.uptimeNanoseconds > 100_000_000 else { return }
            last = now
            let percent = total == 0 ? 100 : done * 100 / total
            FileHandle.standardError.write(Data("\r\u{1B}[K\(what) \(done) of \(total) (\(percent) %)".utf8))
        }

        deinit {
            if visible { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
        }
    }
}

/// In place of the standard library's: a line that does not arrive, on a full disk say, fails the program instead of
/// looking like success.
func print(_ text: some CustomStringConvertible) { Terminal.write(Array("\(text)\n".utf8)) }
