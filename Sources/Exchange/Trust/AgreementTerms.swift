/// The closed lists that agreements and conditions are written in. `Protocols/agreements.md` says what each code means.
public enum AgreementInstrument: String, Sendable, CaseIterable {
    case bilateralTreaty = "bilateral-treaty"
    case regionalInstrument = "regional-instrument"
    case jointOperation = "joint-operation"
}

/// What intelligence may be used for.
public enum ExchangePurpose: String, Sendable, CaseIterable {
    case administrativeProceedings = "administrative-proceedings"
    case dutyAssessment = "duty-assessment"
    case investigation
    case prevention
    case prosecution
    case publicSafety = "public-safety"
    case riskManagement = "risk-management"
}

/// Notices that an agreement must allow by name. Replies, questions and refusals go with `request`; a correction goes
/// with what it corrects.
public enum CoveredKind: String, Sendable, CaseIterable {
    case alert
    case request
    case seizure
    case sighting
}

public enum OnwardTransfer: String, Sendable, CaseIterable {
    case no
    case withConsent = "with-consent"
    case yes
}

/// Handling codes as Europol's: H0 for the prevention and combating of crime; H1 not in judicial proceedings without
/// the originator's consent; H2 not to others without its consent; H3 other restrictions, in words.
public enum HandlingCode: String, Sendable, CaseIterable, Comparable {
    case h0 = "H0"
    case h1 = "H1"
    case h2 = "H2"
    case h3 = "H3"

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// Traffic Light Protocol (FIRST, version 2.0), the least restrictive first.
public enum TrafficLight: String, Sendable, CaseIterable, Comparable {
    case clear
    case green
    case amber
    case amberStrict = "amber-strict"
    case red

    public static func < (a: Self, b: Self) -> Bool {
        allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
    }
}

/// `<prefix of the proposer>/<name>`: nobody else can take the name.
public enum AgreementID {
    public static let maximumNameByteCount = 40

    public static func isValid(_ id: String) -> Bool { proposer(of: id) != nil }

    /// Nil when it is not an agreement's id.
    public static func proposer(of id: String) -> String? {
        guard let slash = id.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let prefix = String(Substring(id.utf8[..<slash]))
        let name = id.utf8[id.utf8.index(after: slash)...]
        guard AuthorityPrefix.isValid(prefix), (1...maximumNameByteCount).contains(name.count),
            name.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 0x2D })
        else { return nil }
        return prefix
    }
}
