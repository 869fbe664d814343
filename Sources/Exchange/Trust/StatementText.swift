internal import Cryptography
internal import Customs

/// Writes the text of a statement: a title line, then lines `key: value` in a fixed order.
struct StatementWriter {
    private(set) var text: String

    init(title: String) { text = title + "\n" }

    mutating func line(_ key: String, _ value: String) { text += "\(key): \(value)\n" }
    mutating func line(_ key: String, _ value: String?) { if let value { line(key, value) } }
    mutating func lines(_ key: String, _ values: some Sequence<String>) { for value in values { line(key, value) } }
}

/// Reads the text of a statement line by line, in the order in which its lines stand. Every refusal names the line.
struct StatementReader {
    private let lines: [String]
    /// The index of the next line, which is the number of the last one that was read.
    private var next = 1

    /// `text` must end in a newline, have at most `limit` bytes, begin with `title`, and hold only characters that a
    /// reader sees.
    init(_ text: String, title: String, upTo limit: Int) throws(TrustError) {
        guard text.utf8.count <= limit else {
            throw TrustError(.malformedStatement, "a statement of this kind has at most \(limit) bytes")
        }
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard lines.last == "" else { throw TrustError(.malformedStatement, "no newline at the end") }
        lines.removeLast()
        guard let first = lines.first, first.utf8.elementsEqual(title.utf8) else {
            throw TrustError(.malformedStatement, line: 1, "the title is not `\(title)`")
        }
        for (index, line) in lines.enumerated() where !StatementValue.isVisible(line) {
            throw TrustError(.malformedStatement, line: index + 1, "a control character, or one that changes others")
        }
        self.lines = lines
    }

    /// On the line that was read last.
    func refusal(_ reason: String) -> TrustError { TrustError(.badValue, line: next, reason) }

    private func value(_ key: String) -> String? {
        guard next < lines.count, lines[next].utf8.starts(with: "\(key): ".utf8) else { return nil }
        return String(Substring(lines[next].utf8.dropFirst(key.utf8.count + 2)))
    }

    mutating func one<T>(_ key: String, _ form: String, _ read: (String) -> T?) throws(TrustError) -> T {
        guard let value = try optional(key, form, read) else {
            throw TrustError(.malformedStatement, line: next + 1, "here stands `\(key): …`")
        }
        return value
    }

    mutating func optional<T>(_ key: String, _ form: String, _ read: (String) -> T?) throws(TrustError) -> T? {
        guard let text = value(key) else { return nil }
        next += 1
        guard let value = read(text) else { throw refusal("`\(key)` is \(form)") }
        return value
    }

    mutating func many<T>(
        _ key: String, _ count: ClosedRange<Int>, _ form: String, _ read: (String) -> T?
    ) throws(TrustError) -> [T] {
        var values: [T] = []
        while let value = try optional(key, form, read) {
            guard values.count < count.upperBound else {
                throw refusal("`\(key)` stands at most \(count.upperBound) times")
            }
            values.append(value)
        }
        guard values.count >= count.lowerBound else {
            throw TrustError(.malformedStatement, line: next + 1, "here stands `\(key): …`")
        }
        return values
    }

    /// A set, in ascending order.
    mutating func set(
        _ key: String, _ count: ClosedRange<Int>, _ form: String, where isMember: (String) -> Bool
    ) throws(TrustError) -> [String] {
        var last: String?
        return try many(key, count, "\(form), each once, in ascending order") { text in
            guard isMember(text), last.map({ $0.utf8.lexicographicallyPrecedes(text.utf8) }) ?? true else { return nil }
            last = text
            return text
        }
    }

    func end() throws(TrustError) {
        guard next == lines.count else {
            throw TrustError(.malformedStatement, line: next + 1, "a line that does not belong here")
        }
    }
}

/// The forms of values in statements. Each value has one.
enum StatementValue {
    /// Without control characters, and without those that are invisible and change how others look or are ordered.
    /// Joiners and the zero-width space stay: Khmer, Lao and Persian are written with them.
    static func isVisible(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0..<0x20, 0x7F...0x9F, 0xAD, 0x61C, 0x180E, 0x200E...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
                0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
                false
            default: true
            }
        }
    }

    /// A line of text: not empty, no space at its ends.
    static func text(upTo limit: Int) -> (String) -> String? {
        { text in
            (1...limit).contains(text.utf8.count) && text.utf8.first != 0x20 && text.utf8.last != 0x20 ? text : nil
        }
    }

    static func number(_ range: ClosedRange<UInt64>) -> (String) -> UInt64? {
        { text in
            guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt64(text), "\(number)" == text,
                range.contains(number)
            else { return nil }
            return number
        }
    }

    static let timeForm = "a time such as 2026-03-01T08:30:00Z"
    static let dateRange = 0...253_402_300_799_000 as ClosedRange<UInt64>  // up to the end of the year 9999

    /// In milliseconds since 1970-01-01T00:00Z; written to the second, in UTC.
    static func time(_ text: String) -> UInt64? {
        guard text.utf8.count == 20, let moment = Moment(parsing: text), !moment.isDay,
            Moment(milliseconds: moment.milliseconds).text == text
        else { return nil }
        return moment.milliseconds
    }

    static func time(_ milliseconds: UInt64) -> String {
        Moment(milliseconds: min(milliseconds, dateRange.upperBound)).text
    }

    static func yes(_ text: String) -> Bool? {
        switch text {
        case "yes": true
        case "no": false
        default: nil
        }
    }

    static func digest(_ text: String) -> Digest? { Hex.decode(text).flatMap { Digest($0) } }

    /// The fields of a value that has `count` of them, each behind one space.
    static func fields(_ text: String, _ count: Int) -> [String]? {
        let fields = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map { String(Substring($0)) }
        return fields.count == count ? fields : nil
    }
}
