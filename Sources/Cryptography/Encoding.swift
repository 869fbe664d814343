internal import CSodium

/// Standard Base 64 with padding (RFC 4648, section 4). One encoding of each byte string: white space, missing or
/// surplus padding and non-zero trailing bits are refused.
public enum Base64 {
    public static func encode(_ bytes: [UInt8]) -> String {
        let capacity = (bytes.count + 2) / 3 * 4
        return String(unsafeUninitializedCapacity: capacity) { out in
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
            var written = 0
            var index = 0
            while index < bytes.count {
                let left = bytes.count - index
                let group =
                    UInt32(bytes[index]) << 16
                    | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                    | (left > 2 ? UInt32(bytes[index + 2]) : 0)
                out[written] = alphabet[Int(group >> 18)]
                out[written + 1] = alphabet[Int(group >> 12 & 63)]
                out[written + 2] = left > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "=")
                out[written + 3] = left > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "=")
                written += 4
                index += 3
            }
            return written
        }
    }

    /// Nil when `text` is not the one encoding of some bytes.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(Array(text.utf8))
    }

    public static func decode(_ text: [UInt8]) -> [UInt8]? {
        // libsodium 1.0.18 takes some bytes above 127 for digits.
        guard text.allSatisfy({ $0 < 128 }) else { return nil }
        var out = [UInt8](repeating: 0, count: text.count / 4 * 3 + 3)
        var written = 0
        let status = text.withUnsafeBytes { input in
            sodium_base642bin(
                &out, out.count, input.baseAddress?.assumingMemoryBound(to: CChar.self), input.count, nil,
                &written, nil, sodium_base64_VARIANT_ORIGINAL)
        }
        guard status == 0 else { return nil }
        return Array(out[..<written])
    }
}

/// Lower-case hexadecimal.
public enum Hex {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        for byte in bytes {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil unless `text` is an even number of lower-case digits.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        func value(_ digit: UInt8) -> UInt8? {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        var out: [UInt8] = []
        out.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            out.append(high << 4 | low)
        }
        return out
    }
}

/// Big-endian integers, as every binary format of this project writes them.
extension FixedWidthInteger where Self: UnsignedInteger {
    @inlinable public var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { [UInt8]($0) } }

    /// Exactly the type's width, or nil.
    @inlinable public init?(bigEndianBytes bytes: some Collection<UInt8>) {
        guard bytes.count == Self.bitWidth / 8 else { return nil }
        self = bytes.reduce(0) { $0 << 8 | Self($1) }
    }
}
