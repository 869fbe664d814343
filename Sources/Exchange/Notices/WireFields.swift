/// Counts the fields of a protobuf message before it is decoded: a message of many small ones takes a hundred times its
/// bytes in memory.
///
/// Without the schema, the content of every length-delimited field counts what can be read of it as a message. So no
/// field that a decoder makes something of is left out, also where it gives up later; a text that begins like a message
/// counts too much.
struct WireFields {
    private(set) var count = 0
    private let limit: Int

    /// Nil when `bytes` is no message. Stops once `count` is more than `limit`.
    init?(_ bytes: ArraySlice<UInt8>, depth: Int, limit: Int) {
        self.limit = limit
        guard read(bytes, depth) else { return nil }
    }

    /// Counts up to the end, or to where it cannot be read on.
    private mutating func read(_ bytes: ArraySlice<UInt8>, _ depth: Int) -> Bool {
        var at = bytes.startIndex
        while at < bytes.endIndex, count <= limit {
            guard let tag = Self.varint(bytes, &at) else { return false }
            count += 1
            switch tag & 7 {
            case 0: guard Self.varint(bytes, &at) != nil else { return false }
            case 1: guard Self.skip(8, bytes, &at) else { return false }
            case 5: guard Self.skip(4, bytes, &at) else { return false }
            case 2:
                guard let length = Self.varint(bytes, &at) else { return false }
                let isWhole = length <= UInt64(bytes.endIndex - at)
                let end = isWhole ? at + Int(length) : bytes.endIndex
                if depth > 0 { _ = read(bytes[at..<end], depth - 1) }
                guard isWhole else { return false }
                at = end
            // Groups begin and end with a tag of their own, and what is between them are fields.
            case 3, 4: break
            default: return false
            }
        }
        return true
    }

    private static func varint(_ bytes: ArraySlice<UInt8>, _ at: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard at < bytes.endIndex else { return nil }
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
        }
        return nil
    }

    private static func skip(_ count: Int, _ bytes: ArraySlice<UInt8>, _ at: inout Int) -> Bool {
        guard bytes.endIndex - at >= count else { return false }
        at += count
        return true
    }
}
