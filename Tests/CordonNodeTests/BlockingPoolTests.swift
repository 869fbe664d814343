import Glibc
import Testing

@testable import CordonNode

@Suite struct BlockingPoolTests {
    /// Of their own alone: the niceness of others stays.
    @Test func itsThreadsGiveWay() async throws {
        @Sendable func niceness() -> Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
        let (before, nice, other) = (niceness(), BlockingPool(threads: 2, niceness: 5), BlockingPool(threads: 1))
        #expect(try await nice.run(niceness) == max(before, 5))
        #expect(try await other.run(niceness) == before)
        #expect(try await nice.run(niceness) == max(before, 5))
        await nice.stop()
        await other.stop()
    }
}
