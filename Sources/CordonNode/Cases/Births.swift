internal import Cryptography
internal import Schema

/// When the persons of a report were born, as far as it can tell persons of one name apart: behind the day in the rows
/// of names, so that two reports need not be read for it. Nothing where a person's day of birth is not known, or where
/// there are more than eight.
///
/// ```
/// year[2] ‖ month[1] ‖ day[1]     for each day, ascending
/// ```
struct Births: Equatable {
    private static let maximumCount = 8
    private static let dayByteCount = 4

    private var days: [UInt32] = []

    init() {}

    init(_ report: SeizureReport) {
        let days = report.nominal.persons.map { Self.day($0.birthDate) }
        guard days.count <= Self.maximumCount, !days.contains(nil) else { return }
        self.days = Set(days.compactMap { $0 }).sorted()
    }

    /// From the value of a posting's row.
    init(row: [UInt8]) {
        for start in stride(from: Self.dayByteCount, to: row.count, by: Self.dayByteCount) {
            if let day = UInt32(bigEndianBytes: row[start...].prefix(Self.dayByteCount)) { days.append(day) }
        }
    }

    var encoded: [UInt8] { days.flatMap(\.bigEndianBytes) }

    /// Whether no person of the one was born on the day that some person of the other was.
    func differ(from other: Births) -> Bool {
        !days.isEmpty && !other.days.isEmpty && !days.contains(where: other.days.contains)
    }

    /// Of `1990-05-01`.
    private static func day(_ text: String) -> UInt32? {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        func number(_ range: Range<Int>) -> UInt32? {
            bytes[range].reduce(0) { total, byte in
                guard let total, (0x30...0x39).contains(byte) else { return nil }
                return total * 10 + UInt32(byte - 0x30)
            }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        return year << 16 | month << 8 | day
    }
}
