internal import Glibc
internal import NIOPosix

/// Threads for calls that block: reading the database, hashing passwords. Callers suspend meanwhile, so that the
/// cooperative pool goes on.
public final class BlockingPool: Sendable {
    private let pool: NIOThreadPool
    private let niceness: Int32

    /// `niceness`: how far the threads give way to others where processors are short, see nice(2).
    public init(threads: Int, niceness: Int32 = 0) {
        self.niceness = niceness
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
    }

    deinit { pool.shutdownGracefully { _ in } }

    /// Returns when the threads have ended, and hold on to nothing any more.
    public func stop() async { try? await pool.shutdownGracefully() }

    public func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await pool.runIfActive { [niceness] in
            // On Linux, of the calling thread alone.
            if niceness > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
            return try body()
        }
    }
}
