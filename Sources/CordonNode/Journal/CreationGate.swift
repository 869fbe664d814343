internal import Synchronization

/// Lets any number begin streams at once, or one erase, never both: a stream that is begun while keys are rewrapped
/// would be left under one that is destroyed. Whoever begins a stream waits for an erasure that waits already.
final class CreationGate: Sendable {
    private struct State {
        var creators = 0
        var isAlone = false
        var waitingAlone: CheckedContinuation<Void, Never>?
        var waitingCreators: [CheckedContinuation<Void, Never>] = []
    }
    /// Held for moments only.
    private let state = Mutex(State())

    func create<R: Sendable>(_ body: () async throws -> R) async rethrows -> R {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard !state.isAlone else {
                    state.waitingCreators.append(continuation)
                    return false
                }
                state.creators += 1
                return true
            }
            if isFree { continuation.resume() }
        }
        defer { leave() }
        return try await body()
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.creators -= 1
            guard state.creators == 0 else { return nil }
            defer { state.waitingAlone = nil }
            return state.waitingAlone
        }
        next?.resume()
    }

    /// One caller at a time.
    func alone<R: Sendable>(_ body: () async throws -> R) async rethrows -> R {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                precondition(!state.isAlone, "one erasure at a time")
                state.isAlone = true
                if state.creators > 0 { state.waitingAlone = continuation }
                return state.creators == 0
            }
            if isFree { continuation.resume() }
        }
        defer {
            let next = state.withLock { state in
                state.isAlone = false
                state.creators = state.waitingCreators.count
                defer { state.waitingCreators = [] }
                return state.waitingCreators
            }
            for continuation in next { continuation.resume() }
        }
        return try await body()
    }
}
