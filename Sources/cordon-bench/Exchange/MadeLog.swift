internal import CordonNode
internal import Cryptography
internal import Dispatch
internal import Exchange
internal import Glibc
internal import Storage
internal import Synchronization
internal import TransparencyLog

/// A log in static files (C2SP tlog-tiles), as a web server would hold it: what serves it to the measured node costs
/// next to nothing, neither processor nor memory.
struct MadeLog {
    let directory: String
    private var edge = TileBuilder()
    private var bundle: [UInt8] = []
    private var directories: Set<String> = []

    init(at directory: String) { self.directory = directory }

    var size: UInt64 { edge.size }

    mutating func append(_ entries: [[UInt8]]) throws {
        for entry in entries {
            EntryBundle.append(entry, to: &bundle)
            var full: [TileBuilder.FullTile] = []
            edge.append(MerkleHash.leaf(entry)) { full.append($0) }
            for tile in full { try write(TilePath(level: tile.level, index: tile.index), Tile.encode(tile.hashes)) }
            if size % 256 == 0 {
                try write(.bundle(size / 256 - 1), bundle)
                bundle.removeAll(keepingCapacity: true)
            }
        }
    }

    /// The right edge and the checkpoint. Nothing is appended after it.
    mutating func finish(_ signer: CheckpointSigner) throws {
        if size % 256 > 0 { try write(.bundle(size / 256, width: Int(size % 256)), bundle) }
        for level in 0..<8 {
            let hashes = edge.partial(level: level)
            let index = TileLayout.hashCount(level: level, size: size) >> 8
            if !hashes.isEmpty {
                try write(TilePath(level: level, index: index, width: hashes.count), Tile.encode(hashes))
            }
        }
        try Self.write("\(directory)/checkpoint", signer.sign(size: size, root: edge.root).encoded)
    }

    private mutating func write(_ path: TilePath, _ bytes: [UInt8]) throws {
        let path = "\(directory)/\(path.string)"
        let parent = Files.parent(path)
        if directories.insert(parent).inserted { try LocalFiles().createDirectory(parent, mode: 0o700) }
        try Self.write(path, bytes)
    }

    private static func write(_ path: String, _ bytes: [UInt8]) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw StorageError(.inputOutput, "\(path) cannot be made") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw StorageError(.inputOutput, "\(path) cannot be written")
        }
    }
}

/// Entries made on all processors.
func madeEntries(_ count: Int, _ make: @Sendable @escaping (Int) throws -> [UInt8]) throws -> [[UInt8]] {
    let made = Mutex<[Result<[UInt8], any Error>?]>(Array(repeating: nil, count: count))
    let share = 64
    DispatchQueue.concurrentPerform(iterations: (count + share - 1) / share) { part in
        let places = part * share..<min((part + 1) * share, count)
        let entries = places.map { place in Result { try make(place) } }
        made.withLock { made in
            for (place, entry) in zip(places, entries) { made[place] = entry }
        }
    }
    return try made.withLock { $0 }.map { try $0!.get() }
}

/// Answers for a made authority, in this process: its log from files, its deliveries once they are let go.
final class MadeLine: PartnerTransport {
    private let directory: String
    private struct State {
        var deliveries: [Delivery] = []
        /// The next poll is answered at once, though nothing has changed.
        var isWoken = false
    }
    private let state = Mutex(State())

    init(_ log: MadeLog) { directory = log.directory }

    /// From here on these are handed out.
    func deliver(_ deliveries: [Delivery]) {
        state.withLock {
            $0.deliveries = deliveries
            $0.isWoken = true
        }
    }

    func send(_ request: PartnerRequest, limit: Int, timeoutSeconds: Int) async throws -> PartnerReply {
        switch request.path {
        case "/log/checkpoint":
            let note = try Files.read("\(directory)/checkpoint", limit: SignedNote.maximumByteCount)
            let size = try Checkpoint(parsing: SignedNote(parsing: note).text).size
            var waited = 0
            while request.query["after"] == "\(size)", waited < 50_000, !state.withLock({ $0.isWoken }) {
                try await Task.sleep(for: .milliseconds(5))
                waited += 5
            }
            state.withLock { $0.isWoken = false }
            return PartnerReply(200, note)
        case "/checkpoints": return PartnerReply(200, Gossip([]).encoded)
        case "/deliveries":
            let after = request.query["after"].flatMap(UInt64.init) ?? 0
            let bytes = request.query["limit"].flatMap(Int.init) ?? 0
            return PartnerReply(200, page(after: after, bytes: bytes))
        default:
            guard request.path.hasPrefix("/log/tile/") else { return PartnerReply(404) }
            return PartnerReply(200, try Files.read(directory + request.path.dropFirst(4), limit: limit))
        }
    }

    private func page(after: UInt64, bytes: Int) -> [UInt8] {
        let deliveries = state.withLock { $0.deliveries }
        var page: [UInt8] = []
        for delivery in deliveries.dropFirst(Int(after)) {
            if !page.isEmpty, page.count + DeliveryPage.headerByteCount + delivery.envelope.count > bytes { break }
            DeliveryPage.append(delivery, to: &page)
        }
        return page
    }

    func stop() async {}
}
