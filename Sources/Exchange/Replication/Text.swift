internal import EntryCodec

extension ByteReader {
    /// Up to the next newline, which is taken as well. Nil when there is none within `limit` bytes, or not UTF-8.
    mutating func line(limit: Int) -> String? {
        let start = remaining.prefix(limit + 1)
        guard let newline = start.firstIndex(of: UInt8(ascii: "\n")),
            let line = String(validating: start[..<newline], as: UTF8.self)
        else { return nil }
        _ = bytes(newline + 1 - start.startIndex)
        return line
    }
}

/// Decimal numbers as the C2SP formats write them: ASCII digits, no leading zero but in "0" itself.
enum DecimalText {
    static func parse(_ text: some StringProtocol) -> UInt64? {
        guard let first = text.utf8.first, text.utf8.count == 1 || first != UInt8(ascii: "0"),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return UInt64(text)
    }
}

extension String {
    /// Swift's `==` takes two spellings of one text for equal; origins are bytes.
    func isSameOrigin(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
