internal import Cryptography
internal import Exchange
public import Storage
internal import Synchronization
internal import TransparencyLog

/// The exchange with a partner that has no line: what one node would answer the other, as files in a directory
/// (`Protocols/sync.md`, "On a stick").
public struct Stick: Sendable {
    public struct Written: Sendable {
        public let entries: UInt64
        public let deliveries: Int
        public let blobs: Int
    }
    public struct Read: Sendable {
        /// Whose stick it was.
        public let partner: String
        /// Entries of the partner's log that are stored now.
        public let entries: UInt64
        /// Deliveries that were taken in, those that could not be opened included.
        public let deliveries: UInt64
        /// Attachments that came with it, for officers to fetch.
        public let blobs: Int
    }

    private let exchange: ExchangeService
    private let directory: String
    private let files: any FileStore

    public init(_ exchange: ExchangeService, directory: String, files: any FileStore = LocalFiles()) {
        self.exchange = exchange
        self.directory = directory
        self.files = files
    }

    // MARK: Writing

    /// Writes our exchange log and everything that is for one partner. What a directory has already is left as it is.
    ///
    /// Throws `.badArgument` for an unknown partner or one that is not active, and what `StaticExport` throws.
    public func write(for prefix: String) async throws -> Written {
        guard let partner = exchange.directory.partners[prefix] else {
            throw NodeError(.badArgument, "no partner \(prefix) is known")
        }
        guard partner.state == .active else {
            throw NodeError(.badArgument, "\(prefix) is \(partner.state.rawValue): nothing is for it")
        }
        let held = try await exchange.held(for: partner)
        return try await exchange.readers.run { [self] in
            for folder in ["", "/deliveries", "/blobs"] { try files.createDirectory(directory + folder, mode: 0o755) }
            let (deliveries, positions) = try writeDeliveries(partner)
            try files.replace(
                directory + "/deliveries/list", with: positions.flatMap { Array("\($0)\n".utf8) }, mode: 0o644)
            let blobs = try writeBlobs(partner)
            try files.replace(directory + "/checkpoints", with: held.encoded, mode: 0o644)
            // Last: with the checkpoint in place the reader finds all that it speaks of.
            let log = try StaticExport(exchange.node, log: .exchange, to: directory + "/log", files: files).run()
            return Written(entries: log.size, deliveries: deliveries, blobs: blobs)
        }
    }

    private func writeDeliveries(_ partner: Partner) throws -> (new: Int, positions: [UInt64]) {
        var cursor = DeliveryCursor()
        var count = 0
        var positions: [UInt64] = []
        while true {
            let page = try exchange.deliveryPage(
                to: partner, after: cursor.position, limit: exchange.limits.deliveryPageByteCount)
            guard !page.isEmpty else { return (count, positions) }
            let deliveries = try DeliveryPage.parse(
                page, after: cursor, maximumEnvelopeByteCount: ReplicaLimits().envelopeByteCount)
            for delivery in deliveries {
                cursor = DeliveryCursor(position: delivery.position, entryIndex: delivery.entryIndex)
                positions.append(delivery.position)
                let path = "\(directory)/deliveries/\(delivery.position)"
                guard !Files.exists(path) else { continue }
                try files.replace(path, with: DeliveryPage.encode([delivery]), mode: 0o644)
                count += 1
            }
        }
    }

    private func writeBlobs(_ partner: Partner) throws -> Int {
        var count = 0
        for digest in try exchange.sharedBlobs(with: partner) {
            let path = "\(directory)/blobs/\(digest.hex)"
            guard !Files.exists(path), exchange.cases.blobs.contains(digest) else { continue }
            // One that a full stick cut off is made again.
            if Files.exists(path + ".tmp") { try files.remove(path + ".tmp") }
            try Backup.copyFile(exchange.cases.blobs.path(digest), path + ".tmp")
            try BlobFile.move(path + ".tmp", to: path)
            count += 1
        }
        return count
    }

    // MARK: Reading

