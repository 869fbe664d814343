public import Casework
internal import Cryptography
internal import Customs
public import Exchange
internal import FoundationEssentials
public import Schema
internal import Storage
internal import SwiftProtobuf

/// Which notices a list holds.
public enum NoticeFilter: String, Sendable, CaseIterable {
    case drafts
    case sent
    case received
}

/// Which notice of a case.
public enum NoticePlace: Hashable, Sendable {
    /// The one that made the case.
    case received
    case number(UInt32)
    /// By the id of its entry.
    case entry([UInt8])

    /// A number, 0 for the one that made the case, or 32 hexadecimal digits. Nil for anything else.
    public init?(_ text: String) {
        if text.utf8.count == 32, let id = Hex.decode(text) {
            self = .entry(id)
        } else if let number = UInt32(text) {
            self = number == 0 ? .received : .number(number)
        } else {
            return nil
        }
    }
}

/// A notice of a case, as lists show it.
public struct NoticeReport: Sendable {
    public let caseID: String
    public let notice: CaseNotice
    /// Of one that was received: what has become of it.
    public let standing: ReceivedNotice.Status?
    /// Of a request: how it stands with each partner.
    public let requests: [RequestStanding]
}

/// All that is known of a notice.
public struct NoticeDetails: Sendable {
    public let report: NoticeReport
    public let content: Notice
    /// The version of its case.
    public let version: UInt64
    /// Of one that was received.
    public let received: ReceivedNotice?
    /// What may not be done with it now.
    public let refusals: [HandlingRefusal]
}

extension ExchangeService {
    static let noSuchNotice = CaseError(.notFound, "there is no such notice")
    /// Rows that one page of a list may cost.
    private static let listSteps = 2_000

    // MARK: Lists

    /// Notices that the officer may see, newest first, from behind `cursor` on. A page may end before it is full;
    /// `next` goes on. What the node sent by itself is not among them. Journalled.
    public func notices(
        _ filter: NoticeFilter? = nil, after cursor: String? = nil, limit: Int = 50, by credentials: Credentials
    ) async throws -> (notices: [NoticeReport], next: String?) {
        try credentials.require(.readCase)
        var start: [UInt8] = [ExchangeRow.listKind]
        if let cursor {
            guard let place = Hex.decode(cursor), place.count == ExchangeRow.listPlaceByteCount else {
                throw CaseError.invalid("/cursor", "a cursor is the `next` of a page")
            }
            start += place + [0]
        }
        let limit = min(max(limit, 1), cases.limits.pageSize)
        let (first, officer, now) = (start, credentials.officer.number, now)
        let (reports, next, gone) = try await readers.run { [store] in
            var reports: [NoticeReport] = []
            var gone: [RowChange] = []
            var next: String?
            var steps = 0
            try store.database.forEach(.exchange, from: first, upTo: [ExchangeRow.listKind + 1]) { key, value in
                guard let (stream, number) = ExchangeRow.listed(Array(key)) else { return true }
                steps += 1
                let isOurs = value.first == ExchangeRow.ours
                if filter.map({ ($0 != .received) == isOurs }) ?? true {
                    if try store.keys.key(stream) == nil {
                        gone.append(RowChange(.exchange, Array(key), nil))
                    } else if try store.isVisible(stream, to: officer) {
                        let file = try store.caseFile(stream)
                        if file.isVisible(to: officer),
                            let notice = file.notice(at: number == 0 ? .received : .number(number)),
                            filter.map({ $0.takes(notice) }) ?? true
                        {
                            reports.append(file.report(on: notice, at: now))
                        }
                    }
                }
                guard reports.count < limit, steps < Self.listSteps else {
                    next = Hex.encode(Array(key.dropFirst()))
                    return false
                }
                return true
            }
            return (reports, next, gone)
        }
        try await cases.recordAccess(by: credentials) {
            $0.action = "list-notices"
            $0.shownCases = Set(reports.map(\.caseID)).sorted()
            $0.count = UInt64(reports.count)
        }
        // Rows of cases that were erased meanwhile.
        if !gone.isEmpty { _ = try await sequencer.commit(Proposal(drafts: [], rows: gone)) }
        return (reports, next)
    }

