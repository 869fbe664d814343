extension JSONValue {
    /// UTF-8 without white space, members in their order; only what RFC 8259 requires is escaped.
    public var bytes: [UInt8] {
        var output: [UInt8] = []
        append(to: &output)
        return output
    }

    public func append(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let text):
            precondition(Self.isNumber(text), "a JSON number")
            output.append(contentsOf: text.utf8)
        case .string(let text): Self.append(text, to: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (place, element) in elements.enumerated() {
                if place > 0 { output.append(UInt8(ascii: ",")) }
                element.append(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            for place in 0..<object.count {
                if place > 0 { output.append(UInt8(ascii: ",")) }
                Self.append(object.names[place], to: &output)
                output.append(UInt8(ascii: ":"))
                object.values[place].append(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        if text.utf8.allSatisfy(\.isDigit) { return text == "0" || !text.isEmpty && !text.hasPrefix("0") }
        return if case .number? = try? JSONValue(parsing: Array(text.utf8)) { true } else { false }
    }

    /// Runs that need no escape are copied whole.
    private static func append(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var run = 0
            for (place, byte) in utf8.enumerated()
            where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                output.append(contentsOf: utf8[run..<place])
                appendEscape(of: byte, to: &output)
                run = place + 1
            }
            output.append(contentsOf: utf8[run...])
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func appendEscape(of byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            output.append(contentsOf: "u00".utf8)
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 15)])
        default: output.append(byte)
        }
    }
}
