/// The streams that journal records belong to, by number. A case's stream has the case's own number.
enum Streams {
    static let administration: UInt64 = 1
    static let audit: UInt64 = 2
    static let statistics: UInt64 = 3
    /// Numbers of cases, reports, exhibits and attachments begin here; they share one count.
    static let firstObject: UInt64 = 1000
    /// Partners, agreements, keys.
    static let exchange: UInt64 = 4
    static let all = [administration, audit, statistics, exchange]
}
