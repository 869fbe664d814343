/// A decimal number of any size, exactly: amounts of drugs and money are never floating point here.
struct ExactDecimal: Hashable, Sendable, CustomStringConvertible {
    /// More digits than any amount has, and few enough that multiplying hostile ones is quick.
    static let maximumDigits = 60

    private var isNegative: Bool
    /// Most significant first, without zeros in front; none for zero.
    private var digits: [UInt8]
    /// How many of the digits stand behind the point.
    private var scale: Int

    /// How the source writes its numbers.
    struct Notation: Hashable, Sendable {
        var point: Character = "."
        var group: Character?
    }

    /// A sign, digits with or without groups of three, a point and digits, an exponent (`6.6e-05`, as R and Excel write
    /// small amounts). Nil for anything else: a separator that makes no groups of three is more likely a point.
    init?(_ text: some StringProtocol, _ notation: Notation = Notation()) {
        var rest = text[...]
        isNegative = rest.first == "-"
        if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
        var exponent = 0
        if let mark = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
            let written = rest[rest.index(after: mark)...]
            guard let value = Int(written), abs(value) <= Self.maximumDigits else { return nil }
            exponent = value
            rest = rest[..<mark]
        }
        let parts = rest.split(separator: notation.point, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = Self.whole(parts[0], notation.group) else { return nil }
        let fraction = parts.count == 2 ? Self.digits(parts[1]) : []
        guard let fraction, parts.count == 1 || !fraction.isEmpty else { return nil }
        guard whole.count + fraction.count <= Self.maximumDigits else { return nil }
        digits = whole + fraction
        scale = fraction.count - exponent
        normalise()
    }

    private static func digits(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.allSatisfy(\.isDigit) else { return nil }
        return text.utf8.map { $0 - UInt8(ascii: "0") }
    }

    private static func whole(_ text: some StringProtocol, _ group: Character?) -> [UInt8]? {
        guard !text.isEmpty else { return nil }
        guard let group, text.contains(group) else { return digits(text) }
        let groups = text.split(separator: group, omittingEmptySubsequences: false)
        guard (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 }) else { return nil }
        return digits(groups.joined())
    }

    /// No zeros in front, none at the end behind the point, no negative zero.
    private mutating func normalise() {
        while scale > 0, digits.last == 0 {
            digits.removeLast()
            scale -= 1
        }
        while scale < 0 {
            digits.append(0)
            scale += 1
        }
        digits.removeFirst(digits.prefix { $0 == 0 }.count)
        if digits.isEmpty { (isNegative, scale) = (false, 0) }
    }

    var isInteger: Bool { scale == 0 }

    static func * (a: Self, b: Self) -> Self {
        var product = a
        product.isNegative = a.isNegative != b.isNegative
        product.scale = a.scale + b.scale
        var columns = [Int](repeating: 0, count: a.digits.count + b.digits.count)
        for (i, x) in a.digits.enumerated() {
            for (j, y) in b.digits.enumerated() { columns[i + j + 1] += Int(x) * Int(y) }
        }
        for place in columns.indices.dropFirst().reversed() {
            columns[place - 1] += columns[place] / 10
            columns[place] %= 10
        }
        product.digits = columns.map(UInt8.init)
        product.normalise()
        return product
    }

    /// Canonical: `0`, `-1.5`, `19749`; no sign `+`, no exponent, no needless zero.
    var description: String {
        var text = digits.map { $0 + UInt8(ascii: "0") }
        if text.count <= scale { text.insert(contentsOf: repeatElement(0x30, count: scale - text.count + 1), at: 0) }
        if text.isEmpty { text = [0x30] }
        if scale > 0 { text.insert(UInt8(ascii: "."), at: text.count - scale) }
        return (isNegative ? "-" : "") + String(decoding: text, as: UTF8.self)
    }
}
