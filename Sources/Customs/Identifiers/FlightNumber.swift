/// A flight (IATA Resolution 762, SSIM chapter 2; ICAO Doc 8585): `VN54`, `HVN54`, `U28412A`. The airline's designator
/// (two characters of IATA or three letters of ICAO), a number without leading zeros, perhaps a suffix.
public enum FlightNumber: IdentifierScheme {
    public static let name = "flight"
    public static let source = "IATA Resolution 762, ICAO Doc 8585"

    public static func read(_ text: String) -> IdentifierReading {
        reading(of: text) { characters in
            let isICAO = characters.count > 3 && characters[..<3].allSatisfy(\.isASCIILetter)
            let designator = characters.prefix(isICAO ? 3 : 2)
            let digits = characters[designator.count...].prefix { $0.isASCIIDigit }
            let suffix = characters[digits.endIndex...]
            guard designator.contains(where: \.isASCIILetter), (1...4).contains(digits.count), suffix.count <= 1 else {
                return .malformed(why: "is not an airline's two or three characters and one to four digits")
            }
            let number = digits.drop { $0 == UInt8(ascii: "0") }
            guard !number.isEmpty else { return .malformed(why: "no flight is numbered 0") }
            return .valid((designator + number + suffix).text)
        }
    }
}
