/// A chemical substance (CAS Registry Number, cas.org "Check Digit Verification"): `107-07-3`.
public enum CASNumber: IdentifierScheme {
    public static let name = "cas"
    public static let source = "CAS Registry"

    /// Leading zeros, which old databases pad with, are dropped.
    public static func read(_ text: String) -> IdentifierReading {
        reading(of: text) { characters in
            let bare = characters.dropping(prefix: "CAS").dropping(prefix: "RN").dropping(prefix: "NO")
            guard bare.count <= 10, let padded = bare.fitted(to: (.digit, bare.count)) else {
                return .malformed(why: "is not five to ten digits")
            }
            let number = padded.drop { $0 == UInt8(ascii: "0") }
            guard number.count >= 5, let last = number.last else {
                return .malformed(why: "is not five to ten digits")
            }
            // From right to left, the digits before the last times 1, 2, 3 and so on, modulo 10.
            let check = weightedSum(number.dropLast().reversed().map(\.digitValue), 1...) % 10
            let parts = [number.dropLast(3), number.suffix(3).dropLast(), number.suffix(1)]
            return outcome(
                parts.map(\.text).joined(separator: "-"),
                doubt: last.digitValue == check ? nil : "its check digit would be \(check)")
        }
    }
}
