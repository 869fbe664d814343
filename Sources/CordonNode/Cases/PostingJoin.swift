internal import Cryptography
internal import Customs
internal import Storage

/// What searches have cost, in rows that were read.
final class SearchSteps {
    var count = 0
}

extension SearchIndex {
    /// Lends the postings that every group has, newest first, from behind `cursor` on, until `body` returns false.
    /// A group is met where any of its terms is. Where the search has cost all that it may, it returns the posting to
    /// go on behind, later.
    ///
    /// A leapfrog join of blocks: each group in turn jumps to the furthest block that any has seen, until all agree;
    /// inside of a block, groups are sets of bits.
    func forEachCommon(
        _ groups: [[SearchTerm]], after cursor: Posting?, days: ClosedRange<UInt32>?,
        _ body: (Posting) throws -> Bool
    ) throws -> Posting? {
        precondition(!groups.isEmpty)
        let unions = groups.map { terms in
            PostingUnion(terms.map { PostingList($0, database, snapshot, steps) })
        }
        var end = cursor?.number ?? .max  // behind the numbers still to be looked at
        while end > 0, let first = try unions[0].seek(PostingBlock.of(end - 1)) {
            var block = first
            var agreed = 1
            var index = 1 % unions.count
            while agreed < unions.count {
                guard let next = try unions[index].seek(block) else { return nil }
                agreed = next == block ? agreed + 1 : 1
                block = next
                index = (index + 1) % unions.count
                // Nothing behind `block` is common; whether something in it is, is not known yet. A page that would
                // go on where it began goes on at once.
                if agreed < unions.count, steps.count >= maximumSteps, PostingBlock.end(block) < end {
                    return Posting(number: PostingBlock.end(block), stream: 0)
                }
            }
            var common = unions[0].places
            for union in unions.dropFirst() { common.formIntersection(union.places) }
            let start = block * PostingBlock.span
            while let place = common.popLast() {
                let number = start + UInt64(place)
                guard number < end, days?.contains(unions[0].day(of: number) ?? 0) ?? true,
                    let stream = try stream(of: number)
                else { continue }
                guard try body(Posting(number: number, stream: stream)) else { return nil }
            }
            end = start
            if steps.count >= maximumSteps { return Posting(number: end, stream: 0) }
        }
        return nil
    }

    private func stream(of number: UInt64) throws -> UInt64? {
        try database.get(.index, IndexRow.object(number), at: snapshot).flatMap { UInt64(bigEndianBytes: $0.prefix(8)) }
    }
}

/// The postings of one term, block by block, newest first: each block is before the last.
final class PostingList {
    private let prefix: [UInt8]
    /// Whether a row is a block already, and not one posting.
    private let isBlocked: Bool
    private let cursor: Cursor
    private let steps: SearchSteps
    /// The key of the row that the cursor is at, where that is behind `current`.
    private var row: [UInt8]?
    private var hasEnded = false
    private(set) var current: (block: UInt64, postings: PostingBlock)?

    init(_ term: SearchTerm, _ database: Database, _ snapshot: Snapshot, _ steps: SearchSteps) {
        self.steps = steps
        isBlocked = term.scheme.matchRank == nil
        prefix = isBlocked ? IndexRow.blocks(term) : IndexRow.term(term)
        cursor = database.cursor(.index, from: prefix, upTo: SearchIndex.end(prefix), at: snapshot)
    }

    /// The first block that has postings, at `block` or before it.
    func seek(_ block: UInt64) throws -> UInt64? {
        if let current, current.block <= block { return current.block }
        if hasEnded { return nil }
        steps.count += 1
        if let current, current.block == block + 1, isBlocked {
            row = try cursor.next()
        } else if row.flatMap(self.block) ?? .max > block {
            row = try cursor.seek(prefix + (isBlocked ? ~block : ~(PostingBlock.end(block) &- 1)).bigEndianBytes)
        }
        guard let key = row, let found = self.block(key) else {
            hasEnded = true
            current = nil
            return nil
        }
        current = (found, try isBlocked ? PostingBlock(row: cursor.value) : gather(found))
        return found
    }

    private func block(_ key: [UInt8]) -> UInt64? {
        isBlocked
            ? UInt64(bigEndianBytes: key.suffix(8)).map { ~$0 } : Posting(row: key).map { PostingBlock.of($0.number) }
    }

    private func gather(_ block: UInt64) throws -> PostingBlock {
        var entries: [(number: UInt64, day: UInt32)] = []
        while let key = row, let posting = Posting(row: key), PostingBlock.of(posting.number) == block {
            steps.count += 1
            entries.append((posting.number, UInt32(bigEndianBytes: cursor.value.prefix(4)) ?? 0))
            row = try cursor.next()
        }
        return PostingBlock(entries)
    }
}

/// The postings of several terms as one list.
private final class PostingUnion {
    private let lists: [PostingList]
    /// Where all of them are, or before it.
    private var block: UInt64?

    init(_ lists: [PostingList]) { self.lists = lists }

    func seek(_ block: UInt64) throws -> UInt64? {
        self.block = nil
        for list in lists {
            guard let next = try list.seek(block) else { continue }
            self.block = max(self.block ?? 0, next)
        }
        return self.block
    }

    /// In the block that was found last.
    var places: PlaceSet {
        var places = PlaceSet()
        for list in lists {
            guard let current = list.current, current.block == block else { continue }
            for index in 0..<current.postings.count { places.insert(current.postings.place(at: index)) }
        }
        return places
    }

    func day(of number: UInt64) -> UInt32? {
        for list in lists {
            guard let current = list.current, current.block == block else { continue }
            if let day = current.postings.day(of: number) { return day }
        }
        return nil
    }
}

/// Places in a block.
private struct PlaceSet {
    private var words = [UInt64](repeating: 0, count: Int(PostingBlock.span / 64))
    /// Behind the last word that may have any.
    private var end = Int(PostingBlock.span / 64)

    mutating func insert(_ place: UInt16) {
        let place = Int(place % UInt16(PostingBlock.span))
        words[place / 64] |= 1 << UInt64(place % 64)
    }

    mutating func formIntersection(_ other: PlaceSet) {
        for index in words.indices { words[index] &= other.words[index] }
    }

    /// The greatest, which goes.
    mutating func popLast() -> UInt16? {
        while end > 0 {
            let word = words[end - 1]
            if word != 0 {
                let bit = 63 - word.leadingZeroBitCount
                words[end - 1] = word & ~(1 << UInt64(bit))
                return UInt16((end - 1) * 64 + bit)
            }
            end -= 1
        }
        return nil
    }
}
