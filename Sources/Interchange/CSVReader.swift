/// Reads CSV (RFC 4180) that comes in chunks of any size; where the chunks are cut makes no difference.
///
///     record = field *(delimiter field) line-end      line-end = CRLF / LF / CR / end of input
///     field  = *(any byte but delimiter, quote, CR, LF, NUL) / quote *(any byte but quote, NUL / 2quote) quote
///
/// More liberal than the RFC: other delimiters, quotes, line ends and encodings, a byte order mark, lines without a
/// byte (skipped). Stricter: a record has as many fields as the header, and what stands outside the grammar is an
/// error. Nothing is guessed, since a guess about a quote moves all that follows into the wrong columns.
///
/// An error in the framing ends the input: it is thrown, stays in `failure`, and everything before it was delivered.
/// A row that is framed well and still wrong is delivered with its `refusal`.
public struct CSVReader: Sendable {
    public let format: CSVFormat
    public let limits: CSVLimits
    /// Known once the header has been read.
    public private(set) var columns: [String]?
    /// What ended the input, if anything has.
    public private(set) var failure: InterchangeError?

    private enum State {
        case recordStart
        case fieldStart
        case unquoted
        case quoted
        /// Behind a quote inside quotes: the field's end, or the first half of a quote in it.
        case quoteInQuoted
    }

    private var state = State.recordStart
    /// The first three bytes at most, until they are seen to be a byte order mark or not.
    private var opening: [UInt8]? = []
    /// The record being read: cells without their quotes, and their ends as `CSVRecord` has them.
    private var cells: [UInt8] = []
    private var ends: [Int] = []
    private var fieldStart = 0
    private var isQuoted = false
    /// A line feed next belongs to the carriage return before it.
    private var endsWithReturn = false
    private var line: UInt64 = 1
    private var recordLine: UInt64 = 1
    private var quoteLine: UInt64 = 1
    private var row: UInt64 = 0
    /// Bytes of the line that came before its first record: those of a byte order mark.
    private var leading = 0

    public init(_ format: CSVFormat = .standard, limits: CSVLimits = CSVLimits()) {
        self.format = format
        self.limits = limits
        columns = format.columns
        if let names = format.columns, Set(names).count < names.count || names.isEmpty {
            failure = InterchangeError(.badHeader, "the names given for the columns are not all different", line: 1)
        }
    }

    /// Hands over every record that ends in these bytes. What `deliver` throws is passed on, and the rest of the bytes
    /// is lost: whoever throws is done with this input.
    public mutating func feed(_ bytes: [UInt8], _ deliver: (CSVRecord) throws -> Void) throws {
        try feed(bytes[...], deliver)
    }

    public mutating func feed(_ bytes: ArraySlice<UInt8>, _ deliver: (CSVRecord) throws -> Void) throws {
        if let failure { throw failure }
        guard opening != nil else { return try read(bytes, deliver) }
        opening?.append(contentsOf: bytes)
        if opening!.count >= 3 { try open(deliver) }
    }

    /// The input has ended.
    public mutating func finish(_ deliver: (CSVRecord) throws -> Void) throws {
        if let failure { throw failure }
        if opening != nil { try open(deliver) }
        switch state {
        case .quoted: throw fail(.unclosedQuote, "a quote that opens here is never closed", line: quoteLine)
        case .recordStart: break
        case .fieldStart, .unquoted, .quoteInQuoted: try endRecord(deliver)
        }
        if columns == nil { throw fail(.badHeader, "the input has no header", line: 1) }
    }

    /// Looks at the first bytes (which are all there are, or at least three) for a byte order mark.
    private mutating func open(_ deliver: (CSVRecord) throws -> Void) throws {
        let bytes = opening ?? []
        opening = nil
        guard !bytes.starts(with: [0xFF, 0xFE]), !bytes.starts(with: [0xFE, 0xFF]) else {
            throw fail(.badEncoding, "this is UTF-16; save it as UTF-8", line: 1)
        }
        guard bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { return try read(bytes[...], deliver) }
        guard format.encoding == .utf8 else {
            throw fail(.badEncoding, "begins like UTF-8, and is read as \(format.encoding.rawValue)", line: 1)
        }
        leading = 3
        try read(bytes[3...], deliver)
    }

    private mutating func fail(
        _ code: InterchangeError.Code, _ reason: String, line: UInt64? = nil
    ) -> InterchangeError {
        let error = InterchangeError(code, reason, line: line ?? self.line)
        failure = error
        (cells, ends) = ([], [])
        return error
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, _ deliver: (CSVRecord) throws -> Void) throws {
        var position = bytes.startIndex
        while position < bytes.endIndex {
            switch state {
            case .recordStart: try startRecord(bytes, &position, deliver)
            case .fieldStart: try startField(bytes, &position)
            case .unquoted: try readUnquoted(bytes, &position, deliver)
            case .quoted: try readQuoted(bytes, &position)
            case .quoteInQuoted: try readBehindQuote(bytes[position], &position, deliver)
            }
        }
    }

