internal import Casework
internal import Cryptography
internal import Customs
internal import Exchange
internal import Schema
internal import Storage
internal import Synchronization

/// A fact of a partnership as it is kept: a row for each, under the id of the notice that it is about, so that the same
/// fact twice counts once. Folded in the order of rows they come to the figures.
struct StoredFact: Sendable, Equatable {
    enum Kind: UInt8, Sendable {
        case sent = 1
        case received
        case opened
        case receipted
        case requestSent
        case requestDeadline
        case requestClosed
        case hit
        case feedback
        case missed
        case kept
    }
    let kind: Kind
    /// 16 bytes.
    let id: [UInt8]
    var detail: UInt64 = 0

    private static let verdicts = ["useful", "not-useful", "led-to-seizure"]

    static func sent(_ id: [UInt8]) -> Self { .init(kind: .sent, id: id) }
    static func received(_ id: [UInt8]) -> Self { .init(kind: .received, id: id) }
    static func opened(_ id: [UInt8]) -> Self { .init(kind: .opened, id: id) }
    static func receipted(_ id: [UInt8]) -> Self { .init(kind: .receipted, id: id) }
    static func requestSent(_ id: [UInt8], deadline: UInt64) -> Self {
        .init(kind: .requestSent, id: id, detail: deadline)
    }
    static func requestDeadline(_ id: [UInt8], deadline: UInt64) -> Self {
        .init(kind: .requestDeadline, id: id, detail: deadline)
    }
    static func requestClosed(_ id: [UInt8]) -> Self { .init(kind: .requestClosed, id: id) }
    /// Of a report that came with a notice.
    static func hit(_ stream: UInt64, _ report: UInt64) -> Self {
        .init(kind: .hit, id: stream.bigEndianBytes + report.bigEndianBytes)
    }
    static func feedback(_ id: [UInt8], verdict: String) -> Self? {
        verdicts.firstIndex(of: verdict).map { .init(kind: .feedback, id: id, detail: UInt64($0)) }
    }
    static func missed(_ id: [UInt8]) -> Self { .init(kind: .missed, id: id) }
    static func kept(_ id: [UInt8]) -> Self { .init(kind: .kept, id: id) }

    func row(_ partner: UInt32, at milliseconds: UInt64) -> RowChange {
        RowChange(
            .exchange, ExchangeRow.fact(partner, kind.rawValue, id),
            milliseconds.bigEndianBytes + detail.bigEndianBytes)
    }

    /// Nil for a row that is none.
    static func read(_ key: [UInt8], _ value: [UInt8]) -> (partner: UInt32, fact: StoredFact, at: UInt64)? {
        guard key.count == 22, key[0] == ExchangeRow.factKind, let kind = Kind(rawValue: key[5]), value.count == 16,
            let partner = UInt32(bigEndianBytes: key[1..<5]), let at = UInt64(bigEndianBytes: value[..<8]),
            let detail = UInt64(bigEndianBytes: value[8...])
        else { return nil }
        return (partner, StoredFact(kind: kind, id: Array(key[6...]), detail: detail), at)
    }

    var partnerFact: PartnerFact {
        switch kind {
        case .sent: .sent(id: id, wantsReceipt: true)
        case .received: .received
        case .opened: .opened
        case .receipted: .receipted(id: id)
        case .requestSent: .requestSent(id: id, deadline: detail)
        case .requestDeadline: .requestDeadline(id: id, deadline: detail)
        case .requestClosed: .requestClosed(id: id)
        case .hit: .hit
        case .feedback: .feedback(verdict: Self.verdicts[Int(clamping: detail) % Self.verdicts.count])
        case .missed: .conditionsMissed(id: id)
        case .kept: .conditionsKept(id: id)
        }
    }
}

extension ExchangeService {
    /// What happened with a partner, as far as it was recorded.
    func figures(of prefix: String) -> PartnerFigures { state.withLock { $0.figures[prefix] } ?? PartnerFigures() }

    /// The figures of every partner, from the facts that are kept.
    static func figures(_ database: Database, _ directory: ExchangeDirectory) throws -> [String: PartnerFigures] {
        let prefixes = Dictionary(uniqueKeysWithValues: directory.partners.values.map { ($0.number, $0.prefix) })
        var figures: [String: PartnerFigures] = [:]
        try database.forEach(.exchange, from: [ExchangeRow.factKind], upTo: [ExchangeRow.factKind + 1]) { key, value in
            if let (partner, fact, at) = StoredFact.read(Array(key), Array(value)), let prefix = prefixes[partner] {
                figures[prefix, default: PartnerFigures()].apply(fact.partnerFact, at: at)
            }
            return true
        }
        return figures
    }

    /// Behind the commit that made its rows durable.
    func count(factsOf proposal: Proposal) {
        let facts = proposal.rows.compactMap { change in
            change.row.family == .exchange ? StoredFact.read(change.row.key, change.value ?? []) : nil
        }
        guard !facts.isEmpty else { return }
        state.withLock { state in
            for (number, fact, at) in facts {
                guard let prefix = state.directory.partner(number: number)?.prefix else { continue }
                state.figures[prefix, default: PartnerFigures()].apply(fact.partnerFact, at: at)
            }
        }
    }

