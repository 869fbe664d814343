/// A postal item (UPU S10): `RA123456785VN`, service indicator, serial number, check digit, country.
public enum PostalItemNumber: IdentifierScheme {
    public static let name = "postal-item"
    public static let source = "UPU S10"

    public static func read(_ text: String) -> IdentifierReading {
        reading(of: text) { characters in
            guard let number = characters.fitted(to: (.letter, 2), (.digit, 9), (.letter, 2)) else {
                return .malformed(why: "is not two letters, nine digits and two letters")
            }
            let check = checkDigit(of: number[2..<10])
            guard number[10].digitValue == check else {
                return .doubtful(number.text, why: "its check digit would be \(check)")
            }
            let country = number[11...].text
            return outcome(number.text, doubt: CountryCode(country) == nil ? "\(country) is no country" : nil)
        }
    }

    /// 11 minus the sum modulo 11, where 10 is written 0 and 11 is written 5: a wrong digit goes unnoticed when it
    /// turns remainder 0 into 6 or back.
    static func checkDigit(of serial: some Collection<UInt8>) -> Int {
        let check = 11 - weightedSum(serial.map(\.digitValue), [8, 6, 4, 2, 3, 5, 9, 7]) % 11
        return check == 10 ? 0 : check == 11 ? 5 : check
    }
}
