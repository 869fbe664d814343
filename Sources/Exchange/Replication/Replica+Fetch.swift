internal import TransparencyLog

extension Replica {
    /// Bundles on their way to `target`.
    struct Fetch {
        let target: SignedCheckpoint
        /// Whether the first batch makes `target` the head.
        var adopting: Bool
        /// For the proofs that batches are prefixes of `target`.
        var tiles: PrefixTiles
        /// The bundle to ask for next.
        var nextBundle: UInt64
        /// The bundle that the next batch begins with.
        var nextInBatch: UInt64
        /// Entries that have come, by bundle.
        var arrived: [UInt64: [[UInt8]]] = [:]
        var arrivedByteCount = 0
        /// Bundles above the ordinary size: asked for one at a time, with nothing else under way.
        var large: Set<UInt64> = []
        var batch: Batch?
    }

    /// Entries between being fetched and being durable.
    struct Batch {
        let entries: EntryBatch
        let tiles: [TileBuilder.FullTile]
        /// The tree with these entries.
        let edge: TileBuilder
        var judgeState: [UInt8]?
        var persistID: UInt64?
    }

    mutating func fetch(_ target: SignedCheckpoint, adopting: Bool) {
        guard target.size > size else {
            nextID += 1
            phase = .adopting(id: nextID, head: target)
            return persist(nextID, head: target, EntryBatch(firstIndex: size, entries: []), [], state.judge, target)
        }
        let first = size >> 8
        phase = .fetching(
            Fetch(
                target: target, adopting: adopting, tiles: PrefixTiles(size: target.size), nextBundle: first,
                nextInBatch: first))
        askForBundles()
    }

    /// Keeps as many bundles under way as the limits have room for.
    private mutating func askForBundles() {
        guard case .fetching(var fetch) = phase else { return }
        let end = (fetch.target.size + 255) >> 8
        var underWay = requests.values.count {
            if case .tile(let path) = $0.resource { path.level == nil } else { false }
        }
        var wanted: [(path: TilePath, limit: Int)] = []
        while fetch.nextBundle < end, underWay < limits.requestsInFlight,
            underWay + fetch.arrived.count < limits.bundlesAhead,
            fetch.arrivedByteCount < limits.bundlesAhead * limits.bundleByteCount
        {
            let isLarge = fetch.large.contains(fetch.nextBundle)
            if isLarge, underWay > 0 || !fetch.arrived.isEmpty || fetch.batch != nil { break }
            let width = TileLayout.width(level: 0, index: fetch.nextBundle, size: fetch.target.size)
            let limit =
                isLarge ? EntryBundle.maximumByteCount : min(limits.bundleByteCount, EntryBundle.maximumByteCount)
            wanted.append((.bundle(fetch.nextBundle, width: width), limit))
            fetch.nextBundle += 1
            underWay += 1
            if isLarge { break }
        }
        phase = .fetching(fetch)
        for (path, limit) in wanted { ask(.tile(path), maximumByteCount: limit) }
    }

    /// Starts again at this bundle, once everything before it is stored.
    mutating func bundleIsLarge(_ index: UInt64) {
        guard case .fetching(var fetch) = phase else { return }
        fetch.large.insert(index)
        fetch.nextBundle = min(fetch.nextBundle, index)
        for (bundle, entries) in fetch.arrived where bundle > index {
            fetch.arrivedByteCount -= entries.byteCount
            fetch.arrived[bundle] = nil
        }
        phase = .fetching(fetch)
        for (id, outstanding) in requests.sorted(by: { $0.key < $1.key }) {
            if case .tile(let path) = outstanding.resource, path.level == nil, path.index > index {
                requests[id] = nil
                actions.append(.cancel(id: id))
            }
        }
        formBatch()
        askForBundles()
    }

    mutating func bundleArrived(_ index: UInt64, _ entries: [[UInt8]]) {
        guard case .fetching(var fetch) = phase, index >= fetch.nextInBatch else { return }
        let first = index << 8
        // The first bundle begins with entries that are stored already.
        let new = Array(entries.dropFirst(Int(max(first, size) - first)))
        fetch.arrived[index] = new
        fetch.arrivedByteCount += new.byteCount
        phase = .fetching(fetch)
        formBatch()
        askForBundles()
    }

