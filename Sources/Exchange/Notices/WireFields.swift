/// Counts the fields of a protobuf message before it is decoded: a message of many small ones takes a hundred times its
/// bytes in memory.
///
/// Without the schema, every length-delimited field counts what its content would count as a message, where it can be
/// read as one. So no field that a decoder makes something of is left out; a text that happens to read as a message
/// counts too much.
enum WireFields {
    /// Nil when `bytes` cannot be read as a message. Stops, and answers more than `limit`, once there are more.
    static func count(_ bytes: ArraySlice<UInt8>, depth: Int, limit: Int) -> Int? {
        var at = bytes.startIndex
        var fields = 0
        while at < bytes.endIndex {
            guard let tag = varint(bytes, &at) else { return nil }
            fields += 1
            switch tag & 7 {
            case 0: guard varint(bytes, &at) != nil else { return nil }
            case 1: guard skip(8, bytes, &at) else { return nil }
            case 5: guard skip(4, bytes, &at) else { return nil }
            case 2:
                guard let length = varint(bytes, &at), length <= UInt64(bytes.endIndex - at) else { return nil }
                let content = bytes[at..<at + Int(length)]
                at += Int(length)
                if depth > 0 { fields += count(content, depth: depth - 1, limit: limit - fields) ?? 0 }
            // Groups begin and end with a tag of their own, and what is between them are fields.
            case 3, 4: break
            default: return nil
            }
            if fields > limit { return fields }
        }
        return fields
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
