/// Writes CSV as RFC 4180 has it: UTF-8, CRLF, quotes only where they are needed, and no cell that a spreadsheet would
/// run. Reading with `stripsFormulaGuard` gives back every cell as it was.
public struct CSVWriter: Sendable {
    public let delimiter: UInt8
    /// Off only for programs: whatever a person may open in a spreadsheet stays guarded.
    public let guardsFormulas: Bool

    public init(delimiter: UInt8 = UInt8(ascii: ","), guardsFormulas: Bool = true) {
        precondition(CSVFormat(delimiter: delimiter) != nil, "a delimiter")
        self.delimiter = delimiter
        self.guardsFormulas = guardsFormulas
    }

    /// A NUL cannot be written in CSV and becomes U+FFFD.
    public func append(_ record: [String], to output: inout [UInt8]) {
        precondition(!record.isEmpty, "a record has a field")
        for (place, text) in record.enumerated() {
            if place > 0 { output.append(delimiter) }
            append(guardsFormulas ? FormulaGuard.protect(text) : text, isOnly: record.count == 1, to: &output)
        }
        output.append(contentsOf: [0x0D, 0x0A])
    }

    private func append(_ text: String, isOnly: Bool, to output: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let needsQuotes = text.utf8.contains {
            $0 == delimiter || $0 == quote || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
        }
        // A record of one empty field would be a line without a byte, which is no record. A byte order mark at the
        // beginning of the file would be lost.
        guard needsQuotes || isOnly && text.isEmpty || text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) else {
            for byte in text.utf8 { Self.append(byte, to: &output) }
            return
        }
        output.append(quote)
        for byte in text.utf8 {
            if byte == quote { output.append(quote) }
            Self.append(byte, to: &output)
        }
        output.append(quote)
    }

    private static func append(_ byte: UInt8, to output: inout [UInt8]) {
        if byte == 0 {
            output.append(contentsOf: "\u{FFFD}".utf8)
        } else {
            output.append(byte)
        }
    }
}
