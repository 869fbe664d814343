internal import ArgumentParser
internal import Schema

/// Why a command against a node's server did not do what it was asked, and the exit code that says so to a script.
struct ClientFailure: Error, CustomStringConvertible {
    enum Kind: Sendable {
        /// The node, or this program, refused or failed: 1.
        case refused
        /// The server cannot be reached, or went away before it answered: 69, EX_UNAVAILABLE.
        case unreachable
        /// Nobody is signed in, or whoever is may not do this: 77, EX_NOPERM.
        case forbidden
    }

    let kind: Kind
    let reason: String
    /// Of the answer; 0 where there was none.
    var status: UInt = 0
    /// What is wrong, field by field.
    var findings: [FindingView] = []

    init(_ kind: Kind, _ reason: String, status: UInt = 0, findings: [FindingView] = []) {
        self.kind = kind
        self.reason = reason
        self.status = status
        self.findings = findings
    }

    var exitCode: ExitCode {
        switch kind {
        case .refused: .failure
        case .unreachable: ExitCode(69)
        case .forbidden: ExitCode(77)
        }
    }

    /// Whether the same request may go through a little later.
    var isPassing: Bool { kind == .unreachable || status == 503 || status == 429 }

    var description: String { reason }

    /// The reason, then each field on a line of its own: `/goods/0/hsCode: …`.
    func report() {
        Terminal.printError("Error: \(Display.safe(reason))")
        for finding in findings { Terminal.printError(Display.line(finding)) }
    }

    static let exitCodes = """
        Exit codes: 0 done; 1 refused or failed, with the reason on standard error and each field that is wrong on a \
        line of its own; 64 wrong usage; 69 the server cannot be reached; 77 not signed in, or not allowed.
        """
}
