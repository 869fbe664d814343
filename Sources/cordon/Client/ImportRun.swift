internal import Foundation
internal import Interchange
internal import Synchronization

/// Whether the officer pressed Ctrl-C.
final class Interrupt: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    /// Whether it was set before.
    func set() -> Bool { flag.exchange(true, ordering: .relaxed) }
}

/// What an import came to. Rows are `imported + merged + known + differs + skipped + refused + unsent`, always.
struct ImportTally: Sendable {
    var rows: UInt64 = 0
    var counts: [RowVerdict.Outcome: UInt64] = [:]
    /// By filter, in the order of the mapping.
    var skippedBy: [UInt64]
    /// Read, but kept back when the run ended early.
    var unsent: UInt64 { rows - counts.values.reduce(0, +) }

    subscript(outcome: RowVerdict.Outcome) -> UInt64 { counts[outcome, default: 0] }

    mutating func add(_ verdict: RowVerdict) {
        let count = UInt64(verdict.rows.count)
        switch verdict.outcome {
        case .imported:
            counts[.imported, default: 0] += 1
            counts[.merged, default: 0] += count - 1
        default: counts[verdict.outcome, default: 0] += count
        }
        if let filter = verdict.filter { skippedBy[filter] += 1 }
    }
}

/// One run of an import: reads, sends, and keeps account of every row. Used by one task.
final class ImportRun {
    static let chunkByteCount = 64 << 10
    /// Batches under way at once.
    static let flightCount = 6
    /// Refused rows that are told about at the end.
    static let toldRefusals = 20

    private var reader: RecordReader
    private let sender: ImportSender
    private let interrupt: Interrupt
    private let report: FileHandle?
    private let progress = Terminal.Progress("Importing")
    private var waiting: [ImportItem] = []
    /// In the order they were sent, which is the order of the input.
    private var flight: [Task<ImportSender.Result, Never>] = []
    private var sentCount: UInt64 = 0
    private(set) var tally: ImportTally
    private(set) var refusals: [RowVerdict] = []
    private(set) var failure: (any Error)?
    var stoppedBy: InterchangeError? { reader.stoppedBy }

    init(_ reader: RecordReader, _ sender: ImportSender, _ interrupt: Interrupt, report: FileHandle?) {
        self.reader = reader
        self.sender = sender
        self.interrupt = interrupt
        self.report = report
        tally = ImportTally(skippedBy: [UInt64](repeating: 0, count: reader.filterDescriptions.count))
    }

    /// Ends when all is sent, when a batch fails for good, or when it is interrupted; then what is under way is waited
    /// for, and every row has its outcome or counts as unsent.
    func run(_ input: FileHandle, byteCount: UInt64?) async {
        do {
            var position: UInt64 = 0
            while !interrupt.isSet, reader.stoppedBy == nil {
                let chunk = try input.read(upToCount: Self.chunkByteCount).map { [UInt8]($0) } ?? []
                if chunk.isEmpty { break }
                position += UInt64(chunk.count)
                try reader.read(chunk) { take($0) }
                if let byteCount { progress.update(position, byteCount) }
                try await send(all: false)
            }
            if !interrupt.isSet {
                try reader.read(nil) { take($0) }
                try await send(all: true)
            }
        } catch {
            failure = error
        }
        while !flight.isEmpty {
            do { try await land() } catch { failure = failure ?? error }
        }
        tally.rows = reader.rows
    }

    private func take(_ event: RecordReader.Event) {
        switch event {
        case .item(let item): waiting.append(item)
        case .verdict(let verdict): account(for: [verdict])
        }
    }

    /// `all`: also a last batch that is not full.
    private func send(all: Bool) async throws {
        var next = waiting.startIndex
        let total = sentCount + UInt64(waiting.count)
        defer { waiting.removeFirst(next - waiting.startIndex) }
        while !interrupt.isSet, next < waiting.endIndex {
            var end = next
            var byteCount = 0
            while end < waiting.endIndex, end - next < ImportSender.maximumRecords,
                end == next || byteCount + waiting[end].byteCount <= ImportSender.maximumByteCount
            {
                byteCount += waiting[end].byteCount
                end += 1
            }
            // Only what is read last may make a batch that is not full.
            guard all || end < waiting.endIndex else { return }
            if flight.count == Self.flightCount { try await land() }
            let batch = Array(waiting[next..<end])
            flight.append(Task { [sender] in await sender.send(batch[...]) })
            sentCount += UInt64(batch.count)
            next = end
            if all { progress.update(sentCount, total) }
        }
    }

    private func land() async throws {
        let result = await flight.removeFirst().value
        account(for: result.verdicts)
        if let failure = result.failure { throw failure }
    }

    private func account(for verdicts: [RowVerdict]) {
        var lines: [UInt8] = []
        for verdict in verdicts {
            tally.add(verdict)
            if verdict.outcome == .refused || verdict.outcome == .differs, refusals.count < Self.toldRefusals {
                refusals.append(verdict)
            }
            if report != nil { append(verdict, to: &lines) }
        }
        do {
            try report?.write(contentsOf: Data(lines))
        } catch {
            failure = failure ?? error
            _ = interrupt.set()
        }
    }

    private func append(_ verdict: RowVerdict, to lines: inout [UInt8]) {
        for (place, row) in verdict.rows.enumerated() {
            let outcome = verdict.outcome == .imported && place > 0 ? .merged : verdict.outcome
            var object: JSONObject = [
                "row": .integer(row), "line": .integer(verdict.lines[place]), "outcome": .string(outcome.rawValue),
            ]
            let more = [
                ("reason", verdict.reason), ("field", verdict.field), ("reportId", verdict.reportID),
                ("caseId", verdict.caseID),
            ]
            for (name, value) in more where !value.isEmpty { object[name] = .string(value) }
            JSONLinesWriter.append(.object(object), to: &lines)
        }
    }
}
