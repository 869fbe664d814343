public import Customs

/// Why a command was refused. Equality is by code; the reason is for people and holds no content of a case.
public struct CaseError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// There is no such thing, or not for this officer.
        case notFound = "not-found"
        /// The officer's role, or the case's own list, does not allow it.
        case forbidden
        /// Something in the request is impossible; `findings` says what.
        case invalid
        /// The case is not in a state that allows it.
        case conflict
        /// The case was changed since it was read.
        case changed
        /// It takes a second officer: ask for it.
        case needsSecondOfficer = "needs-second-officer"
        /// The officer could not be told to be who they claim to be.
        case unauthenticated
        /// Too many wrong attempts: later.
        case lockedOut = "locked-out"
        /// A limit is reached; the reason names it.
        case tooLarge = "too-large"
        /// The node has too much to do: later.
        case overloaded
    }

    public let code: Code
    public let reason: String
    public let findings: [Finding]
    /// The version that the case has now, for `changed`.
    public let version: UInt64?

    public init(_ code: Code, _ reason: String, findings: [Finding] = [], version: UInt64? = nil) {
        self.code = code
        self.reason = reason
        self.findings = findings
        self.version = version
    }

    /// One field that is impossible.
    public static func invalid(_ pointer: String, _ message: String) -> CaseError {
        CaseError(.invalid, message, findings: [Finding(.reject, pointer, "invalid", message)])
    }

    public static func == (a: Self, b: Self) -> Bool { a.code == b.code }
    public var description: String { reason }
}
