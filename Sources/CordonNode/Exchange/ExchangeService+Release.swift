internal import Casework
internal import Cryptography
internal import Customs
internal import EntryCodec
public import Exchange
internal import FoundationEssentials
public import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization

extension ExchangeService {
    /// A notice that was released, or why it was not.
    public struct Release: Sendable {
        public let decision: ReleaseDecision
        public let caseID: String
        public let number: UInt32
        /// Nil where it was not released.
        public let entryID: [UInt8]?
        public let entryIndex: UInt64?
    }

    // MARK: Drafts

    /// Writes a draft into a case, or a new version of one (`number` not 0): then it needs its approvals again.
    ///
    /// A seizure notice that holds no more of its report than the id of one in the case gets that report as it stands;
    /// with names only where `withNames` says so. `attachments` are those of the case that travel with it.
    public func draft(
        _ notice: Notice, to recipients: [String], in caseID: String, number: UInt32 = 0, withNames: Bool = false,
        attachments: [String] = [], skipRefused: Bool = false, ifMatch: UInt64? = nil,
        idempotency: CaseService.IdempotencyKey? = nil,
        by credentials: Credentials
    ) async throws -> CaseService.Change {
        try credentials.require(.draftNotice)
        var notice = notice
        let file = try await cases.visibleCase(caseID, credentials)
        if case .seizure(let seizure) = notice.body {
            let id = seizure.report.id.isEmpty ? file.reports.first?.report.id ?? "" : seizure.report.id
            if var report = file.report(id)?.report, seizure.report == SeizureReport.with({ $0.id = seizure.report.id })
            {
                report.clearProvenance()
                if !withNames { report.clearNominal() }
                notice.seizure.report = report
            }
        }
        notice.id = Data()
        notice.sender = own
        notice.recipients = []
        notice.createdAt = ""
        // Whoever names a blob makes it known to those who get the notice: only what is in this case may be named.
        notice.attachments = try Self.shared(attachments, of: file)
        guard notice.kind != nil else { throw CaseError.invalid("/notice", "a notice has a body: seizure, request …") }
        var checked = notice
        checked.createdAt = Moment(milliseconds: now).text
        checked.recipients = Set(recipients).sorted()
        let findings = checked.normaliseAndValidate(codes: cases.codes, nowMilliseconds: now)
        guard !findings.contains(where: { $0.strength == .reject }) else {
            throw CaseError(.invalid, "the notice cannot be sent as it is", findings: findings)
        }
        checked.createdAt = ""
        checked.recipients = []
        let content = try checked.encoded()
        let event = CaseEvent.with {
            $0.noticeDrafted.number = number
            $0.noticeDrafted.kind = notice.kind!.rawValue
            $0.noticeDrafted.subject = notice.subject
            $0.noticeDrafted.recipients = Set(recipients).sorted()
            $0.noticeDrafted.nominal = checked.hasNominal
            $0.noticeDrafted.handling = notice.conditions.handling.joined(separator: "+")
            $0.noticeDrafted.skipRefused = skipRefused
            $0.noticeDrafted.notice = Data(content)
        }
        return try await cases.change(caseID, [event], ifMatch: ifMatch, idempotency: idempotency, by: credentials)
    }

    private static func shared(_ ids: [String], of file: CaseFile) throws(CaseError) -> [NoticeAttachment] {
        try ids.enumerated().map { place, id throws(CaseError) in
            guard let attachment = file.attachments.first(where: { $0.attachment.id == id })?.attachment else {
                throw CaseError.invalid("/attachments/\(place)", "the case has no such attachment")
            }
            return .with {
                $0.blob = attachment.blob
                $0.size = attachment.size
                $0.key = attachment.key
                $0.fileName = attachment.fileName
                $0.mediaType = attachment.mediaType
                $0.description_p = attachment.description_p
            }
        }
    }

    public func approve(_ number: UInt32, in caseID: String, by credentials: Credentials) async throws
        -> CaseService.Change
    {
        try await cases.change(
            caseID, [.with { $0.noticeApproved.number = number }], by: credentials)
    }

    public func withdraw(_ number: UInt32, in caseID: String, reason: String, by credentials: Credentials) async throws
        -> CaseService.Change
    {
        try await cases.change(
            caseID,
            [
                .with {
                    $0.reason = reason
                    $0.noticeWithdrawn.number = number
                }
            ], by: credentials)
    }

    // MARK: Deciding

    /// How every partner stands now.
    func standings(_ directory: ExchangeDirectory) -> [PartnerStanding] {
        let (keys, checked) = state.withLock { ($0.keys, $0.checked) }
        return directory.partners.values.map {
            PartnerStanding(
                prefix: $0.prefix, state: $0.state, keys: keys[$0.prefix],
                checkedMilliseconds: checked[$0.prefix] ?? 0)
        }
    }

