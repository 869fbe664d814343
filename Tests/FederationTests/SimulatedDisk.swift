import Cryptography
import EntryCodec
import Exchange
import TransparencyLog

/// A node's own exchange log, with what it has to deliver. A Byzantine authority has two that begin alike.
struct OwnLog {
    var log = TileLog()
    /// What is published.
    var note: SignedNote
    /// For each partner, its deliveries without their envelopes.
    var outbox: [[Delivery]]
    /// By entry.
    var envelopes: [UInt64: [UInt8]] = [:]
    /// After a recovery, the positions that may have been used before.
    var positionFloor: UInt64 = 0

    init(_ authority: Authority, partners: Int, history: [[UInt8]]) {
        for entry in history { log.append(entry) }
        note = authority.log.sign(size: log.size, root: log.root)
        outbox = Array(repeating: [], count: partners)
    }
}

/// What a node stores of one partner.
struct Mirror {
    var log = TileLog()
    var head: SignedCheckpoint?
    var complete: SignedCheckpoint?
    var judge: [UInt8] = UInt64(0).bigEndianBytes
    var cursor = DeliveryCursor()
    var inbox: [InboxRecord] = []
    var isFrozen = false
    var isRevoked = false
    var evidence: [ForkEvidence] = []
    var journalHead: SignedCheckpoint?
}

struct InboxRecord {
    let position: UInt64
    let entryIndex: UInt64
    /// Nil when the envelope could not be opened.
    let document: [UInt8]?
}

/// Everything that one node stores.
struct Stored {
    var own: [OwnLog]
    var journal = TileLog()
    var journalNote: SignedNote
    /// By the number of the partner; the node's own place is unused.
    var mirrors: [Mirror]
}

/// A disk with sync barriers: writes are atomic and in order, and durable only once synced. A crash keeps some of the
/// unsynced ones, from the first on, or none.
struct SimulatedDisk {
    typealias Write = (inout Stored) -> Void

    private(set) var durable: Stored
    private(set) var pending: [Write] = []
    private var written = 0

    init(_ stored: Stored) { durable = stored }

    /// The number of this write, to sync up to.
    mutating func write(_ write: @escaping Write) -> Int {
        pending.append(write)
        written += 1
        return written
    }

    /// Makes the writes up to `number` durable. False when they were already.
    mutating func sync(upTo number: Int) {
        let count = max(0, pending.count - (written - number))
        for write in pending.prefix(count) { write(&durable) }
        pending.removeFirst(count)
    }

    mutating func crash(keeping count: Int) {
        for write in pending.prefix(count) { write(&durable) }
        pending = []
        written = 0
    }

    mutating func restore(_ backup: Stored) {
        durable = backup
        pending = []
        written = 0
    }
}
