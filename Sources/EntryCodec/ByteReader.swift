internal import Cryptography

/// Reads fields of fixed order from the front. Every read is nil when too few bytes are left; nothing traps.
package struct ByteReader {
    private var rest: ArraySlice<UInt8>

    package init(_ bytes: [UInt8]) { rest = bytes[...] }

    package var isAtEnd: Bool { rest.isEmpty }
    package var remaining: ArraySlice<UInt8> { rest }

    /// `count` is not negative.
    package mutating func bytes(_ count: Int) -> [UInt8]? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// A big-endian integer of the type's width.
    package mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_: T.Type) -> T? {
        bytes(T.bitWidth / 8).flatMap { T(bigEndianBytes: $0) }
    }
}
