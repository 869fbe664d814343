/// A ship (IMO Resolution A.1117(30)): `9074729`, written after the letters IMO.
public enum IMONumber: IdentifierScheme {
    public static let name = "imo"
    public static let source = "IMO Resolution A.1117(30)"

    public static func read(_ text: String) -> IdentifierReading {
        reading(of: text) { characters in
            guard let number = characters.dropping(prefix: "IMO").dropping(prefix: "NO").fitted(to: (.digit, 7)) else {
                return .malformed(why: "is not IMO and seven digits")
            }
            // The last digit of the sum of the first six times 7 to 2. Of wrong digits it misses those that are five
            // off under an even weight.
            let check = weightedSum(number.map(\.digitValue), (2...7).reversed()) % 10
            guard number[6].digitValue == check else {
                return .doubtful(number.text, why: "its check digit would be \(check)")
            }
            return outcome(number.text, doubt: number[0] == UInt8(ascii: "0") ? "no ship's number begins with 0" : nil)
        }
    }
}
