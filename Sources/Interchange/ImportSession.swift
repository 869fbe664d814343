/// One import: bytes of a file go in, reports and the outcome of every row come out.
///
/// Reports come in the order of their first rows. Unless the mapping says `adjacent`, they come when the input has
/// ended, since the last row may belong to the first report; rows without a key come at once.
///
/// An error in the input never throws. A row that is wrong is refused; an input that cannot be read on is left there,
/// `summary.stoppedBy` says why, and `finish` hands over what was read. Only what `deliver` throws is thrown, and ends
/// the session: whoever throws has to throw away what was handed over, or to know how far it came.
public struct ImportSession {
    public typealias Deliver = (ImportEvent) throws -> Void

    public let mapping: ImportMapping
    public private(set) var summary: ImportSummary
    /// Nil while it is at work, and of the two at most one.
    private var csv: CSVReader?
    private var jsonLines: JSONLinesReader?
    private var grouping: RowGrouping
    /// For each column of the mapping its place in the file.
    private var places: [Int]?
    private var isAbandoned = false

    public init(_ mapping: ImportMapping, limits: ImportLimits = ImportLimits()) {
        self.mapping = mapping
        summary = ImportSummary(skippedBy: [UInt64](repeating: 0, count: mapping.filters.count))
        grouping = RowGrouping(isAdjacent: mapping.isAdjacent, limits: limits)
        switch mapping.format {
        case .csv: csv = CSVReader(mapping.csv, limits: limits.csv)
        case .jsonLines: jsonLines = JSONLinesReader(limit: limits.jsonLine)
        }
    }

    public mutating func feed(_ bytes: [UInt8], _ deliver: Deliver) throws { try feed(bytes[...], deliver) }

    public mutating func feed(_ bytes: ArraySlice<UInt8>, _ deliver: Deliver) throws {
        precondition(!isAbandoned, "a session whose reports were not taken")
        guard summary.stoppedBy == nil else { return }
        try read(bytes, deliver)
    }

    /// The input has ended. To be called once.
    public mutating func finish(_ deliver: Deliver) throws -> ImportSummary {
        precondition(!isAbandoned, "a session whose reports were not taken")
        if summary.stoppedBy == nil { try read(nil, deliver) }
        if summary.stoppedBy == nil, let columns = csv?.columns { _ = try? findColumns(in: columns) }
        isAbandoned = true
        for group in grouping.takeAll() { try hand(over: group, deliver) }
        precondition(summary.isBalanced, "each row has one outcome")
        return summary
    }

    /// Runs the reader over more bytes, or to the end. It is moved out meanwhile, so that the rows it delivers can
    /// change this session.
    private mutating func read(_ bytes: ArraySlice<UInt8>?, _ deliver: Deliver) throws {
        do {
            if var reader = csv.take() {
                defer { csv = reader }
                do {
                    if let bytes {
                        try reader.feed(bytes) { try take($0, deliver) }
                    } else {
                        try reader.finish { try take($0, deliver) }
                    }
                } catch {
                    if let failure = reader.failure { summary.stoppedBy = failure }
                    throw error
                }
            } else if var reader = jsonLines.take() {
                defer { jsonLines = reader }
                if let bytes {
                    try reader.feed(bytes) { try take($0, deliver) }
                } else {
                    try reader.finish { try take($0, deliver) }
                }
            }
        } catch  where summary.stoppedBy == nil {
            isAbandoned = true
            throw error
        } catch {
            // Kept in the summary.
        }
    }

    private mutating func stop(_ error: InterchangeError) -> InterchangeError {
        summary.stoppedBy = error
        return error
    }

    private mutating func conclude(
        _ row: UInt64, _ line: UInt64, _ kind: RowOutcome.Kind, _ deliver: Deliver
    ) throws {
        summary.count(kind)
        try deliver(.outcome(RowOutcome(row: row, line: line, kind: kind)))
    }
}

// Rows as they come.
extension ImportSession {
    private mutating func findColumns(in header: [String]) throws -> [Int] {
        if let places { return places }
        var found: [Int] = []
        for name in mapping.columns {
            guard let place = header.firstIndex(of: name) else {
                throw stop(
                    InterchangeError(.missingColumn, "the input lacks a column that the mapping reads", column: name))
            }
            found.append(place)
        }
        places = found
        return found
    }

    private mutating func take(_ record: CSVRecord, _ deliver: Deliver) throws {
        let places = try findColumns(in: record.columns)
        summary.rows += 1
        if let refusal = record.refusal {
            return try conclude(record.row, record.line, .refused(refusal), deliver)
        }
        let emptyValues = mapping.emptyValues
        func cell(_ column: Int) -> String? {
            let text = record.text(places[column])
            return text.isEmpty || emptyValues.contains(text) ? nil : text
        }
        // Filters first: of a row that is skipped, nothing else is decoded.
        if let filter = mapping.filters.firstIndex(where: { !$0.holds(cell($0.column)) }) {
            return try conclude(record.row, record.line, .skipped(filter: filter), deliver)
        }
        let cells = mapping.columns.indices.map(cell)
        try take(ImportMapping.Row(row: record.row, line: record.line, cells: cells), deliver)
    }

