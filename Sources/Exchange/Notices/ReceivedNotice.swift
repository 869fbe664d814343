internal import Customs
public import Schema

/// A notice that came in, and what has become of it: a fold of what is done with it here and of what its originator
/// sends about it later.
public struct ReceivedNotice: Sendable {
    public enum Status: String, Hashable, Sendable, CaseIterable {
        case delivered
        case read
        case recalled
        case expired
        case erased
    }

    /// The id of its entry: 16 bytes.
    public let id: [UInt8]
    public let sender: String
    public let kind: NoticeKind
    /// As they are now. Nil for a kind that travels without.
    public private(set) var conditions: HandlingConditions?
    public private(set) var consents: [HandlingConsent] = []
    public let deliveredMilliseconds: UInt64
    public private(set) var readMilliseconds: UInt64?
    /// States for which a receipt was sent: `delivered`, `read`.
    public private(set) var receipts: Set<String> = []
    public private(set) var conditionsChangedMilliseconds: UInt64?
    public private(set) var recalledMilliseconds: UInt64?
    public private(set) var erasedMilliseconds: UInt64?
    /// Entries that correct it, the latest last.
    public private(set) var corrections: [[UInt8]] = []
    private var isToBeErased = false

    /// Of a notice that `Notice.receive` has taken. Throws `.unknownKind`.
    public init(_ notice: Notice, deliveredMilliseconds: UInt64) throws(NoticeError) {
        guard let kind = notice.kind else { throw NoticeError(.unknownKind, "no kind of notice that is known here") }
        id = Array(notice.id)
        sender = notice.sender
        self.kind = kind
        conditions = notice.hasConditions ? notice.conditions : nil
        self.deliveredMilliseconds = deliveredMilliseconds
    }

    public mutating func markRead(at milliseconds: UInt64) {
        if readMilliseconds == nil { readMilliseconds = milliseconds }
    }

    /// `state` is `delivered` or `read`.
    public mutating func markReceipt(_ state: String) { receipts.insert(state) }

    public mutating func markErased(at milliseconds: UInt64) {
        if erasedMilliseconds == nil { erasedMilliseconds = milliseconds }
        conditions = nil
        consents = []
    }

    /// Takes what its originator sends about it: a recall, other conditions, a correction, a consent. Throws
    /// `.wrongSubject` for a notice that is not about this one, `.notOriginator` for another authority's, and
    /// `.illegalTransition` for conditions of a notice that has none, is recalled or erased.
    public mutating func apply(_ notice: Notice, at milliseconds: UInt64) throws(NoticeError) {
        guard let relation = notice.kind?.relation,
            notice.references(relation).contains(where: { Array($0.entryID) == id && $0.authority == sender })
        else { throw NoticeError(.wrongSubject, "it is not about this notice") }
        guard notice.sender.utf8.elementsEqual(sender.utf8) else {
            throw NoticeError(.notOriginator, "only its originator changes a notice")
        }
        switch notice.body {
        case .recall(let recall):
            if recalledMilliseconds == nil { recalledMilliseconds = milliseconds }
            isToBeErased = isToBeErased || recall.erase
        case .handlingChange(let change):
            guard conditions != nil, recalledMilliseconds == nil, erasedMilliseconds == nil else {
                throw NoticeError(.illegalTransition, "its conditions are not changed any more")
            }
            conditions = change.conditions
            conditionsChangedMilliseconds = milliseconds
        case .correction: corrections.append(Array(notice.id))
        case .consentGrant(let grant):
            guard erasedMilliseconds == nil else {
                throw NoticeError(.illegalTransition, "it is erased")
            }
            consents.append(HandlingConsent(grant))
        default: break
        }
    }

    public func status(at milliseconds: UInt64) -> Status {
        if erasedMilliseconds != nil { return .erased }
        if recalledMilliseconds != nil { return .recalled }
        if isExpired(at: milliseconds) { return .expired }
        return readMilliseconds == nil ? .delivered : .read
    }

    /// Its content is to be destroyed, and a statement sent that it was.
    public func mustBeErased(at milliseconds: UInt64) -> Bool {
        erasedMilliseconds == nil && (isToBeErased || isExpired(at: milliseconds))
    }

    private func isExpired(at milliseconds: UInt64) -> Bool {
        guard let conditions, !conditions.expiresAt.isEmpty else { return false }
        return conditions.expires.map { milliseconds >= $0 } ?? true
    }

    public func permits(_ action: HandlingAction, at milliseconds: UInt64) -> HandlingPermission {
        if erasedMilliseconds != nil { return .refused(.erased) }
        if recalledMilliseconds != nil { return .refused(.recalled) }
        guard let conditions else { return action == .read ? .allowed : .refused(.unreadable) }
        return HandlingRules.permits(action, under: conditions, at: milliseconds, consents: consents)
    }
}
