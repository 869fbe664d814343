internal import Foundation
internal import Interchange
internal import Schema
internal import SwiftProtobuf

/// One record on its way to the node, with the rows of the input that it was made of.
struct ImportItem: Sendable {
    enum Record: Sendable {
        case seizure(SeizureReport)
        case statistics(StatisticalReport)
    }

    /// Counted from 1 behind the header, and the lines they begin on.
    let rows: [UInt64]
    let lines: [UInt64]
    let record: Record
    /// About as long as it is on the wire.
    let byteCount: Int
}

/// What became of the rows of one record, or of one row that made none.
struct RowVerdict: Sendable {
    enum Outcome: String, Sendable, CaseIterable {
        case imported, merged, known, differs, skipped, refused
    }

    var rows: [UInt64]
    var lines: [UInt64]
    var outcome: Outcome
    var reason = ""
    /// A JSON Pointer into the report, or the column.
    var field = ""
    var reportID = ""
    var caseID = ""
    /// For `skipped`: the place of the filter.
    var filter: Int?
}

/// Reads the input of an import: a table by way of a mapping, or reports as `cordon export` writes them.
struct RecordReader {
    enum Event {
        case item(ImportItem)
        case verdict(RowVerdict)
    }

    /// The name of the mappings for what `cordon export` wrote. Reports keep the source and key they had there.
    static let exportName = "cordon"

    private enum Source {
        case table(ImportSession)
        case reports(JSONLinesReader, rows: UInt64)
    }

    /// Of one exported report.
    static let maximumLine = 8 << 20

    private var source: Source
    let filterDescriptions: [String]
    /// What ended the input before its end.
    private(set) var stoppedBy: InterchangeError?

    init(_ mapping: ImportMapping?) {
        filterDescriptions = mapping?.filterDescriptions ?? []
        source =
            mapping.map { .table(ImportSession($0)) } ?? .reports(JSONLinesReader(limit: Self.maximumLine), rows: 0)
    }

    /// Rows read so far.
    var rows: UInt64 {
        switch source {
        case .table(let session): session.summary.rows
        case .reports(_, let rows): rows
        }
    }

    /// `bytes` is nil at the end of the input.
    mutating func read(_ bytes: [UInt8]?, _ deliver: (Event) -> Void) throws {
        switch source {
        case .table(var session):
            // So that the session is not copied with all it holds.
            source = .reports(JSONLinesReader(), rows: 0)
            defer { source = .table(session) }
            let mapping = session.mapping
            if let bytes {
                try session.feed(bytes) { Self.take($0, mapping, deliver) }
            } else {
                _ = try session.finish { Self.take($0, mapping, deliver) }
            }
            stoppedBy = session.summary.stoppedBy
        case .reports(var reader, var rows):
            defer { source = .reports(reader, rows: rows) }
            func take(_ line: JSONLine) {
                rows = line.row
                deliver(Self.report(line))
            }
            if let bytes { try reader.feed(bytes, take) } else { try reader.finish(take) }
        }
    }

    // MARK: Tables

    private static func take(_ event: ImportEvent, _ mapping: ImportMapping, _ deliver: (Event) -> Void) {
        switch event {
        case .report(let report): deliver(record(report, mapping))
        case .outcome(let outcome):
            var verdict = RowVerdict(rows: [outcome.row], lines: [outcome.line], outcome: .refused)
            switch outcome.kind {
            case .imported, .merged: return  // the node has the last word on those
            case .skipped(let filter):
                verdict.outcome = .skipped
                verdict.filter = filter
                verdict.reason = mapping.filterDescriptions[filter]
            case .refused(let error):
                verdict.reason = error.reason
                verdict.field = error.column ?? error.pointer ?? ""
            }
            deliver(.verdict(verdict))
        }
    }

    private static func record(_ report: MappedReport, _ mapping: ImportMapping) -> Event {
        let bytes = report.json.bytes
        do {
            let record: ImportItem.Record
            switch mapping.kind {
            case .seizures:
                var seizure = try SeizureReport(jsonUTF8Bytes: bytes)
                if mapping.name == exportName { restoreProvenance(&seizure, report.key) }
                record = .seizure(seizure)
            case .statistics: record = .statistics(try StatisticalReport(jsonUTF8Bytes: bytes))
            }
            return .item(ImportItem(rows: report.rows, lines: report.lines, record: record, byteCount: bytes.count))
        } catch {
            return .verdict(unreadable(error, report.rows, report.lines))
        }
    }

    /// The node would refuse the whole batch that such a record is in.
    private static func unreadable(_ error: any Error, _ rows: [UInt64], _ lines: [UInt64]) -> RowVerdict {
        var verdict = RowVerdict(rows: rows, lines: lines, outcome: .refused)
        if case JSONDecodingError.unknownField(let name) = error {
            verdict.reason = "a report has no such field"
            verdict.field = name
        } else {
            verdict.reason = "a field is not of the kind that belongs there: \(error)"
        }
        return verdict
    }

    /// The key of an exported row is its source and its key there, joined as the session joins cells.
    private static func restoreProvenance(_ report: inout SeizureReport, _ key: String) {
        var parts = [""]
        var isEscaped = false
        for character in key {
            switch character {
            case _ where isEscaped:
                parts[parts.count - 1].append(character)
                isEscaped = false
            case "\\": isEscaped = true
            case "|": parts.append("")
            default: parts[parts.count - 1].append(character)
            }
        }
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return }
        report.provenance.source = parts[0]
        report.provenance.key = parts[1]
        forgetNumbers(&report)
    }

    /// What a node numbers anew, and where a row stood: so that a report is the same whichever export it comes from.
    private static func forgetNumbers(_ report: inout SeizureReport) {
        report.id = ""
        report.provenance.digest = Data()
        report.provenance.rows = []
        for place in report.goods.indices { report.goods[place].number = 0 }
        guard report.hasNominal else { return }
        for place in report.nominal.persons.indices { report.nominal.persons[place].id = "" }
        for place in report.nominal.companies.indices { report.nominal.companies[place].id = "" }
    }

    // MARK: Reports

    private static func report(_ line: JSONLine) -> Event {
        let value: JSONValue
        switch line.content {
        case .success(let content): value = content
        case .failure(let error):
            return .verdict(
                RowVerdict(rows: [line.row], lines: [line.line], outcome: .refused, reason: error.reason))
        }
        do {
            let bytes = value.bytes
            var report = try SeizureReport(jsonUTF8Bytes: bytes)
            if report.provenance.source.isEmpty || report.provenance.key.isEmpty {
                report.provenance = .with {
                    $0.source = exportName
                    $0.key = report.id
                }
            }
            forgetNumbers(&report)
            return .item(
                ImportItem(rows: [line.row], lines: [line.line], record: .seizure(report), byteCount: bytes.count))
        } catch {
            return .verdict(unreadable(error, [line.row], [line.line]))
        }
    }
}
