internal import Casework
internal import Cryptography
internal import Customs
internal import EntryCodec
internal import Exchange
internal import FoundationEssentials
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization
internal import TransparencyLog

/// What was opened becomes cases, and what it says of other notices is told theirs.
extension ExchangeService {
    func record(_ taken: [Taken], from partner: Partner) async throws -> Prepared? {
        guard !taken.isEmpty else { return nil }
        for _ in 0..<cases.limits.retries {
            let prepared = try await store.keys.gate.create {
                var prepared = try await readers.run { [self] in
                    var prepared = try prepare(taken, from: partner)
                    try cases.matchAhead(&prepared.reports, &prepared.proposal, limit: cases.limits.hits)
                    prepared.noteEnds()
                    return prepared
                }
                do {
                    CaseService.add(try await sequencer.commit(prepared.proposal).met, to: &prepared.reports)
                    count(factsOf: prepared.proposal)
                    // The receipts are written into these cases.
                    for report in prepared.reports { store.keys.remember(report.stream, report.key) }
                    return prepared as Prepared?
                } catch let error as NodeError where error.code == .changed {
                    return nil
                }
            }
            guard let prepared else { continue }
            state.withLock { $0.counts[partner.prefix, default: PartnerCounts()].refused += prepared.skipped }
            return prepared
        }
        throw CaseError(.overloaded, "others keep changing what came in")
    }

    struct Prepared: Sendable {
        var proposal = Proposal(drafts: [])
        var cursor = DeliveryCursor()
        var skipped = 0
        var duties: [Duty] = []
        /// Reports to match once they are durable.
        var reports: [CaseService.Imported] = []
        /// Where the cases of these reports end, without hits.
        var ends: [UInt64: UInt64] = [:]

        /// What the duties find in their cases, which are all in the proposal now.
        mutating func noteEnds() {
            for report in reports where report.hasHits { ends[report.stream, default: 0] += 1 }
            for place in duties.indices { duties[place].caseEnd = ends[duties[place].stream] ?? 0 }
        }

        mutating func leave(_ duty: Duty, _ partner: Partner) {
            duties.append(duty)
            proposal.rows.append(duty.row(partner.number))
        }
    }

    /// Notices of one batch that change the same case follow on each other here.
    private struct Files {
        var files: [UInt64: CaseFile] = [:]
        var streams: [[UInt8]: UInt64] = [:]
        var taken: Set<[UInt8]> = []
        /// Those of the batch, to be matched.
        var reports: [(number: UInt64, stream: UInt64, key: StreamKey, terms: Set<SearchTerm>)] = []
    }

    private func prepare(_ taken: [Taken], from partner: Partner) throws -> Prepared {
        var prepared = Prepared()
        var files = Files()
        for one in taken {
            switch one {
            case .skipped(let delivery, _):
                prepared.skipped += 1
                prepared.cursor = DeliveryCursor(position: delivery.position, entryIndex: delivery.entryIndex)
            case .wrong: preconditionFailure("left out before")
            case .opened(let delivery, let opened, let admitted):
                // A log may hold an entry twice, here or in the batch that was recorded while this one was opened.
                let id = opened.entry.id.bytes
                if files.taken.insert(id).inserted, try stream(ofEntry: id, from: partner.number) == nil {
                    try take(admitted, opened, delivery, partner, &files, &prepared)
                } else {
                    prepared.skipped += 1
                }
                prepared.cursor = DeliveryCursor(position: delivery.position, entryIndex: delivery.entryIndex)
            }
        }
        prepared.proposal.rows.append(MirrorStore.cursorRow(partner.number, prepared.cursor))
        prepared.reports = files.reports.map {
            let file = files.files[$0.stream]!
            prepared.ends[$0.stream] = file.version
            return .init(
                number: $0.number, stream: $0.stream, key: $0.key, terms: CaseService.meetingTerms($0.terms),
                coming: .init(file))
        }
        for batch in matchBatches(prepared.reports) {
            let value = batch.flatMap { $0.number.bigEndianBytes + $0.stream.bigEndianBytes }
            prepared.proposal.rows.append(RowChange(.index, IndexRow.unmatched(batch[0].number), value))
        }
        return prepared
    }

    /// Reports that are matched in one commit each: a partner may send very many at once.
    func matchBatches(_ reports: [CaseService.Imported]) -> [[CaseService.Imported]] {
        stride(from: 0, to: reports.count, by: limits.noticesAtOnce).map {
            Array(reports[$0...].prefix(limits.noticesAtOnce))
        }
    }

    private func take(
        _ admitted: Admitted, _ opened: OpenedEnvelope, _ delivery: Delivery, _ partner: Partner,
        _ files: inout Files, _ prepared: inout Prepared
    ) throws {
        let (id, notice) = (opened.entry.id.bytes, admitted.notice)
        var stream: UInt64 = 0
        switch notice.kind {
        case .receipt, .erasure, .consentDenial, .consentGrant, .recall, .handlingChange: break
        case .agreement:
            prepared.leave(Duty(kind: .agreement, entryID: id, value: Array(notice.agreement.note)), partner)
        default: stream = try open(admitted, opened, delivery, partner, &files, &prepared)
        }
        let row = ExchangeRow.entry(partner.number, id)
        prepared.proposal.premises.append(RowChange(.exchange, row, nil))
        prepared.proposal.rows.append(RowChange(.exchange, row, stream.bigEndianBytes))
        prepared.proposal.rows += Self.facts(receiving: notice, id, at: now).map { $0.row(partner.number, at: now) }
        for reference in notice.references {
            try refer(notice, opened, to: reference, partner, stream, &files, &prepared)
        }
        if notice.kind != .receipt, notice.kind != .erasure {
            prepared.leave(Duty(kind: .receipt, entryID: id, value: stream.bigEndianBytes), partner)
        }
    }

