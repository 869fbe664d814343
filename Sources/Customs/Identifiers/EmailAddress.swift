/// A mailbox (RFC 5321 section 4.1.2): `Nguyen.An@customs.example`, the domain in lower case, the local part as written.
/// No quoted local parts, no address literals, nothing beyond ASCII.
public enum EmailAddress: IdentifierScheme {
    public static let name = "email"
    public static let source = "RFC 5321"

    /// RFC 5321 section 4.5.3.1: 64 bytes before the sign, 254 for the whole path without its brackets.
    static let maximumLocalByteCount = 64
    static let maximumByteCount = 254

    public static func read(_ text: String) -> IdentifierReading {
        if let why = refusal(of: text) { return .malformed(why: why) }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let isFullWidth = (0xFF01...0xFF5E).contains(scalar.value)
            bytes.append(isFullWidth ? UInt8(scalar.value - 0xFEE0) : scalar.isASCII ? UInt8(scalar.value) : 0)
        }
        var address = bytes[...]
        while let last = address.last, isSpace(last) { address.removeLast() }
        while let first = address.first, isSpace(first) { address.removeFirst() }
        if address.prefix(7).map(\.capital).elementsEqual("MAILTO:".utf8) { address.removeFirst(7) }

        let parts = address.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2 else { return .malformed(why: "is not a name, @ and a domain") }
        guard isLocalPart(parts[0]) else { return .malformed(why: "its part before @ is not a mail name") }
        guard isDomain(parts[1]) else { return .malformed(why: "its part after @ is not a domain") }
        guard address.count <= maximumByteCount else { return .malformed(why: "is longer than 254 bytes") }
        return .valid(parts[0].text + "@" + parts[1].text.lowercased())
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { byte.isASCIILetter || byte.isASCIIDigit }

    /// A dot-atom (RFC 5322 section 3.2.3).
    private static func isLocalPart(_ part: ArraySlice<UInt8>) -> Bool {
        part.count <= maximumLocalByteCount
            && part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.allSatisfy { isAlphanumeric($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
            }
    }

    /// Two labels or more (RFC 1035 section 2.3.1), the last with a letter.
    private static func isDomain(_ part: ArraySlice<UInt8>) -> Bool {
        let labels = part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let hyphen = UInt8(ascii: "-")
        return labels.count >= 2 && labels.last!.contains(where: \.isASCIILetter)
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                    && label.allSatisfy { isAlphanumeric($0) || $0 == hyphen }
            }
    }
}
