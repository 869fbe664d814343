internal import Casework
internal import Cryptography
internal import Customs
internal import EntryCodec
internal import Exchange
internal import Schema
internal import SwiftProtobuf
internal import Synchronization
internal import TransparencyLog

extension ExchangeService {
    /// One delivery after opening.
    enum Taken {
        case opened(Delivery, OpenedEnvelope, Admitted)
        /// It was taken in before, or it cannot be opened and never will: counted, and left behind.
        case skipped(Delivery, code: String)
        /// The envelope is not the one of its entry: it is fetched again.
        case wrong(Delivery, code: String)

        var bringsAgreement: Bool {
            if case .opened(_, _, let admitted) = self, admitted.notice.kind == .agreement { true } else { false }
        }
    }

    /// A notice that its sender may send.
    struct Admitted {
        /// To the letter.
        var notice = Notice()
        /// What it tells of, as our own officers would have written it, and what that is found by.
        var reports: [(report: SeizureReport, terms: Set<SearchTerm>)] = []
    }

    /// How far deliveries are taken in.
    struct TakenIn {
        var position: UInt64
        /// Whether what was opened meanwhile may have been refused for want of an agreement that is there now.
        var broughtAgreement = false
    }

    /// Opens a page of deliveries and records them, each once, together with how far we have come, and tells the
    /// replica. Opens already while `forerunner`, the page before it, is recorded; drops the page where that did not
    /// come as far as `after`.
    func takeIn(
        _ deliveries: [Delivery], after: UInt64, behind forerunner: Task<TakenIn, any Error>?, from partner: Partner,
        tell: (Replica.Event) -> Void
    ) async throws -> TakenIn {
        var ahead = OpenedAhead(deliveries, size: limits.noticesAtOnce) { [self] in
            try await openAll($0, from: partner)
        }
        do {
            let before = try await forerunner?.value ?? TakenIn(position: after)
            guard before.position == after else {
                await ahead.drop()
                return before
            }
            if before.broughtAgreement { await ahead.drop() }
            return try await record(&ahead, after: after, from: partner, tell: tell)
        } catch {
            await ahead.drop()
            throw error
        }
    }

    private func record(
        _ ahead: inout OpenedAhead, after: UInt64, from partner: Partner, tell: (Replica.Event) -> Void
    ) async throws -> TakenIn {
        var cursor: DeliveryCursor?
        var broughtAgreement = false
        var refused: (position: UInt64, code: String)?
        var last: Prepared?
        while refused == nil, let batch = try await ahead.next() {
            let before = last
            async let followed: Void = follow(before, from: partner)
            last = try await record(batch.taken, from: partner)
            await followed
            cursor = last?.cursor ?? cursor
            refused = batch.refused
            if batch.bringsAgreement {
                await follow(last, from: partner)
                last = nil
                broughtAgreement = true
            }
        }
        await follow(last, from: partner)
        if let cursor { tell(.delivered(cursor)) }
        if let refused { tell(.deliveryRefused(position: refused.position, code: refused.code)) }
        return TakenIn(position: cursor?.position ?? after, broughtAgreement: broughtAgreement)
    }

    // MARK: Opening

    /// What one thread opens before it takes the next part.
    private static let openedInARow = 8

    private func openAll(_ deliveries: ArraySlice<Delivery>, from partner: Partner) async throws -> [Taken] {
        let keys = try await readers.run { [self] in try openingKeys() }
        let known = self.keys(of: partner.prefix) ?? AuthorityKeys(card: partner.card)
        let rows = mirrors.rows(partner.number)
        return try await withThrowingTaskGroup(of: (start: Int, taken: [Taken]).self) { group in
            for start in stride(from: deliveries.startIndex, to: deliveries.endIndex, by: Self.openedInARow) {
                let part = deliveries[start...].prefix(Self.openedInARow)
                group.addTask { [self] in
                    (start, try await opening.run { [self] in part.map { openOne($0, partner, keys, known, rows) } })
                }
            }
            var parts: [(start: Int, taken: [Taken])] = []
            for try await part in group { parts.append(part) }
            return parts.sorted { $0.start < $1.start }.flatMap(\.taken)
        }
    }

