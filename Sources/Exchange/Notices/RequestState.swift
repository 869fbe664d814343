/// A request for mutual assistance between one who asks and one who is asked: the same fold on both sides
/// (`Protocols/notices.md`, "Requests"). One that goes to several authorities has a state with each.
public struct RequestState: Hashable, Sendable {
    public enum Stage: String, Hashable, Sendable, CaseIterable {
        case draft
        case approved
        case sent
        case acknowledged
        case clarificationAsked = "clarification-asked"
        case postponed
        case refused
        case answeredInPart = "answered-in-part"
        case answered
        case closed
    }

    public enum Party: Hashable, Sendable, CaseIterable {
        case asking
        case asked
    }

    public enum Event: Hashable, Sendable {
        case approved
        case sent
        case acknowledged
        case clarificationAsked
        case clarificationAnswered
        /// The new deadline, later than the old one.
        case postponed(until: UInt64)
        case refused(ground: String)
        case answered(partial: Bool)
        /// With a verdict (`useful` …), or withdrawn without one.
        case closed(feedback: String?)

        /// Who may do so.
        public var party: Party {
            switch self {
            case .approved, .sent, .clarificationAnswered, .closed: .asking
            case .acknowledged, .clarificationAsked, .postponed, .refused, .answered: .asked
            }
        }
    }

    public let urgency: RequestUrgency
    public private(set) var stage: Stage = .draft
    public private(set) var sentMilliseconds: UInt64?
    /// By when an answer is due; nil before it is sent.
    public private(set) var deadlineMilliseconds: UInt64?
    public private(set) var ground: String?
    public private(set) var feedback: String?
    /// While it waits for an answer to it.
    private var question: OpenQuestion?

    private struct OpenQuestion: Hashable {
        let since: UInt64
        /// What goes on when it is answered.
        let resumes: Stage
    }

    public init(urgency: RequestUrgency) { self.urgency = urgency }

    /// Throws `.illegalTransition`, and nothing changes: the other party's move, one that this stage does not have, or
    /// a postponement to an earlier time.
    public mutating func apply(_ event: Event, by party: Party, at milliseconds: UInt64) throws(NoticeError) {
        guard event.party == party else {
            throw NoticeError(.illegalTransition, "that is for the other party to do")
        }
        guard let next = Self.next(stage, event, resumes: question?.resumes) else {
            throw NoticeError(.illegalTransition, "a request that is \(stage.rawValue) does not become that")
        }
        switch event {
        case .sent:
            sentMilliseconds = milliseconds
            deadlineMilliseconds = Self.sum(milliseconds, urgency.milliseconds)
        case .clarificationAsked:
            question = OpenQuestion(since: milliseconds, resumes: stage == .sent ? .acknowledged : stage)
        case .postponed(let until):
            guard until > deadlineMilliseconds ?? 0, until > milliseconds else {
                throw NoticeError(.illegalTransition, "a request is postponed to a later time than it is due")
            }
            deadlineMilliseconds = until
            question = nil
        case .refused(let ground): self.ground = ground
        case .closed(let feedback): self.feedback = feedback
        case .approved, .acknowledged, .clarificationAnswered, .answered: break
        }
        if stage == .clarificationAsked, next != .clarificationAsked {
            // The time in which the one who asks had to answer is not counted.
            if let question, milliseconds > question.since {
                deadlineMilliseconds = deadlineMilliseconds.map { Self.sum($0, milliseconds - question.since) }
            }
            question = nil
        }
        stage = next
    }

    /// Nil where the stage does not allow it.
    private static func next(_ stage: Stage, _ event: Event, resumes: Stage?) -> Stage? {
        switch (stage, event) {
        case (.draft, .approved): .approved
        case (.approved, .sent): .sent
        case (.sent, .acknowledged): .acknowledged
        case (.clarificationAsked, .clarificationAnswered): resumes
        case (.sent, .clarificationAsked), (.acknowledged, .clarificationAsked), (.postponed, .clarificationAsked),
            (.answeredInPart, .clarificationAsked):
            .clarificationAsked
        case (.sent, .postponed), (.acknowledged, .postponed), (.postponed, .postponed),
            (.clarificationAsked, .postponed), (.answeredInPart, .postponed):
            .postponed
        case (.sent, .refused), (.acknowledged, .refused), (.postponed, .refused), (.clarificationAsked, .refused),
            (.answeredInPart, .refused):
            .refused
        case (.sent, .answered(let partial)), (.acknowledged, .answered(let partial)),
            (.postponed, .answered(let partial)), (.clarificationAsked, .answered(let partial)),
            (.answeredInPart, .answered(let partial)):
            partial ? .answeredInPart : .answered
        case (.sent, .closed), (.acknowledged, .closed), (.clarificationAsked, .closed), (.postponed, .closed),
            (.refused, .closed), (.answeredInPart, .closed), (.answered, .closed):
            .closed
        default: nil
        }
    }

    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }

    /// Whether it waits for the one who is asked.
    public var isOpen: Bool { [.sent, .acknowledged, .postponed, .answeredInPart].contains(stage) }

    /// Past its deadline with no full answer, and not waiting for the one who asks.
    public func isOverdue(at milliseconds: UInt64) -> Bool {
        isOpen && deadlineMilliseconds.map { milliseconds >= $0 } ?? false
    }
}
