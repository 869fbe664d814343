/// A place of trade or transport (UN/LOCODE, UN/ECE Recommendation 16): `VNSGN`, country and three characters. Which
/// places there are is for a list to say; this knows the form.
public struct UNLocode: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let country: CountryCode
    /// Three letters or digits.
    public let place: String

    /// Accepts a space and any case. Recommendation 16 rules out the digits 0 and 1 for looking like letters; the list
    /// has places with a 0 all the same, so only the 1 is refused.
    public init?(_ text: String) {
        guard let code = CodeTable.folded(text, 5...5), let country = CountryCode(String(code.prefix(2))),
            !code.utf8.contains(UInt8(ascii: "1"))
        else { return nil }
        self.country = country
        place = String(code.dropFirst(2))
    }

    /// Without a space.
    public var text: String { country.text + place }
    public var description: String { text }

    public static func < (a: Self, b: Self) -> Bool { a.text < b.text }
}