    private func openOne(
        _ delivery: Delivery, _ partner: Partner, _ keys: [OpeningKey], _ known: AuthorityKeys, _ rows: TreeRows
    ) -> Taken {
        do {
            let entry = try LogEntry(parsing: rows.entry(delivery.entryIndex))
            guard !delivery.envelope.isEmpty else { return .skipped(delivery, code: "destroyed") }
            let origin = AuthorityPrefix.exchange(partner.prefix)
            let opener = EnvelopeOpener(
                keys: keys, signers: PartnerSigners(keys: known, origin: origin, index: delivery.entryIndex))
            let admitted = Mutex(Admitted())
            let leafHash = entry.leafHash
            let isVerified = verified.contains(leafHash, of: partner.number)
            let opened = try opener.open(
                delivery.envelope, of: entry, origin: origin,
                evidence: .mirrored(origin: origin, leafHash: leafHash, isVerified: isVerified),
                isDuplicate: { try stream(ofEntry: $0.bytes, from: partner.number) != nil },
                admit: { opened in
                    let received = try admit(opened, from: partner)
                    admitted.withLock { $0 = received }
                })
            return .opened(delivery, opened, admitted.withLock { $0 })
        } catch let error as EnvelopeError {
            return Self.isTransient(error.code)
                ? .wrong(delivery, code: error.code.rawValue) : .skipped(delivery, code: error.code.rawValue)
        } catch let error as NoticeError {
            return .skipped(delivery, code: error.code.rawValue)
        } catch {
            return .skipped(delivery, code: "unreadable")
        }
    }

    /// Whether another envelope may be the right one: the line, or the partner's server, is to blame.
    private static func isTransient(_ code: EnvelopeError.Code) -> Bool {
        switch code {
        case .wrongSize, .wrongStanzas, .wrongBody: true
        default: false
        }
    }

    /// The notice in it, if it is one that this partner may send us. Throws `NoticeError`.
    private func admit(_ opened: OpenedEnvelope, from partner: Partner) throws -> Admitted {
        let origin = NoticeOrigin(
            entryID: opened.entry.id.bytes, sender: partner.prefix,
            recipients: Set(opened.recipients.map(\.authority)).subtracting([partner.prefix]))
        let (notice, normal, _) = try Notice.receive(
            opened.document, from: origin, codes: cases.codes, nowMilliseconds: max(now, opened.entry.timeMilliseconds))
        // What names an agreement came under one that we know; what needs one and names none came under any.
        if notice.coveredKind != nil {
            let (book, time, id) = (directory.book, opened.entry.timeMilliseconds, notice.conditions.agreement)
            let agreements =
                id.isEmpty
                ? book.agreements(inForceAt: time)
                : book.agreement(id, inForceAt: time).map { [$0] } ?? []
            guard agreements.contains(where: { $0.members.contains(partner.prefix) }) else {
                throw NoticeError(.invalid, "no agreement with the sender was in force")
            }
        }
        return Admitted(
            notice: notice, reports: reports(of: normal, from: partner).map { ($0, $0.searchTerms()) })
    }

    /// The seizures that a notice tells of, to be found and matched like our own.
    private func reports(of notice: Notice, from partner: Partner) -> [SeizureReport] {
        var reports: [SeizureReport] =
            switch notice.body {
            case .seizure(let body): [body.report]
            case .reply(let body): body.reports
            case .correction(let body):
                if case .seizure(let seizure) = body.corrected { [seizure.report] } else { [] }
            case .alert(let body):
                [
                    .with {
                        $0.offences = body.offences
                        $0.conveyances = body.conveyances
                        $0.documents = body.documents
                        $0.route = body.route
                        $0.goods = body.goods
                        if body.hasNominal { $0.nominal = body.nominal }
                    }
                ]
            default: []
            }
        for place in reports.indices {
            reports[place].clearProvenance()
            reports[place].authority = partner.prefix
        }
        return reports
    }

    // MARK: What follows

    /// Behind the commit: what a crash before it only puts off.
    private func follow(_ prepared: Prepared?, from partner: Partner) async {
        guard let prepared else { return }
        for batch in matchBatches(prepared.reports) {
            guard let met = try? await cases.match(batch, limit: cases.limits.hits), !met.isEmpty else { continue }
            _ = await note(met.map { .hit($0.stream, $0.number) }, of: partner)
        }
        await discharge(prepared.duties, to: partner)
    }
}
