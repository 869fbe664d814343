internal import Casework
internal import Cryptography
internal import Customs
internal import Schema
internal import Storage

/// The rows of the index that an event changes. A pure function of the case before and behind it, so that the index can
/// be made again from the journal.
enum CaseIndexing {
    /// Adds them to `changes`. `terms` are those of the report as it reads now, where they are at hand. `isKnownToken`
    /// says whether a token of a name is in the vocabulary already; it may forget, and then a row is written again.
    static func index(
        _ recorded: RecordedEvent, stream: UInt64, before: CaseFile, after: CaseFile,
        terms: Set<SearchTerm>? = nil, isKnownToken: (String) -> Bool, into changes: inout Proposal
    ) {
        switch recorded.event.body {
        case .opened(let opened):
            changes.rows.append(RowChange(.index, IndexRow.object(stream), stream.bigEndianBytes))
            // Days are those of seizures: a title is found whatever they are narrowed to, or not at all.
            for term in SearchTerm.title(opened.title) {
                changes.setPosting(term, Posting(number: stream, stream: stream), day: 0)
            }
        case .seizureLogged(let logged):
            guard let number = RecordID(parsing: logged.report.id)?.number else { break }
            if let report = after.reports.last { changes.rows += standing(report, after, stream) }
            if let row = source(logged.report.provenance, number) { changes.rows.append(row) }
            indexReport(nil, logged.report, number, stream, terms: terms, isKnownToken, &changes)
        case .reportCorrected(let corrected):
            guard let number = RecordID(parsing: corrected.reportID)?.number else { break }
            let report = after.report(corrected.reportID)
            if let report { changes.rows += standing(report, after, stream) }
            indexReport(
                before.report(corrected.reportID)?.report, report?.report, number, stream, terms: terms, isKnownToken,
                &changes)
        case .exhibitSealed(let sealed): changes.rows += object(sealed.id, stream)
        case .attachmentAdded(let attachment):
            changes.rows += object(attachment.id, stream)
            guard let blob = Digest(attachment.blob) else { break }
            changes.rows.append(RowChange(.index, IndexRow.blob(blob, stream), []))
        case .taskAdded(let task):
            changes.rows.append(
                RowChange(.index, IndexRow.task(task.assignee, stream, task.number), Array(task.due.utf8)))
        case .taskDone(let done):
            guard let task = before.tasks.first(where: { $0.task.number == done.number })?.task else { break }
            changes.rows.append(RowChange(.index, IndexRow.task(task.assignee, stream, task.number), nil))
        case .hitsFound:
            changes.rows.append(RowChange(.index, IndexRow.hits(after.owner, stream), []))
        case .noticeDrafted(let drafted) where before.notice(drafted.number) == nil:
            let key = ExchangeRow.listed(recorded.timeMilliseconds, stream, drafted.number)
            changes.rows.append(RowChange(.exchange, key, [ExchangeRow.ours]))
        case .noticeReceived:
            let key = ExchangeRow.listed(recorded.timeMilliseconds, stream, 0)
            changes.rows.append(RowChange(.exchange, key, [ExchangeRow.partners]))
        default: break
        }
        if let visibility = visibility(before, after, stream) { changes.rows.append(visibility) }
        if before.owner != after.owner || before.needToKnow != after.needToKnow {
            changes.rows += after.reports.flatMap { standing($0, after, stream) }
        }
    }

    /// The rows of a figure.
    static func rows(of report: StatisticalReport, _ number: UInt64) -> [RowChange] {
        [RowChange(.index, IndexRow.object(number), Streams.statistics.bigEndianBytes)]
            + (source(report.provenance, number).map { [$0] } ?? [])
    }

    private static func source(_ provenance: Provenance, _ number: UInt64) -> RowChange? {
        guard provenance.digest.count == Digest.byteCount else { return nil }
        return RowChange(
            .index, IndexRow.source(provenance.source, provenance.key), number.bigEndianBytes + provenance.digest)
    }

    static func number(_ id: String) -> UInt64? { RecordID(parsing: id)?.number }

    private static func object(_ id: String, _ stream: UInt64) -> [RowChange] {
        guard let number = number(id) else { return [] }
        return [RowChange(.index, IndexRow.object(number), stream.bigEndianBytes)]
    }

    private static func standing(_ report: CaseReport, _ file: CaseFile, _ stream: UInt64) -> [RowChange] {
        guard let number = number(report.report.id) else { return [] }
        return [RowChange(.index, IndexRow.object(number), Standing(report, in: file, stream).encoded)]
    }

    /// Who may know of the case, where not everyone who works on cases may.
    private static func visibility(_ before: CaseFile, _ after: CaseFile, _ stream: UInt64) -> RowChange? {
        func value(_ file: CaseFile) -> [UInt8]? {
            guard file.needToKnow else { return nil }
            return IndexRow.visibility(owner: file.owner, granted: file.granted)
        }
        let (old, new) = (value(before), value(after))
        return old == new ? nil : RowChange(.index, IndexRow.visibility(stream), new)
    }

    /// What a report is found by: what it had and has no more goes, what is new comes.
    private static func indexReport(
        _ old: SeizureReport?, _ new: SeizureReport?, _ number: UInt64, _ stream: UInt64, terms: Set<SearchTerm>?,
        _ isKnownToken: (String) -> Bool, _ changes: inout Proposal
    ) {
        let posting = Posting(number: number, stream: stream)
        let oldTerms = old?.searchTerms() ?? []
        let newTerms = terms ?? new?.searchTerms() ?? []
        for term in oldTerms.subtracting(newTerms) { changes.setPosting(term, posting, day: nil) }
        guard let new else { return }
        let (day, births) = (day(new), Births(new))
        let isSame = old.map { Self.day($0) == day && Births($0) == births } ?? false
        for term in isSame ? newTerms.subtracting(oldTerms) : newTerms {
            changes.setPosting(term, posting, day: day, births: births)
            guard term.scheme == .nameToken, !isKnownToken(term.value) else { continue }
            changes.rows += vocabulary(term.value, present: true)
        }
    }

    /// The rows through which a token is found by a misspelling.
    static func vocabulary(_ token: String, present: Bool) -> [RowChange] {
        let value: [UInt8]? = present ? [] : nil
        var rows = [RowChange(.index, IndexRow.token(token), value)]
        for variant in Fuzzy.deletions(token) {
            rows.append(RowChange(.index, IndexRow.deletion(variant) + token.utf8, value))
        }
        return rows
    }

    static func day(_ report: SeizureReport) -> UInt32 {
        ((Moment(parsing: report.seizedAt)?.milliseconds ?? 0) / 86_400_000).clampedTo32
    }
}

extension UInt64 {
    fileprivate var clampedTo32: UInt32 { UInt32(clamping: self) }
}
