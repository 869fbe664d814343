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

    /// Tells a partner that an officer has read its notice.
    func tellRead(_ entryID: [UInt8], stream: UInt64, to partner: Partner) async throws {
        let notice = Self.receipt(entryID, state: "read", to: partner, at: now)
        _ = try await sendOwn(to: partner) { [OwnNotice(notice: notice, stream: stream)] }
    }

    static func receipt(_ entryID: [UInt8], state: String, to partner: Partner, at time: UInt64) -> Notice {
        .with {
            $0.subject = "Receipt"
            $0.references = [
                .with {
                    $0.entryID = Data(entryID)
                    $0.authority = partner.prefix
                    $0.relation = NoticeRelation.concerns.rawValue
                }
            ]
            $0.receipt.state = state
            $0.receipt.at = Moment(milliseconds: time).text
        }
    }

    /// A notice that the node sends by itself.
    struct OwnNotice {
        let notice: Notice
        /// Of the case that keeps it; 0 for none.
        let stream: UInt64
        /// What is done with it: a row of the family `exchange`.
        var discharges: [UInt8]?
    }

    /// Releases notices that hold no intelligence, in one step with what they discharge. Returns how many: none to a
    /// partner that could not get them now. Without a key there is no receipt.
    func sendOwn(
        to partner: Partner, _ make: @escaping @Sendable () throws -> [OwnNotice]
    ) async throws -> Int {
        try await lane.run(Streams.exchange) {
            for _ in 0..<cases.limits.retries {
                let directory = directory
                let (proposal, sent) = try await readers.run { [self] () -> (Proposal, Int) in
                    var proposal = Proposal(drafts: [])
                    let own = try make()
                    for one in own {
                        let (notice, stream) = (one.notice, one.stream)
                        let decision = ReleaseDecision.decide(
                            ReleaseDraft(notice: notice, requested: [partner.prefix], author: 0),
                            agreements: directory.book, partners: standings(directory), approvals: [],
                            codes: cases.codes,
                            configuration: ReleaseConfiguration(
                                maximumDirectoryAgeMilliseconds: limits.directoryAgeMilliseconds),
                            nowMilliseconds: now)
                        guard decision.isReleased else { return (proposal, 0) }
                        if let row = one.discharges { proposal.rows.append(RowChange(.exchange, row, nil)) }
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
                    return (proposal, own.count)
                }
                guard sent > 0 else { return 0 }
                do {
                    _ = try await sequencer.commit(proposal)
                    count(factsOf: proposal)
                    arrivals.raise()
                    return sent
                } catch let error as NodeError where error.code == .changed {
                    continue
                }
            }
            throw CaseError(.overloaded, "others keep changing the exchange log")
        }
    }

    // MARK: The end of what was received

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
        for stream in due { try await putDown(expired: stream) }
        for partner in directory.partners.values { await discharge(to: partner) }
        try await countMissedErasures()
    }
}
