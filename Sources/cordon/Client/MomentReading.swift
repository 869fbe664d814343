internal import Customs
internal import Foundation

/// Times as people type them, into RFC 3339.
enum MomentReading {
    static let help = "now, today, yesterday, 2026-03-01, 2026-03-01 08:30 (time of this machine), or RFC 3339"

    /// Nil for what is no time.
    static func read(_ text: String, now: Date = Date(), zone: TimeZone = .current) -> String? {
        let text = text.trimmingCharacters(in: .whitespaces)
        switch text.lowercased() {
        case "now": return format(now, zone, dayOnly: false)
        case "today": return format(now, zone, dayOnly: true)
        case "yesterday": return format(now.addingTimeInterval(-86_400), zone, dayOnly: true)
        default: break
        }
        if Moment(parsing: text) != nil { return text }
        // `2026-03-01 08:30`, with seconds or without: in the zone of this machine.
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "T" })
        guard parts.count == 2, (4...8).contains(parts[1].count) else { return nil }
        let clock = (parts[1].count < 5 || parts[1].dropFirst(1).first == ":" ? "0" : "") + parts[1]
        let whole = "\(parts[0])T\(clock)" + (clock.count == 5 ? ":00" : "")
        guard let moment = Moment(parsing: whole + "Z") else { return nil }
        let guess = Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000)
        return whole
            + offset(zone.secondsFromGMT(for: guess.addingTimeInterval(-Double(zone.secondsFromGMT(for: guess)))))
    }

    private static func format(_ date: Date, _ zone: TimeZone, dayOnly: Bool) -> String {
        let seconds = zone.secondsFromGMT(for: date)
        let local = Moment(milliseconds: UInt64(max(0, date.timeIntervalSince1970 + Double(seconds)) * 1000))
        return dayOnly ? local.day : local.text.dropLast() + offset(seconds)
    }

    private static func offset(_ seconds: Int) -> String {
        guard seconds != 0 else { return "Z" }
        let minutes = abs(seconds) / 60
        func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
        return "\(seconds < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
