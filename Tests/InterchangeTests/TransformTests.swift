internal import Interchange
internal import TestSupport
internal import Testing

@Suite struct TransformTests {
    /// What one cell becomes: the text, nil where it is left out, or what it is refused for.
    private func map(
        _ cell: String, _ transform: String, input: String = #""format": "csv""#
    ) throws -> Result<String?, InterchangeError> {
        let definition = mapping(
            input: "{\(input)}", report: #"[{"to": "/summary", "column": "x", "transform": \#(transform)}]"#)
        var csv: [UInt8] = []
        let writer = CSVWriter(guardsFormulas: false)
        for record in [["id", "x", "MON"], ["1", cell, "OCT"]] { writer.append(record, to: &csv) }
        let result = try Import(ImportMapping(parsing: [UInt8](definition)), csv)
        if let error = result.refusal(row: 1) { return .failure(error) }
        return .success(result.reports[0]["summary"]?.string)
    }

    private func expect(
        _ cell: String, _ transform: String, _ expected: String?, input: String = #""format": "csv""#,
        location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try map(cell, transform, input: input) == .success(expected), sourceLocation: location)
    }

    private func refuses(
        _ cell: String, _ transform: String, _ code: InterchangeError.Code, input: String = #""format": "csv""#,
        location: SourceLocation = #_sourceLocation
    ) throws {
        guard case .failure(let error) = try map(cell, transform, input: input) else {
            Issue.record("not refused", sourceLocation: location)
            return
        }
        #expect(error.code == code, sourceLocation: location)
        #expect(error.line == 2 && error.pointer == "/summary" && error.column == "x", sourceLocation: location)
        #expect(!error.description.contains(cell), sourceLocation: location)
    }

