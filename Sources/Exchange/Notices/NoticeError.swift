public import Customs

/// Why a notice was refused. Equality is by code; the reason is for people and holds nothing of the notice.
public struct NoticeError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// Not a message of the schema.
        case malformed
        /// More bytes than a notice may have.
        case tooLarge
        /// No kind of notice that is known here.
        case unknownKind
        /// Something in it is impossible; `findings` says what.
        case invalid
        /// It changes a notice that is not its sender's.
        case notOriginator
        /// It is not about this notice.
        case wrongSubject
        /// This cannot happen to a request, or a received notice, as it is now.
        case illegalTransition
    }

    public let code: Code
    public let reason: String
    public let findings: [Finding]

    public init(_ code: Code, _ reason: String, findings: [Finding] = []) {
        self.code = code
        self.reason = reason
        self.findings = findings
    }

    public static func == (a: Self, b: Self) -> Bool { a.code == b.code }
    public var description: String { reason }
}
