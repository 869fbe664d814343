internal import Storage

/// The rows of terms that the last commits brought, by their terms: what a look at the index of a moment ago did not
/// see. The writer keeps it.
struct RecentTerms {
    static let maximumCommits = 32
    static let maximumRows = 50_000

    private struct Row {
        let commit: UInt64
        let met: SearchIndex.Met
    }
    private var rows: [RowBytes: [Row]] = [:]
    /// What each of the last commits brought, the oldest first.
    private var commits: [(number: UInt64, terms: [RowBytes])] = []
    private var count = 0
    /// The last commit that is not known here any more.
    private var forgotten: UInt64 = 0

    /// What a proposal does to rows of terms. `commit` is the number of the commit that it is in.
    mutating func apply(_ changes: [RowChange], commit: UInt64) {
        var terms: [RowBytes] = []
        for change in changes where change.row.family == .index {
            guard let (prefix, posting) = IndexRow.termAndPosting(change.row.key) else { continue }
            let term = RowBytes(prefix)
            guard let value = change.value else {
                rows[term]?.removeAll { $0.met.posting == posting }
                continue
            }
            rows[term, default: []].append(Row(commit: commit, met: (posting, Births(row: value))))
            terms.append(term)
        }
        guard !terms.isEmpty else { return }
        count += terms.count
        if commits.last?.number == commit {
            commits[commits.count - 1].terms += terms
        } else {
            commits.append((commit, terms))
        }
        while commits.count > Self.maximumCommits || count > Self.maximumRows && commits.count > 1 { forget() }
    }

    private mutating func forget() {
        let (number, terms) = commits.removeFirst()
        forgotten = number
        count -= terms.count
        for term in terms {
            guard let kept = rows[term]?.filter({ $0.commit > number }) else { continue }
            rows[term] = kept.isEmpty ? nil : kept
        }
    }

    /// What came with commits behind `commit`, in the order of the looks, the newest first; nil where that is no longer
    /// known.
    func postings(of looks: TermLooks) -> [Int: [SearchIndex.Met]]? {
        guard looks.commit >= forgotten else { return nil }
        var found: [Int: [SearchIndex.Met]] = [:]
        for (place, look) in looks.terms.enumerated() {
            let since = rows[RowBytes(look.term)]?.filter {
                $0.commit > looks.commit && $0.met.posting.stream != look.stream
            }
            if let since, !since.isEmpty { found[place] = since.reversed().map(\.met) }
        }
        return found
    }
}

/// Terms that were looked for, each for a case, when a number of commits had been made.
struct TermLooks: Sendable {
    let commit: UInt64
    var terms: [(term: [UInt8], stream: UInt64)]
}
