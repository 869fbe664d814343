internal import Casework
internal import Cryptography
internal import Customs
internal import Exchange
internal import FoundationEssentials
internal import Schema
internal import Storage
internal import SwiftProtobuf

/// What a partner's notice left to do. It is recorded with the notice, or before it is begun, and is gone once it is
/// done: a crash, a gate that is closed and a partner without a key only put it off.
struct Duty: Sendable {
    enum Kind: UInt8, CaseIterable, Sendable { case receipt = 1, erasure, agreement }
    enum Reason: UInt8, Sendable {
        case recalled = 1
        case expired

        var text: String { self == .recalled ? "recalled" : "expired" }
    }

    let kind: Kind
    let entryID: [UInt8]
    let value: [UInt8]
    /// How many records the notice's case had when this was left, as long as that is at hand.
    var caseEnd: UInt64 = 0

    static func erasure(of entryID: [UInt8], in stream: UInt64, because reason: Reason) -> Duty {
        Duty(kind: .erasure, entryID: entryID, value: stream.bigEndianBytes + [reason.rawValue])
    }

    var stream: UInt64 { UInt64(bigEndianBytes: value.prefix(8)) ?? 0 }
    var reason: Reason { value.last.flatMap(Reason.init) ?? .expired }

    func key(_ partner: UInt32) -> [UInt8] { ExchangeRow.duty(partner, kind, entryID) }
    func row(_ partner: UInt32) -> RowChange { RowChange(.exchange, key(partner), value) }
}

extension ExchangeRow {
    static func duty(_ partner: UInt32, _ kind: Duty.Kind, _ entryID: [UInt8]) -> [UInt8] {
        [8] + partner.bigEndianBytes + [kind.rawValue] + entryID
    }
}

extension ExchangeService {
    /// What is done at once: no more than a receipt may confirm.
    private static let dutiesAtOnce = 64

    private func duties(to partner: Partner, _ kind: Duty.Kind) throws -> [Duty] {
        var duties: [Duty] = []
        let prefix = ExchangeRow.duty(partner.number, kind, [])
        try store.database.forEach(
            .exchange, from: prefix, upTo: prefix + [UInt8](repeating: 0xFF, count: 17)
        ) { key, value in
            duties.append(Duty(kind: kind, entryID: [UInt8](key.suffix(16)), value: [UInt8](value)))
            return duties.count < Self.dutiesAtOnce
        }
        return duties
    }

    /// Does what is left to do for a partner, as far as that is possible now.
    func discharge(to partner: Partner) async {
        // What fails stays to be done.
        try? await recordAgreements(of: partner)
        try? await eraseDue(of: partner)
        while true {
            let arrived = try? await readers.run { [self] in try duties(to: partner, .receipt) }
            guard let arrived, (try? await confirm(arrived, to: partner)) == true else { return }
        }
    }

    /// Does what a batch of notices left to do. Cheaper than to look for it among what is done.
    func discharge(_ duties: [Duty], to partner: Partner) async {
        if duties.contains(where: { $0.kind == .agreement }) { try? await recordAgreements(of: partner) }
        if duties.contains(where: { $0.kind == .erasure }) { try? await eraseDue(of: partner) }
        let arrived = duties.filter { $0.kind == .receipt }
        for start in stride(from: 0, to: arrived.count, by: Self.dutiesAtOnce) {
            _ = try? await confirm(Array(arrived[start...].prefix(Self.dutiesAtOnce)), to: partner)
        }
    }

    private func recordAgreements(of partner: Partner) async throws {
        for duty in try await readers.run({ [self] in try duties(to: partner, .agreement) }) {
            // A note that is refused now is refused for good.
            do { try await recordAgreement(duty.value, by: 0) } catch let error as CaseError
                where error.code == .invalid
            {}
            let done = RowChange(.exchange, duty.key(partner.number), nil)
            _ = try await sequencer.commit(Proposal(drafts: [], rows: [done]))
        }
    }

    /// One receipt for all that has arrived: to seal one for each would cost more than to open what it confirms.
    /// False where nothing was sent.
    private func confirm(_ arrived: [Duty], to partner: Partner) async throws -> Bool {
        guard !arrived.isEmpty else { return false }
        return try await sendOwn(to: partner) { [self] in
            let duties = try arrived.filter { try store.database.get(.exchange, $0.key(partner.number)) != nil }
            guard !duties.isEmpty else { return nil }
            return OwnNotice(
                notice: Self.receipt(duties.map(\.entryID), state: "delivered", to: partner, at: now),
                cases: duties.filter { $0.stream != 0 }.map { ($0.stream, $0.caseEnd, $0.entryID) },
                discharges: duties.map { $0.key(partner.number) })
        }
    }

    // MARK: The end of what was received

    /// Erases partners' notices for good, and tells them. What is held stays until the hold is lifted.
    private func eraseDue(of partner: Partner) async throws {
        for duty in try await readers.run({ [self] in try duties(to: partner, .erasure) }) {
            let (stream, store) = (duty.stream, store)
            let reason = "\(duty.reason.text), under the sender's conditions"
            let isThere = try await readers.run { try store.keys.key(stream) != nil }
            if isThere, try await !cases.eraseReceived(stream, reason: reason) { continue }
            _ = try await sendOwn(to: partner) { [self] in
                guard try store.database.get(.exchange, duty.key(partner.number)) != nil else { return nil }
                return OwnNotice(
                    notice: Self.erasure(duty, of: partner, at: now), discharges: [duty.key(partner.number)])
            }
        }
    }

    private static func erasure(_ duty: Duty, of partner: Partner, at time: UInt64) -> Notice {
        .with {
            $0.subject = "Erased"
            $0.references = [
                .with {
                    $0.entryID = Data(duty.entryID)
                    $0.authority = partner.prefix
                    $0.relation = NoticeRelation.concerns.rawValue
                }
            ]
            $0.erasure.erasedAt = Moment(milliseconds: time).text
            $0.erasure.reason = duty.reason.text
        }
    }

    /// Once a notice has expired.
    func putDown(expired stream: UInt64) async throws {
        let file = try await readers.run { [store] in try store.caseFile(stream) }
        guard let received = file.received, case .received(let entryID, _, let sender) = received.state,
            let partner = directory.partners[sender]
        else { return }
        let row = Duty.erasure(of: entryID, in: stream, because: .expired).row(partner.number)
        _ = try await sequencer.commit(Proposal(drafts: [], rows: [row]))
    }
}
