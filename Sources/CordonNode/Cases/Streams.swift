/// The streams that journal records belong to, by number. A case's stream has the case's own number.
enum Streams {
    static let administration: UInt64 = 1
    static let audit: UInt64 = 2
    static let statistics: UInt64 = 3
    /// Numbers of cases, reports, exhibits and attachments begin here; they share one count.
    static let firstObject: UInt64 = 1000
    /// Partners, agreements, keys.
    static let exchange: UInt64 = 4
    /// Each of the exchange's recipient keys has a stream, and so a key, of its own: this and its epoch.
    static let recipientKeys: UInt64 = 1 << 48
    static let all = [administration, audit, statistics, exchange]

    /// Whether a number is one that a case may have.
    static func isObject(_ stream: UInt64) -> Bool { stream > firstObject && stream < recipientKeys }
}
