/// What a scheme makes of a number as someone wrote it down.
public enum IdentifierReading: Hashable, Sendable {
    /// In the scheme's one spelling, check digits and all.
    case valid(String)
    /// Readable, but its check digit is wrong or something else speaks against it: the scheme's one spelling, and why.
    case doubtful(String, why: String)
    /// Not a number of this scheme: why.
    case malformed(why: String)

    /// The scheme's one spelling, where there is one.
    public var normalised: String? {
        switch self {
        case .valid(let text), .doubtful(let text, _): text
        case .malformed: nil
        }
    }
}

/// A scheme of numbers that things or people are known by.
///
/// `read` accepts the spellings that people use (spaces, dashes, dots, lower case, full-width digits) and
/// look-alike characters where the scheme leaves no doubt which is meant; it never traps, and looks at no more than
/// `maximumIdentifierInputByteCount` bytes.
public protocol IdentifierScheme: Sendable {
    /// As it appears in documents and search terms: `container`, `imo`, `vin`.
    static var name: String { get }
    /// The standard that defines it.
    static var source: String { get }
    static func read(_ text: String) -> IdentifierReading
}

/// Longer than any identifier is written.
public let maximumIdentifierInputByteCount = 256
