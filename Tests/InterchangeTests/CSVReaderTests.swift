internal import Interchange
internal import TestSupport
internal import Testing

@Suite struct CSVReaderTests {
    @Test func readsWhatRFC4180Shows() {
        // Section 2, rules 1 to 7.
        #expect(CSVReading("a,b\r\naaa,bbb\r\nzzz,yyy\r\n").texts == [["aaa", "bbb"], ["zzz", "yyy"]])
        #expect(CSVReading("a,b\r\naaa,bbb\r\nzzz,yyy").texts == [["aaa", "bbb"], ["zzz", "yyy"]])
        #expect(CSVReading("a,b,c\r\n\"aaa\",\"b \r\nbb\",\"ccc\"\r\n").texts == [["aaa", "b \r\nbb", "ccc"]])
        #expect(CSVReading("a,b,c\r\n\"aaa\",\"b\"\"bb\",\"ccc\"").texts == [["aaa", "b\"bb", "ccc"]])
        #expect(CSVReading("a,b\r\n , x \r\n,\r\n\"\",\"\"\r\n").texts == [[" ", " x "], ["", ""], ["", ""]])
    }

    @Test(arguments: ["\n", "\r", "\r\n"]) func readsEveryLineEnd(_ end: String) {
        let reading = CSVReading(["a,b", "1,\"x\(end)y\"", "", "2,"].joined(separator: end))
        #expect(reading.texts == [["1", "x\(end)y"], ["2", ""]])
        #expect(reading.records.map(\.line) == [2, 5])
        #expect(reading.records.map(\.row) == [1, 2])
        #expect(reading.failure == nil)
    }

    @Test func readsOtherDelimitersAndQuotes() throws {
        let semicolon = try #require(CSVFormat(delimiter: UInt8(ascii: ";"), quote: UInt8(ascii: "'")))
        #expect(CSVReading("a;b\n1,5;'x;''y'\n", semicolon).texts == [["1,5", "x;'y"]])
        let bare = try #require(CSVFormat(delimiter: UInt8(ascii: "\t"), quote: nil))
        #expect(CSVReading("a\tb\n\"1\tx\"y\n", bare).texts == [["\"1", "x\"y"]])
        #expect(CSVFormat(delimiter: UInt8(ascii: "\"")) == nil)
        #expect(CSVFormat(delimiter: UInt8(ascii: "\n")) == nil)
        #expect(CSVFormat(delimiter: 0xC3) == nil)
    }

    @Test func knowsColumnsFromTheHeaderOrTheFormat() {
        #expect(CSVReading("\u{FEFF}\"a\",b\n1,2\n").columns == ["a", "b"])
        var format = CSVFormat.standard
        format.columns = ["x", "y"]
        let reading = CSVReading("1,2\n", format)
        #expect(reading.columns == ["x", "y"])
        #expect(reading.records.map(\.row) == [1])
        format.columns = ["x", "x"]
        #expect(CSVReading("1,2\n", format).failure == .badHeader)
        #expect(CSVReading("a,b,a\n").failure == .badHeader)
        #expect(CSVReading("").failure == .badHeader)
        #expect(CSVReading("\n\n").failure == .badHeader)
        #expect(CSVReading("a\n").failure == nil)
    }

    @Test(arguments: [
        ("a,b\n1,2\n3,\"x\ny\n", InterchangeError.Code.unclosedQuote, 3 as UInt64, 1),
        ("a,b\n1,2\n3,\"x\"y\n", .textAfterQuote, 3, 1), ("a,b\n1,2\n3,x\"y\"\n", .bareQuote, 3, 1),
        ("a,b\n1,2\n3,x\u{0}\n4,5\n", .nulByte, 3, 1), ("a,b\n\"1\u{0}\",2\n", .nulByte, 2, 0),
        ("a,b\n1,\"\n\n\"x\n", .textAfterQuote, 4, 0), ("a,\"b\n", .unclosedQuote, 1, 0),
    ])
    func endsWhereTheFramingDoes(_ text: String, _ code: InterchangeError.Code, _ line: UInt64, _ rows: Int) {
        let reading = CSVReading(text)
        #expect(reading.failure == code)
        #expect(reading.failureLine == line)
        #expect(reading.records.count == rows)
    }

    @Test func staysEnded() {
        var reader = CSVReader()
        #expect(throws: InterchangeError.self) { try reader.feed([UInt8]("a\nx\"\n")) { _ in } }
        let error = refusal { try reader.feed([UInt8]("a\n1\n")) { _ in Issue.record("delivered") } }
        #expect(error?.code == .bareQuote)
        #expect(refusal { try reader.finish { _ in } }?.code == .bareQuote)
    }

    @Test func refusesRowsOfAnotherLengthAlone() {
        let reading = CSVReading("a,b\n1\n1,2,3\n1,2\n")
        #expect(reading.records.map(\.refusal) == [.wrongFieldCount, .wrongFieldCount, nil])
        #expect(reading.texts == [nil, nil, ["1", "2"]])
        #expect(reading.failure == nil)
    }

