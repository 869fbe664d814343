/// How the bytes of a cell stand for text. All of these hold ASCII as it is, so that delimiters, quotes and line ends
/// are found in the bytes before anything is decoded.
public enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    /// Central European, such as Polish and Czech.
    case windows1250 = "windows-1250"
    case windows1252 = "windows-1252"
    /// Vietnamese: a tone mark is a byte of its own behind its letter.
    case windows1258 = "windows-1258"
    /// Bytes 0x80 to 0x9F are control characters here, as in the standard; most files so labelled are windows-1252.
    case iso88591 = "iso-8859-1"

    /// What 0x80 to 0xFF stand for; nil where a byte is its own number.
    private var table: [UInt16]? {
        switch self {
        case .utf8, .iso88591: nil
        case .windows1250: Self.windows1250Table
        case .windows1252: Self.windows1252Table
        case .windows1258: Self.windows1258Table
        }
    }

    /// The place of the first byte that is no part of a text, or nil.
    public func firstInvalid(in bytes: ArraySlice<UInt8>) -> Int? {
        switch self {
        case .iso88591: return nil
        case .utf8: return UTF8Check.firstInvalid(in: bytes)
        case .windows1250, .windows1252, .windows1258:
            guard let table else { return nil }
            return bytes.firstIndex { $0 >= 0x80 && table[Int($0) - 0x80] == 0 }
        }
    }

    /// Nil for bytes that are not a text in this encoding.
    public func decode(_ bytes: ArraySlice<UInt8>) -> String? {
        guard firstInvalid(in: bytes) == nil else { return nil }
        return decodeValid(bytes)
    }

    /// Of bytes in which `firstInvalid` found nothing.
    func decodeValid(_ bytes: ArraySlice<UInt8>) -> String {
        guard self != .utf8, !bytes.allSatisfy({ $0 < 0x80 }) else { return String(decoding: bytes, as: UTF8.self) }
        let table = table
        var scalars = String.UnicodeScalarView()
        for byte in bytes {
            let value = byte < 0x80 ? UInt16(byte) : table?[Int(byte) - 0x80] ?? UInt16(byte)
            let scalar = Unicode.Scalar(value)!
            if self == .windows1258, let last = scalars.last, let composed = Self.compose(last, scalar) {
                scalars.removeLast()
                scalars.append(composed)
            } else {
                scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// One step of Unicode's composition. A mark that has no composed form with its letter stays behind it. That is not
    /// quite NFC where an under-dot follows a letter which, with its mark above, is no letter of Vietnamese (`î` and a
    /// dot): the text is canonically equivalent all the same.
    private static func compose(_ letter: Unicode.Scalar, _ mark: Unicode.Scalar) -> Unicode.Scalar? {
        guard mark.value >= 0x300, mark.value <= 0x323 else { return nil }
        return composed[Pair(letter: letter, mark: mark)]
    }

    private struct Pair: Hashable {
        let letter: Unicode.Scalar
        let mark: Unicode.Scalar
    }

    private static let composed: [Pair: Unicode.Scalar] = {
        var composed: [Pair: Unicode.Scalar] = [:]
        for (mark, pairs) in compositions {
            let scalars = Array(pairs.unicodeScalars)
            for place in stride(from: 0, to: scalars.count, by: 2) {
                composed[Pair(letter: scalars[place], mark: mark)] = scalars[place + 1]
            }
        }
        return composed
    }()
}

/// The well-formed byte sequences of the Unicode standard, table 3-7.
enum UTF8Check {
    static func firstInvalid(in bytes: ArraySlice<UInt8>) -> Int? {
        var position = bytes.startIndex
        while position < bytes.endIndex {
            let byte = bytes[position]
            if byte < 0x80 {
                position += 1
                continue
            }
            let (length, second): (Int, ClosedRange<UInt8>)
            switch byte {
            case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xED: (length, second) = (3, 0x80...0x9F)
            case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            default: return position
            }
            guard position + length <= bytes.endIndex, second.contains(bytes[position + 1]) else { return position }
            for place in (position + 2)..<(position + max(length, 2)) where bytes[place] & 0xC0 != 0x80 {
                return position
            }
            position += length
        }
        return nil
    }
}
