public import Schema

/// What a notice is. `Protocols/notices.md` says what each holds.
public enum NoticeKind: String, Sendable, CaseIterable {
    case seizure
    case alert
    case request
    case reply
    case clarification
    case postponement
    case refusal
    case sighting
    case feedback
    case correction
    case handlingChange = "handling-change"
    case recall
    case receipt
    case consentRequest = "consent-request"
    case consentGrant = "consent-grant"
    case consentDenial = "consent-denial"
    case agreement
    case erasure

    /// What it needs an agreement for; nil for what may be sent without one.
    public enum Coverage: Hashable, Sendable {
        /// The agreement allows this kind.
        case kind(CoveredKind)
        /// As what it corrects.
        case corrected
    }

    /// A recall, a change of conditions, a consent or a receipt must get through also when the agreement has ended,
    /// and an agreement before one is in force: they hold no intelligence.
    public var coverage: Coverage? {
        switch self {
        case .seizure: .kind(.seizure)
        case .alert: .kind(.alert)
        case .sighting: .kind(.sighting)
        case .request, .reply, .clarification: .kind(.request)
        case .correction: .corrected
        case .postponement, .refusal, .feedback, .handlingChange, .recall, .receipt, .consentRequest, .consentGrant,
            .consentDenial, .agreement, .erasure:
            nil
        }
    }

    /// How it refers to the notice that it is about; nil where it need not be about one.
    public var relation: NoticeRelation? {
        switch self {
        case .reply, .clarification, .postponement, .refusal: .answers
        case .correction: .corrects
        case .recall: .recalls
        case .feedback, .handlingChange, .receipt, .consentRequest, .consentGrant, .consentDenial, .erasure: .concerns
        case .seizure, .alert, .request, .sighting, .agreement: nil
        }
    }
}

/// How a notice refers to another.
public enum NoticeRelation: String, Sendable, CaseIterable {
    case answers
    case corrects
    case recalls
    case concerns
    /// Made of it, or of parts of it: its originator's conditions bind.
    case derivedFrom = "derived-from"
}

/// How quickly a request is to be answered.
public enum RequestUrgency: String, Sendable, CaseIterable {
    case eightHours = "8h"
    case threeDays = "3d"
    case sevenDays = "7d"
    case ninetyDays = "90d"

    public var milliseconds: UInt64 {
        switch self {
        case .eightHours: 8 * 3_600_000
        case .threeDays: 3 * 86_400_000
        case .sevenDays: 7 * 86_400_000
        case .ninetyDays: 90 * 86_400_000
        }
    }
}

/// The other closed lists of notices. `Protocols/notices.md` says what each code means.
public enum NoticeVocabulary {
    public static let alertAction: Set = ["inform", "observe", "inspect", "detain"]
    public static let refusalGround: Set = [
        "sovereignty", "security", "public-policy", "professional-secrecy", "proportionality", "reciprocity",
        "ongoing-proceedings", "not-competent", "no-legal-basis", "not-found", "other",
    ]
    public static let verdict: Set = ["useful", "not-useful", "led-to-seizure"]
    public static let receipt: Set = ["delivered", "read"]
    public static let erasure: Set = ["expired", "recalled", "other"]
    public static let onward: Set = ["no", "with-consent"]
}

extension Notice {
    /// Nil when it has no body, or one that is not known here.
    public var kind: NoticeKind? {
        switch body {
        case .seizure: .seizure
        case .alert: .alert
        case .request: .request
        case .reply: .reply
        case .clarification: .clarification
        case .postponement: .postponement
        case .refusal: .refusal
        case .sighting: .sighting
        case .feedback: .feedback
        case .correction: .correction
        case .handlingChange: .handlingChange
        case .recall: .recall
        case .receipt: .receipt
        case .consentRequest: .consentRequest
        case .consentGrant: .consentGrant
        case .consentDenial: .consentDenial
        case .agreement: .agreement
        case .erasure: .erasure
        case nil: nil
        }
    }

    /// What it needs an agreement for, a correction seen through.
    public var coveredKind: CoveredKind? {
        switch kind?.coverage {
        case .kind(let kind): kind
        case .corrected:
            switch correction.corrected {
            case .seizure: .seizure
            case .alert: .alert
            case .request, .reply: .request
            case .sighting: .sighting
            case nil: nil
            }
        case nil: nil
        }
    }

    /// Whether it names persons or companies.
    public var hasNominal: Bool {
        var copy = self
        return copy.removeNominal()
    }

    /// The same without names; false when there are none.
    @discardableResult
    public mutating func removeNominal() -> Bool {
        switch body {
        case .seizure: return seizure.report.removeNominal()
        case .alert: return alert.removeNominal()
        case .request: return request.removeNominal()
        case .reply: return reply.removeNominal()
        case .sighting: return sighting.removeNominal()
        case .correction:
            switch correction.corrected {
            case .seizure: return correction.seizure.report.removeNominal()
            case .alert: return correction.alert.removeNominal()
            case .request: return correction.request.removeNominal()
            case .reply: return correction.reply.removeNominal()
            case .sighting: return correction.sighting.removeNominal()
            case nil: return false
            }
        default: return false
        }
    }

    /// The offences that its contents are about, where it says.
    public var categories: Set<String> {
        switch body {
        case .seizure(let body): Set(body.report.offences)
        case .alert(let body): Set(body.offences)
        case .request(let body): Set(body.offences)
        case .reply(let body): Set(body.reports.flatMap(\.offences))
        case .correction(let body):
            switch body.corrected {
            case .seizure(let body): Set(body.report.offences)
            case .alert(let body): Set(body.offences)
            case .request(let body): Set(body.offences)
            case .reply(let body): Set(body.reports.flatMap(\.offences))
            default: []
            }
        default: []
        }
    }

    func references(_ relation: NoticeRelation) -> [NoticeReference] {
        references.filter { $0.relation == relation.rawValue }
    }
}

/// Something with a nominal part.
private protocol Nominal {
    var nominal: NominalPart { get }
    var hasNominal: Bool { get }
    mutating func clearNominal()
}

extension Nominal {
    /// Whether there were any names.
    fileprivate mutating func removeNominal() -> Bool {
        guard hasNominal else { return false }
        let hadNames = !nominal.persons.isEmpty || !nominal.companies.isEmpty
        clearNominal()
        return hadNames
    }
}

extension SeizureReport: Nominal {}
extension AlertNotice: Nominal {}
extension AssistanceRequest: Nominal {}
extension SightingNotice: Nominal {}

extension AssistanceReply: Nominal {
    fileprivate mutating func removeNominal() -> Bool {
        var hadNames = !nominal.persons.isEmpty || !nominal.companies.isEmpty
        clearNominal()
        for index in reports.indices where reports[index].removeNominal() { hadNames = true }
        return hadNames
    }
}
