internal import ArgumentParser
internal import Foundation
internal import TransparencyLog

/// The auditor's verifier. It holds no key of anybody's and asks nobody: everything it says follows from public keys,
/// which the auditor has from elsewhere, and the log's own files.
@main
struct CordonVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cordon-verify",
        abstract: "Verify a transparency log, or a proof from one, with public keys alone.",
        discussion: """
            cordon-verify DIRECTORY --vkey VKEY        a log that was exported or carried on a stick
            cordon-verify https://HOST/LOG --policy F  a log that is served
            cordon-verify proof FILE --vkey VKEY       a single entry's proof

            Exit codes:
              0   good: everything that was asked for was checked and holds
              1   integrity failure: something does not hold, and what it is is said
              64  wrong usage
              69  unreachable: the log or a file could not be read, so nothing is known
            """,
        version: "0.1.0",
        subcommands: [LogCommand.self, ProofCommand.self],
        defaultSubcommand: LogCommand.self)
}

/// Whom to believe.
struct TrustOptions: ParsableArguments {
    @Option(help: "The log's public key, as a verifier key (C2SP signed-note).")
    var vkey: String?

    @Option(help: "A file with the logs, witnesses and quorum to believe (C2SP tlog-policy).")
    var policy: String?

    func read() throws -> TrustPolicy {
        switch (vkey, policy) {
        case (let vkey?, nil):
            do throws(TransparencyLogError) {
                return TrustPolicy(log: try LogVerifier(VerifierKey(parsing: vkey)))
            } catch {
                throw ValidationError("--vkey: \(error)")
            }
        case (nil, let path?):
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

    var exitCode: ExitCode {
        switch self {
        case .good: ExitCode(0)
        case .integrityFailure: ExitCode(1)
        case .unreachable: ExitCode(69)
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

    static func time(seconds: UInt64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }
}
