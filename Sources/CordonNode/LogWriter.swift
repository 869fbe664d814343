internal import Cryptography
internal import Storage
internal import TransparencyLog

/// What waits to be committed, and who waits for it. A class, since it changes hands a few times on its way and a
/// reference is the cheapest thing to hand over.
final class Submission: Sendable {
    enum Work: Sendable {
        /// Opaque entries for one log, with their leaf hashes.
        case entries(LogID, [[UInt8]], hashes: [Digest])
        case proposal(Proposal)
        /// Signs a log from now on: its last checkpoint again, and what comes behind it.
        case signer(LogID, CheckpointSigner)
    }

    let work: Work
    let entryCount: Int
    let byteCount: Int
    /// Resumed once: by the one who refuses the submission, or by the writer that took it off the queue.
    let continuation: UnsafeContinuation<Acknowledgement, any Error>

    init(_ work: Work, byteCount: Int, continuation: UnsafeContinuation<Acknowledgement, any Error>) {
        self.work = work
        switch work {
        case .entries(_, let entries, _): entryCount = entries.count
        case .proposal(let proposal): entryCount = max(1, proposal.drafts.count)
        case .signer: entryCount = 0
        }
        self.byteCount = byteCount
        self.continuation = continuation
    }
}

/// A commit, and what became of each submission in it.
struct Committed {
    struct Outcome {
        var indexes: Range<UInt64>
        var met: [TermsMet]?
    }

    let commit: Commit
    var outcomes: [Result<Outcome, NodeError>]
}

extension RowKey {
    /// A bucket's key, as `StreamKeys` keeps it.
    fileprivate var isOfBucket: Bool { family == .keys && key.first == StreamKeys.bucketRowKind }
}

/// The state of a node's logs as their writer knows it, and the commit that moves it on. One task owns it.
struct LogWriter {
    private struct Log {
        var signer: CheckpointSigner
        var edge: TileBuilder
        var checkpoint: SignedNote
    }

    private let token: WriterToken
    private let journal: any Journal
    private let store: LogStore
    private let watermark: Watermark
    private let clock: NodeClock
    private var logs: [LogID: Log] = [:]
    private var lastTime: UInt64
    private var commits: UInt64 = 0
    private var recentTerms = RecentTerms()
    private var bucketRows: [RowKey: [UInt8]] = [:]

    var checkpoints: [LogID: SignedNote] { logs.mapValues(\.checkpoint) }
    var sizes: [LogID: UInt64] { logs.mapValues(\.edge.size) }

    /// Reads the logs' right edges and holds them against their signed checkpoints, which `checkpoint` reads and verifies,
    /// and the watermark.
    ///
    /// Throws `.logMissing`, `.corrupted`, `.behindWatermark`, `.forked`.
    init(
        journal: any Journal, store: LogStore, signers: [LogID: CheckpointSigner],
        checkpoint: (LogID) throws -> SignedCheckpoint, watermark: Watermark, keyring: Keyring, clock: NodeClock,
        token: WriterToken = WriterToken()
    ) throws {
        self.token = token
        self.journal = journal
        self.store = store
        self.watermark = watermark
        self.clock = clock
        lastTime = try store.commitTime()
        for (log, signer) in signers {
            let signed = try checkpoint(log)
            let size = try journal.size(of: log)
            guard size == signed.size else {
                throw NodeError(
                    .corrupted, "the \(log.name) log has \(size) records, its checkpoint says \(signed.size)")
            }
            try Watermark.check(store, log, size: size, against: watermark.read(log, keyring: keyring))
            let edge = try store.rows(log).edge(size: size)
            guard edge.root == signed.root else {
                throw NodeError(.corrupted, "the \(log.name) log does not have the root that its checkpoint says")
            }
            logs[log] = Log(signer: signer, edge: edge, checkpoint: signed.note)
            watermark.write(log, .init(size: size, root: edge.root))
        }
    }

    /// What a commit adds to one log.
    private struct Addition {
        var records: [[UInt8]] = []
        var hashes: [Digest] = []
        var payloads: [[UInt8]] = []
        var erasing: [UInt64] = []
    }

    /// A commit in the making: what the submissions taken so far add, on top of what is stored.
    private struct Step {
        let batch = WriteBatch()
        let time: UInt64
        /// Rows that proposals depend on, as they are stored.
        let stored: [RowKey: [UInt8]?]
        var additions: [LogID: Addition] = [:]
        var signers: [LogID: CheckpointSigner] = [:]
        var streamSizes: [UInt64: UInt64] = [:]
        var rows: [RowKey: [UInt8]?] = [:]
        var postings = PostingRows()
    }

