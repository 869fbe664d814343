/// What validation has to say of one field. Equality is over all of it.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
    public enum Strength: Int, Comparable, Sendable, CaseIterable {
        /// Worth a look: something that is usually given, or given otherwise.
        case hint
        /// Doubtful, and kept as it was written: real documents carry wrong check digits.
        case warn
        /// Impossible, or unreadable: nothing is taken.
        case reject

        public var name: String { "\(self)" }
        public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    public let strength: Strength
    /// The field, as a JSON Pointer into the document (RFC 6901): `/goods/0/hsCode`. Empty for the whole of it.
    public let pointer: String
    /// Stable, for programs: `check-digit`, `unknown-code`, `missing`.
    public let code: String
    /// For people. Says what to do; repeats no content that is not in the field itself.
    public let message: String

    public init(_ strength: Strength, _ pointer: String, _ code: String, _ message: String) {
        self.strength = strength
        self.pointer = pointer
        self.code = code
        self.message = message
    }

    public var description: String { "\(strength.name) \(pointer): \(message)" }
}
