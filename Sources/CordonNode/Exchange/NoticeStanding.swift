internal import Casework
internal import Customs
public import Exchange
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// A request for mutual assistance as it stands with one partner.
public struct RequestStanding: Sendable {
    public let partner: String
    /// Ours.
    public let party: RequestState.Party
    public let state: RequestState
}

extension CaseFile {
    /// How a request in this case stands with each partner: a fold of the request itself, what came about it, and what
    /// was released about it from here. Empty for other notices.
    func standings(of notice: CaseNotice) -> [RequestStanding] {
        guard notice.kind == NoticeKind.request.rawValue, let content = try? Notice(parsing: notice.content),
            let urgency = RequestUrgency(rawValue: content.request.urgency)
        else { return [] }
        switch notice.state {
        case .draft, .withdrawn:
            return notice.recipients.map { partner in
                var state = RequestState(urgency: urgency)
                if !notice.approvals.isEmpty { _ = try? state.apply(.approved, by: .asking, at: notice.at) }
                return RequestStanding(partner: partner, party: .asking, state: state)
            }
        case .released(let id, _):
            return notice.recipients.map { standing(with: $0, .asking, notice, id, content, urgency) }
        case .received(let id, _, let sender): return [standing(with: sender, .asked, notice, id, content, urgency)]
        }
    }

    private func standing(
        with partner: String, _ party: RequestState.Party, _ notice: CaseNotice, _ id: [UInt8], _ request: Notice,
        _ urgency: RequestUrgency
    ) -> RequestStanding {
        let other: RequestState.Party = party == .asking ? .asked : .asking
        // Both sides count from the moment that the request itself names.
        let sent = Moment(parsing: request.createdAt)?.milliseconds ?? notice.at
        var moves: [(event: RequestState.Event, by: RequestState.Party, at: UInt64)] = [
            (.approved, .asking, sent), (.sent, .asking, sent),
        ]
        for (reference, at) in notice.references where reference.partner == partner {
            let event = NoticeResult(reference.result).event(of: reference.kind)
            if let event { moves.append((event, other, max(at, sent))) }
        }
        for mine in notices {
            guard case .released = mine.state, mine.recipients.contains(partner),
                let answer = try? Notice(parsing: mine.content),
                answer.references.contains(where: { Array($0.entryID) == id }),
                let event = NoticeResult(of: answer).event(of: mine.kind)
            else { continue }
            moves.append((event, party, max(mine.at, sent)))
        }
        var state = RequestState(urgency: urgency)
        for move in moves.enumerated().sorted(by: { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }) {
            // What does not fit says nothing: the partner's record of it is the partner's own.
            _ = try? state.apply(move.element.event, by: move.element.by, at: move.element.at)
        }
        return RequestStanding(partner: partner, party: party, state: state)
    }
}

/// What a notice says about another, in a word: what `NoticeReferenced` keeps of it.
struct NoticeResult {
    static let question = "question"
    static let answer = "answer"
    static let partial = "partial"
    static let answered = "answered"
    static let erase = "erase"
    static let withdrawn = "withdrawn"
    /// Behind the verdict of feedback that closes a request.
    static let closing = ", closed"

    let text: String

    init(_ text: String) { self.text = text }

    init(of notice: Notice) {
        text =
            switch notice.body {
            case .receipt(let body): body.state
            case .feedback(let body): body.verdict + (body.closes ? Self.closing : "")
            case .reply(let body): body.partial ? Self.partial : Self.answered
            case .clarification(let body): body.question.isEmpty ? Self.answer : Self.question
            case .refusal(let body): body.ground
            case .postponement(let body): body.until
            case .erasure(let body): body.reason
            case .recall(let body): body.erase ? Self.erase : Self.withdrawn
            case .consentGrant(let body): body.action
            case .consentRequest(let body): body.action
            case .consentDenial(let body): body.action
            default: ""
            }
    }

    /// The verdict of feedback.
    var verdict: String { text.hasSuffix(Self.closing) ? String(text.dropLast(Self.closing.count)) : text }

    /// What it does to a request; nil where it does nothing.
    func event(of kind: String) -> RequestState.Event? {
        switch NoticeKind(rawValue: kind) {
        case .receipt: .acknowledged
        case .clarification: text == Self.question ? .clarificationAsked : .clarificationAnswered
        case .postponement: Moment(parsing: text).map { .postponed(until: $0.milliseconds) }
        case .refusal: .refused(ground: text)
        case .reply: .answered(partial: text == Self.partial)
        case .feedback: text.hasSuffix(Self.closing) ? .closed(feedback: verdict) : nil
        case .recall: .closed(feedback: nil)
        default: nil
        }
    }
}
