internal import Interchange
internal import Testing

extension Array where Element == UInt8 {
    init(_ text: String) { self = Array(text.utf8) }
}

/// What a reader made of an input: the records, and the error that ended it.
struct CSVReading: Equatable {
    struct Record: Equatable {
        let row: UInt64
        let line: UInt64
        /// Nil for a refused row.
        let texts: [String]?
        let refusal: InterchangeError.Code?
    }

    var columns: [String]?
    var records: [Record] = []
    var failure: InterchangeError.Code?
    var failureLine: UInt64?

    /// Reads an input cut into chunks of the given sizes, the last of them again and again.
    init(
        _ bytes: [UInt8], chunks: [Int] = [.max], _ format: CSVFormat = .standard, limits: CSVLimits = CSVLimits()
    ) {
        var reader = CSVReader(format, limits: limits)
        var all: [CSVRecord] = []
        do {
            var rest = bytes[...]
            var sizes = chunks[...]
            while !rest.isEmpty {
                let size = sizes.count > 1 ? sizes.removeFirst() : sizes.first!
                try reader.feed(rest.prefix(size)) { all.append($0) }
                rest = rest.dropFirst(size)
            }
            try reader.finish { all.append($0) }
        } catch {
            let error = error as! InterchangeError
            #expect(reader.failure == error)
            (failure, failureLine) = (error.code, error.line)
        }
        columns = reader.columns
        records = all.map {
            Record(row: $0.row, line: $0.line, texts: $0.refusal == nil ? $0.texts : nil, refusal: $0.refusal?.code)
        }
    }

    init(_ text: String, _ format: CSVFormat = .standard, limits: CSVLimits = CSVLimits()) {
        self.init([UInt8](text), format, limits: limits)
    }

    var texts: [[String]?] { records.map(\.texts) }
}

/// The error of a closure that has to fail with one of this module's.
func refusal(of body: () throws -> Void, location: SourceLocation = #_sourceLocation) -> InterchangeError? {
    do {
        try body()
        Issue.record("not refused", sourceLocation: location)
    } catch let error as InterchangeError {
        return error
    } catch {
        Issue.record("\(error)", sourceLocation: location)
    }
    return nil
}

/// What an import came to.
struct Import {
    var reports: [MappedReport] = []
    var outcomes: [RowOutcome] = []
    var summary: ImportSummary

    init(
        _ mapping: ImportMapping, _ input: [UInt8], chunk: Int = .max, limits: ImportLimits = ImportLimits()
    ) throws {
        var session = ImportSession(mapping, limits: limits)
        var reports: [MappedReport] = []
        var outcomes: [RowOutcome] = []
        let take: (ImportEvent) -> Void = { event in
            switch event {
            case .report(let report): reports.append(report)
            case .outcome(let outcome): outcomes.append(outcome)
            }
        }
        var rest = input[...]
        while !rest.isEmpty {
            try session.feed(rest.prefix(chunk), take)
            rest = rest.dropFirst(chunk)
        }
        summary = try session.finish(take)
        (self.reports, self.outcomes) = (reports, outcomes)
        #expect(UInt64(outcomes.count) == summary.rows)
        #expect(Set(outcomes.map(\.row)).count == outcomes.count)
        #expect(summary.rows == summary.imported + summary.merged + summary.skipped + summary.refused)
        #expect(UInt64(reports.count) == summary.imported)
        #expect(UInt64(reports.reduce(0) { $0 + $1.rows.count }) == summary.imported + summary.merged)
    }

    init(_ mapping: String, _ input: String, limits: ImportLimits = ImportLimits()) throws {
        try self.init(ImportMapping(parsing: [UInt8](mapping)), [UInt8](input), limits: limits)
    }

    var json: [String] { reports.map { String(decoding: $0.json.bytes, as: UTF8.self) } }

    func refusal(row: UInt64) -> InterchangeError? {
        outcomes.lazy.compactMap { outcome in
            if outcome.row == row, case .refused(let error) = outcome.kind { error } else { nil }
        }.first
    }
}
