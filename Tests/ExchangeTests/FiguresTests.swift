import Testing

@testable import Exchange

@Suite struct FiguresTests {
    @Test func factsAddUp() {
        var figures = PartnerFigures()
        #expect(figures.shareOfConditionsKept == nil && figures.lastSyncMilliseconds == nil && figures.lag == 0)
        let facts: [PartnerFact] = [
            .announced(size: 50), .synced(size: 40), .sent(id: [1], wantsReceipt: true),
            .sent(id: [2], wantsReceipt: true), .sent(id: [3], wantsReceipt: false), .received, .received, .opened,
            .receipted(id: [1]), .receipted(id: [9]), .requestSent(id: [4], deadline: march + day),
            .requestSent(id: [5], deadline: march + 2 * day), .requestSent(id: [6], deadline: march),
            .requestClosed(id: [6]), .requestDeadline(id: [5], deadline: march + 9 * day),
            .requestDeadline(id: [6], deadline: 0), .hit, .feedback(verdict: "useful"),
            .feedback(verdict: "not-useful"), .feedback(verdict: "led-to-seizure"), .feedback(verdict: "other"),
            .conditionsKept(id: [1]), .conditionsKept(id: [2]), .conditionsKept(id: [3]), .conditionsMissed(id: [7]),
            .conditionsKept(id: [7]),
        ]
        for fact in facts { figures.apply(fact, at: march) }
        figures.apply(.synced(size: 30), at: march - day)
        #expect(figures.lastSyncMilliseconds == march && figures.lag == 10)
        #expect(figures.sent == 3 && figures.received == 2 && figures.opened == 1 && figures.receiptsOutstanding == 1)
        #expect(figures.requestsOpen == 2 && figures.requestsOverdue(at: march + day) == 1)
        #expect(figures.requestsOverdue(at: march + 9 * day) == 2 && figures.requestsOverdue(at: march) == 0)
        #expect(figures.hits == 1 && figures.useful == 1 && figures.notUseful == 1 && figures.ledToSeizure == 1)
        // What came late stays missed.
        #expect(figures.shareOfConditionsKept == 0.75)
    }

    @Test func whatIsOutstandingIsBounded() {
        var figures = PartnerFigures()
        for number in 0..<UInt64(PartnerFigures.maximumOutstanding + 5) {
            figures.apply(.sent(id: withUnsafeBytes(of: number) { Array($0) }, wantsReceipt: true), at: number)
        }
        #expect(figures.receiptsOutstanding == PartnerFigures.maximumOutstanding)
        figures.apply(.receipted(id: withUnsafeBytes(of: UInt64(4)) { Array($0) }), at: 0)
        #expect(figures.receiptsOutstanding == PartnerFigures.maximumOutstanding)
        figures.apply(.receipted(id: withUnsafeBytes(of: UInt64(5)) { Array($0) }), at: 0)
        #expect(figures.receiptsOutstanding == PartnerFigures.maximumOutstanding - 1)
    }
}
