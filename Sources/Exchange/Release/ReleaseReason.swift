/// Why a partner does not get a notice, or would not. `Protocols/notices.md`, "Release".
public enum ReleaseReason: String, Hashable, Sendable, CaseIterable {
    case notRequested = "not-requested"
    case unknownPartner = "unknown-partner"
    case suspended
    case revoked
    case frozen
    case noCard = "no-card"
    case noEpochKey = "no-epoch-key"
    case directoryStale = "directory-stale"
    case noAgreement = "no-agreement"
    case agreementNotInForce = "agreement-not-in-force"
    case notAMember = "not-a-member"
    case kindNotCovered = "kind-not-covered"
    case purposeNotCovered = "purpose-not-covered"
    case categoryNotCovered = "category-not-covered"
    case nominalNotAllowed = "nominal-not-allowed"
    case handlingTooHigh = "handling-too-high"
    case tlpTooHigh = "tlp-too-high"
    case expiryBeyondRetention = "expiry-beyond-retention"
    case onwardNotAllowed = "onward-not-allowed"
    case onwardWithoutConsent = "onward-without-consent"
    case sourceExpired = "source-expired"
    case secondOfficerMissing = "second-officer-missing"

    public var sentence: String {
        switch self {
        case .notRequested: "It is not among the recipients."
        case .unknownPartner: "No such partner is known."
        case .suspended: "The partner is suspended."
        case .revoked: "The partner is revoked."
        case .frozen: "The partner is frozen: its log contradicts itself, and nobody has decided about it yet."
        case .noCard: "No card of the partner was confirmed."
        case .noEpochKey: "The partner has no epoch key in force: there is nothing to seal to."
        case .directoryStale: "The partner's log was not looked at for too long: a revocation might have been missed."
        case .noAgreement: "No agreement with the partner is in force."
        case .agreementNotInForce: "The agreement that the notice names is not in force."
        case .notAMember: "The partner is no member of the agreement that the notice names."
        case .kindNotCovered: "The agreement does not allow this kind of notice."
        case .purposeNotCovered: "The agreement does not allow this purpose."
        case .categoryNotCovered: "The agreement does not cover all of these offences."
        case .nominalNotAllowed: "The agreement does not allow names: send it without them."
        case .handlingTooHigh: "The handling code is above the agreement's highest."
        case .tlpTooHigh: "The traffic light is above the agreement's highest."
        case .expiryBeyondRetention: "It expires later than the agreement lets it be kept."
        case .onwardNotAllowed: "It holds intelligence that its originator does not allow to be passed on."
        case .onwardWithoutConsent:
            "It holds intelligence that its originator has not consented to pass on to the partner."
        case .sourceExpired: "It holds intelligence that has expired."
        case .secondOfficerMissing: "A second officer has not approved it."
        }
    }
}

/// Why nothing is released at all.
public enum ReleaseRefusal: String, Hashable, Sendable, CaseIterable {
    case draftInvalid = "draft-invalid"
    case noRecipients = "no-recipients"
    case recipientRefused = "recipient-refused"
    case nobodyLeft = "nobody-left"

    public var sentence: String {
        switch self {
        case .draftInvalid: "Something in the draft is impossible."
        case .noRecipients: "It is addressed to nobody."
        case .recipientRefused: "A recipient may not get it: leave it out, or release to the others only."
        case .nobodyLeft: "None of the recipients may get it."
        }
    }
}
