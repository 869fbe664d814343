public import Cryptography
internal import Exchange
internal import Storage
internal import Synchronization
internal import TransparencyLog

/// What partners ask of this node (`Protocols/sync.md`).
extension ExchangeService: PartnerResponder {
    public func partner(pin: Digest) -> String? {
        directory.partners.values.first { $0.card.card.pins.contains(pin) && $0.state != .revoked }?.prefix
    }

    public func respond(to request: PartnerRequest, from prefix: String) async -> PartnerReply {
        let reply = await reply(to: request, from: prefix)
        // 409 is how a witness says up to where it has cosigned.
        if reply.status >= 400, reply.status != 409 { countRefused(from: prefix) }
        return reply
    }

    public func countRefused(from prefix: String) {
        state.withLock { state in
            guard state.directory.partners[prefix] != nil else { return }
            state.counts[prefix, default: PartnerCounts()].refusedRequests += 1
        }
    }

    private func reply(to request: PartnerRequest, from prefix: String) async -> PartnerReply {
        guard let partner = directory.partners[prefix], partner.state != .revoked else {
            return PartnerReply(403, text: "revoked\n")
        }
        guard partner.state == .active else { return PartnerReply(403, text: "\(partner.state.rawValue)\n") }
        do {
            return try await answer(request, partner)
        } catch is TransparencyLogError {
            return PartnerReply(404, text: "not here\n")
        } catch let error as NodeError where error.code == .stopped || error.code == .overloaded {
            return PartnerReply(503, text: "later\n")
        } catch {
            return PartnerReply(500, text: "failed\n")
        }
    }

    public func endPolls() {
        holdsPolls.store(false, ordering: .releasing)
        arrivals.raise()
    }

    private func answer(_ request: PartnerRequest, _ partner: Partner) async throws -> PartnerReply {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        if ["checkpoint", "checkpoints", "add-checkpoint"].contains(parts.last) { tell(partner.prefix, .reachable) }
        // What is old may be taken for a rollback, and signing may fork the log: until it is known not to be old.
        if !isGateOpen, ["log", "deliveries", "add-checkpoint"].contains(parts.first) {
            return PartnerReply(503, text: "not known yet to be up to date\n")
        }
        switch (request.method, parts.first) {
        case (.get, "log"): return try await logResource(Array(parts.dropFirst()), request.query)
        case (.get, "mirror"): return try await mirrorResource(Array(parts.dropFirst()), partner)
        case (.get, "deliveries") where parts.count == 1: return try await deliveries(request.query, partner)
        case (.get, "blobs") where parts.count == 2: return try await blob(parts[1], request.query, partner)
        case (.get, "checkpoints") where parts.count == 1:
            return PartnerReply(200, try await answer(to: Gossip([]), from: partner).encoded)
        case (.post, "checkpoints") where parts.count == 1:
            guard let gossip = try? Gossip(parsing: request.body) else {
                return PartnerReply(400, text: "not a list of held checkpoints\n")
            }
            await heard(gossip, from: partner)
            return PartnerReply(200, try await answer(to: gossip, from: partner).encoded)
        case (.post, "add-checkpoint") where parts.count == 1: return try await addCheckpoint(request.body, partner)
        default: return PartnerReply(404, text: "not here\n")
        }
    }

    // MARK: Our log

    private func logResource(_ parts: [String], _ query: [String: String]) async throws -> PartnerReply {
        if parts == ["checkpoint"] {
            if let after = query["after"].flatMap(UInt64.init) {
                let wait = min(query["wait"].flatMap(UInt64.init) ?? 0, limits.pollSeconds)
                if wait > 0 {
                    await arrivals.wait(seconds: wait) {
                        !holdsPolls.load(ordering: .acquiring) || (try? exchangeSize()) != after
                    }
                }
            }
            return PartnerReply(
                200, try await readers.run { [self] in try publishedCheckpoint(.exchange).encoded },
                contentType: "text/plain; charset=utf-8")
        }
        let path = try TilePath(parsing: parts.joined(separator: "/"))
        return try await readers.run { [self] in
            let size = try exchangeSize()
            guard Self.exists(path, size) else { return PartnerReply(404, text: "not here\n") }
            return PartnerReply(200, try store.logs.resource(.exchange, path))
        }
    }

    /// Whether a log of `size` entries has this tile or bundle, or had it.
    private static func exists(_ path: TilePath, _ size: UInt64) -> Bool {
        let count = TileLayout.hashCount(level: path.level ?? 0, size: size)
        let (start, overflow) = path.index.multipliedReportingOverflow(by: UInt64(TilePath.fullWidth))
        return !overflow && start <= count && UInt64(path.width) <= count - start
    }

