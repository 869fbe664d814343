/// A way to write dates, in the letters of Unicode TR 35: `yyyy-MM-dd`, `dd/MM/yyyy`, `d.M.yy`, `dd MMM yyyy`,
/// `yyyy-MM-dd'T'HH:mm:ssXXX`. Letters outside quotes are fields, everything else stands for itself.
///
/// Two digits of a field written twice (`dd`), one or two of one written once (`d`); `yy` is 1970 to 2069; `MMM` is the
/// English short name in any case; `XXX` is `Z` or `+07:00`. A pattern that ends with `'Z'` is in UTC.
struct DatePattern: Hashable, Sendable {
    private enum Element: Hashable {
        case field(letter: Character, width: Int)
        case literal(Character)
    }

    private let elements: [Element]
    private let isUTC: Bool
    let hasTime: Bool

    private static let widths: [Character: [Int]] = [
        "y": [2, 4], "M": [1, 2, 3], "d": [1, 2], "H": [1, 2], "m": [1, 2], "s": [1, 2], "X": [3],
    ]

    /// Nil for letters that are not known, and without a year, a month and a day, each once.
    init?(_ pattern: String) {
        var elements: [Element] = []
        var isQuoted = false
        var run = ""
        func field() -> Element? {
            guard let letter = run.first, Self.widths[letter]?.contains(run.count) == true else { return nil }
            return .field(letter: letter, width: run.count)
        }
        for character in pattern + "'" {
            if !run.isEmpty, isQuoted || character != run.first {
                guard let field = field() else { return nil }
                elements.append(field)
                run = ""
            }
            if character == "'" {
                isQuoted.toggle()
            } else if isQuoted || !character.isASCII || !character.isLetter {
                elements.append(.literal(character))
            } else {
                run.append(character)
            }
        }
        // The quote that was added closes nothing where all are in pairs.
        guard isQuoted else { return nil }
        let letters = elements.compactMap { if case .field(let letter, _) = $0 { letter } else { nil } }
        hasTime = letters.contains("H")
        guard Set(letters).count == letters.count, Set("yMd").isSubset(of: letters),
            !hasTime || letters.contains("m"), hasTime || Set("msX").isDisjoint(with: letters)
        else { return nil }
        isUTC = pattern.hasSuffix("'Z'")
        self.elements = elements
    }

    /// Nil unless all of the text is a day (and time) that exists.
    func parse(_ text: some StringProtocol) -> CalendarDate? {
        var date = CalendarDate()
        var rest = text[...]
        for element in elements {
            switch element {
            case .literal(let character):
                guard rest.popFirst() == character else { return nil }
            case .field(let letter, let width):
                guard Self.read(letter, width, from: &rest, into: &date) else { return nil }
            }
        }
        date.hasTime = hasTime
        if isUTC { date.offset = "Z" }
        return rest.isEmpty && date.isValid ? date : nil
    }

    private static func read<Text: StringProtocol>(
        _ letter: Character, _ width: Int, from text: inout Text, into date: inout CalendarDate
    ) -> Bool where Text == Text.SubSequence {
        if letter == "X" {
            let length = text.first == "Z" ? 1 : 6
            guard CalendarDate.isOffset(text.prefix(length)) else { return false }
            date.offset = String(text.prefix(length))
            text = text.dropFirst(length)
            return true
        }
        if letter == "M", width == 3 {
            guard let place = CalendarDate.months.firstIndex(of: text.prefix(3).uppercased()) else { return false }
            date.month = place + 1
            text = text.dropFirst(3)
            return true
        }
        let digits = text.prefix(max(width, 2)).prefix { $0.isASCII && $0.isNumber }
        guard digits.count >= width, let value = Int(digits) else { return false }
        text = text.dropFirst(digits.count)
        switch letter {
        case "y": date.year = width == 4 ? value : value + (value < 70 ? 2000 : 1900)
        case "M": date.month = value
        case "d": date.day = value
        case "H": date.hour = value
        case "m": date.minute = value
        default: date.second = value
        }
        return true
    }
}
