import Testing

@testable import Exchange

@Suite struct RequestTests {
    typealias Stage = RequestState.Stage

    private static let events: [(name: String, event: RequestState.Event)] = [
        ("approve", .approved), ("send", .sent), ("acknowledge", .acknowledged), ("ask", .clarificationAsked),
        ("explain", .clarificationAnswered), ("postpone", .postponed(until: march + 1_000 * day)),
        ("refuse", .refused(ground: "sovereignty")), ("part", .answered(partial: true)),
        ("answer", .answered(partial: false)), ("close", .closed(feedback: "useful")),
    ]

    /// How a state of each stage comes about.
    private static let paths: [Stage: [String]] = [
        .draft: [], .approved: ["approve"], .sent: ["approve", "send"],
        .acknowledged: ["approve", "send", "acknowledge"], .clarificationAsked: ["approve", "send", "ask"],
        .postponed: ["approve", "send", "postpone"], .refused: ["approve", "send", "refuse"],
        .answeredInPart: ["approve", "send", "part"], .answered: ["approve", "send", "answer"],
        .closed: ["approve", "send", "answer", "close"],
    ]

    /// All that is legal: everything else is not.
    private static let table: [Stage: [String: Stage]] = [
        .draft: ["approve": .approved],
        .approved: ["send": .sent],
        .sent: [
            "acknowledge": .acknowledged, "ask": .clarificationAsked, "postpone": .postponed, "refuse": .refused,
            "part": .answeredInPart, "answer": .answered, "close": .closed,
        ],
        .acknowledged: [
            "ask": .clarificationAsked, "postpone": .postponed, "refuse": .refused, "part": .answeredInPart,
            "answer": .answered, "close": .closed,
        ],
        .clarificationAsked: [
            "explain": .acknowledged, "postpone": .postponed, "refuse": .refused, "part": .answeredInPart,
            "answer": .answered, "close": .closed,
        ],
        .postponed: [
            "ask": .clarificationAsked, "postpone": .postponed, "refuse": .refused, "part": .answeredInPart,
            "answer": .answered, "close": .closed,
        ],
        .refused: ["close": .closed],
        .answeredInPart: [
            "ask": .clarificationAsked, "postpone": .postponed, "refuse": .refused, "part": .answeredInPart,
            "answer": .answered, "close": .closed,
        ],
        .answered: ["close": .closed],
        .closed: [:],
    ]

    private func state(_ stage: Stage) throws -> RequestState {
        var state = RequestState(urgency: .threeDays)
        for name in Self.paths[stage]! {
            var event = Self.events.first { $0.name == name }!.event
            if case .postponed = event { event = .postponed(until: march + 20 * day) }
            try state.apply(event, by: event.party, at: march)
        }
        #expect(state.stage == stage)
        return state
    }

    @Test func theWholeTableOfTransitions() throws {
        for stage in Stage.allCases {
            for (name, event) in Self.events {
                for party in RequestState.Party.allCases {
                    let before = try state(stage)
                    var after = before
                    if party == event.party, let expected = Self.table[stage]?[name] {
                        try after.apply(event, by: party, at: march)
                        #expect(after.stage == expected, "\(stage) \(name)")
                    } else {
                        #expect(throws: NoticeError(.illegalTransition, ""), "\(stage) \(name) by \(party)") {
                            try after.apply(event, by: party, at: march)
                        }
                        #expect(after == before)
                    }
                }
            }
        }
    }

    @Test func deadlinesAreThoseOfTheUrgency() throws {
        for (urgency, length) in [
            (RequestUrgency.eightHours, 8 * day / 24), (.threeDays, 3 * day), (.sevenDays, 7 * day),
            (.ninetyDays, 90 * day),
        ] {
            var state = RequestState(urgency: urgency)
            try state.apply(.approved, by: .asking, at: march)
            #expect(state.deadlineMilliseconds == nil && !state.isOverdue(at: .max))
            try state.apply(.sent, by: .asking, at: march)
            #expect(state.deadlineMilliseconds == march + length)
            #expect(!state.isOverdue(at: march + length - 1) && state.isOverdue(at: march + length))
        }
    }

    @Test func whatWaitsForTheOtherSideIsNotOverdue() throws {
        var state = try state(.acknowledged)
        try state.apply(.clarificationAsked, by: .asked, at: march + day)
        #expect(!state.isOverdue(at: march + 50 * day))
        try state.apply(.clarificationAnswered, by: .asking, at: march + 11 * day)
        #expect(state.stage == .acknowledged && state.deadlineMilliseconds == march + 13 * day)
        #expect(state.isOverdue(at: march + 13 * day))
        // A question while a part was answered goes back to that.
        try state.apply(.answered(partial: true), by: .asked, at: march + 12 * day)
        try state.apply(.clarificationAsked, by: .asked, at: march + 12 * day)
        try state.apply(.clarificationAnswered, by: .asking, at: march + 12 * day)
        #expect(state.stage == .answeredInPart)
        for stage in [Stage.answered, .refused, .closed] {
            #expect(try !self.state(stage).isOverdue(at: .max))
        }
    }

    @Test func aPostponementIsToALaterTime() throws {
        var state = try state(.sent)
        for until in [0, march, march + 3 * day] {
            #expect(throws: NoticeError(.illegalTransition, "")) {
                try state.apply(.postponed(until: until), by: .asked, at: march)
            }
        }
        try state.apply(.postponed(until: march + 4 * day), by: .asked, at: march)
        #expect(state.deadlineMilliseconds == march + 4 * day)
        // Instead of waiting for an explanation, it is postponed: the question's time is not added.
        try state.apply(.clarificationAsked, by: .asked, at: march)
        try state.apply(.postponed(until: march + 9 * day), by: .asked, at: march + day)
        #expect(state.deadlineMilliseconds == march + 9 * day)
        try state.apply(.refused(ground: "sovereignty"), by: .asked, at: march)
        try state.apply(.closed(feedback: "not-useful"), by: .asking, at: march)
        #expect(state.ground == "sovereignty" && state.feedback == "not-useful")
    }
}
