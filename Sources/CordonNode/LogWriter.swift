internal import Cryptography
internal import Storage
internal import TransparencyLog

/// Entries that wait to be committed, with their leaf hashes, and who waits for them. A class, since it changes hands
/// a few times on its way and a reference is the cheapest thing to hand over.
final class Submission: Sendable {
    let log: LogID
    let entries: [[UInt8]]
    let hashes: [Digest]
    let byteCount: Int
    /// Resumed once: by the one who refuses the submission, or by the writer that took it off the queue.
    let continuation: UnsafeContinuation<Acknowledgement, any Error>

    init(log: LogID, entries: [[UInt8]], hashes: [Digest], continuation: UnsafeContinuation<Acknowledgement, any Error>)
    {
        self.log = log
        self.entries = entries
        self.hashes = hashes
        self.byteCount = entries.reduce(0) { $0 + $1.count }
        self.continuation = continuation
    }
}

/// The state of a node's logs as their writer knows it, and the commit that moves it on. One task owns it.
struct LogWriter {
    private struct Log {
        let signer: CheckpointSigner
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

    var checkpoints: [LogID: SignedNote] { logs.mapValues(\.checkpoint) }
    var sizes: [LogID: UInt64] { logs.mapValues(\.edge.size) }

    /// Reads the logs' right edges and holds them against their signed checkpoints and the watermark.
    ///
    /// Throws `.logMissing`, `.corrupted`, `.behindWatermark`, `.forked`.
    init(
        journal: any Journal, store: LogStore, signers: [LogID: CheckpointSigner], watermark: Watermark,
        keyring: Keyring, clock: NodeClock, token: WriterToken = WriterToken()
    ) throws {
        self.token = token
        self.journal = journal
        self.store = store
        self.watermark = watermark
        self.clock = clock
        lastTime = try store.commitTime()
        for (log, signer) in signers {
            let signed = try store.checkpoint(log, by: signer.verifier)
            let size = try journal.size(of: log)
            guard size == signed.size else {
                throw NodeError(
                    .corrupted, "the \(log.name) log has \(size) records, its checkpoint says \(signed.size)")
            }
            try Watermark.check(store, log, size: size, against: watermark.read(log, keyring: keyring))
            let edge = try store.edge(log, size: size)
            guard edge.root == signed.root else {
                throw NodeError(.corrupted, "the \(log.name) log does not have the root that its checkpoint says")
            }
            logs[log] = Log(signer: signer, edge: edge, checkpoint: signed.note)
            watermark.write(log, .init(size: size, root: edge.root))
        }
    }

    /// Makes all the submissions durable in one write, in order: their indexes follow on from the sizes that the logs
    /// had before.
    ///
    /// After an error the state on disk is unknown and this writer must not be used again.
    mutating func commit(_ submissions: [Submission]) throws -> Commit {
        let batch = WriteBatch()
        let time = max(clock.nowMilliseconds(), lastTime)
        var appends: [JournalAppend] = []
        for log in LogID.allCases where submissions.contains(where: { $0.log == log }) {
            appends.append(try extend(log, with: submissions, batch))
        }
        store.database.put(.meta, LogStore.commitTimeKey, time.bigEndianBytes, in: batch)

        try journal.append(appends, projections: batch)
        // A crash here: the entries are in the log, their submitters do not know it.
        lastTime = time
        for append in appends {
            let edge = logs[append.log]!.edge
            watermark.write(append.log, .init(size: edge.size, root: edge.root))
        }
        return Commit(checkpoints: checkpoints, timeMilliseconds: time)
    }

    /// Puts the tiles and the checkpoint that the submissions to one log lead to into `batch`.
    private mutating func extend(
        _ id: LogID, with submissions: [Submission], _ batch: WriteBatch
    ) throws -> JournalAppend {
        // What was signed last is read back before anything is signed on top of it.
        guard var log = logs.removeValue(forKey: id), try store.checkpointBytes(id) == log.checkpoint.encoded else {
            throw NodeError(.corrupted, "the stored checkpoint of the \(id.name) log is not the one signed last")
        }
        let size = log.edge.size
        var records: [[UInt8]] = []
        for submission in submissions where submission.log == id {
            records += submission.entries
            for hash in submission.hashes {
                log.edge.append(hash) { tile in
                    let key = LogStore.tileKey(id, level: tile.level, index: tile.index)
                    store.database.put(.tiles, key, Tile.encode(tile.hashes), in: batch)
                }
            }
        }
        log.checkpoint = log.signer.sign(size: log.edge.size, root: log.edge.root)
        store.database.put(.meta, LogStore.checkpointKey(id), log.checkpoint.encoded, in: batch)
        logs[id] = log
        return JournalAppend(log: id, expectedSize: size, records: records)
    }
}
