/// A motor vehicle (ISO 3779; check digit by 49 CFR 565.15): `1M8GDM9AXKP042788`, 17 characters without I, O and Q.
public enum VIN: IdentifierScheme {
    public static let name = "vin"
    public static let source = "ISO 3779, 49 CFR 565"

    public static func read(_ text: String) -> IdentifierReading {
        reading(of: text) { characters in
            let characters = characters.dropping(prefix: "VIN")
            guard characters.count == 17 else { return .malformed(why: "is not 17 characters") }
            let number = characters.map { byte in
                switch byte {
                case UInt8(ascii: "I"): UInt8(ascii: "1")
                case UInt8(ascii: "O"), UInt8(ascii: "Q"): UInt8(ascii: "0")
                default: byte
                }
            }
            let sum = weightedSum(number.map(value), [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]) % 11
            let check = sum == 10 ? "X" : "\(sum)"
            guard number[8...8].text == check else {
                // North America (1 to 5) and China (L) require it.
                let isRequired = "12345L".utf8.contains(number[0])
                return .doubtful(
                    number.text,
                    why: isRequired
                        ? "its check digit, the ninth character, would be \(check)"
                        : "its ninth character is no check digit; many makers, most in Europe, write none")
            }
            return .valid(number.text)
        }
    }

    /// 49 CFR 565.15(c)(4), table III: A to H are 1 to 8, J to R 1 to 9 (no O, no Q), S to Z 2 to 9.
    private static func value(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "H"): Int(byte) - 0x40
        case UInt8(ascii: "J")...UInt8(ascii: "R"): Int(byte) - 0x49
        case UInt8(ascii: "S")...UInt8(ascii: "Z"): Int(byte) - 0x51
        default: byte.digitValue
        }
    }
}
