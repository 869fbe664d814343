import Customs
import Storage
import Testing

@testable import CordonNode

@Suite struct RecentTermsTests {
    private let term = SearchTerm(.seal, "A1")!

    private func row(_ number: UInt64, _ term: SearchTerm, isThere: Bool = true) -> RowChange {
        RowChange(
            .index, IndexRow.posting(term, Posting(number: number, stream: number + 1)), isThere ? [0, 0, 0, 1] : nil)
    }

    private func found(_ recent: RecentTerms, behind commit: UInt64, besides stream: UInt64 = 0) -> [UInt64]? {
        recent.postings(of: TermLooks(commit: commit, terms: [(IndexRow.term(term), stream)]))
            .map { $0.first?.postings.map(\.posting.number) ?? [] }
    }

    @Test func whatCameSinceIsTold() {
        var recent = RecentTerms()
        recent.apply([row(10, term), row(20, SearchTerm(.seal, "A10")!)], commit: 1)
        recent.apply([row(30, term)], commit: 2)
        recent.apply([row(40, term)], commit: 2)
        recent.apply([RowChange(.index, IndexRow.object(50), [])], commit: 3)
        #expect(found(recent, behind: 0) == [40, 30, 10])
        #expect(found(recent, behind: 1) == [40, 30])
        #expect(found(recent, behind: 2) == [])
        #expect(found(recent, behind: 0, besides: 31) == [40, 10], "a case does not meet itself")
    }

    @Test func whatWentIsNotTold() {
        var recent = RecentTerms()
        recent.apply([row(10, term), row(12, term)], commit: 1)
        recent.apply([row(10, term, isThere: false)], commit: 2)
        #expect(found(recent, behind: 0) == [12])
    }

    /// Rather nothing than a part: who looked too long ago looks again.
    @Test func whatIsForgottenIsSaid() {
        var recent = RecentTerms()
        let count = UInt64(RecentTerms.maximumCommits)
        for commit in 1...count * 2 { recent.apply([row(commit * 10, term)], commit: commit) }
        #expect(found(recent, behind: 0)?.count == Int(count * 2), "two generations")
        recent.apply([row(10_000, term)], commit: count * 2 + 1)
        #expect(found(recent, behind: count - 1) == nil)
        #expect(found(recent, behind: count)?.count == Int(count + 1))
        recent.apply([row(count * 20, term, isThere: false)], commit: count * 2 + 2)
        #expect(found(recent, behind: count)?.count == Int(count), "also of the older one")
        var many = RecentTerms()
        let rows = UInt64(RecentTerms.maximumRows)
        for commit in 1...UInt64(3) {
            many.apply((0..<rows).map { row(commit * rows + $0, SearchTerm(.seal, "B\($0)")!) }, commit: commit)
        }
        #expect(found(many, behind: 0) == nil)
        #expect(found(many, behind: 1) == [])
    }
}
