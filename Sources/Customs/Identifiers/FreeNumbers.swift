/// Seals, documents, serial numbers: whatever its issuer liked. Capital letters (of any script) and digits, 3 to 64.
public enum ReferenceNumber: IdentifierScheme {
    public static let name = "reference"
    public static let source = "no standard"

    public static func read(_ text: String) -> IdentifierReading { freeReading(of: text, 3...64) }
}

/// A vehicle's plate, without its country: `51F12345`, `A123BC77`, `京A12345`. 2 to 16 letters and digits.
public enum VehiclePlate: IdentifierScheme {
    public static let name = "plate"
    public static let source = "no standard; Convention on Road Traffic (1968), annex 2, asks for Latin letters abroad"

    public static func read(_ text: String) -> IdentifierReading { freeReading(of: text, 2...16) }
}

/// A passport, identity card or visa (ICAO Doc 9303-3 section 4.7: capital letters and digits), 3 to 20: national
/// numbers are longer than the nine characters of a machine-readable zone.
public enum TravelDocumentNumber: IdentifierScheme {
    public static let name = "travel-document"
    public static let source = "ICAO Doc 9303-3"

    public static func read(_ text: String) -> IdentifierReading {
        // `<` fills the number up in a machine-readable zone.
        freeReading(of: text, 3...20) { $0 == "<" }
    }
}

extension IdentifierScheme {
    fileprivate static func freeReading(
        of text: String, _ lengths: ClosedRange<Int>, without isFiller: (Unicode.Scalar) -> Bool = { _ in false }
    ) -> IdentifierReading {
        if let why = refusal(of: text) { return .malformed(why: why) }
        if let characters = Folding.alphanumericsOfASCII(text, without: isFiller) {
            return lengths.contains(characters.count) ? .valid(characters.text) : .malformed(why: length(lengths))
        }
        guard let characters = Folding.alphanumericsOfAnyScript(text.unicodeScalars.filter { !isFiller($0) }) else {
            return .malformed(why: "has a character that is neither a letter, a digit nor a separator")
        }
        guard lengths.contains(characters.count) else { return .malformed(why: length(lengths)) }
        return .valid(String(String.UnicodeScalarView(characters)))
    }

    private static func length(_ lengths: ClosedRange<Int>) -> String {
        "is not \(lengths.lowerBound) to \(lengths.upperBound) letters and digits"
    }
}