    /// Makes a batch of the bundles that have come in order, when there are enough of them.
    private mutating func formBatch() {
        guard case .fetching(var fetch) = phase, fetch.batch == nil else { return }
        let end = (fetch.target.size + 255) >> 8
        var count = 0
        var entryCount = 0
        var byteCount = 0
        while entryCount < limits.batchEntryCount, byteCount < limits.batchByteCount,
            let entries = fetch.arrived[fetch.nextInBatch + UInt64(count)]
        {
            count += 1
            entryCount += entries.count
            byteCount += entries.byteCount
        }
        let next = fetch.nextInBatch + UInt64(count)
        let isFull = entryCount >= limits.batchEntryCount || byteCount >= limits.batchByteCount
        // A full house, or a large bundle that waits for it to empty, ends a batch as well.
        let isStuck = fetch.arrived.count >= limits.bundlesAhead || fetch.large.contains(next)
        guard count > 0, isFull || isStuck || next == end else { return }
        var entries: [[UInt8]] = []
        entries.reserveCapacity(entryCount)
        for bundle in fetch.nextInBatch..<next { entries += fetch.arrived.removeValue(forKey: bundle)! }
        fetch.nextInBatch = next
        fetch.arrivedByteCount -= byteCount
        var edge = state.edge
        var tiles: [TileBuilder.FullTile] = []
        for entry in entries { edge.append(MerkleHash.leaf(entry)) { tiles.append($0) } }
        fetch.batch = Batch(entries: EntryBatch(firstIndex: size, entries: entries), tiles: tiles, edge: edge)
        phase = .fetching(fetch)
        proveBatch()
    }

    /// Judges a batch only once its entries are proven to be the beginning of what the log signed.
    mutating func proveBatch() {
        guard case .fetching(let fetch) = phase, let batch = fetch.batch, batch.judgeState == nil,
            batch.persistID == nil
        else { return }
        if batch.edge.size < fetch.target.size {
            let missing = fetch.tiles.missing(for: batch.edge.size)
            guard missing.isEmpty else { return askForTiles(missing) }
            guard let prefix = try? fetch.tiles.prefix(batch.edge.size, root: fetch.target.root),
                prefix.root == batch.edge.root
            else { return notServed() }
        } else if batch.edge.root != fetch.target.root {
            return notServed()
        }
        actions.append(.judge(batch.entries, state: state.judge))
    }

    /// The entries or the tiles are not those of the checkpoint; which of them cannot be told.
    private mutating func notServed() {
        guard case .fetching(let fetch) = phase else { return }
        unserved += 1
        if unserved == limits.unprovenRounds { raise(.withheld(fetch.target)) }
        roundFailed(.notProven)
    }

    mutating func judged(_ verdict: EntryVerdict) {
        guard case .fetching(var fetch) = phase, var batch = fetch.batch, batch.persistID == nil else { return }
        switch verdict {
        case .bad(let index, let code):
            raise(.badEntry(index: index, code: code, checkpoint: fetch.target))
        case .good(let judge):
            nextID += 1
            batch.judgeState = judge
            batch.persistID = nextID
            fetch.batch = batch
            phase = .fetching(fetch)
            let isComplete = batch.edge.size == fetch.target.size
            persist(
                nextID, head: fetch.adopting ? fetch.target : nil, batch.entries, batch.tiles, judge,
                isComplete ? fetch.target : nil)
        }
    }

    private mutating func persist(
        _ id: UInt64, head: SignedCheckpoint?, _ batch: EntryBatch, _ tiles: [TileBuilder.FullTile], _ judge: [UInt8],
        _ complete: SignedCheckpoint?
    ) {
        actions.append(
            .persist(
                Persist(
                    id: id, head: head, replaces: head == nil ? nil : state.head, batch: batch, tiles: tiles,
                    judge: judge, complete: complete)))
    }

    mutating func persisted(_ id: UInt64) {
        switch phase {
        case .adopting(id, let head):
            state.head = head
            state.complete = head
            takeMovedHead()
            close()
        case .fetching(var fetch) where fetch.batch?.persistID == id:
            guard let batch = fetch.batch, let judge = batch.judgeState else { return }
            if fetch.adopting { state.head = fetch.target }
            state.edge = batch.edge
            hasNews = true
            if batch.edge.size == fetch.target.size { state.complete = fetch.target }
            state.judge = judge
            fetch.adopting = false
            fetch.batch = nil
            fetch.tiles.keepRightEdge()
            unserved = 0
            phase = .fetching(fetch)
            takeMovedHead()
            guard !isFrozen else { return }
            guard size < fetch.target.size else { return close() }
            formBatch()
            askForBundles()
        default: break
        }
    }
}

extension [[UInt8]] {
    fileprivate var byteCount: Int { reduce(0) { $0 + $1.count } }
}