    /// Those of one case, oldest first. Journalled.
    public func notices(in caseID: String, by credentials: Credentials) async throws -> (
        notices: [NoticeReport], version: UInt64
    ) {
        let file = try await cases.readCase(caseID, reason: "notices", by: credentials)
        let now = now
        return (file.notices.map { file.report(on: $0, at: now) }, file.version)
    }

    // MARK: Reading one

    /// Journalled; the first time that somebody reads a partner's notice, the partner is told. Throws `.forbidden` with
    /// the condition where a partner's notice may not be read any more.
    public func notice(
        _ place: NoticePlace, in caseID: String, reason: String = "", by credentials: Credentials
    ) async throws -> NoticeDetails {
        try credentials.require(.readCase)
        let seen = try await cases.visibleCase(caseID, credentials)
        guard let notice = seen.notice(at: place) else { throw Self.noSuchNotice }
        try await cases.recordAccess(by: credentials) {
            $0.action = "read-notice"
            $0.caseID = seen.id
            $0.recordID = notice.entryID.map { Hex.encode($0) } ?? "\(notice.number)"
            $0.reason = reason
            $0.count = 1
            $0.nominal = true
        }
        try seen.requireAllowed(.read, at: now)
        if place == .received || seen.received?.entryID == notice.entryID { await tellRead(seen) }
        let file = try await cases.visibleCase(caseID, credentials)
        guard let notice = file.notice(at: place), let content = try? Notice(parsing: notice.content) else {
            throw Self.noSuchNotice
        }
        let received = notice.entryID == file.received?.entryID ? file.receivedNotice?.state : nil
        let actions: [HandlingAction] = [.print, .export, .useInCourt, .attachToCase]
        let refusals = received == nil ? [] : actions.compactMap { file.refusal(of: $0, at: now) }
        return NoticeDetails(
            report: file.report(on: notice, at: now), content: content, version: file.version, received: received,
            refusals: refusals)
    }

    /// How it was decided about a notice that was released; nil of a draft, about which nothing is decided yet. Journalled.
    public func decision(on number: UInt32, in caseID: String, by credentials: Credentials) async throws
        -> ReleaseDecisionRecord?
    {
        try credentials.require(.draftNotice)
        let file = try await cases.readCase(caseID, reason: "notice explain", by: credentials)
        guard let notice = file.notice(number) else { throw Self.noSuchNotice }
        guard case .released = notice.state else { return nil }
        return try ReleaseDecisionRecord(serializedBytes: notice.decision)
    }

    /// Once for each notice. What cannot be told now is not told later: nothing depends on it.
    private func tellRead(_ file: CaseFile) async {
        guard let received = file.received, case .received(let id, _, let sender) = received.state,
            let partner = directory.partners[sender], let stream = cases.stream(caseID: file.id),
            await note([.opened(id)], of: partner)
        else { return }
        try? await tellRead(id, stream: stream, to: partner)
    }
}

extension NoticeFilter {
    fileprivate func takes(_ notice: CaseNotice) -> Bool {
        switch (self, notice.state) {
        case (.drafts, .draft), (.sent, .released), (.received, .received): true
        default: false
        }
    }
}

extension CaseFile {
    func notice(at place: NoticePlace) -> CaseNotice? {
        switch place {
        case .received: received
        case .number(let number): notice(number)
        case .entry(let id): notice(entryID: id)
        }
    }

    func report(on notice: CaseNotice, at milliseconds: UInt64) -> NoticeReport {
        let isReceived = notice.entryID != nil && notice.entryID == received?.entryID
        return NoticeReport(
            caseID: id, notice: notice,
            standing: isReceived ? receivedNotice?.state.status(at: milliseconds) : nil,
            requests: standings(of: notice))
    }

    /// Throws `.forbidden` with the condition of the partner whose notice this is.
    func requireAllowed(_ action: HandlingAction, at milliseconds: UInt64) throws(CaseError) {
        if let refusal = refusal(of: action, at: milliseconds) {
            throw CaseError(.forbidden, "\(refusal.rawValue): \(refusal.sentence)")
        }
    }
}