    /// Records facts by themselves. False where they were recorded before, or could not be.
    func note(_ facts: [StoredFact], of partner: Partner) async -> Bool {
        var proposal = Proposal(drafts: [], rows: facts.map { $0.row(partner.number, at: now) })
        proposal.premises = proposal.rows.map { RowChange(.exchange, $0.row.key, nil) }
        guard (try? await sequencer.commit(proposal)) != nil else { return false }
        count(factsOf: proposal)
        return true
    }

    // MARK: What notices come to

    /// Of one that goes to `partner`.
    static func facts(sending notice: Notice, _ id: [UInt8], at milliseconds: UInt64) -> [StoredFact] {
        // What only says that something arrived, or went, is no exchange by itself.
        guard notice.kind != .receipt, notice.kind != .erasure else { return [] }
        var facts = [StoredFact.sent(id)]
        if let deadline = deadline(notice, milliseconds) { facts.append(.requestSent(id, deadline: deadline)) }
        for reference in notice.references { facts += standing(notice, of: Array(reference.entryID)) }
        return facts
    }

    /// Of one that came from a partner.
    static func facts(receiving notice: Notice, _ id: [UInt8], at milliseconds: UInt64) -> [StoredFact] {
        guard notice.kind != .receipt, notice.kind != .erasure else { return [] }
        return [.received(id)] + (deadline(notice, milliseconds).map { [.requestSent(id, deadline: $0)] } ?? [])
    }

    /// Of one that came from a partner, about a notice that is here.
    static func facts(hearing notice: Notice, _ id: [UInt8], about: [UInt8]) -> [StoredFact] {
        switch notice.body {
        case .receipt: [.receipted(about)]
        case .erasure: [.kept(about)]
        case .feedback(let body):
            (StoredFact.feedback(id, verdict: body.verdict).map { [$0] } ?? []) + standing(notice, of: about)
        default: standing(notice, of: about)
        }
    }

    /// What a notice does to the request that it is about, whoever asked.
    private static func standing(_ notice: Notice, of request: [UInt8]) -> [StoredFact] {
        switch NoticeResult(of: notice).event(of: notice.kind?.rawValue ?? "") {
        case .postponed(let until): [.requestDeadline(request, deadline: until)]
        case .answered(partial: false), .refused, .closed: [.requestClosed(request)]
        default: []
        }
    }

    private static func deadline(_ notice: Notice, _ milliseconds: UInt64) -> UInt64? {
        guard case .request(let request) = notice.body, let urgency = RequestUrgency(rawValue: request.urgency) else {
            return nil
        }
        return (Moment(parsing: notice.createdAt)?.milliseconds ?? milliseconds) + urgency.milliseconds
    }

    // MARK: Erasures that partners owe

    /// How long after a notice's end a partner has to say that it has erased it: 7 days.
    static let erasureGraceMilliseconds: UInt64 = 7 * 86_400_000

    /// By when the recipients of `notice` have to say that it is gone, or that what it recalls is.
    static func erasuresDue(
        by notice: Notice, _ id: [UInt8], _ partner: UInt32, at milliseconds: UInt64
    ) -> [RowChange] {
        func row(_ end: UInt64, _ id: [UInt8]) -> RowChange {
            let (due, isOver) = end.addingReportingOverflow(erasureGraceMilliseconds)
            let day = UInt32(clamping: (isOver ? .max : due) / 86_400_000)
            return RowChange(.exchange, ExchangeRow.erasureDue(day, partner, id), [])
        }
        if notice.hasConditions, let expires = notice.conditions.expires { return [row(expires, id)] }
        guard case .recall(let recall) = notice.body, recall.erase else { return [] }
        return notice.references.map { row(milliseconds, Array($0.entryID)) }
    }

    /// Counts the erasures that nobody stated in time. Now and then.
    func countMissedErasures() async throws {
        let now = now
        let today = UInt32(clamping: now / 86_400_000)
        let proposal = try await readers.run { [store] in
            var proposal = Proposal(drafts: [])
            var seen: Set<[UInt8]> = []
            try store.database.forEach(
                .exchange, from: [ExchangeRow.erasureKind], upTo: ExchangeRow.erasureDue(today, 0, [])
            ) { key, _ in
                let key = Array(key)
                proposal.rows.append(RowChange(.exchange, key, nil))
                guard key.count == 25, let partner = UInt32(bigEndianBytes: key[5..<9]) else { return true }
                let id = Array(key[9...])
                let kept = ExchangeRow.fact(partner, StoredFact.Kind.kept.rawValue, id)
                let missed = StoredFact.missed(id).row(partner, at: now)
                if seen.insert(missed.row.key).inserted, try store.database.get(.exchange, kept) == nil,
                    try store.database.get(.exchange, missed.row.key) == nil
                {
                    proposal.rows.append(missed)
                    proposal.premises.append(RowChange(.exchange, kept, nil))
                }
                return proposal.rows.count < 10_000
            }
            return proposal
        }
        guard !proposal.rows.isEmpty else { return }
        do {
            _ = try await sequencer.commit(proposal)
            count(factsOf: proposal)
        } catch let error as NodeError where error.code == .changed {
            // One was stated just now: the next round sees it.
        }
    }
}
