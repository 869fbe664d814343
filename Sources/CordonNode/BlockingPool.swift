internal import NIOPosix

/// Threads for calls that block: reading the database, hashing passwords. Callers suspend meanwhile, so that the
/// cooperative pool goes on.
public final class BlockingPool: Sendable {
    private let pool: NIOThreadPool

    public init(threads: Int) {
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
    }

    deinit { pool.shutdownGracefully { _ in } }

    /// Returns when the threads have ended, and hold on to nothing any more.
    public func stop() async { try? await pool.shutdownGracefully() }

    public func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await pool.runIfActive(body)
    }
}
