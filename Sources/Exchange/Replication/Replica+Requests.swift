internal import TransparencyLog

extension Replica {
    /// A request that is under way, or waits to be tried again.
    struct Outstanding {
        var resource: ReplicaRequest.Resource
        var maximumByteCount: Int
        var attempts = 0
        /// Nil while it is under way.
        var delayedUntil: UInt64?
        /// Whether a full tile is read for a partial one that is gone.
        var wantsFull = false
    }

    mutating func ask(_ resource: ReplicaRequest.Resource, maximumByteCount: Int, delay: UInt64? = nil) {
        nextID += 1
        requests[nextID] = Outstanding(
            resource: resource, maximumByteCount: maximumByteCount, delayedUntil: delay.map { now + $0 })
        if delay == nil { send(nextID) }
    }

    mutating func send(_ id: UInt64) {
        guard var outstanding = requests[id] else { return }
        outstanding.delayedUntil = nil
        outstanding.attempts += 1
        requests[id] = outstanding
        var resource = outstanding.resource
        var timeout = limits.requestTimeout
        if outstanding.wantsFull, case .tile(let path) = resource { resource = .tile(path.full) }
        if case .checkpoint(_, let wait) = resource { timeout += wait * 1000 }
        actions.append(
            .request(
                ReplicaRequest(
                    id: id, resource: resource, maximumByteCount: outstanding.maximumByteCount, timeout: timeout)))
    }

    mutating func received(_ id: UInt64, _ bytes: [UInt8]) {
        // Answers to requests that were cancelled, and second answers, are nobody's.
        guard let outstanding = requests[id], outstanding.delayedUntil == nil else { return }
        guard bytes.count <= outstanding.maximumByteCount else { return requestFailed(id, .tooLarge) }
        do {
            switch outstanding.resource {
            case .checkpoint(let after, _):
                // Mostly the same as the last time, on an idle line.
                let signed = try lastPolled?.bytes == bytes ? lastPolled!.signed : verified(SignedNote(parsing: bytes))
                lastPolled = (bytes, signed)
                requests[id] = nil
                polled(signed, after: after)
            case .tile(let path):
                let width = outstanding.wantsFull ? TilePath.fullWidth : path.width
                if path.level == nil {
                    let entries = try EntryBundle.parse(bytes, width: width)
                    requests[id] = nil
                    bundleArrived(path.index, Array(entries.prefix(path.width)))
                } else {
                    let hashes = try Tile.parse(bytes, width: width)
                    requests[id] = nil
                    tileArrived(path, Array(hashes.prefix(path.width)))
                }
            case .deliveries:
                let page = try DeliveryPage.parse(
                    bytes, after: lastHandedOver, maximumEnvelopeByteCount: limits.envelopeByteCount)
                requests[id] = nil
                deliveriesArrived(page)
            case .checkpoints:
                let gossip = try Gossip(parsing: bytes)
                requests[id] = nil
                gossipArrived(gossip)
            }
        } catch let error as TransparencyLogError {
            retry(id, .badAnswer(error.code.rawValue))
        } catch let error as ReplicationError {
            retry(id, .badAnswer(error.code.rawValue))
        } catch {
            retry(id, .badAnswer("unreadable"))
        }
    }

    /// A checkpoint of this log that is shown now, with its signature, whatever its place in the history.
    func verified(_ note: SignedNote) throws(TransparencyLogError) -> SignedCheckpoint {
        try verified(note, configuration.policy.logs)
    }

    /// One that somebody holds: the key may have ended since it was signed.
    func verifiedHeld(_ note: SignedNote) throws(TransparencyLogError) -> SignedCheckpoint {
        try verified(note, configuration.everyLogKey)
    }

    private func verified(_ note: SignedNote, _ logs: [LogVerifier]) throws(TransparencyLogError) -> SignedCheckpoint {
        let signed = try SignedCheckpoint(verifying: note, logs: logs, witnesses: configuration.policy.witnesses)
        guard signed.origin.isSameOrigin(as: configuration.origin) else {
            throw TransparencyLogError(.wrongOrigin, "a checkpoint of another log")
        }
        return signed
    }

    mutating func requestFailed(_ id: UInt64, _ failure: RequestFailure) {
        guard var outstanding = requests[id], outstanding.delayedUntil == nil else { return }
        if case .tile(let path) = outstanding.resource {
            // A static copy keeps partial tiles only until the full one is there.
            if failure == .status(404), path.isPartial, !outstanding.wantsFull {
                outstanding.wantsFull = true
                requests[id] = outstanding
                return send(id)
            }
            if failure == .tooLarge, path.level == nil, outstanding.maximumByteCount < EntryBundle.maximumByteCount {
                requests[id] = nil
                return bundleIsLarge(path.index)
            }
        }
        retry(id, .request(failure))
    }

    /// Tries again later, or gives the round up. What a copy does not have, it will not have a moment later.
    mutating func retry(_ id: UInt64, _ failure: ReplicaFailure) {
        guard let attempts = requests[id]?.attempts else { return }
        let isFinal = configuration.source == .copy && failure == .request(.status(404))
        guard attempts < limits.attempts, !isFinal else {
            requests[id] = nil
            return roundFailed(failure)
        }
        requests[id]?.delayedUntil = now + backoff.delay(failures: attempts)
    }

    mutating func cancelRequests(_ matches: (ReplicaRequest.Resource) -> Bool = { _ in true }) {
        for (id, outstanding) in requests.sorted(by: { $0.key < $1.key }) where matches(outstanding.resource) {
            requests[id] = nil
            actions.append(.cancel(id: id))
        }
    }

    func isAsking(_ matches: (ReplicaRequest.Resource) -> Bool) -> Bool {
        requests.values.contains { matches($0.resource) }
    }
}