    /// A case of its own, under a key of its own: it ends with the notice.
    private func open(
        _ admitted: Admitted, _ opened: OpenedEnvelope, _ delivery: Delivery, _ partner: Partner,
        _ files: inout Files, _ prepared: inout Prepared
    ) throws -> UInt64 {
        let notice = admitted.notice
        let stream = store.newNumber()
        let made = try store.keys.makeKey(stream)
        prepared.proposal.rows.append(made.row)
        prepared.proposal.premises.append(made.premise)
        var events: [CaseEvent] = [
            .with {
                $0.opened.id = RecordID(country: store.country, kind: .caseFile, number: stream).description
                $0.opened.title = String("\(partner.prefix): \(notice.subject)".prefix(180))
                $0.opened.office = partner.prefix
                $0.opened.retentionClass = "short"
                $0.opened.reviewDate =
                    notice.conditions.expiresAt.isEmpty ? "" : String(notice.conditions.expiresAt.prefix(10))
                $0.opened.needToKnow = notice.conditions.tlp == TrafficLight.red.rawValue
            },
            .with {
                $0.noticeReceived.entryID = Data(opened.entry.id.bytes)
                $0.noticeReceived.sender = partner.prefix
                $0.noticeReceived.entryIndex = delivery.entryIndex
                $0.noticeReceived.entryHash = Data(opened.entry.leafHash.bytes)
                $0.noticeReceived.kind = notice.kind?.rawValue ?? ""
                $0.noticeReceived.subject = notice.subject
                $0.noticeReceived.expires = notice.conditions.expiresAt
                $0.noticeReceived.notice = Data(opened.document)
            },
        ]
        if notice.conditions.tlp == TrafficLight.red.rawValue { events += grants() }
        for (admitted, terms) in admitted.reports {
            var report = admitted
            let number = store.newNumber()
            report.id = RecordID(country: store.country, kind: .seizure, number: number).description
            events.append(.with { $0.seizureLogged.report = report })
            files.reports.append((number, stream, made.key, terms))
        }
        var file = CaseFile()
        try store.draft(
            events, by: 0, stream: stream, &file, key: made.key, time: now,
            terms: admitted.reports.count == 1 ? admitted.reports[0].terms : nil, into: &prepared.proposal)
        files.files[stream] = file
        files.streams[opened.entry.id.bytes] = stream
        if let expires = notice.conditions.expires {
            prepared.proposal.rows.append(
                RowChange(
                    .exchange, ExchangeRow.expiry(UInt32(clamping: expires / 86_400_000), stream),
                    expires.bigEndianBytes))
        }
        return stream
    }

    /// TLP:RED is for those who release and decide, until they let others in.
    private func grants() -> [CaseEvent] {
        cases.administration.directory.officers.values
            .filter { $0.isActive && ($0.roles.contains(.releaseOfficer) || $0.roles.contains(.supervisor)) }
            .sorted { $0.number < $1.number }
            .map { officer in
                .with {
                    $0.reason = "TLP:RED"
                    $0.accessChanged.officer = officer.number
                    $0.accessChanged.granted = true
                }
            }
    }

    /// Tells the case of the notice that this one is about.
    private func refer(
        _ notice: Notice, _ opened: OpenedEnvelope, to reference: NoticeReference, _ partner: Partner,
        _ stream: UInt64, _ files: inout Files, _ prepared: inout Prepared
    ) throws {
        let about = Array(reference.entryID)
        let authority: UInt32
        if reference.authority == own {
            authority = 0
        } else if let known = directory.partners[reference.authority] {
            authority = known.number
        } else {
            return
        }
        guard let target = try files.streams[about] ?? self.stream(ofEntry: about, from: authority), target != 0,
            try store.keys.key(target) != nil || files.files[target] != nil
        else { return }
        // Only who got it may speak of ours, and only its sender changes what came from a partner.
        var file = try files.files[target] ?? store.caseFile(target)
        guard let mine = file.notice(entryID: about) else { return }
        switch mine.state {
        case .released: guard mine.recipients.contains(partner.prefix) else { return }
        case .received(_, _, let sender): guard sender == partner.prefix else { return }
        default: return
        }
        let event = CaseEvent.with {
            $0.noticeReferenced.about = reference.entryID
            $0.noticeReferenced.entryID = Data(opened.entry.id.bytes)
            $0.noticeReferenced.partner = partner.prefix
            $0.noticeReferenced.kind = notice.kind?.rawValue ?? ""
            $0.noticeReferenced.result = NoticeResult(of: notice).text
            if stream != 0 {
                $0.noticeReferenced.caseID =
                    RecordID(country: store.country, kind: .caseFile, number: stream).description
            } else {
                $0.noticeReferenced.notice = Data(opened.document)
            }
        }
        if files.files[target] == nil { prepared.proposal.premises.append(try store.keys.premise(target)) }
        guard let key = try store.keys.key(target) ?? nil else { return }
        try store.draft(
            [event], by: 0, stream: target, &file, key: key, time: now, anywhere: true, into: &prepared.proposal)
        files.files[target] = file
        prepared.proposal.rows += Self.facts(hearing: notice, opened.entry.id.bytes, about: about)
            .map { $0.row(partner.number, at: now) }
        if case .recall(let recall) = notice.body, recall.erase, file.isReceived {
            prepared.leave(Duty.erasure(of: about, in: target, because: .recalled), partner)
        }
    }
}
