internal import Casework
internal import Cryptography
internal import Customs
internal import Dispatch
internal import EntryCodec
internal import Exchange
internal import FoundationEssentials
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization
internal import TransparencyLog

extension ExchangeService {
    /// One delivery after opening.
    private enum Taken {
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
    private struct Admitted {
        /// To the letter.
        var notice = Notice()
        /// What it tells of, as our own officers would have written it.
        var reports: [SeizureReport] = []
    }

    /// What of a batch is recorded at once.
    private struct Batch {
        var taken: [Taken] = []
        var refused: (position: UInt64, code: String)?
        /// What comes under an agreement is opened when that is recorded.
        var bringsAgreement = false

        init(_ opened: [Taken]) {
            for one in opened {
                if case .wrong(let delivery, let code) = one {
                    refused = (delivery.position, code)
                    return
                }
                taken.append(one)
                bringsAgreement = one.bringsAgreement
                if bringsAgreement { return }
            }
        }
    }

    /// What is opened at once.
    private static let batchCount = 128

    /// Opens deliveries and records them, each once, together with how far we have come. Returns what to tell the
    /// replica.
    func takeIn(_ deliveries: [Delivery], from partner: Partner) async throws -> Replica.Event {
        var event: Replica.Event = .tick
        var rest = deliveries[...]
        var opened = try await open(rest, from: partner)
        var last: Prepared?
        while !opened.isEmpty {
            let batch = Batch(opened)
            rest = rest.dropFirst(batch.taken.count)
            // Recording and what follows from it wait for the disk much of the time: the next batch is opened meanwhile.
            let next = batch.bringsAgreement || batch.refused != nil ? [] : rest
            let before = last
            async let ahead = open(next, from: partner)
            async let followed: Void = follow(before, from: partner)
            last = try await record(batch.taken, from: partner)
            await followed
            opened = try await ahead
            if let last { event = .delivered(last.cursor) }
            if let refused = batch.refused {
                event = .deliveryRefused(position: refused.position, code: refused.code)
                break
            }
            if batch.bringsAgreement {
                await follow(last, from: partner)
                last = nil
                opened = try await open(rest, from: partner)
            }
        }
        await follow(last, from: partner)
        return event
    }

    // MARK: Opening

    /// The first of them.
    private func open(_ deliveries: ArraySlice<Delivery>, from partner: Partner) async throws -> [Taken] {
        guard !deliveries.isEmpty else { return [] }
        let batch = Array(deliveries.prefix(Self.batchCount))
        return try await readers.run { [self] in try openAll(batch, from: partner) }
    }

    private func openAll(_ deliveries: [Delivery], from partner: Partner) throws -> [Taken] {
        let keys = try openingKeys()
        let known = self.keys(of: partner.prefix) ?? AuthorityKeys(card: partner.card)
        let rows = mirrors.rows(partner.number)
        let results = Mutex<[Int: Taken]>([:])
        // Opening is what costs: on all processors.
        DispatchQueue.concurrentPerform(iterations: deliveries.count) { [self] place in
            let one = openOne(deliveries[place], partner, keys, known, rows)
            results.withLock { $0[place] = one }
        }
        let taken = results.withLock { $0 }
        return deliveries.indices.map { taken[$0]! }
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
            let opened = try opener.open(
                delivery.envelope, of: entry, origin: origin,
                evidence: .mirrored(origin: origin, leafHash: entry.leafHash),
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
        return Admitted(notice: notice, reports: reports(of: normal, from: partner))
    }

    // MARK: Recording

    private func record(_ taken: [Taken], from partner: Partner) async throws -> Prepared? {
        guard !taken.isEmpty else { return nil }
        for _ in 0..<cases.limits.retries {
            let prepared = try await store.keys.gate.create {
                let prepared = try await readers.run { [self] in try prepare(taken, from: partner) }
                do {
                    _ = try await sequencer.commit(prepared.proposal)
                    count(factsOf: prepared.proposal)
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

    private struct Prepared: Sendable {
        var proposal = Proposal(drafts: [])
        var cursor = DeliveryCursor()
        var skipped = 0
        var duties: [Duty] = []
        /// Reports to match once they are durable.
        var reports: [CaseService.Imported] = []

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
            .init(
                number: $0.number, stream: $0.stream, file: files.files[$0.stream]!, key: $0.key,
                terms: CaseService.meetingTerms($0.terms))
        }
        for batch in Self.matchBatches(prepared.reports) {
            let value = batch.flatMap { $0.number.bigEndianBytes + $0.stream.bigEndianBytes }
            prepared.proposal.rows.append(RowChange(.index, IndexRow.unmatched(batch[0].number), value))
        }
        return prepared
    }

    /// Reports that are matched in one commit each: a partner may send very many at once.
    private static func matchBatches(_ reports: [CaseService.Imported]) -> [[CaseService.Imported]] {
        stride(from: 0, to: reports.count, by: batchCount).map { Array(reports[$0...].prefix(batchCount)) }
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
        var terms: [Set<SearchTerm>] = []
        for var report in admitted.reports {
            let number = store.newNumber()
            report.id = RecordID(country: store.country, kind: .seizure, number: number).description
            events.append(.with { $0.seizureLogged.report = report })
            let found = report.searchTerms()
            terms.append(found)
            files.reports.append((number, stream, made.key, found))
        }
        var file = CaseFile()
        try store.draft(
            events, by: 0, stream: stream, &file, key: made.key, time: now, terms: terms.count == 1 ? terms[0] : nil,
            into: &prepared.proposal)
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

    // MARK: What follows

    /// Behind the commit: what a crash before it only puts off.
    private func follow(_ prepared: Prepared?, from partner: Partner) async {
        guard let prepared else { return }
        for batch in Self.matchBatches(prepared.reports) {
            guard let met = try? await cases.match(batch, limit: cases.limits.hits), !met.isEmpty else { continue }
            _ = await note(met.map { .hit($0.stream, $0.number) }, of: partner)
        }
        await discharge(prepared.duties, to: partner)
    }
}
