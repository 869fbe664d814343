/// An officer with an account, as the directory knows them.
public struct Officer: Sendable, Equatable {
    public let number: UInt64
    public let login: String
    public internal(set) var name: String
    public internal(set) var office: String
    public internal(set) var roles: Set<Role>
    public internal(set) var isActive: Bool
    /// Argon2id, as a PHC string.
    public internal(set) var passwordHash: String
    /// Milliseconds since 1970-01-01T00:00Z: no sign-in before. 0 where there is no lock.
    public internal(set) var lockedUntil: UInt64

    public func may(_ permission: Permission) -> Bool { isActive && !roles.isDisjoint(with: permission.roles) }

    /// Throws `.forbidden`.
    public func require(_ permission: Permission) throws(CaseError) {
        guard may(permission) else {
            let roles = permission.roles.sorted().map(\.rawValue).joined(separator: ", ")
            throw CaseError(.forbidden, "this takes one of the roles: \(roles)")
        }
    }
}

/// An API token, without its secret.
public struct APIToken: Sendable, Equatable {
    public let number: UInt64
    public let officer: UInt64
    /// SHA-256 of the secret.
    public let digest: [UInt8]
    public let name: String
    public let scopes: Set<TokenScope>
    /// Milliseconds since 1970-01-01T00:00Z.
    public let expires: UInt64
    public internal(set) var isRevoked: Bool
}

/// What takes two officers.
public struct TwoOfficerRequest: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case setRoles = "set-roles"
        case resetPassword = "reset-password"
        case eraseCase = "erase-case"
        case exportNominal = "export-nominal"
    }
    public enum State: String, Sendable {
        case open, approved, rejected, used
    }
    /// An open request lapses after this long: 7 days, in milliseconds.
    public static let lifetime: UInt64 = 7 * 86_400_000

    public let id: String
    public let kind: Kind
    public let proposer: UInt64
    public let made: UInt64
    public let reason: String
    public let officer: UInt64
    public let roles: Set<Role>
    public let caseID: String
    public internal(set) var state: State
    public internal(set) var decider: UInt64

    public func hasLapsed(at now: UInt64) -> Bool { now > made + Self.lifetime }
}
