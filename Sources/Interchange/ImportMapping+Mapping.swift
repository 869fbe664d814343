extension ImportMapping {
    /// A row that passed the filters, with a cell for each of `columns`; nil for an empty one.
    struct Row {
        let row: UInt64
        let line: UInt64
        let cells: [String?]
    }

    /// Makes one report of all its rows, which is there whole or not at all: a seizure that lacks a line of goods
    /// because one number was written oddly would be a wrong report.
    ///
    /// What it throws names the line of the row to blame.
    func report(of rows: [Row], key: String) throws(InterchangeError) -> JSONValue {
        var json = JSONValue.object(JSONObject())
        let values = try collect(rows)
        for (field, value) in zip(report, values) {
            guard let value else { continue }
            try json.put(value, of: field)
        }
        for row in rows {
            var goods = JSONValue.null
            do throws(InterchangeError) {
                for field in lines {
                    guard let value = try value(of: field, row.cells) else {
                        guard field.isRequired, field.applies(to: row) else { continue }
                        throw missing(field)
                    }
                    try goods.put(value, of: field)
                }
                if goods != .null { try json.put(goods, at: Self.goods) }
            } catch {
                throw error.at(line: row.line)
            }
        }
        json.prune()
        try json.put(provenance(of: rows, key: key), at: Self.provenance)
        return json
    }

    private static let goods = JSONPath("/goods/-")!
    private static let provenance = JSONPath("/provenance")!

    /// Row numbers are texts: so the JSON mapping of proto3 writes 64 bits.
    private func provenance(of rows: [Row], key: String) -> JSONValue {
        .object([
            "source": .string(name), "key": .string(key),
            "rows": .array(rows.map { .string(String($0.row)) }),
        ])
    }

    /// The values of the report's own fields, over all rows. An empty cell says nothing, so it contradicts nothing.
    private func collect(_ rows: [Row]) throws(InterchangeError) -> [JSONValue?] {
        var values = [JSONValue?](repeating: nil, count: report.count)
        for row in rows {
            for (place, field) in report.enumerated() {
                do throws(InterchangeError) {
                    guard let value = try value(of: field, row.cells) else { continue }
                    values[place] = try merge(values[place], value, field)
                } catch {
                    throw error.at(line: row.line)
                }
            }
        }
        for (place, field) in report.enumerated() where field.isRequired && values[place] == nil {
            // One row that has it is enough, and a condition that no row meets asks for nothing.
            guard let row = rows.first(where: { field.applies(to: $0) }) else { continue }
            throw missing(field).at(line: row.line)
        }
        return values
    }

    private func merge(
        _ known: JSONValue?, _ value: JSONValue, _ field: Field
    ) throws(InterchangeError) -> JSONValue {
        guard let known, known != value else { return value }
        switch conflicts {
        case .first: return known
        case .list where field.isList:
            var elements = known.elements
            for element in value.elements where !elements.contains(element) { elements.append(element) }
            return .array(elements)
        case .refuse, .list:
            throw blame(InterchangeError(.conflict, "not what an earlier row of the same report has"), field)
        }
    }

    /// Nil where the field is left out.
    private func value(of field: Field, _ cells: [String?]) throws(InterchangeError) -> JSONValue? {
        guard field.conditions.allSatisfy({ $0.holds(cells[$0.column]) }) else { return nil }
        let text: String?
        switch field.source {
        case .constant(let constant): return constant
        case .column(let column): text = cells[column]
        case .template(let template): text = template.fill(cells)
        }
        var texts: [String] = []
        if let text {
            do throws(InterchangeError) {
                texts = try Transform.apply(
                    field.transforms, to: text, Transform.Context(cells: cells, zone: zone, notation: notation))
            } catch {
                throw blame(error, field)
            }
        }
        guard !texts.isEmpty else { return nil }
        return field.isSplit ? .array(texts.map(JSONValue.string)) : .string(texts[0])
    }

    private func missing(_ field: Field) -> InterchangeError {
        blame(InterchangeError(.missingValue, "empty, and the mapping requires it"), field)
    }

    private func blame(_ error: InterchangeError, _ field: Field) -> InterchangeError {
        let column: String? = if case .column(let column) = field.source { columns[column] } else { nil }
        return InterchangeError(error.code, error.reason, pointer: field.to.text, column: column)
    }
}

extension ImportMapping.Field {
    fileprivate func applies(to row: ImportMapping.Row) -> Bool {
        conditions.allSatisfy { $0.holds(row.cells[$0.column]) }
    }

    /// Whether it can take the values of several rows.
    fileprivate var isList: Bool {
        if case .constant(.array) = source { return true }
        return to.isList || isSplit
    }
}

extension JSONValue {
    fileprivate var elements: [JSONValue] { array ?? [self] }

    /// A value of a path that ends in `-` is put behind the others, each element of a list for itself.
    fileprivate mutating func put(_ value: JSONValue, of field: ImportMapping.Field) throws(InterchangeError) {
        guard field.to.isList else { return try put(value, at: field.to) }
        for element in value.elements { try put(element, at: field.to) }
    }
}
