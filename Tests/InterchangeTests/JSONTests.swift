internal import Interchange
internal import TestSupport
internal import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "-12.50e+3", "1E9", "123456789012345678901234567890.0", "\"\"", "[]", "{}",
        #"{"a":[1,{"b":null}],"":"x"}"#, #"["\"\\\b\f\n\r\t","Hải Phòng","𝔘"]"#, #""\u0000\u001f""#,
    ])
    func writesWhatItRead(_ text: String) throws {
        #expect(try JSONValue(parsing: [UInt8](text)).bytes == [UInt8](text))
    }

    @Test func readsEscapes() throws {
        let value = try JSONValue(parsing: [UInt8](#" [ "\u0041\/\ud83d\ude00\u00e9" , 1 ] "#))
        #expect(value == .array([.string("A/😀é"), .number("1")]))
    }

    @Test(arguments: [
        ("", 0), ("  ", 2), ("nul", 0), ("tru", 0), ("01", 2), ("-", 1), ("1.", 2), (".5", 0), ("1e", 2), ("+1", 0),
        ("[1,]", 3), ("[1 2]", 3), ("[", 1), ("{\"a\":1,}", 7), ("{a:1}", 1), ("{\"a\" 1}", 5), ("{\"a\":}", 5),
        ("\"", 1), ("\"\\", 2), ("\"\\x\"", 2), ("\"\\u12\"", 5), ("\"\n\"", 1), ("1 1", 2), ("NaN", 0), ("'a'", 0),
        ("\"\\ud800\"", 7), ("\"\\udc00\"", 7), ("\"\\ud800\\u0041\"", 13), ("\"\\ud800\\ud800\"", 13),
        ("\u{FEFF}1", 0), ("[1}", 2), ("]", 0),
    ])
    func refusesWhatIsNotJSON(_ text: String, _ offset: Int) {
        let error = refusal { _ = try JSONValue(parsing: [UInt8](text)) }
        #expect(error?.code == .malformedJSON)
        #expect(error?.offset == offset, "\(text)")
    }

    @Test func refusesNamesThatComeTwice() {
        let error = refusal { _ = try JSONValue(parsing: [UInt8]("{\"a\":1,\n\"\\u0061\":2}")) }
        #expect(error?.code == .duplicateName)
        #expect(error?.line == 2)
        #expect(error?.offset == 8)
    }

    @Test func refusesTextsThatAreNotUTF8() {
        #expect(refusal { _ = try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }?.code == .malformedJSON)
        #expect(refusal { _ = try JSONValue(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) }?.code == .malformedJSON)
    }

    @Test func boundsDepthAndSize() throws {
        let deepest = JSONValue.maximumDepth
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(deepest)) }
        #expect(refusal { _ = try JSONValue(parsing: nested(deepest + 1)) }?.code == .tooDeep)
        #expect(refusal { _ = try JSONValue(parsing: [UInt8](repeating: 0x5B, count: 1 << 20)) }?.code == .tooDeep)
        #expect(refusal { _ = try JSONValue(parsing: [UInt8]("[1,2]"), limit: 4) }?.code == .tooLarge)
    }

    @Test func objectsKeepTheirOrder() {
        var object = JSONObject()
        for number in 0..<100 { object["n\(number)"] = .integer(number) }
        object["n40"] = nil
        object["n99"] = .null
        #expect(object.count == 99)
        #expect(object["n41"] == .number("41"))
        #expect(object["n40"] == nil)
        #expect(object.names.first == "n0" && object.names.last == "n99")
        #expect(object["n99"] == .null)
    }

    @Test func damagedDocumentsNeverTrap() {
        var generator = SeededGenerator(Places.seed)
        let document = [UInt8](#"{"a":[1,-2.5e3,"x\u00e9\n",{"b":null,"c":[true,false]}],"d":"Hải Phòng"}"#)
        for _ in 0..<(Places.isSoak ? 1_000_000 : 50_000) {
            var bytes = document
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[.random(in: bytes.indices, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) { bytes.removeLast(.random(in: 1..<bytes.count, using: &generator)) }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect(try! JSONValue(parsing: value.bytes) == value)
        }
    }
}

@Suite struct JSONLinesTests {
    private func read(_ bytes: [UInt8], chunk: Int, limit: Int = 1_000) throws -> [String] {
        var reader = JSONLinesReader(limit: limit)
        var lines: [JSONLine] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            try reader.feed(rest.prefix(chunk)) { lines.append($0) }
            rest = rest.dropFirst(chunk)
        }
        try reader.finish { lines.append($0) }
        return lines.map { line in
            switch line.content {
            case .success(let value): "\(line.row) \(line.line) \(String(decoding: value.bytes, as: UTF8.self))"
            case .failure(let error): "\(line.row) \(line.line) \(error.code) \(error.line ?? 0)"
            }
        }
    }

    @Test func refusesBadLinesAlone() throws {
        let long = "\"" + String(repeating: "x", count: 2_000) + "\""
        let input = [UInt8]("\u{FEFF}{\"a\":1}\r\n\n  \n[2\n\(long)\n3\n\"\u{0}\"\n4")
        let expected = [
            "1 1 {\"a\":1}", "2 4 malformedJSON 4", "3 5 lineTooLong 5", "4 6 3", "5 7 malformedJSON 7", "6 8 4",
        ]
        for chunk in [1, 2, 3, 7, 100, .max] { #expect(try read(input, chunk: chunk) == expected) }
    }

    @Test func writesWhatItReads() throws {
        var output: [UInt8] = []
        let values: [JSONValue] = [.object(["a": .string("x\ny")]), .array([.null]), .number("1.50")]
        for value in values { JSONLinesWriter.append(value, to: &output) }
        var reader = JSONLinesReader()
        var read: [JSONValue] = []
        try reader.feed(output) { read.append(try $0.content.get()) }
        #expect(read == values)
        #expect(output.count { $0 == 0x0A } == 3)
    }
}
