/// A legal entity (ISO 17442-1): `5493001KJTIIGC8Y1R12`, 18 letters and digits and two check digits.
public enum LegalEntityIdentifier: IdentifierScheme {
    public static let name = "lei"
    public static let source = "ISO 17442"

    public static func read(_ text: String) -> IdentifierReading {
        reading(of: text) { characters in
            guard let number = characters.dropping(prefix: "LEI").fitted(to: (.either, 18), (.digit, 2)) else {
                return .malformed(why: "is not 18 letters and digits and two check digits")
            }
            let check = Mod97.checkDigits(of: number[..<18])
            let isRight = number[18...].elementsEqual(check)
            return outcome(number.text, doubt: isRight ? nil : "its check digits would be \(check.text)")
        }
    }
}
