internal import Schema
internal import SwiftProtobuf

/// Sends batches of an import. A batch may be sent any number of times: the node recognises what it has.
struct ImportSender: Sendable {
    /// Of a batch; the node takes 1,000 and 32 MiB. The larger a batch, the less it costs the node.
    static let maximumRecords = 1000
    static let maximumByteCount = 8 << 20
    static let attempts = 10
    static let longestPauseMilliseconds: UInt64 = 10_000

    struct Result: Sendable {
        var verdicts: [RowVerdict] = []
        /// What kept the rest of the batch from being sent.
        var failure: ClientFailure?
    }

    let api: APIClient
    let caseID: String
    let needToKnow: Bool
    let dryRun: Bool

    func send(_ items: ArraySlice<ImportItem>) async -> Result {
        do {
            return Result(verdicts: verdicts(items, try await post(items)))
        } catch {
            // One record that is refused as a whole, for its length say, must not keep the others out.
            guard error.status == 413 || error.status == 422 else { return Result(failure: error) }
            guard items.count > 1 else {
                return Result(verdicts: items.map { Self.refused($0, error.reason, error.findings) })
            }
            let middle = items.startIndex + items.count / 2
            var result = await send(items[..<middle])
            guard result.failure == nil else { return result }
            let rest = await send(items[middle...])
            result.verdicts += rest.verdicts
            result.failure = rest.failure
            return result
        }
    }

    private func post(_ items: ArraySlice<ImportItem>) async throws(ClientFailure) -> ImportAnswer {
        let request = ImportRequest.with {
            $0.dryRun = dryRun
            $0.caseID = caseID
            $0.needToKnow = needToKnow
            for item in items {
                switch item.record {
                case .seizure(let report): $0.seizures.append(report)
                case .statistics(let report): $0.statistics.append(report)
                }
            }
        }
        var pause: UInt64 = 250
        for attempt in 1... {
            do {
                let answer = try await api.post("/imports", request, as: ImportAnswer.self).message
                guard answer.outcomes.count == items.count else {
                    throw ClientFailure(.refused, "the node's answer does not fit what was sent")
                }
                return answer
            } catch let failure as ClientFailure {
                guard failure.isPassing, attempt < Self.attempts else { throw failure }
            } catch {
                throw ClientFailure(.refused, "the batch could not be sent: \(error)")
            }
            try? await Task.sleep(for: .milliseconds(pause))
            pause = min(pause * 2, Self.longestPauseMilliseconds)
        }
        fatalError("the loop has no other end")
    }

    private func verdicts(_ items: ArraySlice<ImportItem>, _ answer: ImportAnswer) -> [RowVerdict] {
        zip(items, answer.outcomes).map { item, outcome in
            guard let kind = RowVerdict.Outcome(rawValue: outcome.outcome), kind != .refused else {
                return Self.refused(item, "the node refused it", outcome.findings)
            }
            var verdict = RowVerdict(rows: item.rows, lines: item.lines, outcome: kind)
            // What a dry run names is not kept.
            if !dryRun || kind != .imported {
                verdict.reportID = outcome.id
                verdict.caseID = outcome.caseID
            }
            if kind == .differs { verdict.reason = "it is here with other content: correct the report instead" }
            return verdict
        }
    }

    private static func refused(_ item: ImportItem, _ reason: String, _ findings: [FindingView]) -> RowVerdict {
        let rejections = findings.filter { $0.strength == "reject" || $0.strength.isEmpty }
        return RowVerdict(
            rows: item.rows, lines: item.lines, outcome: .refused,
            reason: rejections.isEmpty
                ? reason : rejections.map { "\($0.pointer): \($0.message)" }.joined(separator: "; "),
            field: rejections.first?.pointer ?? "")
    }
}
