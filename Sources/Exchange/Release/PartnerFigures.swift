internal import Cryptography

/// What happened with a partner, as far as figures go.
public enum PartnerFact: Hashable, Sendable {
    /// Its log was seen to its end, at this size.
    case synced(size: UInt64)
    /// Its newest checkpoint is of this size.
    case announced(size: UInt64)
    /// A notice was released to it.
    case sent(id: [UInt8], wantsReceipt: Bool)
    case received
    /// A notice of its was opened by an officer.
    case opened
    /// It confirmed that a notice was delivered or read.
    case receipted(id: [UInt8])
    /// A request to it, or from it, was sent; `deadline` in milliseconds since 1970-01-01T00:00Z.
    case requestSent(id: [UInt8], deadline: UInt64)
    case requestDeadline(id: [UInt8], deadline: UInt64)
    case requestClosed(id: [UInt8])
    /// Something it sent met something here.
    case hit
    /// It judged a notice of ours: useful, not-useful, led-to-seizure.
    case feedback(verdict: String)
    /// It stated, in time, that it erased what it had to.
    case conditionsKept(id: [UInt8])
    /// The day came by which it had to state so, and it had not.
    case conditionsMissed(id: [UInt8])
}

/// A partnership in numbers: a fold of facts. What is outstanding is bounded by `maximumOutstanding`; the oldest give
/// way.
public struct PartnerFigures: Hashable, Sendable {
    public static let maximumOutstanding = 10_000

    public private(set) var lastSyncMilliseconds: UInt64?
    public private(set) var syncedSize: UInt64 = 0
    public private(set) var announcedSize: UInt64 = 0
    public private(set) var sent: UInt64 = 0
    public private(set) var received: UInt64 = 0
    public private(set) var opened: UInt64 = 0
    public private(set) var hits: UInt64 = 0
    public private(set) var useful: UInt64 = 0
    public private(set) var notUseful: UInt64 = 0
    public private(set) var ledToSeizure: UInt64 = 0
    public private(set) var conditionsKept: UInt64 = 0
    public private(set) var conditionsMissed: UInt64 = 0
    private var waiting = Outstanding()
    private var requests = Outstanding()
    /// What was missed: a statement that comes late does not count as kept.
    private var missed = Outstanding()

    /// What is open, by id: since when, or until when.
    private struct Outstanding: Hashable {
        private(set) var values: [[UInt8]: UInt64] = [:]

        mutating func set(_ id: [UInt8], _ value: UInt64) {
            values[id] = value
            guard values.count > PartnerFigures.maximumOutstanding else { return }
            let oldest = values.min { ($0.value, Hex.encode($0.key)) < ($1.value, Hex.encode($1.key)) }
            if let oldest { values[oldest.key] = nil }
        }

        /// Whether it was open.
        mutating func remove(_ id: [UInt8]) -> Bool { values.removeValue(forKey: id) != nil }
    }

    public init() {}

    public mutating func apply(_ fact: PartnerFact, at milliseconds: UInt64) {
        switch fact {
        case .synced(let size):
            lastSyncMilliseconds = max(lastSyncMilliseconds ?? 0, milliseconds)
            syncedSize = max(syncedSize, size)
            announcedSize = max(announcedSize, size)
        case .announced(let size): announcedSize = max(announcedSize, size)
        case .sent(let id, let wantsReceipt):
            sent += 1
            if wantsReceipt { waiting.set(id, milliseconds) }
        case .received: received += 1
        case .opened: opened += 1
        case .receipted(let id): _ = waiting.remove(id)
        case .requestSent(let id, let deadline): requests.set(id, deadline)
        case .requestDeadline(let id, let deadline):
            if requests.values[id] != nil { requests.set(id, deadline) }
        case .requestClosed(let id): _ = requests.remove(id)
        case .hit: hits += 1
        case .feedback(let verdict):
            switch verdict {
            case "useful": useful += 1
            case "not-useful": notUseful += 1
            case "led-to-seizure": ledToSeizure += 1
            default: break
            }
        case .conditionsKept(let id):
            if !missed.remove(id) { conditionsKept += 1 }
        case .conditionsMissed(let id):
            conditionsMissed += 1
            missed.set(id, milliseconds)
        }
    }

    /// Entries of its log that are known to exist and not fetched.
    public var lag: UInt64 { announcedSize - syncedSize }
    public var receiptsOutstanding: Int { waiting.values.count }
    public var requestsOpen: Int { requests.values.count }
    public func requestsOverdue(at milliseconds: UInt64) -> Int {
        requests.values.values.count { milliseconds >= $0 }
    }

    /// Of the releases for which it had to state an erasure, the share for which it did so in time, 0 to 1; nil where
    /// there were none. A statement that comes late is still a miss.
    public var shareOfConditionsKept: Double? {
        let all = conditionsKept + conditionsMissed
        return all == 0 ? nil : Double(conditionsKept) / Double(all)
    }
}
