/// A report made of one or more rows.
public struct MappedReport: Sendable {
    /// The source's own key of it: the cells of the key's columns, or all cells that the mapping reads where it has no
    /// key. Several are joined with `|`; a `|` or `\` in a cell has a `\` in front.
    public let key: String
    /// Rows of the input, counted from 1 behind the header, and the lines they begin on.
    public let rows: [UInt64]
    public let lines: [UInt64]
    /// The report in the JSON mapping of proto3, with its `provenance`.
    public let json: JSONValue
}

/// What became of a row. Each row of the input has exactly one outcome.
public struct RowOutcome: Sendable {
    public enum Kind: Sendable, Equatable {
        /// The first row of a report.
        case imported
        /// A further row of a report.
        case merged
        /// Not wanted: the place of the filter that it did not pass.
        case skipped(filter: Int)
        /// Why, with the column where one is to blame.
        case refused(InterchangeError)
    }

    public let row: UInt64
    public let line: UInt64
    public let kind: Kind
}

public enum ImportEvent: Sendable {
    case report(MappedReport)
    case outcome(RowOutcome)
}

/// What an import came to. `rows` is `imported + merged + skipped + refused`, always.
public struct ImportSummary: Sendable, Equatable {
    public internal(set) var rows: UInt64 = 0
    public internal(set) var imported: UInt64 = 0
    public internal(set) var merged: UInt64 = 0
    public internal(set) var refused: UInt64 = 0
    /// By filter, in the order of the mapping.
    public internal(set) var skippedBy: [UInt64]
    /// What ended the input before its end, if anything. Rows behind that were not read and count nowhere, and reports
    /// may lack rows that stood there.
    public internal(set) var stoppedBy: InterchangeError?

    public var skipped: UInt64 { skippedBy.reduce(0, +) }
    public var reports: UInt64 { imported }
    var isBalanced: Bool { rows == imported + merged + skipped + refused }

    mutating func count(_ kind: RowOutcome.Kind) {
        switch kind {
        case .imported: imported += 1
        case .merged: merged += 1
        case .skipped(let filter): skippedBy[filter] += 1
        case .refused: refused += 1
        }
    }
}

/// What a session holds in memory at most.
public struct ImportLimits: Sendable {
    /// Rows that wait for others of their report: all that pass the filters, or those of one report where the mapping
    /// says `adjacent`.
    public var heldRows = 2_000_000
    /// Bytes those rows take up, reckoned with what each costs beside its cells.
    public var heldBytes = 512 << 20
    /// Keys that are remembered, 16 bytes each, so that one that comes again is noticed (with `adjacent`).
    public var closedKeys = 16_000_000
    public var csv = CSVLimits()
    public var jsonLine = JSONLinesReader.maximumLine

    public init() {}
}
