/// How rows of a foreign table become reports: a JSON file that an officer can read and change (Protocols/mapping.md).
///
/// Checked as a whole when it is read, so that what is wrong with a row is wrong with the row.
public struct ImportMapping: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Reports as `SeizureReport` has them.
        case seizures
        /// Figures as `StatisticalReport` has them.
        case statistics
    }

    public enum Format: String, Sendable, CaseIterable {
        case csv
        case jsonLines = "jsonl"
    }

    /// What to do where rows of one report differ in a field that the report has once.
    public enum Conflicts: String, Sendable, CaseIterable {
        /// The report is refused.
        case refuse
        /// The first row's value stands.
        case first
        /// A list gets the values of all rows, each once; a field that is no list is refused.
        case list
    }

    /// The longest mapping that is read.
    public static let maximumBytes = 1 << 20
    public static let maximumFields = 1_000

    /// The source, as the provenance of every report names it.
    public let name: String
    public let version: String
    public let description: String
    public let kind: Kind
    public let format: Format
    /// Columns the mapping reads, in the order in which it first names them.
    public let columns: [String]
    /// Rows of one report follow each other, and reports are handed over as soon as they are whole.
    public let isAdjacent: Bool
    public let conflicts: Conflicts
    /// For people: which rows pass, in the order of `ImportSummary.skippedBy`.
    public var filterDescriptions: [String] { filters.map { $0.describe(columns) } }

    let csv: CSVFormat
    let emptyValues: [String]
    let notation: ExactDecimal.Notation
    let zone: String
    let filters: [Condition]
    /// Places in `columns`; none where every row is a report of its own.
    let key: [Int]
    let report: [Field]
    let lines: [Field]

    /// Throws `.badMapping`, and what the JSON parser throws.
    public init(parsing bytes: [UInt8]) throws(InterchangeError) {
        let document = try JSONValue(parsing: bytes, limit: Self.maximumBytes)
        try self.init(document)
    }

    public init(_ document: JSONValue) throws(InterchangeError) {
        let root = try MappingNode(document, "").object([
            "name", "version", "description", "kind", "input", "timeZone", "filters", "key", "adjacent", "conflicts",
            "report", "lines",
        ])
        var table = ColumnTable()
        name = try root.required("name").text()
        version = try root.required("version").text()
        description = try root.optional("description")?.text() ?? ""
        kind = try root.required("kind").choice()
        let input = try MappingInput(root.required("input"))
        (format, csv, emptyValues, notation) = (input.format, input.csv, input.emptyValues, input.notation)
        let zone = try root.required("timeZone")
        self.zone = try zone.text()
        guard CalendarDate.isOffset(self.zone) else { throw zone.refuse("“Z”, or an offset such as “+07:00”") }
        isAdjacent = try root.optional("adjacent")?.flag() ?? false
        conflicts = try root.optional("conflicts")?.choice() ?? .refuse

        var filters: [Condition] = []
        for node in try root.optional("filters")?.list() ?? [] { filters.append(try node.condition(&table)) }
        self.filters = filters
        var key: [Int] = []
        for node in try root.required("key").list() { key.append(table.place(of: try node.text())) }
        self.key = key
        report = try Self.fields(root.required("report"), &table)
        let lines = root.optional("lines")
        if let lines, kind == .statistics { throw lines.refuse("a statistic has no goods lines") }
        self.lines = try lines.map { node throws(InterchangeError) in try Self.fields(node, &table) } ?? []
        columns = table.names
        try checkHeader(root)
    }

    private static func fields(
        _ node: MappingNode, _ table: inout ColumnTable
    ) throws(InterchangeError) -> [Field] {
        var fields: [Field] = []
        let nodes = try node.list()
        guard nodes.count <= maximumFields else { throw node.refuse("more than \(maximumFields) fields") }
        for node in nodes { fields.append(try node.field(&table)) }
        return fields
    }

    /// Where the mapping itself names the columns of the file, what it reads must be among them.
    private func checkHeader(_ root: MappingNode.Object) throws(InterchangeError) {
        guard let names = csv.columns, let missing = columns.first(where: { !names.contains($0) }) else { return }
        throw try root.required("input").refuse("its header lacks the column “\(missing)”, which the mapping reads")
    }
}

extension ImportMapping {
    /// Something that holds of a row or does not. An empty cell counts as the text without a character.
    struct Condition: Hashable, Sendable {
        enum Test: Hashable, Sendable {
            case isIn(Set<String>)
            case notIn(Set<String>)
            case prefix(String)
        }

        let column: Int
        let test: Test

        func holds(_ cell: String?) -> Bool {
            let text = cell ?? ""
            return switch test {
            case .isIn(let texts): texts.contains(text)
            case .notIn(let texts): !texts.contains(text)
            case .prefix(let prefix): text.hasPrefix(prefix)
            }
        }

        func describe(_ columns: [String]) -> String {
            switch test {
            case .isIn(let texts): "\(columns[column]) is one of \(texts.sorted().joined(separator: ", "))"
            case .notIn(let texts): "\(columns[column]) is none of \(texts.sorted().joined(separator: ", "))"
            case .prefix(let prefix): "\(columns[column]) begins with \(prefix)"
            }
        }
    }

    /// One field of a report or goods line, and where its value comes from.
    struct Field: Hashable, Sendable {
        enum Source: Hashable, Sendable {
            case column(Int)
            case constant(JSONValue)
            case template(Template)
        }

        let to: JSONPath
        let source: Source
        let transforms: [Transform]
        let conditions: [Condition]
        let isRequired: Bool
        /// A list even where it has one element.
        let isSplit: Bool
    }

    /// Columns by the order in which they are first named.
    struct ColumnTable {
        private(set) var names: [String] = []

        mutating func place(of name: String) -> Int {
            if let place = names.firstIndex(of: name) { return place }
            names.append(name)
            return names.count - 1
        }
    }
}
