/// A place in a mapping's file, for reading it with errors that say where.
struct MappingNode {
    let value: JSONValue
    let pointer: String

    init(_ value: JSONValue, _ pointer: String) {
        self.value = value
        self.pointer = pointer
    }

    /// `expected` completes “expected …”, or is a sentence of its own.
    func refuse(_ expected: String) -> InterchangeError {
        InterchangeError(.badMapping, "expected: \(expected)", pointer: pointer)
    }

    /// An object whose names are all known.
    struct Object {
        let node: MappingNode
        let members: JSONObject

        func optional(_ name: String) -> MappingNode? {
            members[name].map { MappingNode($0, "\(node.pointer)/\(JSONPath.escape(name))") }
        }

        func required(_ name: String) throws(InterchangeError) -> MappingNode {
            guard let member = optional(name) else { throw node.refuse("a member “\(name)”") }
            return member
        }

        /// The one of several names that is there.
        func one(of names: [String]) throws(InterchangeError) -> (name: String, node: MappingNode) {
            let present = names.compactMap { name in optional(name).map { (name, $0) } }
            guard present.count == 1 else {
                throw node.refuse("exactly one of \(names.map { "“\($0)”" }.joined(separator: ", "))")
            }
            return present[0]
        }
    }

    func object(_ known: [String]) throws(InterchangeError) -> Object {
        guard let members = value.object else { throw refuse("an object, not \(value.kind)") }
        for name in members.names where !known.contains(name) {
            throw InterchangeError(
                .badMapping, "an unknown name; known are \(known.joined(separator: ", "))",
                pointer: "\(pointer)/\(JSONPath.escape(name))")
        }
        return Object(node: self, members: members)
    }

    func list() throws(InterchangeError) -> [MappingNode] {
        guard let elements = value.array else { throw refuse("a list, not \(value.kind)") }
        return elements.enumerated().map { MappingNode($1, "\(pointer)/\($0)") }
    }

    /// A text with at least one character.
    func text() throws(InterchangeError) -> String {
        let text = try anyText()
        guard !text.isEmpty else { throw refuse("a text that is not empty") }
        return text
    }

    func anyText() throws(InterchangeError) -> String {
        guard let text = value.string else { throw refuse("a text, not \(value.kind)") }
        return text
    }

    func texts() throws(InterchangeError) -> [String] {
        var texts: [String] = []
        for node in try list() { texts.append(try node.anyText()) }
        return texts
    }

    func flag() throws(InterchangeError) -> Bool {
        guard case .bool(let flag) = value else { throw refuse("true or false, not \(value.kind)") }
        return flag
    }

    func integer(_ range: ClosedRange<Int>) throws(InterchangeError) -> Int {
        guard case .number(let text) = value, let number = Int(text), range.contains(number) else {
            throw refuse("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>() throws(InterchangeError) -> Choice {
        guard let choice = Choice(rawValue: try anyText()) else {
            throw refuse("one of " + Choice.allCases.map { "“\($0.rawValue)”" }.joined(separator: ", "))
        }
        return choice
    }

    /// One byte of ASCII; nil for the text without a character, where `orNone`.
    func byte(orNone: Bool = false) throws(InterchangeError) -> UInt8? {
        let text = try anyText()
        if text.isEmpty, orNone { return nil }
        guard text.utf8.count == 1, let byte = text.utf8.first else { throw refuse("one character of ASCII") }
        return byte
    }
}

/// The member `input`.
struct MappingInput {
    let format: ImportMapping.Format
    let csv: CSVFormat
    let emptyValues: [String]
    let notation: ExactDecimal.Notation

    init(_ node: MappingNode) throws(InterchangeError) {
        let input = try node.object([
            "format", "delimiter", "quote", "encoding", "header", "decimalComma", "groupSeparator", "emptyValues",
            "stripFormulaGuard",
        ])
        format = try input.required("format").choice()
        if format == .jsonLines {
            for name in ["delimiter", "quote", "encoding", "header", "stripFormulaGuard"] {
                if let node = input.optional(name) { throw node.refuse("nothing; this is for CSV alone") }
            }
        }
        let delimiter = try input.optional("delimiter")?.byte() ?? UInt8(ascii: ",")
        let quoteNode = input.optional("quote")
        let quote = if let quoteNode { try quoteNode.byte(orNone: true) } else { UInt8?(UInt8(ascii: "\"")) }
        guard var csv = CSVFormat(delimiter: delimiter, quote: quote) else {
            throw node.refuse("a delimiter and a quote that differ and are no line ends")
        }
        if let encoding = input.optional("encoding") { csv.encoding = try encoding.choice() }
        if let header = input.optional("header") { csv.columns = try Self.columns(header) }
        csv.stripsFormulaGuard = try input.optional("stripFormulaGuard")?.flag() ?? false
        self.csv = csv
        emptyValues = try input.optional("emptyValues")?.texts() ?? []
        notation = try Self.notation(input)
    }

    private static func columns(_ header: MappingNode) throws(InterchangeError) -> [String]? {
        if case .bool(true) = header.value { return nil }
        guard case .array = header.value else { throw header.refuse("true, or a list of names for the columns") }
        let names = try header.texts()
        guard !names.isEmpty, Set(names).count == names.count else { throw header.refuse("names that all differ") }
        return names
    }

    private static func notation(_ input: MappingNode.Object) throws(InterchangeError) -> ExactDecimal.Notation {
        var notation = ExactDecimal.Notation()
        if try input.optional("decimalComma")?.flag() == true { notation.point = "," }
        guard let node = input.optional("groupSeparator") else { return notation }
        let text = try node.anyText()
        guard text.count == 1, let group = text.first, group != notation.point, !"0123456789+-eE".contains(group) else {
            throw node.refuse("one character, not the decimal point")
        }
        notation.group = group
        return notation
    }
}
