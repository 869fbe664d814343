/// A day of the Gregorian calendar, and perhaps a time of that day and its zone.
struct CalendarDate: Hashable, Sendable {
    var year = 0
    var month = 0
    var day = 0
    var hasTime = false
    var hour = 0
    var minute = 0
    var second = 0
    /// `Z` or `+07:00`, where the text itself says so.
    var offset: String?

    static let months = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ]

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    var isValid: Bool {
        (1...9999).contains(year) && (1...12).contains(month) && day >= 1 && day <= Self.days(in: month, of: year)
            && (0...23).contains(hour) && (0...59).contains(minute) && (0...59).contains(second)
    }

    /// RFC 3339, section 5.6: `full-date`.
    var dayText: String { "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))" }

    /// `full-date`, or `date-time` where there is a time; `zone` where the text names none.
    func text(zone: String) -> String {
        guard hasTime else { return dayText }
        let time = [hour, minute, second].map { Self.padded($0, 2) }.joined(separator: ":")
        return "\(dayText)T\(time)\(offset ?? zone)"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// `Z`, `+hh:mm` or `-hh:mm`, of at most 14 hours.
    static func isOffset(_ text: some StringProtocol) -> Bool {
        if text == "Z" { return true }
        let bytes = Array(text.utf8)
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            bytes[3] == UInt8(ascii: ":"), let hours = Int(String(decoding: bytes[1...2], as: UTF8.self)),
            let minutes = Int(String(decoding: bytes[4...5], as: UTF8.self)), bytes[1].isDigit, bytes[4].isDigit
        else { return false }
        return hours * 60 + minutes <= 14 * 60 && minutes < 60
    }
}