    @Test func refusesRowsOfAnotherEncodingAlone() throws {
        var reader = CSVReader()
        var refusals: [InterchangeError?] = []
        // The bad byte stands behind a quote, a doubled quote, a line end and two letters of two bytes.
        let input: [UInt8] =
            [UInt8]("a,b\r\nok,ok\r\nx,\"\"\"\r\nąę") + [0xFF] + [UInt8]("\"\r\n") + [0xC3] + [UInt8](",")
            + [0xA9, 0x0A] + [UInt8]("ż,2\n")
        try reader.feed(input) { refusals.append($0.refusal) }
        #expect(refusals.map { $0?.code } == [nil, .badEncoding, .badEncoding, nil])
        #expect(refusals[1]?.line == 4)
        #expect(refusals[1]?.offset == 4)
        #expect(refusals[1]?.column == "b")
        #expect(refusals[2]?.line == 5)
        #expect(refusals[2]?.offset == 0)
    }

    @Test func countsBytesAsTheyStoodInTheLine() throws {
        var format = CSVFormat.standard
        format.columns = ["a", "b"]
        var reader = CSVReader(format)
        var refusals: [InterchangeError?] = []
        let line: [UInt8] = [UInt8]("\"x\"\"y\",\"\"\"") + [0xFF] + [UInt8]("\"\n")
        try reader.feed([0xEF, 0xBB, 0xBF] + line + line) { refusals.append($0.refusal) }
        #expect(refusals.map { $0?.line } == [1, 2])
        #expect(refusals.map { $0?.offset } == [13, 10])
    }

    @Test func saysWhatElseTheInputIs() {
        #expect(CSVReading([0xFF, 0xFE, 0x61, 0x00]).failure == .badEncoding)
        var format = CSVFormat.standard
        format.encoding = .windows1252
        #expect(CSVReading("\u{FEFF}a\n", format).failure == .badEncoding)
        #expect(CSVReading([0xEF, 0xBB]).failure == .badEncoding)
    }

    @Test func boundsFieldsAndRecords() {
        var limits = CSVLimits()
        (limits.fieldBytes, limits.fieldsPerRecord, limits.recordBytes) = (10, 3, 20)
        let ten = String(repeating: "x", count: 10)
        #expect(CSVReading("a,b\n\(ten),\(ten)\n", limits: limits).failure == nil)
        #expect(CSVReading("a,b\n1,\(ten)x\n", limits: limits).failure == .fieldTooLong)
        #expect(CSVReading("a,b,c\n\(ten),\(ten),x\n", limits: limits).failure == .recordTooLong)
        #expect(CSVReading("a,b,c\n", limits: limits).failure == nil)
        #expect(CSVReading("a,b,c,d\n", limits: limits).failure == .tooManyFields)
        #expect(CSVReading("a,b\n1,2,3\n1,2,3,\n", limits: limits).failure == .tooManyFields)
        let open = CSVReading("a,b\n1,2\n3,\"\n\n\n\(ten)\n", limits: limits)
        #expect(open.failure == .fieldTooLong)
        #expect(open.failureLine == 3)
    }

    @Test func holdsNoMoreThanTheLimitOfAHugeField() {
        let huge = [UInt8]("a\n\"") + [UInt8](repeating: 0x78, count: 10 << 20)
        for chunk in [1 << 16, 10 << 20] {
            let reading = CSVReading(huge, chunks: [chunk])
            #expect(reading.failure == .fieldTooLong)
            #expect(reading.failureLine == 2)
        }
    }

    @Test func chunksMakeNoDifference() {
        let inputs = [
            "\u{FEFF}a,b\r\n1,\"x\r\ny\"\"\"\r\n\r\nHải,Phòng\r2,\n\"\",\"\"", "a,b\n1,2\n3,\"x\"y\n",
            "a,b\n1\n\"2\r\n",
            "a\r\n\"\n\r\n\r\"\r\n\r\n\"\"\"\"\r\n", "\u{FEFF}", "a\n\u{FEFF}\n",
        ]
        for input in inputs.map([UInt8].init) {
            let whole = CSVReading(input)
            for size in 1...5 { #expect(CSVReading(input, chunks: [size]) == whole) }
            for cut in 0...input.count { #expect(CSVReading(input, chunks: [max(cut, 1), .max]) == whole) }
            for cut in 0..<input.count {
                #expect(CSVReading(input, chunks: [max(cut, 1), 1, 1, .max]) == whole)
            }
        }
    }

    @Test func randomBytesNeverTrap() {
        var generator = SeededGenerator(Places.seed)
        let alphabet = [UInt8]("aé,;\"'\r\n\r\n\u{0}=-\t1") + [0xFF, 0xC3]
        for round in 0..<(Places.isSoak ? 2_000_000 : 100_000) {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                round % 4 == 0 ? .random(in: 0...255, using: &generator) : alphabet.randomElement(using: &generator)!
            }
            let whole = CSVReading(bytes)
            guard round % 8 == 0 else { continue }
            #expect(CSVReading(bytes, chunks: [1]) == whole)
        }
    }
}
