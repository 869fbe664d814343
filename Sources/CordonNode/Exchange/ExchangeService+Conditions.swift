internal import Casework
internal import Cryptography
internal import Customs
internal import EntryCodec
internal import Exchange
internal import FoundationEssentials
internal import Schema
internal import Storage
internal import SwiftProtobuf

extension CaseFile {
    /// The partner's notice that made this case, and how it stands: its conditions, consents, recall. Nil for a case of
    /// our own.
    var receivedNotice: (state: ReceivedNotice, notice: Notice)? {
        guard let received, let notice = try? Notice(parsing: received.content),
            var state = try? ReceivedNotice(notice, deliveredMilliseconds: received.at)
        else { return nil }
        for (reference, at) in received.references where !reference.notice.isEmpty {
            guard let later = try? Notice(parsing: Array(reference.notice)) else { continue }
            _ = try? state.apply(later, at: at)
        }
        for mine in notices where mine.kind == NoticeKind.receipt.rawValue {
            guard case .released = mine.state, let receipt = try? Notice(parsing: mine.content) else { continue }
            state.markReceipt(receipt.receipt.state)
            if receipt.receipt.state == "read" { state.markRead(at: mine.at) }
        }
        return (state, notice)
    }

    /// Why something may not be done with what is in this case; nil where it may. Content that came from a partner
    /// obeys the partner's conditions.
    func refusal(of action: HandlingAction, at milliseconds: UInt64) -> HandlingRefusal? {
        guard isReceived else { return nil }
        // Conditions that cannot be read allow nothing.
        guard let received = receivedNotice else { return .unreadable }
        if case .refused(let refusal) = received.state.permits(action, at: milliseconds) { return refusal }
        return nil
    }
}

extension ExchangeService {
    func receivedState(of file: CaseFile) throws -> (ReceivedNotice, Notice)? {
        file.receivedNotice.map { ($0.state, $0.notice) }
    }

    // MARK: Answers that the node gives by itself

    /// Tells a partner that its notices have arrived and were opened; or, with `read`, that an officer has seen them.
    func acknowledge(
        _ arrived: [(entryID: [UInt8], stream: UInt64)], state: String = "delivered", to partner: Partner
    ) async throws {
        guard !arrived.isEmpty else { return }
        try await sendOwn(
            arrived.map { one in
                let notice = Notice.with {
                    $0.subject = "Receipt"
                    $0.references = [
                        .with {
                            $0.entryID = Data(one.entryID)
                            $0.authority = partner.prefix
                            $0.relation = NoticeRelation.concerns.rawValue
                        }
                    ]
                    $0.receipt.state = state
                    $0.receipt.at = Moment(milliseconds: now).text
                }
                return (notice, one.stream)
            }, to: partner)
    }

    /// Releases notices that hold no intelligence, in one step. Nothing is sent to a partner that could not get it:
    /// without a key there is no receipt.
    private func sendOwn(_ notices: [(Notice, UInt64)], to partner: Partner) async throws {
        try await lane.run(Streams.exchange) {
            for _ in 0..<cases.limits.retries {
                let directory = directory
                let proposal = try await readers.run { [self] () -> Proposal? in
                    var proposal = Proposal(drafts: [])
                    for (notice, stream) in notices {
                        let decision = ReleaseDecision.decide(
                            ReleaseDraft(notice: notice, requested: [partner.prefix], author: 0),
                            agreements: directory.book, partners: standings(directory), approvals: [],
                            codes: cases.codes,
                            configuration: ReleaseConfiguration(
                                maximumDirectoryAgeMilliseconds: limits.directoryAgeMilliseconds),
                            nowMilliseconds: now)
                        guard decision.isReleased else { return nil }
                        let sealed = try seal(
                            notice, for: decision.recipients, &proposal, stream: stream, directory)
                        guard stream != 0, try store.keys.key(stream) != nil else { continue }
                        var file = try store.caseFile(stream)
                        let released = CaseEvent.with {
                            $0.noticeReleased.kind = notice.kind?.rawValue ?? ""
                            $0.noticeReleased.entryID = Data(sealed.entry.id.bytes)
                            $0.noticeReleased.entryIndex = sealed.index
                            $0.noticeReleased.recipients = [partner.prefix]
                            $0.noticeReleased.entryHash = Data(sealed.entry.leafHash.bytes)
                            $0.noticeReleased.notice = Data(sealed.content)
                        }
                        try append([released], to: stream, &file, by: 0, &proposal, anywhere: true)
                    }
                    return proposal
                }
                guard let proposal else { return }
                do {
                    _ = try await sequencer.commit(proposal)
                    count(factsOf: proposal)
                    arrivals.raise()
                    return
                } catch let error as NodeError where error.code == .changed {
                    continue
                }
            }
        }
    }

    // MARK: The end of what was received

    /// Erases a partner's notice for good, and tells the partner.
    func eraseReceived(_ stream: UInt64, because reason: String) async throws {
        let file = try await readers.run { [store] in try store.caseFile(stream) }
        guard let received = file.received, case .received(let entryID, _, let sender) = received.state else { return }
        guard try await cases.eraseReceived(stream, reason: "\(reason), under the sender's conditions") else { return }
        guard let partner = directory.partners[sender] else { return }
        let statement = Notice.with {
            $0.subject = "Erased"
            $0.references = [
                .with {
                    $0.entryID = Data(entryID)
                    $0.authority = sender
                    $0.relation = NoticeRelation.concerns.rawValue
                }
            ]
            $0.erasure.erasedAt = Moment(milliseconds: now).text
            $0.erasure.reason = reason
        }
        try await sendOwn([(statement, 0)], to: partner)
    }

    /// Erases what has expired. Now and then.
    public func eraseExpired() async throws {
        let now = now
        let due = try await readers.run { [store] in
            var due: [UInt64] = []
            try store.database.forEach(
                .exchange, from: [4], upTo: ExchangeRow.expiry(UInt32(clamping: now / 86_400_000), .max)
            ) { key, value in
                if let stream = UInt64(bigEndianBytes: key.suffix(8)),
                    UInt64(bigEndianBytes: value).map({ $0 <= now }) ?? true
                {
                    due.append(stream)
                }
                return true
            }
            return due
        }
        for stream in due { try await eraseReceived(stream, because: "expired") }
        try await countMissedErasures()
    }
}
