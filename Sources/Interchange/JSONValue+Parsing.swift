extension JSONValue {
    /// How deep lists and objects may nest.
    public static let maximumDepth = 64
    public static let maximumBytes = 16 << 20

    /// Reads one document and nothing behind it.
    ///
    /// Stricter than RFC 8259 where it lets a reader choose: no byte order mark, no name twice in an object, no half of
    /// a surrogate pair. Throws `.malformedJSON`, `.duplicateName`, `.tooDeep`, `.tooLarge`, each with offset and line.
    public init(parsing bytes: [UInt8], limit: Int = JSONValue.maximumBytes) throws(InterchangeError) {
        guard bytes.count <= limit else {
            throw InterchangeError(.tooLarge, "a document of more than \(limit) bytes", line: 1, offset: limit)
        }
        var parser = JSONParser(bytes)
        self = try parser.document()
    }
}

/// Recursive descent over bytes: at most `maximumDepth` frames deep, each byte looked at once or twice.
private struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(InterchangeError) -> JSONValue {
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { throw refuse("begins with a byte order mark") }
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw refuse("something follows the document") }
        return value
    }

    private func refuse(
        _ reason: String, _ code: InterchangeError.Code = .malformedJSON, at offset: Int? = nil
    ) -> InterchangeError {
        let offset = min(offset ?? position, bytes.count)
        let line = 1 + bytes[..<offset].count { $0 == UInt8(ascii: "\n") }
        return InterchangeError(code, reason, line: UInt64(line), offset: offset)
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value() throws(InterchangeError) -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || byte.isDigit: return try number()
        case nil: throw refuse("ends where a value should be")
        default: throw refuse("no value begins like this")
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(InterchangeError) -> JSONValue {
        let end = position + text.utf8CodeUnitCount
        let isThere = text.withUTF8Buffer { end <= bytes.count && bytes[position..<end].elementsEqual($0) }
        guard isThere else { throw refuse("neither true nor false nor null") }
        position = end
        return value
    }

    private mutating func enter() throws(InterchangeError) {
        guard depth < JSONValue.maximumDepth else {
            throw refuse("nested more than \(JSONValue.maximumDepth) deep", .tooDeep)
        }
        depth += 1
        position += 1
        skipSpace()
    }

    /// Behind an element: true where another follows, false where the list or object has ended.
    private mutating func goesOn(until close: UInt8) throws(InterchangeError) -> Bool {
        skipSpace()
        switch next {
        case UInt8(ascii: ","):
            position += 1
            return true
        case close:
            position += 1
            depth -= 1
            return false
        case nil: throw refuse("ends inside a list or an object")
        default: throw refuse("a comma or the closing bracket is missing")
        }
    }

    private mutating func array() throws(InterchangeError) -> JSONValue {
        try enter()
        if next == UInt8(ascii: "]") {
            position += 1
            depth -= 1
            return .array([])
        }
        var elements: [JSONValue] = []
        repeat { elements.append(try value()) } while try goesOn(until: UInt8(ascii: "]"))
        return .array(elements)
    }

    private mutating func object() throws(InterchangeError) -> JSONValue {
        try enter()
        var object = JSONObject()
        if next == UInt8(ascii: "}") {
            position += 1
            depth -= 1
            return .object(object)
        }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw refuse("a member needs a name in quotes") }
            let start = position
            let name = try string()
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw refuse("a colon is missing behind a name") }
            position += 1
            let known = object.count
            object[name] = try value()
            guard object.count > known else { throw refuse("a name comes twice", .duplicateName, at: start) }
        } while try goesOn(until: UInt8(ascii: "}"))
        return .object(object)
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    private mutating func number() throws(InterchangeError) -> JSONValue {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let leading = next
        let digits = try digits()
        guard digits == 1 || leading != UInt8(ascii: "0") else { throw refuse("a number with a leading zero") }
        if next == UInt8(ascii: ".") {
            position += 1
            _ = try self.digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            _ = try self.digits()
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws(InterchangeError) -> Int {
        let start = position
        while let byte = next, byte.isDigit { position += 1 }
        guard position > start else { throw refuse("a digit is missing") }
        return position - start
    }

    private mutating func string() throws(InterchangeError) -> String {
        position += 1
        let start = position
        var unescaped: [UInt8]?
        while true {
            let run = position
            while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
                position += 1
            }
            unescaped?.append(contentsOf: bytes[run..<position])
            switch next {
            case UInt8(ascii: "\""):
                let content = unescaped.map { $0[...] } ?? bytes[start..<position]
                position += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw refuse("a text that is not UTF-8", at: start)
                }
                return text
            case UInt8(ascii: "\\"):
                if unescaped == nil { unescaped = Array(bytes[start..<position]) }
                unescaped?.append(contentsOf: try escape())
            case nil: throw refuse("ends inside a text")
            default: throw refuse("a control character in a text")
            }
        }
    }

    private mutating func escape() throws(InterchangeError) -> [UInt8] {
        position += 1
        guard let byte = next else { throw refuse("ends inside a text") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): break
        default: throw refuse("an escape that JSON does not have", at: position - 1)
        }
        var scalar = UInt32(try codeUnit())
        if scalar & 0xFC00 == 0xD800, next == UInt8(ascii: "\\") {
            position += 1
            guard next == UInt8(ascii: "u") else { throw refuse("half of a surrogate pair") }
            position += 1
            let low = UInt32(try codeUnit())
            guard low & 0xFC00 == 0xDC00 else { throw refuse("half of a surrogate pair") }
            scalar = 0x10000 + (scalar & 0x3FF) << 10 + low & 0x3FF
        }
        guard let scalar = Unicode.Scalar(scalar) else { throw refuse("half of a surrogate pair") }
        return Array(UTF8.encode(scalar)!)
    }

    private mutating func codeUnit() throws(InterchangeError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = next.flatMap(\.hexDigit) else { throw refuse("four hexadecimal digits are missing") }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