    private func decide(
        _ notice: Notice, _ draft: CaseNotice, _ file: CaseFile, _ directory: ExchangeDirectory, approvals: Set<UInt64>
    ) throws -> ReleaseDecision {
        ReleaseDecision.decide(
            ReleaseDraft(
                notice: notice, requested: Set(draft.recipients), author: draft.draftedBy,
                sources: try sources(of: notice, in: file, directory), skipRefused: draft.skipRefused),
            agreements: directory.book, partners: standings(directory), approvals: approvals, codes: cases.codes,
            configuration: ReleaseConfiguration(
                maximumDirectoryAgeMilliseconds: limits.directoryAgeMilliseconds),
            nowMilliseconds: now)
    }

    /// Received notices that a draft draws on: those that it refers to, and the one that made its case. What came from a
    /// partner binds whether or not the draft says so.
    private func sources(
        of notice: Notice, in file: CaseFile, _ directory: ExchangeDirectory
    ) throws -> [OnwardSource] {
        var found: [OnwardSource] = []
        for reference in notice.references where reference.relation == NoticeRelation.derivedFrom.rawValue {
            guard let partner = directory.partners[reference.authority],
                let stream = try stream(ofEntry: Array(reference.entryID), from: partner.number),
                let source = try onwardSource(store.caseFile(stream), directory)
            else { throw CaseError.invalid("/references", "it is derived from a notice that is not here") }
            found.append(source)
        }
        if let source = try onwardSource(file, directory), NoticeKind.carriesContent(notice) { found.append(source) }
        return found
    }

    private func onwardSource(_ file: CaseFile, _ directory: ExchangeDirectory) throws -> OnwardSource? {
        guard let (received, notice) = receivedState(of: file) else { return nil }
        let agreement = directory.book.records[notice.conditions.agreement]?.revisions.last?.agreement.onward ?? .no
        return OnwardSource(
            originator: received.sender, conditions: received.conditions ?? HandlingConditions(),
            consents: received.consents, agreement: agreement)
    }

    /// What would become of a draft now, for every partner. Nothing is recorded but that somebody looked.
    public func explain(_ number: UInt32, in caseID: String, by credentials: Credentials) async throws
        -> ReleaseDecision
    {
        try credentials.require(.draftNotice)
        let file = try await cases.readCase(caseID, reason: "notice explain", by: credentials)
        guard let draft = file.notice(number) else { throw CaseError(.notFound, "there is no such notice") }
        let directory = directory
        return try await readers.run { [self] in
            try decide(
                Notice(parsing: draft.content), draft, file, directory,
                approvals: draft.approvals.union([credentials.officer.number]))
        }
    }

    // MARK: Releasing

    /// Releases a draft to those who may have it: decided, sealed and recorded as one step. A refusal is recorded too.
    public func release(_ number: UInt32, in caseID: String, by credentials: Credentials) async throws -> Release {
        try credentials.require(.releaseNotice)
        guard let stream = cases.stream(caseID: caseID) else { throw CaseService.noSuchCase }
        return try await lane.run(Streams.exchange) {
            for _ in 0..<cases.limits.retries {
                let result = try await releaseOnce(number, stream, caseID, credentials)
                if let result { return result }
            }
            throw CaseError(.overloaded, "others keep changing this case: try again")
        }
    }

    /// Nil where something came between.
    private func releaseOnce(
        _ number: UInt32, _ stream: UInt64, _ caseID: String, _ credentials: Credentials
    ) async throws -> Release? {
        let directory = directory
        let (proposal, release) = try await readers.run { [self] in
            var file = try store.caseFile(stream)
            guard file.isVisible(to: credentials.officer.number) else { throw CaseService.noSuchCase }
            guard let draft = file.notice(number), draft.isDraft else {
                throw CaseError(.notFound, "there is no such draft")
            }
            let notice = try Notice(parsing: draft.content)
            let decision = try decide(
                notice, draft, file, directory, approvals: draft.approvals.union([credentials.officer.number]))
            let record = try decision.record(draftDigest: Digest.sha256(draft.content).bytes).serializedData()
            var proposal = Proposal(drafts: [])
            guard decision.isReleased else {
                let refused = CaseEvent.with {
                    $0.noticeRefused.number = number
                    $0.noticeRefused.decision = record
                }
                try append([refused], to: stream, &file, by: credentials.officer.number, &proposal)
                return (
                    proposal,
                    Release(decision: decision, caseID: caseID, number: number, entryID: nil, entryIndex: nil)
                )
            }
            let sealed = try seal(notice, for: decision.recipients, &proposal, stream: stream, directory)
            let released = CaseEvent.with {
                $0.noticeReleased.number = number
                $0.noticeReleased.kind = draft.kind
                $0.noticeReleased.entryID = Data(sealed.entry.id.bytes)
                $0.noticeReleased.entryIndex = sealed.index
                $0.noticeReleased.recipients = decision.recipients.map(\.partner)
                $0.noticeReleased.decision = record
                $0.noticeReleased.entryHash = Data(sealed.entry.leafHash.bytes)
                $0.noticeReleased.notice = Data(sealed.content)
            }
            try append([released], to: stream, &file, by: credentials.officer.number, &proposal)
            return (
                proposal,
                Release(
                    decision: decision, caseID: caseID, number: number, entryID: sealed.entry.id.bytes,
                    entryIndex: sealed.index)
            )
        }
        do {
            _ = try await sequencer.commit(proposal)
            count(factsOf: proposal)
            if release.entryID != nil { arrivals.raise() }
            return release
        } catch let error as NodeError where error.code == .changed {
            return nil
        }
    }