    /// Makes all the submissions durable in one write, in order: their indexes follow on from the sizes that the logs
    /// had before. A proposal whose premises no longer hold is refused with `.changed`, and the others go on.
    ///
    /// After an error the state on disk is unknown and this writer must not be used again.
    mutating func commit(_ submissions: [Submission]) throws -> Committed {
        commits += 1
        var step = Step(time: max(clock.nowMilliseconds(), lastTime), stored: try readAhead(submissions))
        var outcomes: [Result<Committed.Outcome, NodeError>] = []
        for submission in submissions {
            switch submission.work {
            case .entries(let log, let entries, let hashes):
                let first = nextIndex(log, step)
                step.additions[log, default: Addition()].records += entries
                step.additions[log]!.hashes += hashes
                outcomes.append(.success(.init(indexes: first..<first + UInt64(entries.count))))
            case .proposal(let proposal):
                outcomes.append(try take(proposal, &step).map { .init(indexes: $0) })
            case .signer(let log, let signer):
                step.signers[log] = signer
                outcomes.append(.success(.init(indexes: 0..<0)))
            }
        }
        step.postings.write(store.database, in: step.batch)
        guard !step.additions.isEmpty || !step.signers.isEmpty || step.batch.count > 0 else {
            return Committed(commit: Commit(checkpoints: checkpoints, timeMilliseconds: lastTime), outcomes: outcomes)
        }
        var appends: [JournalAppend] = []
        for log in LogID.allCases {
            if let signer = step.signers[log] { logs[log]!.signer = signer }
            // With another signer, the checkpoint of the same tree is signed again: with nothing to append.
            let addition = step.additions[log] ?? (step.signers[log] == nil ? nil : Addition())
            if let addition { appends.append(try extend(log, with: addition, step.batch)) }
        }
        store.database.put(.meta, LogStore.commitTimeKey, step.time.bigEndianBytes, in: step.batch)

        try journal.append(appends, projections: step.batch)
        // A crash here: the entries are in the log, their submitters do not know it.
        lastTime = step.time
        for append in appends {
            let edge = logs[append.log]!.edge
            watermark.write(append.log, .init(size: edge.size, root: edge.root))
        }
        tellWhatCame(submissions, &outcomes)
        return Committed(
            commit: Commit(checkpoints: checkpoints, timeMilliseconds: step.time), outcomes: outcomes)
    }

    /// What has come of the terms that submissions were made by, this commit included.
    private mutating func tellWhatCame(
        _ submissions: [Submission], _ outcomes: inout [Result<Committed.Outcome, NodeError>]
    ) {
        var looks: [(place: Int, TermLooks)] = []
        for (place, submission) in submissions.enumerated() {
            guard case .proposal(let proposal) = submission.work, case .success = outcomes[place] else { continue }
            recentTerms.apply(proposal.rows, commit: commits)
            if let asked = proposal.looks { looks.append((place, asked)) }
        }
        for (place, asked) in looks {
            let met = recentTerms.postings(of: asked)
            outcomes[place] = outcomes[place].map { .init(indexes: $0.indexes, met: met) }
        }
    }

    private func nextIndex(_ log: LogID, _ step: Step) -> UInt64 {
        logs[log]!.edge.size + UInt64(step.additions[log]?.records.count ?? 0)
    }

