internal import Cryptography
internal import Synchronization
internal import TransparencyLog

/// Recomputes a whole log from its entries and holds it against its tiles and its checkpoint.
///
/// It goes through the log in windows of bundles. Inside a window bundles are checked in any order, on all cores; each
/// yields the root of its level-0 tile, and these are put together in order. So memory is bounded by the window,
/// however long the log.
struct LogAudit: Sendable {
    /// Bundles in a window: 131,072 entries.
    static let windowBundleCount: UInt64 = 512
    static let maximumProblems = 20

    struct Result {
        var entries: UInt64 = 0
        var bytes: UInt64 = 0
        var resources = 0
        /// What does not hold, in the order of the log. The audit ends with the first window that has any.
        var problems: [String] = []
        /// The root of the first `remembered` entries.
        var rememberedRoot: Digest?
        /// What the entries say, where they are read.
        var summary = EntryAudit.Summary()
    }

    let source: any LogSource
    let checkpoint: Checkpoint
    /// The size of an earlier tree whose root is wanted; at most the checkpoint's.
    let remembered: UInt64?
    /// Nil: entries are opaque bytes.
    var entries: EntryAudit? = nil
    let progress: @Sendable (_ entries: UInt64, _ total: UInt64) -> Void

    /// What a bundle comes to.
    private struct Bundle: Sendable {
        let byteCount: Int
        /// The root of a full tile; nil for a partial one.
        let root: Digest?
        /// The leaf hashes where they are wanted one by one: in a partial tile, and where the remembered tree ends.
        let hashes: [Digest]?
        let summary: EntryAudit.Summary
    }

    private var width: UInt64 { UInt64(TilePath.fullWidth) }

    /// Throws `SourceError.unreachable` when the source fails, so that nothing can be said.
    func run() async throws -> Result {
        var result = Result()
        var edge = TileBuilder()
        if remembered == 0 { result.rememberedRoot = MerkleHash.empty }
        let bundleCount = (checkpoint.size + width - 1) / width
        var start: UInt64 = 0
        while start < bundleCount {
            let window = start..<min(start + Self.windowBundleCount, bundleCount)
            let (bundles, problems) = try await check(window)
            result.problems += problems
            guard result.problems.isEmpty else { return result }
            var tiles: [TileBuilder.FullTile] = []
            for (index, bundle) in zip(window, bundles) {
                add(bundle!, at: index, to: &edge, &result, &tiles)
                result.bytes += UInt64(bundle!.byteCount)
                result.summary.add(bundle!.summary)
            }
            result.problems += result.summary.problems.prefix(Self.maximumProblems)
            guard result.problems.isEmpty else { return result }
            result.resources += 2 * window.count + tiles.count
            for tile in tiles {
                try await compare(TilePath(level: tile.level, index: tile.index), tile.hashes, &result)
            }
            result.entries = edge.size
            progress(edge.size, checkpoint.size)
            start = window.upperBound
        }
        try await compareRightEdge(edge, &result)
        if result.problems.isEmpty, edge.root != checkpoint.root {
            result.problems.append("the root of the entries is not the root that the checkpoint signs")
        }
        return result
    }

