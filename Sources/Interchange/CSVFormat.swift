/// How a CSV file is written. The default is RFC 4180 in UTF-8.
public struct CSVFormat: Sendable {
    /// One byte of ASCII each; no quote means that no field is ever quoted.
    public let delimiter: UInt8
    public let quote: UInt8?
    public var encoding = TextEncoding.utf8
    /// The names of the columns, for a file whose first record already is a row.
    public var columns: [String]?
    /// Takes the guard against formulas off again, for files that `CSVWriter` wrote.
    public var stripsFormulaGuard = false

    /// Nil for bytes that cannot keep fields apart: beyond ASCII, a line end, NUL, or one and the same.
    public init?(delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8? = UInt8(ascii: "\"")) {
        for byte in [delimiter, quote].compactMap(\.self) {
            guard byte < 0x80, byte != 0, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") else { return nil }
        }
        guard delimiter != quote else { return nil }
        self.delimiter = delimiter
        self.quote = quote
    }

    public static var standard: CSVFormat { CSVFormat()! }
}

/// What a CSV reader holds in memory at most.
public struct CSVLimits: Sendable {
    public var fieldBytes = 1 << 20
    public var fieldsPerRecord = 1_024
    public var recordBytes = 4 << 20

    public init() {}
}

/// One record behind the header: its cells, without quotes, still in bytes.
public struct CSVRecord: Sendable {
    /// 1 for the first behind the header. Lines without a byte are no records and are not counted.
    public let row: UInt64
    /// The line it begins on; the header usually is on line 1.
    public let line: UInt64
    /// `.wrongFieldCount` or `.badEncoding`: this row cannot be read, the ones behind it can.
    public internal(set) var refusal: InterchangeError?

    /// The names of the columns, as the header has them.
    public let columns: [String]

    let format: CSVFormat
    let bytes: [UInt8]
    /// For each cell where it ends in `bytes`, times two, plus one where it was quoted.
    let ends: [Int]

    public var count: Int { ends.count }

    /// The cell's bytes, as the file's encoding has them.
    public subscript(cell: Int) -> ArraySlice<UInt8> {
        bytes[(cell == 0 ? 0 : ends[cell - 1] >> 1)..<(ends[cell] >> 1)]
    }

    /// Must not be asked of a record with a refusal.
    public func text(_ cell: Int) -> String {
        let text = format.encoding.decodeValid(self[cell])
        return format.stripsFormulaGuard ? FormulaGuard.strip(text) : text
    }

    public var texts: [String] { (0..<count).map { text($0) } }

    /// The first byte that is no text, as cell and place in it.
    func firstInvalid() -> (cell: Int, place: Int)? {
        var all: UInt8 = 0
        for byte in bytes { all |= byte }
        guard all >= 0x80 else { return nil }
        // Cell by cell: the end of one and the beginning of the next must not pass for one character.
        for cell in 0..<count {
            let bytes = self[cell]
            if let place = format.encoding.firstInvalid(in: bytes) { return (cell, place - bytes.startIndex) }
        }
        return nil
    }

    /// Where a byte of a cell stood in the input: its line and the offset in it, both reckoned back from the cells.
    func origin(cell: Int, place: Int, leading: Int) -> (line: UInt64, offset: Int) {
        var line = line
        var offset = leading
        for current in 0...cell {
            let isQuoted = ends[current] & 1 == 1
            let bytes = self[current]
            let end = current == cell ? bytes.startIndex + place : bytes.endIndex
            if isQuoted { offset += 1 }
            var previous: UInt8 = 0
            for byte in bytes[bytes.startIndex..<end] {
                offset += byte == format.quote ? 2 : 1
                if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") {
                    line += previous == UInt8(ascii: "\r") && byte == UInt8(ascii: "\n") ? 0 : 1
                    offset = 0
                }
                previous = byte
            }
            if current < cell { offset += isQuoted ? 2 : 1 }
        }
        return (line, offset)
    }
}
