extension MappingNode {
    typealias ColumnTable = ImportMapping.ColumnTable

    /// `{"column": …, "in": […]}`, `notIn`, `prefix`.
    func condition(_ table: inout ColumnTable) throws(InterchangeError) -> ImportMapping.Condition {
        let object = try object(["column", "in", "notIn", "prefix"])
        let column = table.place(of: try object.required("column").text())
        let (name, node) = try object.one(of: ["in", "notIn", "prefix"])
        let test: ImportMapping.Condition.Test =
            switch name {
            case "in": .isIn(Set(try node.texts()))
            case "notIn": .notIn(Set(try node.texts()))
            default: .prefix(try node.text())
            }
        return ImportMapping.Condition(column: column, test: test)
    }

    func field(_ table: inout ColumnTable) throws(InterchangeError) -> ImportMapping.Field {
        let object = try object(["to", "column", "constant", "template", "transform", "when", "required"])
        let to = try object.required("to")
        guard let path = JSONPath(try to.text()) else {
            throw to.refuse("a JSON Pointer below the root, with places of at most \(JSONPath.maximumPlace)")
        }
        let transforms = try object.optional("transform")?.transforms(&table) ?? []
        var conditions: [ImportMapping.Condition] = []
        for node in try object.optional("when")?.list() ?? [] { conditions.append(try node.condition(&table)) }
        let (name, node) = try object.one(of: ["column", "constant", "template"])
        let source: ImportMapping.Field.Source
        switch name {
        case "column": source = .column(table.place(of: try node.text()))
        case "template": source = .template(try node.template(&table))
        default:
            guard transforms.isEmpty else { throw node.refuse("no transform beside a constant") }
            source = .constant(try node.constant())
        }
        return ImportMapping.Field(
            to: path, source: source, transforms: transforms, conditions: conditions,
            isRequired: try object.optional("required")?.flag() ?? false,
            isSplit: transforms.contains { if case .split = $0 { true } else { false } })
    }

    /// A text, a number, true or false, or a list of texts.
    private func constant() throws(InterchangeError) -> JSONValue {
        switch value {
        case .array: .array(try texts().map(JSONValue.string))
        case .object, .null: throw refuse("a text, a number, true, false or a list of texts")
        default: value
        }
    }

    /// `Port {port}`; a brace that is meant stands twice.
    func template(_ table: inout ColumnTable) throws(InterchangeError) -> Template {
        var parts: [Template.Part] = []
        var literal = ""
        var rest = try text()[...]
        while let character = rest.popFirst() {
            if (character == "{" || character == "}") && rest.first == character {
                literal.append(character)
                rest.removeFirst()
            } else if character == "{" {
                guard let end = rest.firstIndex(of: "}"), end > rest.startIndex else {
                    throw refuse("a column's name between { and }")
                }
                if !literal.isEmpty { parts.append(.text(literal)) }
                literal = ""
                parts.append(.column(table.place(of: String(rest[..<end]))))
                rest = rest[rest.index(after: end)...]
            } else if character == "}" {
                throw refuse("a { before each }, or }} for a brace that is meant")
            } else {
                literal.append(character)
            }
        }
        if !literal.isEmpty { parts.append(.text(literal)) }
        return Template(parts: parts)
    }

    private func transforms(_ table: inout ColumnTable) throws(InterchangeError) -> [Transform] {
        var transforms: [Transform] = []
        for node in try list() { transforms.append(try node.transform(&table)) }
        return transforms
    }

    private func transform(_ table: inout ColumnTable) throws(InterchangeError) -> Transform {
        if case .string(let name) = value {
            switch name {
            case "trim": return .trim
            case "upper": return .upper
            case "lower": return .lower
            case "decimal": return .decimal
            case "integer": return .integer
            default: throw refuse("“trim”, “upper”, “lower”, “decimal”, “integer”, or an object")
            }
        }
        let names = ["values", "date", "fiscalMonth", "factor", "split"]
        let object = try object(names + ["otherwise"])
        let (name, node) = try object.one(of: names)
        if let otherwise = object.optional("otherwise"), name != "values" {
            throw otherwise.refuse("nothing; “otherwise” goes with “values”")
        }
        switch name {
        case "values": return try node.valueTable(object.optional("otherwise"), &table)
        case "date": return try node.dateTransform()
        case "fiscalMonth": return try node.fiscalMonth(&table)
        case "factor":
            guard let factor = ExactDecimal(try node.text()) else { throw node.refuse("a decimal number as text") }
            return .factor(factor)
        default: return .split(separator: try node.text())
        }
    }

    private func valueTable(
        _ otherwise: MappingNode?, _ table: inout ColumnTable
    ) throws(InterchangeError) -> Transform {
        guard let members = value.object else { throw refuse("an object, not \(value.kind)") }
        var values: [String: String] = [:]
        for (name, value) in zip(members.names, members.values) {
            values[name] = try MappingNode(value, "\(pointer)/\(JSONPath.escape(name))").anyText()
        }
        return .values(table: values, otherwise: try otherwise?.otherwise(&table) ?? .refuse)
    }

    private func otherwise(_ table: inout ColumnTable) throws(InterchangeError) -> Transform.Otherwise {
        if case .string(let name) = value {
            switch name {
            case "refuse": return .refuse
            case "keep": return .keep
            case "omit": return .omit
            default: throw refuse("“refuse”, “keep”, “omit”, {\"constant\": …} or {\"template\": …}")
            }
        }
        let (name, node) = try object(["constant", "template"]).one(of: ["constant", "template"])
        return name == "constant" ? .constant(try node.text()) : .template(try node.template(&table))
    }

    /// A list of patterns, or an object of `patterns` and `day`.
    private func dateTransform() throws(InterchangeError) -> Transform {
        guard case .object = value else { return .date(patterns: try patterns(), dayOnly: false) }
        let object = try object(["patterns", "dayOnly"])
        return .date(
            patterns: try object.required("patterns").patterns(),
            dayOnly: try object.optional("dayOnly")?.flag() ?? false)
    }

    private func patterns() throws(InterchangeError) -> [DatePattern] {
        var patterns: [DatePattern] = []
        for node in try list() {
            guard let pattern = DatePattern(try node.text()) else {
                throw node.refuse("a pattern with year, month and day, such as “dd/MM/yyyy”")
            }
            patterns.append(pattern)
        }
        guard !patterns.isEmpty else { throw refuse("at least one pattern") }
        return patterns
    }

    private func fiscalMonth(_ table: inout ColumnTable) throws(InterchangeError) -> Transform {
        enum Day: String, CaseIterable {
            case first, last
        }
        let object = try object(["month", "starts", "day"])
        let month = table.place(of: try object.required("month").text())
        let day: Day = try object.required("day").choice()
        return .fiscalMonth(
            starts: try object.required("starts").integer(1...12), month: month, isLast: day == .last)
    }
}