    private mutating func startRecord(
        _ bytes: ArraySlice<UInt8>, _ position: inout Int, _ deliver: (CSVRecord) throws -> Void
    ) throws {
        let byte = bytes[position]
        if byte == UInt8(ascii: "\n"), endsWithReturn {
            endsWithReturn = false
            position += 1
        } else if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
            // A line without a byte. Its number counts, for the lines behind it.
            endsWithReturn = byte == UInt8(ascii: "\r")
            line += 1
            position += 1
            leading = 0
        } else {
            endsWithReturn = false
            recordLine = line
            state = .fieldStart
        }
    }

    private mutating func startField(_ bytes: ArraySlice<UInt8>, _ position: inout Int) throws {
        fieldStart = cells.count
        isQuoted = bytes[position] == format.quote
        state = isQuoted ? .quoted : .unquoted
        if isQuoted {
            quoteLine = line
            position += 1
        }
    }

    private mutating func readUnquoted(
        _ bytes: ArraySlice<UInt8>, _ position: inout Int, _ deliver: (CSVRecord) throws -> Void
    ) throws {
        let delimiter = format.delimiter
        let quote = format.quote ?? 0
        let start = position
        var end = start
        while end < bytes.endIndex {
            let byte = bytes[end]
            if byte == delimiter || byte == quote || byte <= 0x0D && (byte == 0x0A || byte == 0x0D || byte == 0) {
                break
            }
            end += 1
        }
        try keep(bytes[start..<end])
        position = end
        guard end < bytes.endIndex else { return }
        position += 1
        switch bytes[end] {
        case delimiter: try endField()
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): try endRecord(bytes[end], deliver)
        case 0: throw fail(.nulByte, "a NUL byte: this is no text, or UTF-16; save it as UTF-8")
        default: throw fail(.bareQuote, "a quote inside a field that is not in quotes")
        }
    }

    private mutating func readQuoted(_ bytes: ArraySlice<UInt8>, _ position: inout Int) throws {
        let quote = format.quote ?? 0
        let start = position
        var end = start
        while end < bytes.endIndex {
            let byte = bytes[end]
            if byte == quote || byte == 0 { break }
            if byte <= 0x0D {
                if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") && !endsWithReturn { line += 1 }
            }
            endsWithReturn = byte == UInt8(ascii: "\r")
            end += 1
        }
        try keep(bytes[start..<end])
        position = end
        guard end < bytes.endIndex else { return }
        guard bytes[end] != 0 else { throw fail(.nulByte, "a NUL byte: this is no text, or UTF-16; save it as UTF-8") }
        endsWithReturn = false
        position += 1
        state = .quoteInQuoted
    }

    private mutating func readBehindQuote(
        _ byte: UInt8, _ position: inout Int, _ deliver: (CSVRecord) throws -> Void
    ) throws {
        position += 1
        switch byte {
        case format.quote:
            try keep([byte])
            state = .quoted
        case format.delimiter: try endField()
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): try endRecord(byte, deliver)
        default: throw fail(.textAfterQuote, "something stands between a closing quote and the end of its field")
        }
    }

    /// Adds bytes to the field being read, unless that makes it or its record too long.
    private mutating func keep(_ bytes: ArraySlice<UInt8>) throws {
        guard cells.count - fieldStart + bytes.count <= limits.fieldBytes else {
            guard isQuoted else { throw fail(.fieldTooLong, "a field of more than \(limits.fieldBytes) bytes") }
            throw fail(
                .fieldTooLong,
                "a quoted field that opens here has more than \(limits.fieldBytes) bytes; is its closing quote missing?",
                line: quoteLine)
        }
        guard cells.count + bytes.count <= limits.recordBytes else {
            throw fail(.recordTooLong, "a record of more than \(limits.recordBytes) bytes", line: recordLine)
        }
        cells.append(contentsOf: bytes)
    }

    private mutating func endField() throws {
        ends.append(cells.count << 1 | (isQuoted ? 1 : 0))
        guard ends.count < limits.fieldsPerRecord else {
            throw fail(.tooManyFields, "more than \(limits.fieldsPerRecord) fields", line: recordLine)
        }
        // The end of input may follow at once, and the field is there all the same.
        fieldStart = cells.count
        isQuoted = false
        state = .fieldStart
    }

    private mutating func endRecord(_ lineEnd: UInt8, _ deliver: (CSVRecord) throws -> Void) throws {
        endsWithReturn = lineEnd == UInt8(ascii: "\r")
        // Before the line is counted, so that a broken header is refused where it stands.
        defer { line += 1 }
        try endRecord(deliver)
    }

    private mutating func endRecord(_ deliver: (CSVRecord) throws -> Void) throws {
        ends.append(cells.count << 1 | (isQuoted ? 1 : 0))
        state = .recordStart
        isQuoted = false
        defer {
            cells.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
            leading = 0
        }
        guard let columns else { return try readHeader() }
        row += 1
        var record = CSVRecord(
            row: row, line: recordLine, columns: columns, format: format, bytes: cells, ends: ends)
        if ends.count != columns.count {
            record.refusal = InterchangeError(
                .wrongFieldCount, "\(ends.count) fields, where the header has \(columns.count)", line: recordLine)
        } else {
            record.refusal = encodingError(of: record)
        }
        try deliver(record)
    }

    private func encodingError(of record: CSVRecord) -> InterchangeError? {
        guard let invalid = record.firstInvalid() else { return nil }
        let origin = record.origin(cell: invalid.cell, place: invalid.place, leading: leading)
        return InterchangeError(
            .badEncoding, "a byte that is not \(format.encoding.rawValue)", line: origin.line, offset: origin.offset,
            column: record.columns.isEmpty ? nil : record.columns[invalid.cell])
    }

    private mutating func readHeader() throws {
        let header = CSVRecord(row: 0, line: recordLine, columns: [], format: format, bytes: cells, ends: ends)
        if let error = encodingError(of: header) {
            failure = error
            throw error
        }
        var seen: Set<String> = []
        let names = header.texts
        for (place, name) in names.enumerated() where !seen.insert(name).inserted {
            throw fail(.badHeader, "column \(place + 1) has the name of one before it", line: recordLine)
        }
        columns = names
    }
}