    /// Entries that are durable.
    func exchangeSize() throws -> UInt64 { try node.checkpoint(.exchange).size }

    /// The last checkpoint, with the cosignatures that partners have given it.
    func publishedCheckpoint(_ log: LogID) throws -> SignedNote {
        let signed = try node.checkpoint(log)
        var lines: [NoteSignature] = []
        for partner in directory.partners.values where partner.state == .active {
            guard let given = try mirrors.cosigned(partner.number, log), given.size == signed.size else { continue }
            let whole = try? SignedNote(parsing: signed.note.encoded + given.lines)
            lines += whole?.signatures.dropFirst(signed.note.signatures.count) ?? []
        }
        return signed.note.adding(lines)
    }

    // MARK: What partners get back and what is theirs

    /// The partner's own log, as it stands here: for a node that lost it.
    private func mirrorResource(_ parts: [String], _ partner: Partner) async throws -> PartnerReply {
        try await readers.run { [self] in
            let logs = storedLogVerifiers(of: partner)
            guard let complete = try mirrors.complete(partner.number, logs) else {
                return PartnerReply(404, text: "not here\n")
            }
            if parts == ["checkpoint"] { return PartnerReply(200, complete.note.encoded) }
            let path = try TilePath(parsing: parts.joined(separator: "/"))
            guard Self.exists(path, complete.size) else { return PartnerReply(404, text: "not here\n") }
            return PartnerReply(200, try mirrors.rows(partner.number).resource(path))
        }
    }

    private func deliveries(_ query: [String: String], _ partner: Partner) async throws -> PartnerReply {
        guard let after = query["after"].flatMap(UInt64.init) else { return PartnerReply(400, text: "after what?\n") }
        let limit = min(query["limit"].flatMap(Int.init) ?? limits.deliveryPageByteCount, limits.deliveryPageByteCount)
        return try await readers.run { [self] in
            PartnerReply(200, try deliveryPage(to: partner, after: after, limit: limit))
        }
    }

    /// Consecutive deliveries, at least one where there is any.
    func deliveryPage(to partner: Partner, after: UInt64, limit: Int) throws -> [UInt8] {
        var page: [UInt8] = []
        guard after < .max else { return page }
        try store.database.forEach(
            .exchange, from: ExchangeRow.delivery(partner.number, after + 1),
            upTo: ExchangeRow.delivery(partner.number, .max)
        ) { key, value in
            let value = [UInt8](value)
            guard let position = UInt64(bigEndianBytes: key.suffix(8)), value.count == 24,
                let index = UInt64(bigEndianBytes: value[..<8])
            else { throw NodeError(.corrupted, "the list of deliveries is not readable") }
            let envelope = try store.database.get(.envelopes, Array(value[8...])) ?? []
            guard page.isEmpty || page.count + DeliveryPage.headerByteCount + envelope.count <= limit else {
                return false
            }
            DeliveryPage.append(Delivery(position: position, entryIndex: index, envelope: envelope), to: &page)
            return true
        }
        return page
    }

    /// Attachments that a partner may fetch.
    func sharedBlobs(with partner: Partner) throws -> [Digest] {
        var blobs: [Digest] = []
        let prefix = ExchangeRow.sharedBlob(partner.number, Digest([UInt8](repeating: 0, count: 32))!).dropLast(32)
        try store.database.forEach(
            .exchange, from: Array(prefix), upTo: prefix + [UInt8](repeating: 0xFF, count: 33)
        ) { key, _ in
            if let blob = Digest(key.suffix(32)) { blobs.append(blob) }
            return true
        }
        return blobs
    }

    private func blob(_ name: String, _ query: [String: String], _ partner: Partner) async throws -> PartnerReply {
        guard name.count == 64, let bytes = Hex.decode(name), let digest = Digest(bytes), Hex.encode(bytes) == name,
            let offset = query["offset"].map(Int.init) ?? 0, offset >= 0
        else { return PartnerReply(404, text: "not here\n") }
        return try await readers.run { [self] in
            // Only what a notice to this partner speaks of.
            guard try store.database.get(.exchange, ExchangeRow.sharedBlob(partner.number, digest)) != nil,
                let size = cases.blobs.sealedByteCount(digest), offset <= size
            else { return PartnerReply(404, text: "not here\n") }
            let count = min(limits.blobPieceByteCount, size - offset)
            return PartnerReply(200, try cases.blobs.sealedBytes(digest, at: offset, count: count))
        }
    }

