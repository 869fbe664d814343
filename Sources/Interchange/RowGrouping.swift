/// Rows that wait until their report is whole, packed, and never more than the limits allow.
///
/// A pure state machine: rows go in, and whoever owns it takes the groups out and makes reports of them.
struct RowGrouping {
    struct Group {
        let key: String
        fileprivate(set) var rows: [PackedRow]
    }

    enum Verdict {
        case held
        /// The group that the row's key has ended, with `adjacent`.
        case ended(Group)
        case refused(InterchangeError)
        /// The session is at its limit: the row is refused, and no row behind it can be taken.
        case full(InterchangeError)
    }

    private let isAdjacent: Bool
    private let limits: ImportLimits
    /// By the first row. With `adjacent`, at most one.
    private var groups: [Group] = []
    private var places: [ByteKey: Int] = [:]
    private var closed: Set<UInt128> = []
    private var heldRows = 0
    private var heldBytes = 0

    init(isAdjacent: Bool, limits: ImportLimits) {
        self.isAdjacent = isAdjacent
        self.limits = limits
    }

    mutating func add(_ row: PackedRow, key: String) -> Verdict {
        isAdjacent ? addAdjacent(row, key: key) : addAnywhere(row, key: key)
    }

    /// All groups that are left. Ends the grouping.
    mutating func takeAll() -> [Group] {
        defer { (groups, places, heldRows, heldBytes) = ([], [:], 0, 0) }
        return groups
    }

    private mutating func addAnywhere(_ row: PackedRow, key: String) -> Verdict {
        if let error = hold(row) { return .full(error) }
        let bytes = ByteKey(key)
        if let place = places[bytes] {
            groups[place].rows.append(row)
        } else {
            places[bytes] = groups.count
            groups.append(Group(key: key, rows: [row]))
            heldBytes += 2 * bytes.bytes.count
        }
        return .held
    }

    private mutating func addAdjacent(_ row: PackedRow, key: String) -> Verdict {
        if let open = groups.first, ByteKey(open.key) == ByteKey(key) {
            if let error = hold(row) { return .full(error) }
            groups[0].rows.append(row)
            return .held
        }
        let fingerprint = ByteKey(key).fingerprint
        guard !closed.contains(fingerprint) else {
            return .refused(
                InterchangeError(.notAdjacent, "the rows of this report have ended further up", line: row.line))
        }
        guard closed.count < limits.closedKeys else {
            return .full(
                InterchangeError(.tooManyKeys, "more than \(limits.closedKeys) reports at a time", line: row.line))
        }
        let ended = groups.popLast()
        (heldRows, heldBytes) = (0, 0)
        if let error = hold(row) {
            // Not even this row alone: the group that has ended waits for the end of the session.
            groups = ended.map { [$0] } ?? []
            return .full(error)
        }
        closed.insert(fingerprint)
        groups = [Group(key: key, rows: [row])]
        return ended.map(Verdict.ended) ?? .held
    }

    /// Counts a row, unless that is one too many.
    private mutating func hold(_ row: PackedRow) -> InterchangeError? {
        guard heldRows < limits.heldRows, heldBytes + row.cost <= limits.heldBytes else {
            return InterchangeError(
                .tooManyRows,
                "more than \(limits.heldRows) rows or \(limits.heldBytes) bytes wait for others of their report",
                line: row.line)
        }
        heldRows += 1
        heldBytes += row.cost
        return nil
    }
}

/// A key compared byte by byte: two spellings of one letter are two keys.
private struct ByteKey: Hashable {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    /// FNV-1a of 128 bits. Whoever makes two keys collide gets the second refused, nothing worse.
    var fingerprint: UInt128 {
        bytes.reduce(0x6C62_272E_07BB_0142_62B8_2175_6295_C58D) { hash, byte in
            (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013B
        }
    }
}

/// A row in one piece of memory: for each cell its length, four bytes with the highest first, and its UTF-8;
/// `0xFFFFFFFF` alone for an empty one.
struct PackedRow: Sendable {
    let row: UInt64
    let line: UInt64
    private let bytes: [UInt8]
    private static let empty = UInt32.max

    init(_ row: ImportMapping.Row) {
        self.row = row.row
        line = row.line
        var bytes: [UInt8] = []
        bytes.reserveCapacity(row.cells.reduce(0) { $0 + 4 + ($1?.utf8.count ?? 0) })
        for cell in row.cells {
            let length = cell.map { UInt32($0.utf8.count) } ?? Self.empty
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: length >> UInt32(shift))) }
            if let cell { bytes.append(contentsOf: cell.utf8) }
        }
        self.bytes = bytes
    }

    /// Bytes in memory, about: the cells, this value, the array's head, and its share of a group and its key.
    var cost: Int { bytes.count + 160 }

    var unpacked: ImportMapping.Row {
        var cells: [String?] = []
        var position = 0
        while position < bytes.count {
            let length = bytes[position..<(position + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            position += 4
            guard length != Self.empty else {
                cells.append(nil)
                continue
            }
            cells.append(String(decoding: bytes[position..<(position + Int(length))], as: UTF8.self))
            position += Int(length)
        }
        return ImportMapping.Row(row: row, line: line, cells: cells)
    }
}
