/// What cards, statements and agreements are refused with. Equality is by code; the reason is for people and holds
/// nothing of what was refused.
public struct TrustError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// Not a signed note at all.
        case malformedNote
        /// The text is not that of the statement it should be, or not in its one form; `line` says where.
        case malformedStatement
        /// A name, number, key or list in it is not allowed; `line` says where.
        case badValue
        /// A well-formed statement about another authority or agreement than the one it was taken for.
        case wrongSubject
        /// A signature of a known key that is not that key's over this text.
        case badSignature
        /// A signature that is needed is not there.
        case missingSignature
        /// A signature of somebody who has none to give.
        case strangeSignature
        /// A statement that was taken before, or an older one.
        case replayed
        /// A statement behind one that is missing.
        case outOfOrder
        /// What it says contradicts what is known.
        case conflict
        /// The authority has never named such a key.
        case unknownKey
        /// The key is not in force yet.
        case keyNotYet
        /// The key's time is over.
        case keyEnded
        /// The key was revoked before.
        case keyRevoked
        /// Nothing can be sealed: there are no epoch keys, or the last of them has ended.
        case noEpochKey
        /// The partner's log was not looked at for too long: a revocation might have been missed.
        case directoryStale
        /// No such agreement is known.
        case unknownAgreement
        /// A limit is reached; the reason names it.
        case tooMany
        /// A short form or fingerprint that is not well-formed.
        case malformedShortForm
    }

    public let code: Code
    /// The line of the statement's text, from 1.
    public let line: Int?
    public let reason: String

    public init(_ code: Code, line: Int? = nil, _ reason: String) {
        self.code = code
        self.line = line
        self.reason = reason
    }

    public static func == (a: Self, b: Self) -> Bool { a.code == b.code }
    public var description: String { line.map { "line \($0): \(reason)" } ?? reason }
}
