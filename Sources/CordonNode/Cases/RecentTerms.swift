internal import Storage

/// The rows of terms that the last commits brought, by their terms: what a look at the index of a moment ago did not
/// see. The writer keeps it, in two generations, so that nothing is taken out one by one.
struct RecentTerms {
    /// What a generation takes, about: when it is full, the one before it is forgotten.
    static let maximumCommits = 32
    static let maximumRows = 50_000

    /// A row of a term. What it holds lies in one piece with that of the others: thousands a second come and go.
    private struct Row {
        let hash: UInt64
        let commit: UInt64
        /// Where its key begins, behind which its value lies.
        let start: Int
        let keyByteCount: Int
        let valueByteCount: Int
        /// The row before it in its bucket, counted from 1; 0 where there is none.
        let older: UInt32
        var isGone = false
    }

    /// A hash table that grows until it is emptied as a whole: most looks find an empty bucket, and touch nothing else.
    private struct Generation {
        private static let bucketCount = 1 << 17

        /// The newest row of each bucket, as `Row.older` counts them.
        private var buckets = [UInt32](repeating: 0, count: Self.bucketCount)
        private var rows: [Row] = []
        private var bytes: [UInt8] = []
        /// The last commit before its first.
        private(set) var before: UInt64 = 0
        private(set) var last: UInt64 = 0
        private var commits = 0

        var isFull: Bool { commits >= RecentTerms.maximumCommits || rows.count >= RecentTerms.maximumRows }

        mutating func begin(behind commit: UInt64) {
            for place in buckets.indices { buckets[place] = 0 }
            rows.removeAll(keepingCapacity: true)
            bytes.removeAll(keepingCapacity: true)
            (before, last, commits) = (commit, commit, 0)
        }

        mutating func put(_ key: [UInt8], _ value: [UInt8], _ hash: UInt64, commit: UInt64) {
            let bucket = Int(hash % UInt64(Self.bucketCount))
            rows.append(
                Row(
                    hash: hash, commit: commit, start: bytes.count, keyByteCount: key.count,
                    valueByteCount: value.count, older: buckets[bucket]))
            bytes += key
            bytes += value
            buckets[bucket] = UInt32(rows.count)
            if last < commit { (last, commits) = (commit, commits + 1) }
        }

        mutating func remove(_ key: [UInt8], _ hash: UInt64) {
            var next = buckets[Int(hash % UInt64(Self.bucketCount))]
            while next > 0 {
                let place = Int(next) - 1
                if self.key(rows[place]).elementsEqual(key) { rows[place].isGone = true }
                next = rows[place].older
            }
        }

        private func key(_ row: Row) -> ArraySlice<UInt8> { bytes[row.start..<row.start + row.keyByteCount] }

        /// What came of a term behind `commit`, the newest first.
        func since(_ commit: UInt64, of term: [UInt8], _ hash: UInt64) -> [SearchIndex.Met] {
            guard last > commit else { return [] }
            var met: [SearchIndex.Met] = []
            var next = buckets[Int(hash % UInt64(Self.bucketCount))]
            while next > 0 {
                let row = rows[Int(next) - 1]
                guard row.commit > commit else { break }
                next = row.older
                guard row.hash == hash, !row.isGone, key(row).dropLast(Posting.byteCount).elementsEqual(term),
                    let posting = Posting(row: Array(key(row)))
                else { continue }
                met.append((posting, Births(row: Array(bytes[key(row).endIndex...].prefix(row.valueByteCount)))))
            }
            return met
        }
    }
    private var older = Generation()
    private var newer = Generation()

    /// What a proposal does to rows of terms. `commit` is the number of the commit that it is in.
    mutating func apply(_ changes: [RowChange], commit: UInt64) {
        if newer.isFull, newer.last < commit {
            swap(&older, &newer)
            newer.begin(behind: older.last)
        }
        for place in changes.indices where IndexRow.isOfTerm(changes[place].row) {
            let key = changes[place].row.key
            let hash = key.withUnsafeBytes {
                Self.hash(UnsafeRawBufferPointer(rebasing: $0.dropLast(Posting.byteCount)))
            }
            if let value = changes[place].value {
                newer.put(key, value, hash, commit: commit)
            } else {
                older.remove(key, hash)
                newer.remove(key, hash)
            }
        }
    }

    /// What came with commits behind `commit`, the newest first; nil where that is no longer known.
    func postings(of looks: TermLooks) -> [TermsMet]? {
        guard looks.commit >= older.before else { return nil }
        var found: [TermsMet] = []
        for place in looks.terms.indices {
            let (term, stream) = looks.terms[place]
            let hash = term.withUnsafeBytes(Self.hash)
            var met = newer.since(looks.commit, of: term, hash)
            met += older.since(looks.commit, of: term, hash)
            met.removeAll { $0.posting.stream == stream }
            if !met.isEmpty { found.append((place, met)) }
        }
        return found
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        return UInt64(truncatingIfNeeded: hasher.finalize())
    }
}

/// Terms that were looked for, each for a case, when a number of commits had been made.
struct TermLooks: Sendable {
    let commit: UInt64
    var terms: [(term: [UInt8], stream: UInt64)]
}
