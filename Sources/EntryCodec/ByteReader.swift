internal import Cryptography

/// Reads fields of fixed order from the front. Every read is nil when too few bytes are left; nothing traps.
package struct ByteReader {
    @usableFromInline var rest: ArraySlice<UInt8>

    @inlinable package init(_ bytes: [UInt8]) { rest = bytes[...] }

    @inlinable package var isAtEnd: Bool { rest.isEmpty }
    @inlinable package var remaining: ArraySlice<UInt8> { rest }

    /// `count` is not negative.
    @inlinable package mutating func bytes(_ count: Int) -> [UInt8]? { slice(count).map { Array($0) } }

    /// A big-endian integer of the type's width.
    @inlinable package mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_: T.Type) -> T? {
        slice(T.bitWidth / 8).flatMap { T(bigEndianBytes: $0) }
    }

    @usableFromInline mutating func slice(_ count: Int) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
