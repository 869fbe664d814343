internal import Synchronization

/// Lets the changes to one case through one after the other, so that they do not undo each other's work; changes to
/// different cases do not wait for each other. Fair: first come, first served.
final class StreamQueue: Sendable {
    /// Who waits for each stream that someone is changing. Held for moments only.
    private let waiting = Mutex<[UInt64: [CheckedContinuation<Void, Never>]]>([:])

    func run<R: Sendable>(_ stream: UInt64, _ body: () async throws -> R) async rethrows -> R {
        await enter(stream)
        defer { leave(stream) }
        return try await body()
    }

    private func enter(_ stream: UInt64) async {
        await withCheckedContinuation { continuation in
            let isFree = waiting.withLock { waiting in
                guard waiting[stream] != nil else {
                    waiting[stream] = []
                    return true
                }
                waiting[stream]!.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave(_ stream: UInt64) {
        let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard !waiting[stream]!.isEmpty else {
                waiting[stream] = nil
                return nil
            }
            return waiting[stream]!.removeFirst()
        }
        next?.resume()
    }
}
