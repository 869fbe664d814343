internal import Foundation
internal import Glibc

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
        // Keys arrive one by one meanwhile, Ctrl-C too, so that the terminal is never left silent.
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO | ISIG | ICANON)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer { tcsetattr(terminal, TCSAFLUSH, &settings) }
        _ = Glibc.write(terminal, prompt, prompt.utf8.count)
        defer { _ = Glibc.write(terminal, "\n", 1) }
        var line: [UInt8] = []
        line.reserveCapacity(UnlockOptions.maximumPassphraseByteCount + 1)  // never moved, so no copy stays behind
        var byte: UInt8 = 0
        while read(terminal, &byte, 1) == 1 {
            switch byte {
            case 0x03: throw CommandFailure("Cancelled; nothing was done.")  // Ctrl-C
            case 0x04, 0x0A, 0x0D: return line  // Ctrl-D, Enter
            case 0x08, 0x7F: line.removeLast(min(1, line.count))  // Backspace
            case 0x15: line.removeAll(keepingCapacity: true)  // Ctrl-U
            default: if line.count <= UnlockOptions.maximumPassphraseByteCount { line.append(byte) }
            }
        }
        return line
    }

    static func printError(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Writes bytes to standard output as they are.
    static func write(_ bytes: [UInt8]) {
        FileHandle.standardOutput.write(Data(bytes))
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
