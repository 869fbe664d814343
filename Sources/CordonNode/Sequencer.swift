internal import Cryptography
internal import Dispatch
internal import Foundation
public import Storage
internal import Synchronization
public import TransparencyLog

/// Bounds on the sequencer's work. Beyond the queue's bounds a submission is refused with `.overloaded`.
public struct SequencerLimits: Sendable {
    /// Entries waiting. Default 65,536.
    public var queuedEntries = 65_536
    /// Bytes of entries waiting. Default 64 MiB.
    public var queuedBytes = 64 << 20
    /// Entries in one commit. Default 4,096. A larger submission is still committed as one.
    public var batchEntries = 4_096
    /// Bytes of entries in one commit. Default 4 MiB. A larger submission is still committed as one.
    public var batchBytes = 4 << 20

    /// Entries in one submission, which is committed as one. Default 65,536.
    public var submissionEntries = 65_536
    /// Bytes of entries in one submission. Default 64 MiB.
    public var submissionBytes = 64 << 20

    public init() {}
}

/// What the submitter of entries learns once they are durable.
public struct Acknowledgement: Sendable {
    /// The entries' indexes.
    public let indexes: Range<UInt64>
    public let commit: Commit
    /// What has come of the terms that the proposal's maker looked for, in the order of the looks; nil where it is not
    /// known any more, or none were named.
    let met: [TermsMet]?
}

/// One durable step of the logs, shared by all whose entries are in it.
public final class Commit: Sendable {
    /// The checkpoints of the logs behind it.
    public let checkpoints: [LogID: SignedNote]
    /// In milliseconds since 1970-01-01T00:00Z. Never earlier than any commit before.
    public let timeMilliseconds: UInt64

    init(checkpoints: [LogID: SignedNote], timeMilliseconds: UInt64) {
        self.checkpoints = checkpoints
        self.timeMilliseconds = timeMilliseconds
    }
}

/// The one writer of a node's logs: takes entries in, commits whatever is waiting together, and signs one checkpoint
/// for each commit.
///
/// For a commit it reads back the checkpoint it signed last and stops if it is not the one it remembers; then one
/// synced write holds the records, the tiles they complete, and the new checkpoint. Only after the sync are
/// submitters acknowledged, and only after that is the checkpoint published. An error leaves open what is on disk, so
/// the sequencer stops for good: opening the node again finds out.
public final class Sequencer: Sendable {
    private struct State {
        var queue: [Submission] = []
        var queuedEntries = 0
        var queuedBytes = 0
        /// Set once: what a submission gets from then on.
        var closed: NodeError?
        var published: [LogID: SignedNote]
        var afterStop: [CheckedContinuation<Void, Never>] = []
        var hasStopped = false
        var commits = 0
    }

    private let limits: SequencerLimits
    /// Submitters and the writer; held for moments only.
    private let state: Mutex<State>
    /// Signalled when the queue is no longer empty, and on stopping.
    private let wake = DispatchSemaphore(value: 0)

    /// Resumes submitters while the writer goes on with the next commit.
    private let acknowledgements = DispatchQueue(label: "cordon.acknowledgements")

    /// Starts the writer's thread. The logs' state comes from `writer`, which has checked it.
    init(_ writer: consuming sending LogWriter, limits: SequencerLimits) {
        self.limits = limits
        state = Mutex(State(published: writer.checkpoints))
        let box = WriterBox(writer)
        Thread { [self] in
            run(box.take())
            // The writer is gone, and with it the last hold on the database: only now may the process end.
            finish()
        }.start()
    }

    /// Appends `entries` to `log` in order, without others between them, and returns when they are durable.
    ///
    /// Throws `.overloaded` (nothing was taken), `.stopped` (nothing was taken), `.badArgument`, or
    /// `.unknownOutcome`: then only opening the node again tells whether they are in the log.
    public func append(_ entries: [[UInt8]], to log: LogID) async throws -> Acknowledgement {
        guard !entries.isEmpty, entries.allSatisfy({ (1...EntryBundle.maximumEntryByteCount).contains($0.count) })
        else { throw NodeError(.badArgument, "an entry has 1 to \(EntryBundle.maximumEntryByteCount) bytes") }
        let byteCount = entries.reduce(0) { $0 + $1.count }
        guard entries.count <= limits.submissionEntries, byteCount <= limits.submissionBytes else {
            throw NodeError(
                .badArgument,
                "a submission has at most \(limits.submissionEntries) entries and \(limits.submissionBytes) bytes")
        }
        // Hashed here, on the submitter's time, so that the writer does not have to.
        let hashes = entries.map { MerkleHash.leaf($0) }
        return try await withUnsafeThrowingContinuation { continuation in
            let submission = Submission(
                .entries(log, entries, hashes: hashes), byteCount: byteCount, continuation: continuation)
            if let refusal = enqueue(submission) { continuation.resume(throwing: refusal) }
        }
    }

    /// Makes a proposal durable, and returns when it is: the indexes are those of its records in the journal.
    ///
    /// Throws `.changed` when what it was made from no longer holds (nothing was written), and what `append` throws.
    public func commit(_ proposal: Proposal) async throws -> Acknowledgement {
        let byteCount = proposal.byteCount
        guard proposal.drafts.count <= limits.submissionEntries, byteCount <= limits.submissionBytes else {
            throw NodeError(
                .badArgument,
                "a change has at most \(limits.submissionEntries) records and \(limits.submissionBytes) bytes")
        }
        return try await withUnsafeThrowingContinuation { continuation in
            let submission = Submission(.proposal(proposal), byteCount: byteCount, continuation: continuation)
            if let refusal = enqueue(submission) { continuation.resume(throwing: refusal) }
        }
    }

