internal import Interchange
internal import TestSupport
internal import Testing

@Suite struct CSVWriterTests {
    private func write(_ records: [[String]], _ writer: CSVWriter = CSVWriter()) -> [UInt8] {
        var output: [UInt8] = []
        for record in records { writer.append(record, to: &output) }
        return output
    }

    private var stripping: CSVFormat {
        var format = CSVFormat.standard
        format.stripsFormulaGuard = true
        return format
    }

    @Test func quotesOnlyWhatNeedsIt() {
        let output = write([["a", "b"], ["x y", "1,5"], ["\"", "x\r\ny"], [""]])
        #expect(output == [UInt8]("a,b\r\nx y,\"1,5\"\r\n\"\"\"\",\"x\r\ny\"\r\n\"\"\r\n"))
    }

    @Test(arguments: [
        ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"), ("+84 123", "'+84 123"), ("+84", "'+84"),
        ("-2+3", "'-2+3"), ("-", "'-"), ("-1.5", "-1.5"), ("-1.", "'-1."), ("-1.5.2", "'-1.5.2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("＝1", "'＝1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠1", "'＠1"),
        ("'=1", "''=1"), ("'quoted'", "'quoted'"), ("12", "12"), ("O'Hara", "O'Hara"), ("", ""), ("'", "'"),
    ])
    func guardsFormulas(_ text: String, _ written: String) {
        #expect(FormulaGuard.protect(text) == written)
        #expect(FormulaGuard.strip(written) == text)
    }

    @Test func comesBackAsItWas() {
        var generator = SeededGenerator(Places.seed)
        let pieces = [
            "a", "é", "Hải", ",", "\"", "\r", "\n", "\r\n", "'", "=", "+", "-", "@", "\t", "1", ".", " ", "＝",
            "\u{FEFF}", "\u{301}",
        ]
        for _ in 0..<2_000 {
            let width = Int.random(in: 1...4, using: &generator)
            let header = (0..<width).map { "c\($0)" }
            let records = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                (0..<width).map { _ in
                    (0..<Int.random(in: 0...4, using: &generator))
                        .map { _ in pieces.randomElement(using: &generator)! }.joined()
                }
            }
            let output = write([header] + records)
            let reading = CSVReading(output, stripping)
            #expect(reading.failure == nil)
            #expect(reading.texts.map { $0?.map { [UInt8]($0) } } == records.map { $0.map { [UInt8]($0) } })
            // No cell begins a formula for whoever opens the file without this reader.
            for cell in CSVReading(output).texts.flatMap({ $0! }) where !cell.isEmpty {
                #expect(!"=+@＝＋－＠".unicodeScalars.contains(cell.unicodeScalars.first!))
            }
        }
    }
}
