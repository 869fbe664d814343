internal import Glibc

/// The time of day, in milliseconds since 1970-01-01T00:00Z. Passed in, so that nothing else asks the system.
public struct NodeClock: Sendable {
    public let nowMilliseconds: @Sendable () -> UInt64

    public init(nowMilliseconds: @escaping @Sendable () -> UInt64) {
        self.nowMilliseconds = nowMilliseconds
    }

    public static let system = NodeClock {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return UInt64(now.tv_sec) * 1000 + UInt64(now.tv_nsec) / 1_000_000
    }
}