    /// Has a log signed with other keys from now on: its last checkpoint again, which is durable and published when this
    /// returns. Throws what `append` throws.
    func use(_ signer: CheckpointSigner, for log: LogID) async throws {
        _ = try await withUnsafeThrowingContinuation { continuation in
            let submission = Submission(.signer(log, signer), byteCount: 0, continuation: continuation)
            if let refusal = enqueue(submission) { continuation.resume(throwing: refusal) }
        }
    }

    private func enqueue(_ submission: Submission) -> NodeError? {
        let (refusal, wasEmpty) = state.withLock { state -> (NodeError?, Bool) in
            if let closed = state.closed { return (closed, false) }
            guard
                state.queue.isEmpty
                    || state.queuedEntries + submission.entryCount <= limits.queuedEntries
                        && state.queuedBytes + submission.byteCount <= limits.queuedBytes
            else {
                return (NodeError(.overloaded, "the queue of \(state.queuedEntries) entries is full: try later"), false)
            }
            state.queue.append(submission)
            state.queuedEntries += submission.entryCount
            state.queuedBytes += submission.byteCount
            return (nil, state.queue.count == 1)
        }
        if wasEmpty { wake.signal() }
        return refusal
    }

    /// The last published checkpoint of `log`.
    public func published(_ log: LogID) -> SignedNote {
        state.withLock { $0.published[log]! }
    }

    /// Whether it takes anything.
    public var isRunning: Bool { state.withLock { $0.closed == nil } }

    /// Commits made since the start.
    public var commitCount: Int { state.withLock { $0.commits } }

    /// Takes nothing more, commits what is waiting, and returns when the writer has ended.
    public func stop() async {
        close(NodeError(.stopped, "the node is stopping"))
        await withCheckedContinuation { continuation in
            let done = state.withLock { state in
                if !state.hasStopped { state.afterStop.append(continuation) }
                return state.hasStopped
            }
            if done { continuation.resume() }
        }
    }

    private func close(_ reason: NodeError) {
        state.withLock { state in
            if state.closed == nil { state.closed = reason }
        }
        wake.signal()
    }

    // MARK: The writer's thread

    private func run(_ writer: consuming LogWriter) {
        while let batch = nextBatch() {
            do {
                let committed = try writer.commit(batch)
                acknowledgements.async { [self] in acknowledge(batch, committed) }
            } catch {
                fail(batch, error)
                break
            }
        }
    }

    /// Tells the submitters where their entries are, and only then publishes the checkpoints.
    private func acknowledge(_ batch: [Submission], _ committed: Committed) {
        for (submission, outcome) in zip(batch, committed.outcomes) {
            switch outcome {
            case .success(let outcome):
                submission.continuation.resume(
                    returning: Acknowledgement(
                        indexes: outcome.indexes, commit: committed.commit, met: outcome.met))
            case .failure(let refusal):
                submission.continuation.resume(throwing: refusal)
            }
        }
        state.withLock { state in
            state.published = committed.commit.checkpoints
            state.commits += 1
        }
    }

    private func finish() {
        acknowledgements.sync {}
        let waiting = state.withLock { state in
            state.hasStopped = true
            defer { state.afterStop = [] }
            return state.afterStop
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits for submissions; nil once the queue is empty and closed.
    private func nextBatch() -> [Submission]? {
        while true {
            let (batch, ended) = state.withLock { state in (takeBatch(from: &state), state.closed != nil) }
            if !batch.isEmpty { return batch }
            if ended { return nil }
            wake.wait()
        }
    }

    /// As much of the queue's front as fits one commit, at least one submission if there is any.
    private func takeBatch(from state: inout State) -> [Submission] {
        var batch: [Submission] = []
        if state.queuedEntries <= limits.batchEntries && state.queuedBytes <= limits.batchBytes {
            swap(&batch, &state.queue)
        } else {
            var entries = 0
            var bytes = 0
            let count = state.queue.prefix { submission in
                defer {
                    entries += submission.entryCount
                    bytes += submission.byteCount
                }
                return entries == 0
                    || entries + submission.entryCount <= limits.batchEntries
                        && bytes + submission.byteCount <= limits.batchBytes
            }.count
            batch = Array(state.queue[..<count])
            state.queue.removeFirst(count)
        }
        state.queuedEntries -= batch.reduce(0) { $0 + $1.entryCount }
        state.queuedBytes -= batch.reduce(0) { $0 + $1.byteCount }
        return batch
    }

    /// A commit failed: those in it cannot know, those behind it were not taken.
    private func fail(_ batch: [Submission], _ error: any Error) {
        acknowledgements.sync {}  // what was committed before is acknowledged and published before
        let reason = NodeError(
            .unknownOutcome, "the log cannot be written (\(error)); open the node again to learn what is durable")
        let refused = state.withLock { state in
            state.closed = NodeError(.stopped, "the log has stopped after a failed write: \(error)")
            defer { state.queue = [] }
            return state.queue
        }
        for submission in batch { submission.continuation.resume(throwing: reason) }
        for submission in refused {
            submission.continuation.resume(throwing: NodeError(.stopped, "the log stopped before it took this"))
        }
    }
}

/// Carries the writer into its thread, which alone touches it from then on.
private final class WriterBox: @unchecked Sendable {
    private var writer: LogWriter?
    init(_ writer: LogWriter) { self.writer = writer }

    /// Hands it over, and keeps no hold on it.
    func take() -> LogWriter {
        defer { writer = nil }
        return writer!
    }
}
