/// A day or a time as it was written (RFC 3339): `2026-03-01`, `2026-03-01T08:30:00Z`, `…T15:30:00+07:00`.
public struct Moment: Hashable, Sendable {
    /// As written.
    public let text: String
    /// Since 1970-01-01T00:00Z. A day stands for its beginning, UTC.
    public let milliseconds: UInt64
    public let isDay: Bool

    /// Nil on anything else: a day that does not exist, a missing offset, a year before 1970.
    public init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes.count <= 35, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), year >= 1970, (1...12).contains(month),
            (1...Self.days(month, year)).contains(day)
        else { return nil }
        let days = Self.daysSince1970(year, month, day)
        self.text = text
        if bytes.count == 10 {
            isDay = true
            milliseconds = UInt64(days) * 86_400_000
            return
        }
        isDay = false
        guard let time = Self.time(bytes[10...]) else { return nil }
        let total = days * 86_400_000 + time
        guard total >= 0 else { return nil }
        milliseconds = UInt64(total)
    }

    /// The time in UTC, to the second.
    public init(milliseconds: UInt64) {
        self.milliseconds = milliseconds
        isDay = false
        let seconds = Int(milliseconds / 1000)
        let (year, month, day) = Self.civil(seconds / 86_400)
        let left = seconds % 86_400
        var digits = Array(String(year).utf8)
        digits.reserveCapacity(24)
        let numbers = [month, day, left / 3600, left / 60 % 60, left % 60]
        for (mark, number) in zip("--T::".utf8, numbers) {
            digits.append(mark)
            digits.append(UInt8(ascii: "0") + UInt8(number / 10))
            digits.append(UInt8(ascii: "0") + UInt8(number % 10))
        }
        digits.append(UInt8(ascii: "Z"))
        text = String(decoding: digits, as: UTF8.self)
    }

    /// The day that it lies in, where it was written.
    public var day: String { String(text.prefix(10)) }

    /// `Thh:mm:ss[.f]` and an offset, in milliseconds that may be negative.
    private static func time(_ bytes: ArraySlice<UInt8>) -> Int? {
        var rest = Array(bytes)
        guard rest.count >= 10, rest[0] == UInt8(ascii: "T"), rest[3] == UInt8(ascii: ":"),
            rest[6] == UInt8(ascii: ":"),
            let hour = number(rest[1..<3]), let minute = number(rest[4..<6]), let second = number(rest[7..<9]),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var milliseconds = (hour * 3600 + minute * 60 + second) * 1000
        rest.removeFirst(9)
        if rest[0] == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { isDigit($0) }
            guard (1...9).contains(digits.count) else { return nil }
            milliseconds += number(ArraySlice((digits + [48, 48]).prefix(3)))!
            rest.removeFirst(1 + digits.count)
        }
        if rest == [UInt8(ascii: "Z")] { return milliseconds }
        guard rest.count == 6, rest[3] == UInt8(ascii: ":"), let hours = number(rest[1..<3]),
            let minutes = number(rest[4..<6]), hours < 24, minutes < 60
        else { return nil }
        switch rest[0] {
        case UInt8(ascii: "+"): return milliseconds - (hours * 60 + minutes) * 60_000
        case UInt8(ascii: "-"): return milliseconds + (hours * 60 + minutes) * 60_000
        default: return nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy(isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    private static func days(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let yearOfEra = y % 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return y / 400 * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The same, civil_from_days.
    private static func civil(_ days: Int) -> (Int, Int, Int) {
        let z = days + 719_468
        let era = z / 146_097
        let dayOfEra = z % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let m = (5 * dayOfYear + 2) / 153
        let month = m < 10 ? m + 3 : m - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * m + 2) / 5 + 1)
    }
}

/// A decimal number as text: digits, a point where needed, a minus sign in front at most.
public enum DecimalText {
    public static let maximumByteCount = 40

    public static func isValid(_ text: String, signed: Bool = false) -> Bool {
        var digits = Array(text.utf8)
        guard (1...maximumByteCount).contains(digits.count) else { return false }
        if signed, digits[0] == UInt8(ascii: "-") { digits.removeFirst() }
        let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (48...57).contains($0) } }
    }
}