    /// Takes in what a partner wrote for us.
    ///
    /// Throws `.badArgument` where the directory is no stick of a known partner, and `.corrupted` where what is on it is
    /// not what its checkpoint says.
    public func read() async throws -> Read {
        guard Files.exists(directory + "/log/checkpoint"),
            let note = try? SignedNote(
                parsing: Files.read(directory + "/log/checkpoint", limit: SignedNote.maximumByteCount)),
            let (partner, log) = exchange.directory.partner(origin: note.claimedOrigin), log == "exchange"
        else { throw NodeError(.badArgument, "\(directory) holds no log of a partner that is known") }
        guard partner.state == .active else {
            throw NodeError(.badArgument, "\(partner.prefix) is \(partner.state.rawValue): nothing of it is taken in")
        }
        try passGate(partner)
        let positions = try StickTransport.positions(directory)
        let before = try exchange.mirrors.cursor(partner.number).position
        let (rounds, told) = AsyncStream.makeStream(of: PartnerSync.Round.self)
        let sync = PartnerSync(exchange, partner, StickTransport(directory: directory), source: .copy) {
            told.yield($0)
        }
        sync.start()
        var round: PartnerSync.Round?
        for await one in rounds {
            round = one
            break
        }
        await sync.stop()
        let size: UInt64
        switch round {
        case .synced(let reached): size = reached
        case .failed(let reason):
            throw NodeError(.corrupted, "what is in \(directory) is not what its checkpoint says: \(reason)")
        case .notStored: throw NodeError(.corrupted, "what is in \(directory) could not be stored by this node")
        case nil: throw CancellationError()
        }
        // What is owed for it could not go before the log was known to its end.
        await exchange.discharge(to: partner)
        let after = try exchange.mirrors.cursor(partner.number).position
        let taken = positions.filter { before < $0 && $0 <= after }
        return Read(
            partner: partner.prefix, entries: size, deliveries: UInt64(taken.count),
            blobs: try await readBlobs(partner))
    }

    /// Only what the partner's notices speak of.
    private func readBlobs(_ partner: Partner) async throws -> Int {
        guard Files.exists(directory + "/blobs"), try !Files.list(directory + "/blobs").isEmpty else { return 0 }
        let wanted = try await exchange.readers.run { [self] in try exchange.missingAttachments(from: partner) }
        var count = 0
        for (blob, size) in wanted {
            let path = "\(directory)/blobs/\(blob.hex)"
            guard size <= UInt64(exchange.cases.blobs.limits.maximumBlobByteCount),
                Files.size(path) == ChunkedEncryption.sealedByteCount(of: Int(size))
            else { continue }
            try await exchange.cases.mapped { [self] in try exchange.cases.blobs.receive(blob, from: path) }
            try await exchange.finish(blob)
            count += 1
        }
        return count
    }

    /// Where no partner has a line, what the stick says of our logs is what there is to hold them against.
    private func passGate(_ partner: Partner) throws {
        guard !exchange.isGateOpen else { return }
        let path = directory + "/checkpoints"
        guard Files.exists(path), let gossip = try? Gossip(parsing: Files.read(path, limit: Gossip.maximumByteCount))
        else { throw NodeError(.corrupted, "\(path) is not there, or is no list of held checkpoints") }
        var gate = try exchange.startGate([partner.prefix])
        try gate.answered(by: partner.prefix, gossip) { try exchange.store.logs.compare($0, $1) }
        exchange.settle(gate)
    }
}

/// Answers a replica out of a directory.
private struct StickTransport: PartnerTransport {
    let directory: String

    func send(_ request: PartnerRequest, limit: Int, timeoutSeconds: Int) async throws -> PartnerReply {
        if request.path == "/deliveries" { return PartnerReply(200, try deliveries(request.query, limit)) }
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        // A path is made of what a log's resources are called, never of dots.
        guard request.method == .get, parts.first == "log",
            parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
        else { return PartnerReply(404) }
        return try file(directory + request.path, limit).map { PartnerReply(200, $0) } ?? PartnerReply(404)
    }

    private func file(_ path: String, _ limit: Int) throws -> [UInt8]? {
        guard let size = Files.size(path) else { return nil }
        guard size <= limit else { throw PartnerTransportError(.tooLarge, "a file of \(size) bytes") }
        do {
            return try Files.read(path, limit: limit)
        } catch {
            throw PartnerTransportError(.unreachable, "a file could not be read")
        }
    }

    private func deliveries(_ query: [String: String], _ limit: Int) throws -> [UInt8] {
        var page: [UInt8] = []
        guard let after = query["after"].flatMap(UInt64.init) else { return page }
        for position in try Self.positions(directory) where position > after {
            guard let next = try file("\(directory)/deliveries/\(position)", limit) else {
                throw PartnerTransportError(.unreachable, "delivery \(position) is not on the stick")
            }
            guard page.count + next.count <= limit else { break }
            page += next
        }
        return page
    }

    /// What the directory has to hold, so that a file that was lost on the way is not taken for one that never was.
    static func positions(_ directory: String) throws -> [UInt64] {
        let path = directory + "/deliveries/list"
        guard Files.exists(path) else { throw NodeError(.corrupted, "\(path) is missing") }
        let lines = String(decoding: try Files.read(path, limit: 64 << 20), as: UTF8.self).split(separator: "\n")
        let positions = lines.compactMap { UInt64($0) }
        guard positions.count == lines.count, zip(positions, positions.dropFirst()).allSatisfy(<) else {
            throw NodeError(.corrupted, "\(path) is not a list of positions")
        }
        return positions
    }

    func stop() async {}
}