    /// Adds the node's own events to a case, for what is in `proposal`.
    func append(
        _ events: [CaseEvent], to stream: UInt64, _ file: inout CaseFile, by officer: UInt64,
        _ proposal: inout Proposal
    ) throws {
        guard let key = try store.keys.key(stream) else { throw CaseService.noSuchCase }
        proposal.premises.append(try store.keys.premise(stream))
        try store.draft(
            events, by: officer, stream: stream, &file, key: key, time: now, into: &proposal)
    }

    struct SealedNotice {
        let entry: LogEntry
        let index: UInt64
        let content: [UInt8]
    }

    /// Seals a notice for partners and for our own records key, and puts the entry, the envelope and the deliveries into
    /// the proposal. In the lane. Blocks.
    func seal(
        _ draft: Notice, for recipients: [PartnerVerdict], _ proposal: inout Proposal, stream: UInt64,
        _ directory: ExchangeDirectory
    ) throws -> SealedNotice {
        try requireOpenGate()
        let time = now
        let id = EntryID.random()
        var notice = draft
        notice.id = Data(id.bytes)
        notice.sender = own
        notice.recipients = recipients.map(\.partner).sorted()
        notice.createdAt = Moment(milliseconds: time).text
        let content = try notice.encoded()
        guard let records = directory.recipientKeys.first(where: { $0.epoch == 0 }) else {
            throw NodeError(.corrupted, "the node has no records key")
        }
        var all = [EpochRecipient(authority: own, epoch: 0, key: records.publicKey)]
        for recipient in recipients {
            guard let key = recipient.epochKey else { throw CaseError(.conflict, "a recipient has no key") }
            all.append(
                EpochRecipient(
                    authority: recipient.partner, epoch: key.number, key: try recipientKey(key.publicKey)))
        }
        let sealed = try sealer.seal(
            content, for: all, id: id, timeMilliseconds: time, references: try entryReferences(notice, directory))
        let size = try proposal.release?.size ?? exchangeSize()
        let index = size + UInt64(proposal.release?.entries.count ?? 0)
        proposal.release = (size, (proposal.release?.entries ?? []) + [sealed.entry.encoded])
        proposal.rows.append(RowChange(.envelopes, id.bytes, sealed.envelope.encoded))
        proposal.rows.append(RowChange(.exchange, ExchangeRow.entry(0, id.bytes), stream.bigEndianBytes))
        for recipient in recipients {
            guard let partner = directory.partners[recipient.partner] else { continue }
            let row = ExchangeRow.delivery(partner.number, entry: index)
            proposal.premises.append(RowChange(.exchange, row, nil))
            proposal.rows.append(RowChange(.exchange, row, index.bigEndianBytes + id.bytes))
            proposal.rows += Self.facts(sending: notice, id.bytes, at: time).map { $0.row(partner.number, at: time) }
            proposal.rows += Self.erasuresDue(by: notice, id.bytes, partner.number, at: time)
            for attachment in notice.attachments {
                guard let blob = Digest(attachment.blob) else { continue }
                proposal.rows.append(RowChange(.exchange, ExchangeRow.sharedBlob(partner.number, blob), []))
            }
        }
        return SealedNotice(entry: sealed.entry, index: index, content: content)
    }

    /// A partner's key, checked. To check it costs about as much as to seal to it, so it is done once.
    private func recipientKey(_ bytes: [UInt8]) throws -> RecipientPublicKey {
        if let known = recipientKeys.withLock({ $0[bytes] }) { return known }
        let key = try RecipientPublicKey(bytes)
        recipientKeys.withLock { known in
            if known.count >= limits.partners { known = [:] }
            known[bytes] = key
        }
        return key
    }

    /// In the log only what is in our own log is referred to: an entry is public to all partners.
    private func entryReferences(_ notice: Notice, _ directory: ExchangeDirectory) throws -> [EntryReference] {
        []
    }

    /// The stream that an entry's notice is in; `authority` 0 is ourselves.
    func stream(ofEntry id: [UInt8], from authority: UInt32) throws -> UInt64? {
        try store.database.get(.exchange, ExchangeRow.entry(authority, id)).flatMap { UInt64(bigEndianBytes: $0) }
    }
}

extension NoticeKind {
    /// Whether a notice passes intelligence on, or only says something about another.
    static func carriesContent(_ notice: Notice) -> Bool { notice.kind?.coverage != nil }
}