    @Test func changesText() throws {
        try expect(" \u{A0}x y\t ", #"["trim"]"#, "x y")
        try expect(" x ", "[]", " x ")
        try expect("  ", #"["trim"]"#, nil)
        try expect("hải", #"["upper"]"#, "HẢI")
        try expect("HẢI", #"["lower"]"#, "hải")
        try expect(" S ", #"["trim", {"values": {"S": "seized"}}, "upper"]"#, "SEIZED")
    }

    @Test func looksValuesUp() throws {
        let table = #""values": {"S": "seized", "N": ""}"#
        try expect("S", "[{\(table)}]", "seized")
        try expect("N", "[{\(table)}]", nil)
        try refuses("Qx", "[{\(table)}]", .unknownValue)
        try expect("Q", #"[{\#(table), "otherwise": "keep"}]"#, "Q")
        try expect("Q", #"[{\#(table), "otherwise": "omit"}]"#, nil)
        try expect("Q", #"[{\#(table), "otherwise": {"constant": "other"}}]"#, "other")
        try expect("Q", #"[{\#(table), "otherwise": {"template": "Code {x} {{{id}}}"}}]"#, "Code Q {1}")
    }

    @Test(arguments: [
        ("2024-02-29", "yyyy-MM-dd", "2024-02-29"), ("31/12/2023", "dd/MM/yyyy", "2023-12-31"),
        ("5.3.24", "d.M.yy", "2024-03-05"), ("15.11.99", "d.M.yy", "1999-11-15"), ("5.3.69", "d.M.yy", "2069-03-05"),
        ("07 Mar 2021", "dd MMM yyyy", "2021-03-07"), ("7-SEP-2021", "d-MMM-yyyy", "2021-09-07"),
        ("2021-06-01T08:30:05Z", "yyyy-MM-dd'T'HH:mm:ss'Z'", "2021-06-01T08:30:05Z"),
        ("2021-06-01 8:30", "yyyy-MM-dd H:mm", "2021-06-01T08:30:00+07:00"),
        ("20210601T0830-0500", "yyyyMMdd'T'HHmm'-0500'", "2021-06-01T08:30:00+07:00"),
        ("2021-06-01T08:30:05-03:30", "yyyy-MM-dd'T'HH:mm:ssXXX", "2021-06-01T08:30:05-03:30"),
        ("2021-06-01T08:30:05Z", "yyyy-MM-dd'T'HH:mm:ssXXX", "2021-06-01T08:30:05Z"),
    ])
    func readsDates(_ cell: String, _ pattern: String, _ expected: String) throws {
        try expect(cell, #"[{"date": ["\#(pattern)"]}]"#, expected)
        try expect(
            cell,
            #"[{"date": {"patterns": ["yyyy", "MM"], "dayOnly": true}}]"#.replacing(
                #""yyyy", "MM""#, with: "\"\(pattern)\""), String(expected.prefix(10)))
    }

    @Test func triesPatternsInOrder() throws {
        let patterns = #"[{"date": ["dd/MM/yyyy", "MM/dd/yyyy", "yyyy-MM-dd"]}]"#
        try expect("03/04/2021", patterns, "2021-04-03")
        try expect("03/24/2021", patterns, "2021-03-24")
        try expect("2021-03-24", patterns, "2021-03-24")
    }

    @Test(arguments: [
        ("2023-02-29", "yyyy-MM-dd"), ("1900-02-29", "yyyy-MM-dd"), ("2023-13-01", "yyyy-MM-dd"),
        ("2023-00-10", "yyyy-MM-dd"), ("2023-04-31", "yyyy-MM-dd"), ("2023-4-30", "yyyy-MM-dd"),
        ("2023-04-30x", "yyyy-MM-dd"), ("23-04-30", "yyyy-MM-dd"), ("0000-01-01", "yyyy-MM-dd"),
        ("٢٠٢٣-04-30", "yyyy-MM-dd"), ("1 Mai 2020", "d MMM yyyy"), ("2023-04-30 24:00", "yyyy-MM-dd HH:mm"),
        ("2023-04-30 12:60", "yyyy-MM-dd HH:mm"), ("2021-06-01 08:30+15:00", "yyyy-MM-dd HH:mmXXX"),
        ("2021-06-01 08:30+0700", "yyyy-MM-dd HH:mmXXX"),
    ])
    func refusesDaysThatAreNone(_ cell: String, _ pattern: String) throws {
        try refuses(cell, #"[{"date": ["\#(pattern)"]}]"#, .badDate)
    }

    @Test func reckonsFiscalMonths() throws {
        func transform(_ starts: Int, _ day: String) -> String {
            #"[{"fiscalMonth": {"month": "MON", "starts": \#(starts), "day": "\#(day)"}}]"#
        }
        try expect("2019", transform(10, "first"), "2018-10-01")
        try expect("2019", transform(10, "last"), "2018-10-31")
        try expect("2019", transform(11, "first"), "2019-10-01")
        try expect("2019", transform(1, "last"), "2019-10-31")
        try refuses("FY19", transform(10, "first"), .badDate)
    }

    @Test(arguments: [
        ("12", "12"), ("-0012.500", "-12.5"), ("+7", "7"), ("0.0", "0"), ("-0", "0"),
        ("6.61386786e-05", "0.0000661386786"),
        ("1e+05", "100000"), ("1.25E2", "125"), ("1.25E1", "12.5"), ("100", "100"), ("0.10", "0.1"),
    ])
    func writesCanonicalDecimals(_ cell: String, _ expected: String) throws {
        try expect(cell, #"["decimal"]"#, expected)
    }

    @Test(arguments: ["1,5", "1.5.2", ".5", "5.", "", "e5", "1e", "1e99", "--1", "1 000", "0x10", "１２", "NaN", "1e5.5"])
    func refusesWhatIsNoDecimal(_ cell: String) throws {
        guard !cell.isEmpty else { return try expect(cell, #"["decimal"]"#, nil) }
        try refuses(cell, #"["decimal"]"#, .badNumber)
    }

    @Test func readsCommasAndGroups() throws {
        let european = #""format": "csv", "decimalComma": true, "groupSeparator": ".""#
        try expect("1.234.567,50", #"["decimal"]"#, "1234567.5", input: european)
        try expect("-12,5", #"["decimal"]"#, "-12.5", input: european)
        // Read as a group, this would be fifteen.
        try refuses("1.5", #"["decimal"]"#, .badNumber, input: european)
        try refuses("1.2345", #"["decimal"]"#, .badNumber, input: european)
        try refuses("1234.567", #"["decimal"]"#, .badNumber, input: european)
        let spaces = "\"format\": \"csv\", \"groupSeparator\": \"\u{A0}\""
        try expect("1\u{A0}234.5", #"["decimal"]"#, "1234.5", input: spaces)
    }

    @Test func multipliesExactly() throws {
        try expect("0.1", #"[{"factor": "0.2"}]"#, "0.02")
        try expect("-3", #"[{"factor": "0.45359237"}]"#, "-1.36077711")
        try expect(
            "999999999999999999999999999999", #"[{"factor": "999999999999999999999999999999"}]"#,
            "999999999999999999999999999998000000000000000000000000000001")
        try expect("0", #"[{"factor": "5"}]"#, "0")
        try expect("1,5", #"["decimal", {"factor": "2"}]"#, "3", input: #""format": "csv", "decimalComma": true"#)
        try refuses("kg", #"[{"factor": "2"}]"#, .badNumber)
    }

    @Test func readsWholeNumbers() throws {
        try expect("007", #"["integer"]"#, "7")
        try expect("7.0", #"["integer"]"#, "7")
        try refuses("7.5", #"["integer"]"#, .badNumber)
        try refuses("-7", #"["integer"]"#, .badNumber)
    }

    @Test func splitsIntoLists() throws {
        let definition = mapping(
            report: """
                [{"to": "/operation", "column": "id"},
                 {"to": "/offences", "column": "x", "transform": [{"split": ";"}, "lower"]},
                 {"to": "/conveyances/0/seals/-", "column": "x", "transform": [{"split": ";"}]}]
                """)
        let result = try Import(definition, "id,x\n1,A; B ;;C\n2,A\n3,;\n")
        #expect(result.reports[0]["offences"] == .array([.string("a"), .string("b"), .string("c")]))
        #expect(result.reports[0]["conveyances", "0", "seals"] == .array([.string("A"), .string("B"), .string("C")]))
        #expect(result.reports[1]["offences"] == .array([.string("a")]))
        #expect(result.reports[2]["offences"] == nil)
    }
}
