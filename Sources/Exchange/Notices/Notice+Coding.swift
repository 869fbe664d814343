public import Schema
internal import SwiftProtobuf

extension Notice {
    /// The document of an envelope. Attachments travel beside it.
    public static let maximumByteCount = 1 << 20
    /// Of all messages in it, as `WireFields` counts them.
    public static let maximumFieldCount = 50_000
    static let maximumDepth = 16

    /// The bytes that are sealed and stored. They are what counts: a notice is never encoded again. Throws `.tooLarge`.
    public func encoded() throws(NoticeError) -> [UInt8] {
        guard let bytes: [UInt8] = try? serializedBytes() else {
            throw NoticeError(.malformed, "a notice that cannot be encoded")
        }
        try Self.checkSize(bytes)
        return bytes
    }

    /// Throws `.tooLarge`, `.malformed`, or `.unknownKind`. What it says may still be impossible:
    /// `normaliseAndValidate` tells.
    public init(parsing bytes: [UInt8]) throws(NoticeError) {
        try Self.checkSize(bytes)
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = Self.maximumDepth
        guard let notice = try? Notice(serializedBytes: bytes, options: options) else {
            throw NoticeError(.malformed, "not a notice")
        }
        // Another reader may take the first of two equal fields where this one takes the last: both are refused.
        guard let again: [UInt8] = try? notice.serializedBytes(), again == bytes else {
            throw NoticeError(.malformed, "a notice in another encoding than the one it has")
        }
        guard notice.kind != nil else { throw NoticeError(.unknownKind, "no kind of notice that is known here") }
        self = notice
    }

    private static func checkSize(_ bytes: [UInt8]) throws(NoticeError) {
        guard bytes.count <= maximumByteCount else {
            throw NoticeError(.tooLarge, "a notice has at most \(maximumByteCount) bytes; attach what is larger")
        }
        guard let fields = WireFields(bytes[...], depth: maximumDepth, limit: maximumFieldCount) else {
            throw NoticeError(.malformed, "not a notice")
        }
        guard fields.count <= maximumFieldCount else {
            throw NoticeError(.tooLarge, "a notice has at most \(maximumFieldCount) fields; attach what is larger")
        }
    }
}
