internal import Casework
internal import Cryptography
internal import Customs
internal import Exchange
internal import FoundationEssentials
public import Schema
internal import SwiftProtobuf

extension ExchangeService {
    /// Drafts what answers, judges, corrects or otherwise concerns a notice of the case: references, recipients, subject
    /// and conditions follow from that notice wherever they are left out.
    public func answer(
        _ answer: Notice, to place: NoticePlace, in caseID: String, recipients: [String] = [],
        attachments: [String] = [], skipRefused: Bool = false, ifMatch: UInt64? = nil,
        idempotency: CaseService.IdempotencyKey? = nil, by credentials: Credentials
    ) async throws -> CaseService.Change {
        try credentials.require(.draftNotice)
        let file = try await cases.visibleCase(caseID, credentials)
        guard let about = file.notice(at: place), let id = about.entryID,
            let original = try? Notice(parsing: about.content)
        else { throw CaseError(.notFound, "there is no notice here that was released or received, to be answered") }
        let sender: String
        switch about.state {
        case .received(_, _, let partner): sender = partner
        default: sender = own
        }
        try Self.require(answer, of: sender == own)
        let relation = answer.kind?.relation ?? .concerns
        var notice = answer
        let reference = NoticeReference.with {
            $0.entryID = Data(id)
            $0.authority = sender
            $0.relation = relation.rawValue
        }
        if !notice.references.contains(reference) {
            notice.references = notice.references.filter { $0.relation != relation.rawValue } + [reference]
        }
        if notice.subject.isEmpty { notice.subject = Self.subject(answer, original) }
        if notice.kind?.coverage != nil, !notice.hasConditions {
            notice.conditions = file.receivedNotice?.state.conditions ?? original.conditions
            // They speak of the answer's source, which is another.
            notice.conditions.evaluation = ""
        }
        let others = sender == own ? about.recipients : [sender]
        return try await draft(
            notice, to: recipients.isEmpty ? others : recipients, in: caseID, attachments: attachments,
            skipRefused: skipRefused, ifMatch: ifMatch, idempotency: idempotency, by: credentials)
    }

    /// What only the sender of a notice says about it, and what only who got it.
    private static func require(_ answer: Notice, of isOurs: Bool) throws(CaseError) {
        switch answer.kind {
        case .correction, .handlingChange, .recall, .consentGrant, .consentDenial:
            guard isOurs else { throw CaseError(.conflict, "only its sender says that about a notice") }
        case .reply, .postponement, .refusal, .consentRequest:
            guard !isOurs else { throw CaseError(.conflict, "only who got a notice says that about it") }
        case .clarification:
            guard isOurs == answer.clarification.question.isEmpty else {
                throw CaseError(.conflict, "who is asked asks back, and who asks answers that")
            }
        case .feedback, .sighting: break
        default: throw CaseError.invalid("/notice", "this is no answer: draft it as a notice of its own")
        }
    }

    private static func subject(_ answer: Notice, _ original: Notice) -> String {
        let kind = answer.kind?.rawValue.replacing("-", with: " ") ?? ""
        let text = "\(kind.prefix(1).uppercased() + kind.dropFirst()): \(original.subject)"
        // Whole characters, in the bytes that a subject has.
        var subject = ""
        for character in text where subject.utf8.count + character.utf8.count <= 180 { subject.append(character) }
        return subject
    }

    /// Takes a released notice back: drafted and released at once, to all who got it and may still be sent to.
    public func recall(
        _ place: NoticePlace, in caseID: String, reason: String, erase: Bool, by credentials: Credentials
    ) async throws -> Release {
        try credentials.require(.releaseNotice)
        let recall = Notice.with {
            $0.recall.reason = reason
            $0.recall.erase = erase
        }
        let drafted = try await answer(recall, to: place, in: caseID, skipRefused: true, by: credentials)
        guard case .noticeDrafted(let draft) = drafted.events.last?.body else { throw Self.noSuchNotice }
        return try await release(draft.number, in: caseID, by: credentials)
    }
}