    // MARK: Witness

    private func addCheckpoint(_ body: [UInt8], _ partner: Partner) async throws -> PartnerReply {
        let witness = Witness(signer: try node.keys.witnessSigner(node.authority))
        for _ in 0..<cases.limits.retries {
            let (decision, isStored) = try await readers.run { [self] () -> (Witness.Decision, Bool) in
                let found = Witness.origin(of: body).flatMap { directory.partner(origin: $0) }
                // A partner brings its own logs, nobody else's.
                guard let (about, name) = found, about.prefix == partner.prefix else {
                    return (witness.decide(body, log: nil, time: now / 1000), true)
                }
                let log: LogID = name == "exchange" ? .exchange : .journal
                let stored = storedLogVerifiers(of: partner, log)
                let held = try mirrors.head(partner.number, log, stored)
                let decision = witness.decide(
                    body,
                    log: .init(verifiers: logVerifiers(of: partner, log), standing: partner.state, held: held),
                    time: now / 1000)
                if decision.evidence != nil, log == .journal, try !isCaughtUp(with: partner) {
                    return (witness.later, true)
                }
                guard let accepted = decision.accepted else {
                    if log == .exchange { report(decision, partner) }
                    return (decision, true)
                }
                let isStored = try mirrors.moveHead(partner.number, log, from: held, to: accepted, stored)
                if isStored, log == .exchange { tell(partner.prefix, .headMoved(accepted)) }
                return (decision, isStored)
            }
            guard isStored else { continue }
            if let evidence = decision.evidence { await alarm(.fork(evidence), about: partner) }
            return PartnerReply(
                decision.response.status, decision.response.body,
                contentType: decision.response.contentType ?? "text/plain; charset=utf-8")
        }
        return PartnerReply(503, text: "later\n")
    }

    /// Whether every entry of the log that its checkpoint says is here: one may put the journal back.
    private func isCaughtUp(with partner: Partner) throws -> Bool {
        try mirrors.size(partner.number)
            == mirrors.head(partner.number, .exchange, storedLogVerifiers(of: partner))?.size
    }

    private func report(_ decision: Witness.Decision, _ partner: Partner) {
        if let suspect = decision.suspect { tell(partner.prefix, .observed(suspect.note, source: partner.prefix)) }
        if let evidence = decision.evidence { tell(partner.prefix, .evidence(evidence)) }
    }
}

/// Rows of the family `exchange`.
///
/// ```
/// 1 ‖ authority's number[4] ‖ entry id[16]   → the stream[8] that it was taken into; number 0 is our own log
/// 2 ‖ partner[4] ‖ position[8]               → entry index[8] ‖ entry id[16] of an envelope for it
/// 3 ‖ partner[4] ‖ blob[32]                  → an attachment it may fetch
/// 4 ‖ expiry, days since 1970[4] ‖ stream[8] → a received notice that is erased then
/// 5 ‖ ~time[8] ‖ stream[8] ‖ number[4]       → 1 ours, 2 a partner's: a notice of a case (number 0: the one that made it)
/// 6 ‖ partner[4] ‖ fact[1] ‖ id[16]          → time[8] ‖ detail[8]: what partner figures are made of
/// 7 ‖ due, days since 1970[4] ‖ partner[4] ‖ id[16] → nothing: by when it has to say that it erased a notice of ours
/// 8 ‖ partner[4] ‖ duty[1] ‖ entry id[16]    → what a notice of its left to do, until it is done
/// ```
enum ExchangeRow {
    static func entry(_ authority: UInt32, _ id: [UInt8]) -> [UInt8] { [1] + authority.bigEndianBytes + id }
    static func delivery(_ partner: UInt32, _ position: UInt64) -> [UInt8] {
        [2] + partner.bigEndianBytes + position.bigEndianBytes
    }
    /// Its position follows from the entry: so it is above all before it also where the rows of those were lost.
    static func delivery(_ partner: UInt32, entry index: UInt64) -> [UInt8] { delivery(partner, index + 1) }
    static func sharedBlob(_ partner: UInt32, _ blob: Digest) -> [UInt8] { [3] + partner.bigEndianBytes + blob.bytes }
    static func expiry(_ day: UInt32, _ stream: UInt64) -> [UInt8] { [4] + day.bigEndianBytes + stream.bigEndianBytes }
}
