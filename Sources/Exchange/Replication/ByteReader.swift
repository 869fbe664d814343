internal import Cryptography

/// Reads a byte string from the front. Every step either succeeds whole or gives nil.
struct ByteReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_: T.Type) -> T? {
        take(T.bitWidth / 8).flatMap { T(bigEndianBytes: $0) }
    }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, bytes.count - offset >= count else { return nil }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    /// Up to the next newline, which is taken as well. Nil when there is none within `limit` bytes, or not UTF-8.
    mutating func line(limit: Int) -> String? {
        let end = min(bytes.count, offset + limit + 1)
        guard let newline = bytes[offset..<end].firstIndex(of: UInt8(ascii: "\n")),
            let line = String(validating: bytes[offset..<newline], as: UTF8.self)
        else { return nil }
        offset = newline + 1
        return line
    }

    mutating func rest() -> [UInt8] {
        defer { offset = bytes.count }
        return Array(bytes[offset...])
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
