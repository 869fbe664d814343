internal import Interchange
internal import Schema

/// What comes from a server, made fit for a terminal. A case holds text that others wrote: an escape sequence in it must
/// not reach the terminal, nor a mark that turns the direction of what stands behind it.
enum Display {
    /// One line: every control character, line separator and direction mark as an escape.
    static func safe(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isUnsafe(scalar): result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    /// Of several lines, each indented.
    static func block(_ text: String, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        return text.split(whereSeparator: \.isNewline).map { margin + safe(String($0)) }.joined(separator: "\n")
    }

    /// At most so many characters, with an ellipsis where something is left out.
    static func short(_ text: String, _ limit: Int) -> String {
        text.count <= limit ? text : String(text.prefix(limit - 1)) + "…"
    }

    /// `pointer: message`; of what did not lead to a refusal, with its strength in front.
    static func line(_ finding: FindingView) -> String {
        let place = finding.pointer.isEmpty ? "" : "\(safe(finding.pointer)): "
        let strength = finding.strength == "reject" || finding.strength.isEmpty ? "" : "\(safe(finding.strength)) "
        return strength + place + safe(finding.message)
    }

    /// `2026-03-01 08:30`; a day stays a day.
    static func time(_ text: String) -> String {
        guard text.utf8.count >= 16, text.utf8.dropFirst(10).first == UInt8(ascii: "T") else { return safe(text) }
        let zone = text.hasSuffix("Z") ? "Z" : ""
        return safe(text.prefix(10) + " " + text.dropFirst(11).prefix(5) + zone)
    }
}

/// Rows in columns, each as wide as its widest cell; the last one as long as it is.
struct Table {
    private let header: [String]
    private var rows: [[String]] = []
    /// Beyond this a cell is cut, except in the last column.
    static let maximumWidth = 44

    init(_ header: String...) { self.header = header }

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ cells: String...) {
        precondition(cells.count == header.count, "a cell for each column")
        rows.append(cells.map(Display.safe))
    }

    func print(orElse nothing: String) {
        guard !rows.isEmpty else { return Terminal.printError(nothing) }
        for line in lines() { Terminal.write(Array((line + "\n").utf8)) }
    }

    func lines(indent: Int = 0) -> [String] {
        let all =
            [header]
            + rows.map { row in
                row.enumerated().map { $0 == row.count - 1 ? $1 : Display.short($1, Self.maximumWidth) }
            }
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            let line = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
            return String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
        }
    }
}

extension JSONValue {
    /// Indented by two, members in their order. What a terminal might obey is escaped as JSON has it.
    var pretty: String {
        var output = ""
        append(to: &output, depth: 0)
        return output
    }

    private func append(to output: inout String, depth: Int) {
        func newLine(_ depth: Int) { output += "\n" + String(repeating: "  ", count: depth) }
        switch self {
        case .array(let elements) where !elements.isEmpty:
            output += "["
            for (place, element) in elements.enumerated() {
                if place > 0 { output += "," }
                newLine(depth + 1)
                element.append(to: &output, depth: depth + 1)
            }
            newLine(depth)
            output += "]"
        case .object(let object) where !object.isEmpty:
            output += "{"
            for place in 0..<object.count {
                if place > 0 { output += "," }
                newLine(depth + 1)
                output += Self.quoted(object.names[place]) + ": "
                object.values[place].append(to: &output, depth: depth + 1)
            }
            newLine(depth)
            output += "}"
        case .string(let text): output += Self.quoted(text)
        default: output += String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func quoted(_ text: String) -> String {
        let plain = String(decoding: JSONValue.string(text).bytes, as: UTF8.self)
        guard plain.unicodeScalars.contains(where: Display.isUnsafe) else { return plain }
        var result = ""
        for scalar in plain.unicodeScalars {
            guard Display.isUnsafe(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return result
    }
}
