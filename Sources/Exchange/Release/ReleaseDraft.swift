public import Schema

/// What is to be released, and to whom.
public struct ReleaseDraft: Sendable {
    /// `id`, `recipients`, `created_at` and `sender` may be left out: the release fills them in.
    public var notice: Notice
    /// Name prefixes.
    public var requested: Set<String>
    /// The officer who wrote it.
    public var author: UInt64
    /// Received notices that it holds parts of.
    public var sources: [OnwardSource]
    /// To release to those who may get it, where others may not. Otherwise it is all or nothing.
    public var skipRefused: Bool

    public init(
        notice: Notice, requested: Set<String>, author: UInt64, sources: [OnwardSource] = [],
        skipRefused: Bool = false
    ) {
        self.notice = notice
        self.requested = requested
        self.author = author
        self.sources = sources
        self.skipRefused = skipRefused
    }
}

/// A received notice that is passed on in part or whole.
public struct OnwardSource: Sendable {
    public let originator: String
    /// As they are now.
    public let conditions: HandlingConditions
    public let consents: [HandlingConsent]
    /// What the agreement says that it came under; `.no` where that is not known any more.
    public let agreement: OnwardTransfer

    public init(
        originator: String, conditions: HandlingConditions, consents: [HandlingConsent], agreement: OnwardTransfer
    ) {
        self.originator = originator
        self.conditions = conditions
        self.consents = consents
        self.agreement = agreement
    }
}

/// How a partner stands, as far as releases go.
public struct PartnerStanding: Sendable {
    public let prefix: String
    public let state: PartnerState
    /// From its confirmed card and its log; nil when no card was confirmed.
    public let keys: AuthorityKeys?
    /// When its log was last seen to its end, since 1970-01-01T00:00Z; 0 for never.
    public let checkedMilliseconds: UInt64

    public init(prefix: String, state: PartnerState, keys: AuthorityKeys?, checkedMilliseconds: UInt64) {
        self.prefix = prefix
        self.state = state
        self.keys = keys
        self.checkedMilliseconds = checkedMilliseconds
    }
}

/// What an authority decides about releases once and for all.
public struct ReleaseConfiguration: Hashable, Sendable {
    /// Whether names need a second officer. Default: they do.
    public var needsSecondOfficerForNominal: Bool
    /// Handling codes that need one. Default: all but H0.
    public var needsSecondOfficerFor: Set<HandlingCode>
    /// How long ago a partner's log may have been looked at. Default: 21 days, what three epochs last that are
    /// published ahead.
    public var maximumDirectoryAgeMilliseconds: UInt64

    public init(
        needsSecondOfficerForNominal: Bool = true, needsSecondOfficerFor: Set<HandlingCode> = [.h1, .h2, .h3],
        maximumDirectoryAgeMilliseconds: UInt64 = 21 * 86_400_000
    ) {
        self.needsSecondOfficerForNominal = needsSecondOfficerForNominal
        self.needsSecondOfficerFor = needsSecondOfficerFor
        self.maximumDirectoryAgeMilliseconds = maximumDirectoryAgeMilliseconds
    }
}
