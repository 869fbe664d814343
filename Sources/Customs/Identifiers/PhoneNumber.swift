/// A telephone number (ITU-T E.164): `+84912345678`. A national number, without country code, is doubtful.
public enum PhoneNumber: IdentifierScheme {
    public static let name = "phone"
    public static let source = "ITU-T E.164"

    /// E.164 section 6: fifteen at most. Fewer than five are a short code, which says nothing about a person.
    static let digitCounts = 5...15
    /// The shortest that anyone can dial from abroad.
    static let minimumInternationalDigitCount = 7

    public static func read(_ text: String) -> IdentifierReading {
        if let why = refusal(of: text) { return .malformed(why: why) }
        let foreign = IdentifierReading.malformed(why: "has a character that is on no telephone")
        guard let folded = Folding.ascii(text) else { return foreign }
        var rest = folded[...]
        if rest.prefix(4).map(\.capital).elementsEqual("TEL:".utf8) { rest.removeFirst(4) }
        var isInternational = rest.first == UInt8(ascii: "+")
        if isInternational { rest.removeFirst() }

        var digits: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            // The trunk prefix in `+44 (0)20 7946 0958` is not dialled from abroad.
            case UInt8(ascii: "(") where isInternational && !digits.isEmpty && rest.starts(with: "0)".utf8):
                rest.removeFirst(2)
            case UInt8(ascii: "("), UInt8(ascii: ")"): continue
            case _ where Folding.isSeparator(byte): continue
            case _ where byte.isASCIIDigit: digits.append(byte)
            default: return foreign
            }
        }
        if !isInternational, digits.starts(with: "00".utf8) {
            isInternational = true
            digits.removeFirst(2)
        }
        guard digitCounts.contains(digits.count) else {
            return .malformed(why: "is not \(digitCounts.lowerBound) to \(digitCounts.upperBound) digits")
        }
        guard isInternational else { return .doubtful(digits.text, why: "has no country code") }
        let doubt =
            countryCode(of: digits) == nil
            ? "begins with no country code"
            : digits.count < minimumInternationalDigitCount ? "is too short to be dialled from abroad" : nil
        return outcome("+" + digits.text, doubt: doubt)
    }

    /// Of an international number's digits.
    static func countryCode(of digits: [UInt8]) -> Int? {
        var code = 0
        for byte in digits.prefix(3) {
            code = code * 10 + byte.digitValue
            if countryCodes.contains(code) { return code }
        }
        return nil
    }

    /// Assigned by the ITU (Annex to Operational Bulletin 1114, "List of Recommendation ITU-T E.164 assigned country
    /// codes"), global services included. No code is the beginning of another.
    private static let countryCodes: Set<Int> = {
        let ranges = """
            1 7 20 27 30-34 36 39-41 43-49 51-58 60-66 81-82 84 86 90-95 98
            211-213 216 218 220-258 260-269 290-291 297-299 350-359 370-383 385-387 389 420-421 423 500-509 590-599
            670 672-683 685-692 800 808 850 852-853 855-856 870 878 880-883 886 888 960-968 970-977 979 992-996 998
            """
        return Set(
            ranges.split { $0 == " " || $0 == "\n" }.flatMap { range in
                let ends = range.split(separator: "-").compactMap { Int($0) }
                return ends[0]...ends[ends.count - 1]
            })
    }()
}
