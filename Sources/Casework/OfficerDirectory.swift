internal import FoundationEssentials
public import Customs
public import Schema
internal import SwiftProtobuf

/// Officers, tokens and requests: the fold of the administration stream, and what may happen to them.
public struct OfficerDirectory: Sendable {
    public static let maximumOfficers = 10_000
    public static let maximumNameByteCount = 200
    public static let maximumTokensPerOfficer = 50

    public private(set) var officers: [UInt64: Officer] = [:]
    public private(set) var tokens: [UInt64: APIToken] = [:]
    public private(set) var requests: [String: TwoOfficerRequest] = [:]
    /// Records in the stream.
    public private(set) var version: UInt64 = 0
    private var byLogin: [String: UInt64] = [:]
    private var byDigest: [[UInt8]: UInt64] = [:]

    public init() {}

    public func officer(login: String) -> Officer? { byLogin[login].flatMap { officers[$0] } }
    public func token(digest: [UInt8]) -> APIToken? { byDigest[digest].flatMap { tokens[$0] } }
    public var nextOfficer: UInt64 { (officers.keys.max() ?? 0) + 1 }
    public var nextToken: UInt64 { (tokens.keys.max() ?? 0) + 1 }
    public var nextRequest: UInt64 { UInt64(requests.count) + 1 }

    // MARK: Folding

    public mutating func apply(_ event: AdministrationEvent, by actor: UInt64, at time: UInt64) {
        version += 1
        switch event.body {
        case .officerAdded(let added):
            officers[added.officer] = Officer(
                number: added.officer, login: added.login, name: added.name, office: added.office,
                roles: Set(added.roles.compactMap(Role.init)), isActive: true, passwordHash: added.passwordHash,
                lockedUntil: 0)
            byLogin[added.login] = added.officer
        case .passwordSet(let set):
            officers[set.officer]?.passwordHash = set.passwordHash
            officers[set.officer]?.lockedUntil = 0
            revokeTokens(of: set.officer)
            requests[set.requestID]?.state = .used
        case .officerStatusSet(let set):
            officers[set.officer]?.isActive = set.active
            if !set.active { revokeTokens(of: set.officer) }
        case .rolesSet(let set): officers[set.officer]?.roles = Set(set.roles.compactMap(Role.init))
        case .tokenIssued(let issued):
            tokens[issued.token] = APIToken(
                number: issued.token, officer: issued.officer, digest: Array(issued.digest), name: issued.name,
                scopes: Set(issued.scopes.compactMap(TokenScope.init)),
                expires: Moment(parsing: issued.expires)?.milliseconds ?? 0, isRevoked: false)
            byDigest[Array(issued.digest)] = issued.token
        case .tokenRevoked(let revoked): tokens[revoked.token]?.isRevoked = true
        case .requestMade(let made):
            requests[made.id] = TwoOfficerRequest(
                id: made.id, kind: .init(rawValue: made.kind) ?? .setRoles, proposer: actor, made: time,
                reason: event.reason, officer: made.officer, roles: Set(made.roles.compactMap(Role.init)),
                caseID: made.caseID, state: .open, decider: 0)
        case .requestDecided(let decided):
            requests[decided.id]?.state = decided.approved ? .approved : .rejected
            requests[decided.id]?.decider = actor
        case .lockedOut(let locked): officers[locked.officer]?.lockedUntil = locked.until
        case .caseErased(let erased): requests[erased.requestID]?.state = .used
        case .codesImported, .founded, nil: break
        }
    }

    private mutating func revokeTokens(of officer: UInt64) {
        for number in tokens.keys where tokens[number]!.officer == officer { tokens[number]!.isRevoked = true }
    }

    // MARK: Deciding

    /// The first officers are added by whoever can unlock the node, while there are fewer than two administrators.
    public var isFounding: Bool {
        officers.values.count { $0.isActive && $0.roles.contains(.administrator) } < 2
    }

    public func decideAdd(
        login: String, name: String, office: String, roles: Set<Role>, passwordHash: String, founding: Bool
    ) throws(CaseError) -> AdministrationEvent {
        let login = login.lowercased()
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789.-_".utf8)
        guard (2...64).contains(login.utf8.count), login.utf8.allSatisfy(allowed.contains) else {
            throw .invalid("/login", "a login has 2 to 64 of a–z, 0–9, dot, hyphen and underscore")
        }
        guard byLogin[login] == nil else { throw .invalid("/login", "there is an officer with this login") }
        guard (1...Self.maximumNameByteCount).contains(name.utf8.count) else {
            throw .invalid("/name", "a name has 1 to \(Self.maximumNameByteCount) bytes")
        }
        guard office.utf8.count <= Self.maximumNameByteCount else {
            throw .invalid("/office", "an office has at most \(Self.maximumNameByteCount) bytes")
        }
        guard officers.count < Self.maximumOfficers else {
            throw CaseError(.tooLarge, "a node has at most \(Self.maximumOfficers) officers")
        }
        guard founding || roles.isEmpty else {
            throw CaseError(.needsSecondOfficer, "roles are granted by request: a second administrator approves")
        }
        guard !founding || isFounding else {
            throw CaseError(.forbidden, "the node has two administrators: they add officers from here on")
        }
        return .with {
            $0.officerAdded = .with {
                $0.officer = nextOfficer
                $0.login = login
                $0.name = name
                $0.office = office
                $0.roles = roles.sorted().map(\.rawValue)
                $0.passwordHash = passwordHash
            }
        }
    }

