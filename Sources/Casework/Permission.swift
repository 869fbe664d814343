/// What an officer is. An officer may have several roles.
public enum Role: String, CaseIterable, Sendable, Comparable {
    case investigator
    case supervisor
    case releaseOfficer = "release-officer"
    case auditor
    case administrator

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// What a token may be used for, at most: never more than its officer may do.
public enum TokenScope: String, CaseIterable, Sendable {
    case read
    case write
    case `import`
    case export
    case administer
}

/// What officers do, and who may. One table, which the server asks for every request and a test walks through.
public enum Permission: String, CaseIterable, Sendable {
    case readCase
    case search
    case openCase
    /// Everything that adds to an open case's file: seizures, corrections, links, exhibits, notes, attachments, tasks.
    case changeCase
    case closeCase
    case reopenCase
    /// Who may see the case, and whether only those. For the case's owner and for supervisors.
    case changeAccess
    case holdCase
    case retainCase
    case changeOwner
    case requestErasure
    case decideErasure
    case importReports
    case exportReports
    case requestNominalExport
    case decideNominalExport
    case readStatistics
    case readHits
    case listAccesses
    case listOfficers
    case manageOfficers
    case decideRoles
    case importCodes
    case draftNotice
    case releaseNotice
    case readPartners
    case managePartners
    case manageAgreements
    case readStatus

    /// The roles that carry it.
    public var roles: Set<Role> {
        switch self {
        case .readCase, .search, .exportReports, .readStatistics, .requestNominalExport:
            [.investigator, .supervisor, .releaseOfficer]
        case .openCase, .changeCase, .closeCase, .changeAccess, .importReports, .readHits:
            [.investigator, .supervisor]
        case .reopenCase, .holdCase, .retainCase, .changeOwner, .requestErasure, .decideErasure, .decideNominalExport:
            [.supervisor]
        case .draftNotice: [.investigator, .supervisor, .releaseOfficer]
        case .releaseNotice, .manageAgreements: [.releaseOfficer, .supervisor]
        case .managePartners: [.administrator]
        case .readPartners: [.investigator, .supervisor, .releaseOfficer, .auditor, .administrator]
        case .listAccesses: [.auditor]
        case .manageOfficers, .decideRoles: [.administrator]
        case .importCodes: [.administrator, .supervisor]
        case .listOfficers, .readStatus: Set(Role.allCases)
        }
    }

    /// The scope that a token needs for it.
    public var scope: TokenScope {
        switch self {
        case .readCase, .search, .readStatistics, .readHits, .listAccesses, .listOfficers, .readPartners,
            .readStatus:
            .read
        case .importReports: .import
        case .exportReports: .export
        case .manageOfficers, .decideRoles, .importCodes, .managePartners: .administer
        default: .write
        }
    }
}