    /// Adds a proposal to the step, if what it was made from still holds.
    private mutating func take(_ proposal: Proposal, _ step: inout Step) throws -> Result<Range<UInt64>, NodeError> {
        var sizes: [UInt64: UInt64] = [:]
        for draft in proposal.drafts {
            guard let position = draft.position else { continue }
            let known = sizes[draft.stream] ?? step.streamSizes[draft.stream]
            guard try known.map({ $0 == position }) ?? hasSize(position, of: draft.stream, step) else {
                return .failure(NodeError(.changed, "somebody else changed it meanwhile: read it again"))
            }
            sizes[draft.stream] = position + 1
        }
        for premise in proposal.premises {
            precondition(premise.row.mayBePremise)
            guard step.rows[premise.row] ?? step.stored[premise.row]! == premise.value else {
                return .failure(NodeError(.changed, "somebody else took that meanwhile: read it again"))
            }
        }
        if let release = proposal.release {
            guard release.size == nextIndex(.exchange, step) else {
                return .failure(NodeError(.changed, "something else was released meanwhile"))
            }
            step.additions[.exchange, default: Addition()].records += release.entries
            step.additions[.exchange]!.hashes += release.entries.map { MerkleHash.leaf($0) }
        }
        let first = nextIndex(.journal, step)
        var addition = step.additions[.journal] ?? Addition()
        step.additions[.journal] = nil  // so that it grows in place
        for (offset, draft) in proposal.drafts.enumerated() {
            let sequence = first + UInt64(offset)
            let record = JournalRecord(
                kind: draft.kind, sequence: sequence, timeMilliseconds: step.time, actor: draft.actor,
                stream: draft.reference, payloadDigest: .sha256(draft.payload)
            ).encoded
            addition.hashes.append(record.withUnsafeBytes { MerkleHash.leaf($0) })
            addition.records.append(record)
            addition.payloads.append(draft.payload)
            let position = try draft.position ?? step.streamSizes[draft.stream] ?? end(of: draft)
            step.streamSizes[draft.stream] = position + 1
            let key = LogStore.eventKey(draft.stream, position)
            step.rows[RowKey(.events, key)] = .some(sequence.bigEndianBytes)
            store.database.put(.events, key, sequence.bigEndianBytes, in: step.batch)
        }
        addition.erasing += proposal.erasing
        step.additions[.journal] = addition
        for change in proposal.rows {
            if change.row.mayBePremise { step.rows[change.row] = .some(change.value) }
            if change.row.isOfBucket { bucketRows[change.row] = nil }
            if let value = change.value {
                store.database.put(change.row.family, change.row.key, value, in: step.batch)
            } else {
                store.database.delete(change.row.family, change.row.key, in: step.batch)
            }
        }
        try step.postings.apply(proposal.postings) { step.stored[RowKey(.index, $0.bytes)]! }
        return .success(first..<first + UInt64(proposal.drafts.count))
    }

    /// What the proposals' premises, streams and postings take to be read, in few looks at the database. The rows of
    /// buckets, which every new case names one of, are kept at hand: nobody else writes them.
    private mutating func readAhead(_ submissions: [Submission]) throws -> [RowKey: [UInt8]?] {
        var wanted: Set<RowKey> = []
        for submission in submissions {
            guard case .proposal(let proposal) = submission.work else { continue }
            for premise in proposal.premises { wanted.insert(premise.row) }
            for draft in proposal.drafts where draft.position == 0 {
                wanted.insert(RowKey(.events, LogStore.eventKey(draft.stream, 0)))
            }
            for key in proposal.postings.keys { wanted.insert(RowKey(.index, key.bytes)) }
        }
        var stored: [RowKey: [UInt8]?] = [:]
        for (family, rows) in Dictionary(grouping: wanted, by: \.family) {
            let unknown = rows.filter { row in
                guard let known = bucketRows[row] else { return true }
                stored[row] = .some(known)
                return false
            }
            for (row, value) in zip(unknown, try store.database.get(family, unknown.map(\.key))) {
                stored[row] = .some(value)
                if row.isOfBucket { bucketRows[row] = value }
            }
        }
        return stored
    }

    private func hasSize(_ size: UInt64, of stream: UInt64, _ step: Step) throws -> Bool {
        guard size == 0 else { return try store.hasSize(size, of: stream) }
        return step.stored[RowKey(.events, LogStore.eventKey(stream, 0))]! == nil
    }

    /// The stored end of the stream that a draft goes to. Most have not grown since the draft was made.
    private func end(of draft: RecordDraft) throws -> UInt64 {
        if let end = draft.lastSeenEnd, try store.hasSize(end, of: draft.stream) { return end }
        return try store.streamSize(draft.stream)
    }

    /// Puts the tiles and the checkpoint that an addition to one log leads to into `batch`.
    private mutating func extend(
        _ id: LogID, with addition: Addition, _ batch: WriteBatch
    ) throws -> JournalAppend {
        // What was signed last is read back before anything is signed on top of it.
        guard var log = logs.removeValue(forKey: id), try store.checkpointBytes(id) == log.checkpoint.encoded else {
            throw NodeError(.corrupted, "the stored checkpoint of the \(id.name) log is not the one signed last")
        }
        let size = log.edge.size
        let rows = store.rows(id)
        for hash in addition.hashes {
            log.edge.append(hash) { tile in
                let key = rows.tileKey(level: tile.level, index: tile.index)
                store.database.put(.tiles, key, Tile.encode(tile.hashes), in: batch)
            }
        }
        log.checkpoint = log.signer.sign(size: log.edge.size, root: log.edge.root)
        store.database.put(.meta, LogStore.checkpointKey(id), log.checkpoint.encoded, in: batch)
        logs[id] = log
        // Opaque entries have no payloads, and only tests write such to the journal: never beside proposals.
        precondition(addition.payloads.isEmpty || addition.payloads.count == addition.records.count)
        return JournalAppend(
            log: id, expectedSize: size, records: addition.records, payloads: addition.payloads,
            erasing: addition.erasing)
    }
}