    /// Whether some role would be left without an active officer who has one now.
    private func leavesRoleEmpty(_ number: UInt64, keeping kept: Set<Role>) -> Role? {
        guard let officer = officers[number], officer.isActive else { return nil }
        return officer.roles.subtracting(kept).sorted().first { role in
            !officers.values.contains { $0.number != number && $0.isActive && $0.roles.contains(role) }
        }
    }

    public func decideStatus(_ number: UInt64, active: Bool, reason: String) throws(CaseError) -> AdministrationEvent {
        guard let officer = officers[number] else { throw CaseError(.notFound, "there is no such officer") }
        guard officer.isActive != active else {
            throw CaseError(.conflict, "the officer is \(active ? "active" : "inactive") already")
        }
        if !active, let role = leavesRoleEmpty(number, keeping: []) {
            throw CaseError(.conflict, "this is the last officer with the role \(role.rawValue)")
        }
        // One who could make others leave until they are alone could then found the node anew.
        let others = officers.values.count { $0.number != number && $0.isActive && $0.roles.contains(.administrator) }
        if !active, officer.roles.contains(.administrator), others < 2 {
            throw CaseError(.conflict, "two administrators must stay: appoint another one first")
        }
        return .with {
            $0.reason = reason
            $0.officerStatusSet = .with {
                $0.officer = number
                $0.active = active
            }
        }
    }

    public func decideToken(
        for officer: Officer, digest: [UInt8], name: String, scopes: Set<TokenScope>, expires: Moment, now: UInt64
    ) throws(CaseError) -> AdministrationEvent {
        guard (1...100).contains(name.utf8.count) else {
            throw .invalid("/name", "a token has a name of 1 to 100 bytes")
        }
        guard !scopes.isEmpty else {
            throw .invalid(
                "/scopes", "scopes are out of \(TokenScope.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard expires.milliseconds > now, expires.milliseconds <= now + 366 * 86_400_000 else {
            throw .invalid("/expires", "a token expires within a year from now")
        }
        let live = tokens.values.count { $0.officer == officer.number && !$0.isRevoked && $0.expires > now }
        guard live < Self.maximumTokensPerOfficer else {
            throw CaseError(.tooLarge, "an officer has at most \(Self.maximumTokensPerOfficer) tokens: revoke one")
        }
        return .with {
            $0.tokenIssued = .with {
                $0.token = nextToken
                $0.officer = officer.number
                $0.digest = .init(digest)
                $0.name = name
                $0.scopes = scopes.map(\.rawValue).sorted()
                $0.expires = expires.text
            }
        }
    }

    /// The approved request by which `officer` may set another's password.
    public func resetRequest(for number: UInt64, by officer: UInt64, now: UInt64) -> TwoOfficerRequest? {
        requests.values.first {
            $0.kind == .resetPassword && $0.officer == number && $0.proposer == officer && $0.state == .approved
                && !$0.hasLapsed(at: now)
        }
    }

    public func decideRevoke(_ number: UInt64, by officer: Officer) throws(CaseError) -> AdministrationEvent {
        guard let token = tokens[number], token.officer == officer.number || officer.may(.manageOfficers) else {
            throw CaseError(.notFound, "there is no such token")
        }
        return .with { $0.tokenRevoked = .with { $0.token = token.number } }
    }

    public func decideRequest(
        id: String, kind: TwoOfficerRequest.Kind, officer number: UInt64, roles: Set<Role>, caseID: String,
        reason: String, by officer: Officer
    ) throws(CaseError) -> AdministrationEvent {
        guard (1...2_000).contains(reason.utf8.count) else { throw .invalid("/reason", "say why") }
        switch kind {
        case .setRoles, .resetPassword:
            try officer.require(.manageOfficers)
            guard officers[number] != nil else { throw .invalid("/officer", "there is no such officer") }
        case .eraseCase: try officer.require(.requestErasure)
        case .exportNominal: try officer.require(.requestNominalExport)
        }
        return .with {
            $0.reason = reason
            $0.requestMade = .with {
                $0.id = id
                $0.kind = kind.rawValue
                $0.officer = number
                $0.roles = roles.sorted().map(\.rawValue)
                $0.caseID = caseID
            }
        }
    }

    /// The decision, and, for roles, what follows from it.
    public func decide(
        _ id: String, approved: Bool, reason: String, by officer: Officer, now: UInt64
    ) throws(CaseError) -> [AdministrationEvent] {
        guard let request = requests[id] else { throw CaseError(.notFound, "there is no such request") }
        switch request.kind {
        case .setRoles, .resetPassword: try officer.require(.decideRoles)
        case .eraseCase: try officer.require(.decideErasure)
        case .exportNominal: try officer.require(.decideNominalExport)
        }
        guard request.state == .open, !request.hasLapsed(at: now) else {
            throw CaseError(.conflict, "the request is no longer open")
        }
        guard request.proposer != officer.number, !approved || request.officer != officer.number else {
            throw CaseError(
                .needsSecondOfficer, "another officer decides: not the one who asked, nor the one it is for")
        }
        var events: [AdministrationEvent] = [
            .with {
                $0.reason = reason
                $0.requestDecided = .with {
                    $0.id = id
                    $0.approved = approved
                }
            }
        ]
        if approved, request.kind == .setRoles {
            if let role = leavesRoleEmpty(request.officer, keeping: request.roles) {
                throw CaseError(.conflict, "this is the last officer with the role \(role.rawValue)")
            }
            events.append(
                .with {
                    $0.reason = request.reason
                    $0.rolesSet = .with {
                        $0.officer = request.officer
                        $0.roles = request.roles.sorted().map(\.rawValue)
                    }
                })
        }
        return events
    }
}