    /// Checks the bundles of a window and the level-0 tiles over them.
    private func check(_ window: Range<UInt64>) async throws -> ([Bundle?], [String]) {
        let work = WindowWork(window)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<source.parallelism {
                group.addTask {
                    while let index = work.next() {
                        do {
                            work.finish(index, try await check(bundle: index))
                        } catch let problem as Problem {
                            work.report(index, problem.text)
                        }
                    }
                }
            }
            for try await _ in group {}  // the first failure ends the others
        }
        return work.result()
    }

    /// What the tasks of one window share.
    private final class WindowWork: Sendable {
        private struct State {
            var next: UInt64
            var bundles: [Bundle?]
            var problems: [(index: UInt64, text: String)] = []
        }
        private let window: Range<UInt64>
        private let state: Mutex<State>

        init(_ window: Range<UInt64>) {
            self.window = window
            state = Mutex(State(next: window.lowerBound, bundles: Array(repeating: nil, count: window.count)))
        }

        /// The next bundle to check; nil when there is none, or when enough is wrong.
        func next() -> UInt64? {
            state.withLock { state in
                guard state.next < window.upperBound, state.problems.count < LogAudit.maximumProblems else {
                    return nil
                }
                state.next += 1
                return state.next - 1
            }
        }

        func finish(_ index: UInt64, _ bundle: Bundle) {
            state.withLock { $0.bundles[Int(index - window.lowerBound)] = bundle }
        }

        func report(_ index: UInt64, _ problem: String) {
            state.withLock { $0.problems.append((index, problem)) }
        }

        /// Every bundle is there unless there are problems, which stand in the order of the log.
        func result() -> ([Bundle?], [String]) {
            state.withLock { state in
                (state.bundles, state.problems.sorted { $0.index < $1.index }.map(\.text))
            }
        }
    }

    private struct Problem: Error {
        let text: String
    }

    private func check(bundle index: UInt64) async throws -> Bundle {
        let count = TileLayout.width(level: 0, index: index, size: checkpoint.size)
        let path = TilePath.bundle(index, width: count)
        let bytes = try await read(path, limit: EntryBundle.maximumByteCount)
        let hashes: [Digest]
        do {
            hashes = try EntryBundle.leafHashes(bytes, width: count)
        } catch let error as TransparencyLogError {
            throw Problem(text: "\(path.string): \(error)")
        }
        let tilePath = TilePath(level: 0, index: index, width: count)
        let tile = try await read(tilePath, limit: Tile.fullByteCount)
        guard Tile.matches(tile, hashes) else {
            throw Problem(text: "\(tilePath.string) does not match the entries of \(path.string)")
        }
        let isWanted = path.isPartial || remembered.map { $0 / width == index && $0 % width != 0 } ?? false
        return Bundle(
            byteCount: bytes.count, root: path.isPartial ? nil : MerkleHash.perfectRoot(hashes),
            hashes: isWanted ? hashes : nil,
            summary: try entries?.check(bytes, width: count, first: index * width) ?? EntryAudit.Summary())
    }

    /// Reads a resource; a log may hold the full one in place of a partial one that it once published.
    private func read(_ path: TilePath, limit: Int) async throws -> [UInt8] {
        do {
            do {
                return try await source.read(path.string, limit: limit)
            } catch SourceError.missing where path.isPartial {
                return try prefix(await source.read(path.full.string, limit: limit), path)
            }
        } catch SourceError.missing(let name) {
            throw Problem(text: "\(name) is missing")
        } catch SourceError.tooLarge(let name) {
            throw Problem(text: "\(name) is larger than such a file can be")
        }
    }

    private func prefix(_ bytes: [UInt8], _ path: TilePath) throws -> [UInt8] {
        guard path.level == nil else { return Array(bytes.prefix(path.width * Digest.byteCount)) }
        do {
            return EntryBundle.encode(try EntryBundle.parse(bytes, width: TilePath.fullWidth).prefix(path.width))
        } catch let error as TransparencyLogError {
            throw Problem(text: "\(path.full.string): \(error)")
        }
    }

    private func add(
        _ bundle: Bundle, at index: UInt64, to edge: inout TileBuilder, _ result: inout Result,
        _ tiles: inout [TileBuilder.FullTile]
    ) {
        if let remembered, remembered / width == index, remembered % width != 0 {
            var prefix = edge.tree
            for hash in bundle.hashes!.prefix(Int(remembered % width)) { prefix.append(hash) }
            result.rememberedRoot = prefix.root
        }
        if let root = bundle.root {
            edge.append(fullTile: root) { tiles.append($0) }
        } else {
            for hash in bundle.hashes! { edge.append(hash) { tiles.append($0) } }
        }
        if edge.size == remembered { result.rememberedRoot = edge.root }
    }

    private func compare(_ path: TilePath, _ hashes: [Digest], _ result: inout Result) async throws {
        do {
            if try await !Tile.matches(read(path, limit: Tile.fullByteCount), hashes) {
                result.problems.append("\(path.string) does not match the tiles below it")
            }
        } catch let problem as Problem {
            result.problems.append(problem.text)
        }
    }

    /// The partial tiles above level 0; that at level 0 was checked with its bundle.
    private func compareRightEdge(_ edge: TileBuilder, _ result: inout Result) async throws {
        for level in TileLayout.levels(size: checkpoint.size).dropFirst() {
            let hashes = edge.partial(level: level)
            guard !hashes.isEmpty else { continue }
            let index = TileLayout.hashCount(level: level, size: checkpoint.size) >> 8
            try await compare(TilePath(level: level, index: index, width: hashes.count), hashes, &result)
            result.resources += 1
        }
    }
}
