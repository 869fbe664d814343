internal import Foundation

/// A measurement beside the limit that it is held against.
struct Figure: Encodable {
    let name: String
    let unit: String
    /// Medians over the rounds.
    let measured: Double
    let limit: Double
    let limitName: String
    /// Measured over limit, the median of the rounds' own ratios.
    let ratio: Double
    let target: String
    let met: Bool
}

struct FigureTable: Encodable {
    private(set) var figures: [Figure] = []

    var allMet: Bool { figures.allSatisfy(\.met) }

    /// A rate, which is to be at least `atLeast` of its limit; each pair was measured in turn.
    mutating func add(
        _ name: String, unit: String, pairs: [(measured: Double, limit: Double)], limitName: String, atLeast: Double
    ) {
        let ratio = median(pairs.map { $0.measured / $0.limit })
        figures.append(
            Figure(
                name: name, unit: unit, measured: median(pairs.map(\.measured)), limit: median(pairs.map(\.limit)),
                limitName: limitName, ratio: ratio, target: "ratio ≥ \(text(atLeast))", met: ratio >= atLeast))
    }

    /// A quantity that is to stay at or under its limit.
    mutating func add(_ name: String, unit: String, measured: Double, atMost limit: Double, limitName: String) {
        figures.append(
            Figure(
                name: name, unit: unit, measured: measured, limit: limit, limitName: limitName,
                ratio: measured / limit, target: "ratio ≤ 1", met: measured <= limit))
    }

    /// A rate that is to be at least `target`, or a quantity that is to be at most it, beside what physics would allow:
    /// the limit is measured in the same run, and the ratio is to it.
    mutating func add(
        _ name: String, unit: String, pairs: [(measured: Double, limit: Double)], limitName: String,
        _ direction: Direction, _ target: Double
    ) {
        let measured = median(pairs.map(\.measured))
        let isMet = direction == .atLeast ? measured >= target : measured <= target
        figures.append(
            Figure(
                name: name, unit: unit, measured: measured, limit: median(pairs.map(\.limit)), limitName: limitName,
                ratio: median(pairs.map { $0.measured / $0.limit }),
                target: "\(direction.rawValue) \(text(target)) \(unit)", met: isMet))
    }

    enum Direction: String { case atLeast = "≥", atMost = "≤" }

    /// What the machine does, for comparison: nothing that could be missed.
    mutating func note(_ name: String, _ unit: String, _ value: Double) {
        figures.append(
            Figure(
                name: name, unit: unit, measured: value, limit: value, limitName: "itself", ratio: 1,
                target: "for comparison", met: true))
    }

    func printJSON() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }

    func printText() {
        var rows = [["figure", "measured", "limit", "ratio", "target", "", "the limit is"]]
        for figure in figures {
            rows.append([
                figure.name, "\(text(figure.measured)) \(figure.unit)", "\(text(figure.limit)) \(figure.unit)",
                text(figure.ratio), figure.target, figure.met ? "met" : "MISSED", figure.limitName,
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
        for row in rows {
            print(
                zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  "))
        }
    }

    private func text(_ value: Double) -> String {
        value >= 100 ? String(Int(value.rounded())) : String((value * 100).rounded() / 100)
    }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// The value that a share of all values do not exceed.
func percentile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
}

/// Seconds that `body` takes.
func seconds(_ body: () async throws -> Void) async rethrows -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    try await body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
}
