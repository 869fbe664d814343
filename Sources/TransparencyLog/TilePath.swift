/// Names a resource of a tiled log (C2SP tlog-tiles): a hash tile or an entry bundle, full or partial.
///
/// ```
/// tile/<level>/<index>[.p/<width>]      hashes; level 0 to 63
/// tile/entries/<index>[.p/<width>]      entries
/// ```
/// `<index>` is written in groups of three digits, all but the last with an `x` in front: 1234067 is `x001/x234/067`.
public struct TilePath: Hashable, Sendable {
    public static let fullWidth = 256
    public static let maximumLevel = 63

    /// Nil for an entry bundle.
    public let level: Int?
    public let index: UInt64
    /// 1 to 255 in a partial resource, 256 in a full one.
    public let width: Int

    public init(level: Int?, index: UInt64, width: Int = TilePath.fullWidth) {
        precondition((1...Self.fullWidth).contains(width) && (0...Self.maximumLevel).contains(level ?? 0))
        self.level = level
        self.index = index
        self.width = width
    }

    public static func bundle(_ index: UInt64, width: Int = TilePath.fullWidth) -> TilePath {
        TilePath(level: nil, index: index, width: width)
    }

    public var isPartial: Bool { width < Self.fullWidth }
    public var full: TilePath { TilePath(level: level, index: index) }

    public var string: String {
        var rest = index / 1000
        var path = Self.threeDigits(index % 1000)
        while rest > 0 {
            path = "x" + Self.threeDigits(rest % 1000) + "/" + path
            rest /= 1000
        }
        let kind = level.map(String.init) ?? "entries"
        return "tile/\(kind)/\(path)" + (isPartial ? ".p/\(width)" : "")
    }

    private static func threeDigits(_ value: UInt64) -> String {
        let digits = String(value)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// Accepts exactly what `string` writes. Throws `.malformedPath`.
    public init(parsing path: String) throws(TransparencyLogError) {
        let refusal = TransparencyLogError(.malformedPath, "not the path of a tile")
        var parts = path.utf8.count <= 64 ? path.split(separator: "/", omittingEmptySubsequences: false)[...] : []
        guard parts.popFirst() == "tile", let kind = parts.popFirst() else { throw refusal }
        let level = kind == "entries" ? nil : Int(kind)
        guard kind == "entries" || (0...Self.maximumLevel).contains(level ?? -1) else { throw refusal }

        var width = Self.fullWidth
        if parts.count >= 2, parts[parts.endIndex - 2].hasSuffix(".p") {
            guard let parsed = Int(parts.removeLast()), (1..<Self.fullWidth).contains(parsed) else { throw refusal }
            width = parsed
            let last = parts.removeLast()
            parts.append(last.dropLast(2))
        }
        var index: UInt64 = 0
        for part in parts {
            let digits = part.hasPrefix("x") ? part.dropFirst() : part
            guard digits.utf8.count == 3, let group = UInt64(digits) else { throw refusal }
            let (high, overflow) = index.multipliedReportingOverflow(by: 1000)
            let (sum, carry) = high.addingReportingOverflow(group)
            guard !overflow, !carry else { throw refusal }
            index = sum
        }
        self.init(level: level, index: index, width: width)
        guard string == path else { throw refusal }
    }
}

/// How many tiles a tree of some size has, and how wide they are.
public enum TileLayout {
    /// Hashes at tile level `level` in a tree of `size` leaves: complete subtrees of 256^level leaves.
    public static func hashCount(level: Int, size: UInt64) -> UInt64 {
        level * 8 >= 64 ? 0 : size >> UInt64(level * 8)
    }

    /// The width of tile `index` at `level` in a tree of `size` leaves: 0 when there is no such tile.
    public static func width(level: Int, index: UInt64, size: UInt64) -> Int {
        let count = hashCount(level: level, size: size)
        guard index <= count >> 8 else { return 0 }
        return index < count >> 8 ? TilePath.fullWidth : Int(count & 255)
    }

    /// The levels that a tree of `size` leaves has tiles at.
    public static func levels(size: UInt64) -> Range<Int> {
        0..<(size == 0 ? 0 : (size.bitWidth - 1 - size.leadingZeroBitCount) / 8 + 1)
    }

    /// The hash tiles and entry bundles of a tree of `size` that a tree of `published` did not have in this width,
    /// lowest first: what to write to bring a copy from one to the other.
    public static func newResources(from published: UInt64, to size: UInt64) -> some Sequence<TilePath> {
        let kinds: [Int?] = [nil] + levels(size: size).map { $0 }
        return kinds.lazy.flatMap { level in
            let before = hashCount(level: level ?? 0, size: published)
            let after = hashCount(level: level ?? 0, size: size)
            let tiles = (before >> 8)..<((after + 255) >> 8)
            return (before == after ? tiles.prefix(0) : tiles[...]).lazy.map { index in
                TilePath(level: level, index: index, width: width(level: level ?? 0, index: index, size: size))
            }
        }
    }
}
