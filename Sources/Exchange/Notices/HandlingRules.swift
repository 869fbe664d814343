internal import Customs
public import Schema

/// What an officer, or the node for one, wants to do with a received notice.
public enum HandlingAction: Hashable, Sendable {
    case read
    case print
    case export
    /// To the authority of this name prefix.
    case releaseOnward(to: String)
    case useInCourt
    case attachToCase

    /// As consents name it; nil for reading, which needs none.
    public var code: String? {
        switch self {
        case .read: nil
        case .print: "print"
        case .export: "export"
        case .releaseOnward: "release-onward"
        case .useInCourt: "use-in-court"
        case .attachToCase: "attach-to-case"
        }
    }

    static let codes: Set = ["print", "export", "release-onward", "use-in-court", "attach-to-case"]
}

/// What an originator has consented to, beyond the conditions.
public struct HandlingConsent: Hashable, Sendable {
    public let action: String
    /// For `release-onward`: to whom.
    public let recipients: Set<String>
    /// Nil: no end of its own.
    public let untilMilliseconds: UInt64?

    public init(action: String, recipients: Set<String> = [], untilMilliseconds: UInt64? = nil) {
        self.action = action
        self.recipients = recipients
        self.untilMilliseconds = untilMilliseconds
    }

    /// Of a grant that was validated.
    public init(_ grant: ConsentGrant) {
        self.init(
            action: grant.action, recipients: Set(grant.recipients),
            untilMilliseconds: Moment(parsing: grant.until)?.milliseconds)
    }

    func covers(_ action: HandlingAction, at milliseconds: UInt64) -> Bool {
        guard action.code == self.action, milliseconds < untilMilliseconds ?? .max else { return false }
        if case .releaseOnward(let recipient) = action { return recipients.contains(recipient) }
        return true
    }
}

/// Why something may not be done with a notice.
public enum HandlingRefusal: String, Hashable, Sendable, CaseIterable {
    case expired
    case recalled
    case erased
    case unreadable = "unreadable-conditions"
    case print = "no-print"
    case export = "no-export"
    case court = "no-court"
    case onward = "no-onward"
    case onwardConsent = "onward-needs-consent"
    case personal = "tlp-red"

    public var sentence: String {
        switch self {
        case .expired: "The notice has expired: nothing may be done with it any more."
        case .recalled: "The notice was recalled by its originator."
        case .erased: "The notice was erased."
        case .unreadable: "The notice has conditions that this node does not understand, so it allows reading only."
        case .print: "The originator does not allow printing: ask for its consent."
        case .export: "The originator does not allow exporting: ask for its consent."
        case .court: "The originator does not allow use in court: ask for its consent."
        case .onward: "The originator does not allow passing it on."
        case .onwardConsent: "Passing it on to this authority needs the originator's consent: ask for it."
        case .personal: "TLP:RED is for the reader alone: attaching it to a case needs the originator's consent."
        }
    }
}

public enum HandlingPermission: Hashable, Sendable {
    case allowed
    case refused(HandlingRefusal)
}

/// What conditions allow. What they do not understand they refuse.
public enum HandlingRules {
    public static func permits(
        _ action: HandlingAction, under conditions: HandlingConditions, at milliseconds: UInt64,
        consents: [HandlingConsent] = []
    ) -> HandlingPermission {
        // An expiry that cannot be read counts as past.
        if !conditions.expiresAt.isEmpty, conditions.expires.map({ milliseconds >= $0 }) ?? true {
            return .refused(.expired)
        }
        if action == .read { return .allowed }
        guard let codes = conditions.handlingCodes, let light = conditions.light,
            NoticeVocabulary.onward.contains(conditions.onward)
        else { return .refused(.unreadable) }
        let hasConsent = consents.contains { $0.covers(action, at: milliseconds) }
        switch action {
        case .read: return .allowed
        case .print: return conditions.mayPrint || hasConsent ? .allowed : .refused(.print)
        case .export: return conditions.mayExport || hasConsent ? .allowed : .refused(.export)
        case .useInCourt:
            let isAllowed = conditions.mayUseInCourt && !codes.contains(.h1)
            return isAllowed || hasConsent ? .allowed : .refused(.court)
        case .attachToCase: return light < .red || hasConsent ? .allowed : .refused(.personal)
        case .releaseOnward:
            if conditions.onward == OnwardTransfer.no.rawValue { return .refused(.onward) }
            return hasConsent ? .allowed : .refused(.onwardConsent)
        }
    }
}

extension HandlingConditions {
    /// Nil when there are none, or one is not known.
    public var handlingCodes: Set<HandlingCode>? {
        let codes = handling.compactMap(HandlingCode.init)
        return codes.isEmpty || codes.count != handling.count ? nil : Set(codes)
    }

    /// Nil when it is not known.
    public var light: TrafficLight? { TrafficLight(rawValue: tlp) }

    /// In milliseconds since 1970-01-01T00:00Z; nil when there is none, or it cannot be read.
    public var expires: UInt64? { Moment(parsing: expiresAt)?.milliseconds }
}
