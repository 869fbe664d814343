/// An air waybill (IATA Resolution 600a): `020-12345675`, airline prefix, serial number, and that modulo 7.
public enum AirWaybill: IdentifierScheme {
    public static let name = "awb"
    public static let source = "IATA Resolution 600a"

    public static func read(_ text: String) -> IdentifierReading {
        reading(of: text) { characters in
            guard let number = characters.dropping(prefix: "AWB").fitted(to: (.digit, 11)) else {
                return .malformed(why: "is not eleven digits")
            }
            let check = number[3..<10].reduce(0) { $0 * 10 + $1.digitValue } % 7
            return outcome(
                "\(number[..<3].text)-\(number[3...].text)",
                doubt: number[10].digitValue == check ? nil : "its check digit would be \(check)")
        }
    }
}