    private mutating func take(_ line: JSONLine, _ deliver: Deliver) throws {
        summary.rows += 1
        let cells: [String?]
        do throws(InterchangeError) {
            cells = try self.cells(of: line.content.get())
        } catch {
            return try conclude(line.row, line.line, .refused(error.at(line: line.line)), deliver)
        }
        if let filter = mapping.filters.firstIndex(where: { !$0.holds(cells[$0.column]) }) {
            return try conclude(line.row, line.line, .skipped(filter: filter), deliver)
        }
        try take(ImportMapping.Row(row: line.row, line: line.line, cells: cells), deliver)
    }

    /// Members of the line's object; a column that begins with `/` is a JSON Pointer to something deeper.
    private func cells(of value: JSONValue) throws(InterchangeError) -> [String?] {
        guard let object = value.object else {
            throw InterchangeError(.notAnObject, "a line that is \(value.kind), not an object")
        }
        var cells: [String?] = []
        for column in mapping.columns {
            let member = column.hasPrefix("/") ? value.member(at: column) : object[column]
            let text: String?
            switch member {
            case nil, .null: text = nil
            case .string(let string): text = string
            case .number(let number): text = number
            case .bool(let flag): text = flag ? "true" : "false"
            case .array?, .object?:
                throw InterchangeError(.nestedValue, "a list or an object, where a text is read", column: column)
            }
            cells.append(text.flatMap { $0.isEmpty || mapping.emptyValues.contains($0) ? nil : $0 })
        }
        return cells
    }

    /// A row that passed the filters.
    private mutating func take(_ row: ImportMapping.Row, _ deliver: Deliver) throws {
        guard !mapping.key.isEmpty else {
            return try hand(over: [row], key: Self.key(row.cells[...]), deliver)
        }
        let cells = mapping.key.map { row.cells[$0] }
        guard cells.contains(where: { $0 != nil }) else {
            let refusal = InterchangeError(
                .missingValue, "the row has no key", line: row.line, column: mapping.columns[mapping.key[0]])
            return try conclude(row.row, row.line, .refused(refusal), deliver)
        }
        switch grouping.add(PackedRow(row), key: Self.key(cells[...])) {
        case .held: break
        case .ended(let group): try hand(over: group, deliver)
        case .refused(let error): try conclude(row.row, row.line, .refused(error), deliver)
        case .full(let error):
            try conclude(row.row, row.line, .refused(error), deliver)
            throw stop(error)
        }
    }

    private static func key(_ cells: ArraySlice<String?>) -> String {
        guard cells.count > 1 else { return cells.first.flatMap(\.self) ?? "" }
        return cells.map { cell in
            guard let cell, cell.utf8.contains(where: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "\\") })
            else { return cell ?? "" }
            return cell.map { $0 == "|" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        }.joined(separator: "|")
    }
}

// Reports as they go.
extension ImportSession {
    private mutating func hand(over group: RowGrouping.Group, _ deliver: Deliver) throws {
        try hand(over: group.rows.map(\.unpacked), key: group.key, deliver)
    }

    private mutating func hand(over rows: [ImportMapping.Row], key: String, _ deliver: Deliver) throws {
        let json: JSONValue
        do throws(InterchangeError) {
            json = try mapping.report(of: rows, key: key)
        } catch {
            return try refuse(rows, error, deliver)
        }
        try deliver(
            .report(MappedReport(key: key, rows: rows.map(\.row), lines: rows.map(\.line), json: json)))
        for (place, row) in rows.enumerated() {
            try conclude(row.row, row.line, place == 0 ? .imported : .merged, deliver)
        }
    }

    /// The row to blame with its reason, the others because of it.
    private mutating func refuse(_ rows: [ImportMapping.Row], _ error: InterchangeError, _ deliver: Deliver) throws {
        let blamed = error.line ?? rows[0].line
        for row in rows {
            let reason =
                row.line == blamed
                ? error.at(line: row.line)
                : InterchangeError(
                    .reportRefused, "the row of the same report on line \(blamed) was refused", line: row.line)
            try conclude(row.row, row.line, .refused(reason), deliver)
        }
    }
}

extension JSONValue {
    /// RFC 6901, of which only members of objects are of use here.
    fileprivate func member(at pointer: String) -> JSONValue? {
        var value = self
        for token in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let name = JSONPath.unescape(token), let member = value.object?[name] else { return nil }
            value = member
        }
        return value
    }
}
