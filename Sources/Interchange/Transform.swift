/// One step from what a cell holds to what the report shall hold.
enum Transform: Hashable, Sendable {
    case trim
    case upper
    case lower
    case values(table: [String: String], otherwise: Otherwise)
    /// Patterns in the order they are tried; `dayOnly` leaves out a time that the cell has.
    case date(patterns: [DatePattern], dayOnly: Bool)
    case fiscalMonth(starts: Int, month: Int, isLast: Bool)
    case decimal
    case integer
    case factor(ExactDecimal)
    case split(separator: String)

    /// What becomes of a value that its table does not have.
    enum Otherwise: Hashable, Sendable {
        case refuse
        case keep
        case omit
        case constant(String)
        case template(Template)
    }
}

/// A text with the cells of columns in it.
struct Template: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case text(String)
        /// The place of a column among those that the mapping reads.
        case column(Int)
    }

    let parts: [Part]

    /// Nil where a column in it is empty: a report must not say “Port ”.
    func fill(_ cells: [String?]) -> String? {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .column(let column):
                guard let cell = cells[column] else { return nil }
                text += cell
            }
        }
        return text
    }
}

extension Transform {
    /// What the steps need to know beside the text.
    struct Context {
        let cells: [String?]
        let zone: String
        let notation: ExactDecimal.Notation
    }

    /// Nil where the field is left out. A `split` makes several texts of one; the steps behind it see each alone.
    static func apply(
        _ transforms: [Transform], to text: String, _ context: Context
    ) throws(InterchangeError) -> [String] {
        var texts = [text]
        for transform in transforms {
            var results: [String] = []
            for text in texts {
                if case .split(let separator) = transform {
                    results += split(text, separator)
                } else if let result = try transform.apply(to: text, context) {
                    results.append(result)
                }
            }
            texts = results
        }
        return texts.filter { !$0.isEmpty }
    }

    private func apply(to text: String, _ context: Context) throws(InterchangeError) -> String? {
        switch self {
        case .trim: return Self.trim(text[...])
        case .upper: return text.uppercased()
        case .lower: return text.lowercased()
        case .values(let table, let otherwise):
            if let value = table[text] { return value }
            return try otherwise.value(of: text, context)
        case .date(let patterns, let dayOnly):
            for pattern in patterns {
                guard let date = pattern.parse(text) else { continue }
                return dayOnly ? date.dayText : date.text(zone: context.zone)
            }
            throw InterchangeError(.badDate, "no date as any of the patterns has it")
        case .fiscalMonth(let starts, let month, let isLast):
            return try Self.fiscalMonth(text, context.cells[month], starts: starts, isLast: isLast)
        case .decimal: return try number(text, context.notation).description
        case .integer:
            let number = try number(text, context.notation)
            guard number.isInteger, !number.description.hasPrefix("-") else {
                throw InterchangeError(.badNumber, "not a whole number from 0 on")
            }
            return number.description
        case .factor(let factor): return (try number(text, ExactDecimal.Notation()) * factor).description
        case .split: preconditionFailure("makes several texts")
        }
    }

    private func number(
        _ text: String, _ notation: ExactDecimal.Notation
    ) throws(InterchangeError) -> ExactDecimal {
        guard let number = ExactDecimal(text, notation) else {
            throw InterchangeError(.badNumber, "not a number as the mapping has them")
        }
        return number
    }

    /// The first or last day of a month that is named together with the fiscal year it belongs to. The year is named
    /// after the calendar year in which it ends: with `starts` 10, October of 2019 is October 2018.
    private static func fiscalMonth(
        _ year: String, _ month: String?, starts: Int, isLast: Bool
    ) throws(InterchangeError) -> String {
        guard let month else { throw InterchangeError(.missingValue, "a fiscal year without its month") }
        let number = CalendarDate.months.firstIndex(of: month.prefix(3).uppercased()).map { $0 + 1 } ?? Int(month)
        guard let number, (1...12).contains(number), let year = Int(year), (1000...9999).contains(year) else {
            throw InterchangeError(.badDate, "no fiscal year of four digits and month")
        }
        var date = CalendarDate()
        date.year = starts > 1 && number >= starts ? year - 1 : year
        date.month = number
        date.day = isLast ? CalendarDate.days(in: number, of: date.year) : 1
        return date.dayText
    }

    private static func split(_ text: String, _ separator: String) -> [String] {
        var texts: [String] = []
        var rest = text[...]
        while let range = rest.firstRange(of: separator) {
            texts.append(trim(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return texts + [trim(rest)]
    }

    private static func trim(_ text: Substring) -> String {
        let start = text.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}

extension Transform.Otherwise {
    fileprivate func value(of text: String, _ context: Transform.Context) throws(InterchangeError) -> String? {
        switch self {
        case .refuse: throw InterchangeError(.unknownValue, "a value that the mapping's table does not have")
        case .keep: text
        case .omit: nil
        case .constant(let constant): constant
        case .template(let template): template.fill(context.cells)
        }
    }
}
