/// A freight container (ISO 6346): `CSQU3054383`, owner code CSQ, category U, serial number 305438, check digit 3.
public enum ContainerNumber: IdentifierScheme {
    public static let name = "container"
    public static let source = "ISO 6346"

    /// Ten characters, the check digit left out, are doubtful and stay ten.
    public static func read(_ text: String) -> IdentifierReading {
        reading(of: text) { characters in
            let isWhole = characters.count == 11
            guard let number = characters.fitted(to: (.letter, 4), (.digit, isWhole ? 7 : 6)) else {
                return .malformed(why: "is not four letters and seven digits")
            }
            let check = checkDigit(of: number[..<10])
            if !isWhole {
                return .doubtful(number.text, why: "has no check digit, which would be \(check)")
            }
            guard number[10].digitValue == check else {
                return .doubtful(number.text, why: "its check digit would be \(check)")
            }
            guard "UJZ".utf8.contains(number[3]) else {
                return .doubtful(number.text, why: "its fourth letter is not U, J or Z")
            }
            return .valid(number.text)
        }
    }

    /// ISO 6346 annex A: letters count from 10 upwards without the multiples of 11, places double from 1, the sum is
    /// taken modulo 11 and 10 is written 0. So a wrong character may go unnoticed where the remainder is 0 or 10.
    static func checkDigit(of characters: some Collection<UInt8>) -> Int {
        let values = characters.map { byte in
            let value = byte.alphanumericValue
            return value < 10 ? value : value + (value - 1) / 10
        }
        return weightedSum(values, (0..<10).map { 1 << $0 }) % 11 % 10
    }
}
