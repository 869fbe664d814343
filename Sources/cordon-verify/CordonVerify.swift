internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import TransparencyLog

/// The auditor's verifier. It holds no key of anybody's and asks nobody: everything it says follows from public keys,
/// which the auditor has from elsewhere, and the log's own files.
@main
struct CordonVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cordon-verify",
        abstract: "Verify a transparency log, or a proof from one, with public keys alone.",
        discussion: """
            cordon-verify DIRECTORY --vkey VKEY [--state FILE]   a log that was exported or carried on a stick
            cordon-verify https://HOST/LOG --policy FILE         a log that is served
            cordon-verify LOG --vkey VKEY --release VKEY         an exchange log, with what is in its entries
            cordon-verify proof FILE --vkey VKEY                 a single entry's proof

            A directory that is called "log" or "proof" is written ./log or ./proof. `cordon-verify help log` \
            explains the options.

            Exit codes:
              0   good: everything that was asked for was checked and holds
              1   integrity failure: something does not hold, and what it is is said
              64  wrong usage; a vkey, policy, state or proof file that cannot be read
              69  unreachable: the log could not be read, so nothing is known
              73  good, but the state file could not be written
            """,
        version: "0.1.0",
        subcommands: [LogCommand.self, ProofCommand.self],
        defaultSubcommand: LogCommand.self)
}

/// Whom to believe.
struct TrustOptions: ParsableArguments {
    @Option(
        help: """
            The log's public key, as a verifier key (C2SP signed-note); may be repeated for a log whose key has changed.
            """)
    var vkey: [String] = []

    @Option(help: "A file with the logs, witnesses and quorum to believe (C2SP tlog-policy).")
    var policy: String?

    func read() throws -> TrustPolicy {
        switch (vkey.isEmpty, policy) {
        case (false, nil):
            do throws(TransparencyLogError) {
                var logs: [LogVerifier] = []
                for vkey in vkey { logs.append(try LogVerifier(VerifierKey(parsing: vkey))) }
                return TrustPolicy(logs: logs)
            } catch {
                throw ValidationError("--vkey: \(error)")
            }
        case (true, let path?):
            let bytes = try InputFile.read(path, limit: TrustPolicy.maximumByteCount)
            do {
                let policy = try TrustPolicy(parsing: bytes)
                guard !policy.logs.isEmpty else { throw ValidationError("\(path) names no log.") }
                return policy
            } catch let error as TransparencyLogError {
                throw ValidationError("\(path): \(error)")
            }
        default:
            throw ValidationError("Whose signature should it bear? Give either --vkey VKEY or --policy FILE.")
        }
    }
}

/// How a verification ended, as its exit code.
enum Outcome: String, Encodable {
    case good
    case integrityFailure = "integrity-failure"
    case unreachable
    case goodButNotRemembered = "good-but-not-remembered"

    var exitCode: ExitCode {
        switch self {
        case .good: ExitCode(0)
        case .integrityFailure: ExitCode(1)
        case .unreachable: ExitCode(69)
        case .goodButNotRemembered: ExitCode(73)
        }
    }
}

/// Small files that the caller names.
enum InputFile {
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        do {
            return try DirectorySource.read(file: path, limit: limit)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}

enum Output {
    static func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Writes to standard output, or ends the program.
    static func write(_ bytes: [UInt8]) {
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

    /// What signers say may be no time that a calendar has.
    static func time(seconds: UInt64) -> String {
        guard seconds < 253_402_300_800 else { return "after the year 9999" }
        return Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }

    static func time(milliseconds: UInt64) -> String { time(seconds: milliseconds / 1000) }
}

/// In place of the standard library's: a line that does not arrive, on a full disk say, fails the program instead of
/// looking like success.
func print(_ text: some CustomStringConvertible) { Output.write(Array("\(text)\n".utf8)) }
