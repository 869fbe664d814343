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
    func receivedState(of file: CaseFile) -> (ReceivedNotice, Notice)? {
        file.receivedNotice.map { ($0.state, $0.notice) }
    }

    // MARK: Answers that the node gives by itself

    /// Tells a partner that an officer has read its notice.
    func tellRead(_ entryID: [UInt8], stream: UInt64, to partner: Partner) async throws {
        let notice = Self.receipt([entryID], state: "read", to: partner, at: now)
        _ = try await sendOwn(to: partner) { OwnNotice(notice: notice, cases: [(stream, 0, entryID)]) }
    }

    /// One says `delivered` of several notices; `read` of one.
    static func receipt(_ entryIDs: [[UInt8]], state: String, to partner: Partner, at time: UInt64) -> Notice {
        .with {
            $0.subject = "Receipt"
            $0.references = entryIDs.map { entryID in
                .with {
                    $0.entryID = Data(entryID)
                    $0.authority = partner.prefix
                    $0.relation = NoticeRelation.concerns.rawValue
                }
            }
            $0.receipt.state = state
            $0.receipt.at = Moment(milliseconds: time).text
        }
    }

    /// A notice that the node sends by itself.
    struct OwnNotice {
        let notice: Notice
        /// The cases that keep it, each once, with about as many records as each has, and the notice in it that this is
        /// about.
        var cases: [(stream: UInt64, end: UInt64, about: [UInt8])] = []
        /// What is done with it: rows of the family `exchange`.
        var discharges: [[UInt8]] = []
    }

    /// Releases a notice that holds no intelligence, in one step with what it discharges. False where there is none to
    /// send, or to a partner that could not get it now: without a key there is no receipt.
    func sendOwn(
        to partner: Partner, _ make: @escaping @Sendable () throws -> OwnNotice?
    ) async throws -> Bool {
        try await lane.run(Streams.exchange) {
            for _ in 0..<cases.limits.retries {
                let directory = directory
                let proposal = try await readers.run { [self] in
                    try make().flatMap { try propose($0, to: partner, directory) }
                }
                guard let proposal else { return false }
                do {
                    _ = try await sequencer.commit(proposal)
                    count(factsOf: proposal)
                    arrivals.raise()
                    return true
                } catch let error as NodeError where error.code == .changed {
                    continue
                }
            }
            throw CaseError(.overloaded, "others keep changing the exchange log")
        }
    }

    /// Nil where the partner could not get it now.
    private func propose(_ own: OwnNotice, to partner: Partner, _ directory: ExchangeDirectory) throws -> Proposal? {
        let decision = ReleaseDecision.decide(
            ReleaseDraft(notice: own.notice, requested: [partner.prefix], author: 0),
            agreements: directory.book, partners: standings(directory), approvals: [], codes: cases.codes,
            configuration: ReleaseConfiguration(maximumDirectoryAgeMilliseconds: limits.directoryAgeMilliseconds),
            nowMilliseconds: now)
        guard decision.isReleased else { return nil }
        var proposal = Proposal(drafts: [], rows: own.discharges.map { RowChange(.exchange, $0, nil) })
        // What several cases keep is no case's own.
        let sealed = try seal(
            own.notice, for: decision.recipients, &proposal, stream: own.cases.count == 1 ? own.cases[0].stream : 0,
            directory)
        var part = try Notice(parsing: sealed.content)
        let references = Dictionary(grouping: part.references) { Array($0.entryID) }
        var released = CaseEvent.with {
            $0.noticeReleased.kind = own.notice.kind?.rawValue ?? ""
            $0.noticeReleased.entryID = Data(sealed.entry.id.bytes)
            $0.noticeReleased.entryIndex = sealed.index
            $0.noticeReleased.recipients = [partner.prefix]
            $0.noticeReleased.entryHash = Data(sealed.entry.leafHash.bytes)
        }
        for (stream, end, about) in own.cases {
            guard let key = try store.keys.key(stream) else { continue }
            // Who reads one case does not learn of the others.
            part.references = references[about] ?? []
            released.noticeReleased.notice = Data(try part.encoded())
            // Nothing in the index follows from it: what else is in the case need not be read.
            var file = CaseFile(version: end)
            proposal.premises.append(try store.keys.premise(stream))
            try store.draft(
                [released], by: 0, stream: stream, &file, key: key, time: now, anywhere: true, into: &proposal)
        }
        return proposal
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
