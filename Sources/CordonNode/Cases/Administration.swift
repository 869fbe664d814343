public import Casework
public import Cryptography
public import Customs
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization

/// Who is asking: an officer, and what their token may be used for at most.
public struct Credentials: Sendable {
    public let officer: Officer
    public let scopes: Set<TokenScope>

    public init(officer: Officer, scopes: Set<TokenScope> = Set(TokenScope.allCases)) {
        self.officer = officer
        self.scopes = scopes
    }

    /// Throws `.forbidden`.
    public func require(_ permission: Permission) throws(CaseError) {
        try officer.require(permission)
        guard scopes.contains(permission.scope) else {
            throw CaseError(.forbidden, "this token does not have the scope \(permission.scope.rawValue)")
        }
    }

    /// For what is the officer's own affair: a password, tokens. Throws `.forbidden` for API tokens.
    public func requireSession() throws(CaseError) {
        guard scopes == Set(TokenScope.allCases) else {
            throw CaseError(.forbidden, "this takes a session, or a token with every scope")
        }
    }
}

/// Officers, their passwords, tokens and sessions, and what takes two of them.
public final class Administration: Sendable {
    /// Wrong passwords in a row before an account locks, and for how long: 15 minutes.
    public static let attempts = 5
    public static let lockMilliseconds: UInt64 = 15 * 60_000
    /// A session ends after 12 hours, or half an hour without use.
    public static let sessionMilliseconds: UInt64 = 12 * 3_600_000
    public static let idleMilliseconds: UInt64 = 30 * 60_000
    public static let maximumSessions = 10_000
    static let tokenPrefix = "cordon_"

    private let store: CaseStore
    private let sequencer: Sequencer
    private let clock: NodeClock
    /// Argon2id takes 64 MiB: so many at once.
    private let hashing = BlockingPool(threads: 1)

    private struct Session {
        let officer: UInt64
        let started: UInt64
        var used: UInt64
    }
    private struct State {
        var directory: OfficerDirectory
        var sessions: [[UInt8]: Session] = [:]
        /// Attempts under way or failed, by login, since when.
        var attempts: [String: (count: Int, since: UInt64)] = [:]
    }
    /// Held for moments only.
    private let state: Mutex<State>

    init(store: CaseStore, sequencer: Sequencer, clock: NodeClock) throws {
        self.store = store
        self.sequencer = sequencer
        self.clock = clock
        var directory = OfficerDirectory()
        try store.forEachRecord(of: Streams.administration) { _, opened in
            let event = try AdministrationEvent(serializedBytes: opened.content)
            directory.apply(event, by: opened.record.actor, at: opened.record.timeMilliseconds)
            return true
        }
        state = Mutex(State(directory: directory))
    }

    func stop() async { await hashing.stop() }

    public var directory: OfficerDirectory { state.withLock { $0.directory } }
    public var now: UInt64 { clock.nowMilliseconds() }

    /// Whether the officer is active and works on cases.
    public func isInvestigator(_ number: UInt64) -> Bool {
        state.withLock { $0.directory.officers[number]?.may(.changeCase) ?? false }
    }

    /// Decides on what the directory says now, records it, and applies it; again where another change came between.
    @discardableResult
    func record(
        by actor: UInt64, rows: [RowChange] = [], _ decide: (OfficerDirectory) throws -> [AdministrationEvent]
    ) async throws -> [AdministrationEvent] {
        while true {
            let current = directory
            let events = try decide(current)
            guard !events.isEmpty else { return [] }
            var proposal = Proposal(drafts: [], rows: rows)
            for (offset, event) in events.enumerated() {
                proposal.drafts.append(
                    try store.draft(
                        .administration, event, by: actor, stream: Streams.administration,
                        position: current.version + UInt64(offset)))
            }
            do {
                let acknowledgement = try await sequencer.commit(proposal)
                apply(events, at: current.version, by: actor, acknowledgement.commit.timeMilliseconds)
                return events
            } catch let error as NodeError where error.code == .changed {
                await Task.yield()  // whoever came first is about to apply theirs
            }
        }
    }

    /// Takes in what was committed at `version`. Nobody else can have been: the writer takes a change only at the place
    /// that it was decided for, and the next one is decided on what this leaves.
    func apply(_ events: [AdministrationEvent], at version: UInt64, by actor: UInt64, _ time: UInt64) {
        state.withLock { state in
            precondition(state.directory.version == version)
            for event in events { state.directory.apply(event, by: actor, at: time) }
        }
    }

    // MARK: Signing in

    /// A session's secret, for `Authorization: Bearer`. Throws `.unauthenticated`, `.lockedOut`.
    public func signIn(login: String, password: SecretBytes) async throws -> (token: String, officer: Officer) {
        let login = login.lowercased()
        let now = now
        // Counted before the password is looked at, so that many at once are no more than one after the other.
        let (officer, count) = state.withLock { state -> (Officer?, Int) in
            if state.attempts.count > Self.maximumSessions {
                state.attempts = state.attempts.filter { $0.value.since + Self.lockMilliseconds > now }
            }
            var attempt = state.attempts[login] ?? (0, now)
            if attempt.since + Self.lockMilliseconds <= now { attempt = (0, now) }
            attempt.count += 1
            state.attempts[login] = attempt
            return (state.directory.officer(login: login), attempt.count)
        }
        guard count <= Self.attempts, officer.map({ $0.lockedUntil <= now }) ?? true else {
            throw CaseError(.lockedOut, "too many wrong attempts: try again later, or ask an administrator")
        }
        let hash = officer?.passwordHash ?? PasswordHash.none
        let matches = try await hashing.run { PasswordHash.verify(password, hash) }
        guard let officer, matches, officer.isActive else {
            if let officer, count == Self.attempts { try await lock(officer.number, now) }
            throw CaseError(.unauthenticated, "wrong login or password")
        }
        let secret = randomBytes(count: 32)
        let digest = Digest.sha256(secret).bytes
        try state.withLock { state throws(CaseError) in
            // Meanwhile the password may have been changed, or the officer have left.
            let current = state.directory.officers[officer.number]
            guard current?.passwordHash == hash, current?.isActive == true, current!.lockedUntil <= now else {
                throw CaseError(.unauthenticated, "wrong login or password")
            }
            state.attempts[login] = nil
            state.sessions = state.sessions.filter { !Self.hasEnded($0.value, now) }
            guard state.sessions.count < Self.maximumSessions else {
                throw CaseError(.overloaded, "too many officers are signed in")
            }
            state.sessions[digest] = Session(officer: officer.number, started: now, used: now)
        }
        return (Self.tokenPrefix + Hex.encode(secret), officer)
    }

    private func lock(_ number: UInt64, _ now: UInt64) async throws {
        try await record(by: 0) { _ in
            [
                .with {
                    $0.lockedOut = .with {
                        $0.officer = number
                        $0.until = now + Self.lockMilliseconds
                    }
                }
            ]
        }
    }

    private static func hasEnded(_ session: Session, _ now: UInt64) -> Bool {
        now > session.started + sessionMilliseconds || now > session.used + idleMilliseconds
    }

    public func signOut(_ token: String) {
        guard let digest = Self.digest(token) else { return }
        state.withLock { $0.sessions[digest] = nil }
    }

    private static func digest(_ token: String) -> [UInt8]? {
        guard token.hasPrefix(tokenPrefix), let secret = Hex.decode(token.dropFirst(tokenPrefix.count)),
            secret.count == 32
        else { return nil }
        return Digest.sha256(secret).bytes
    }

    /// Who holds a session or an API token. Throws `.unauthenticated`.
    public func authenticate(_ token: String) throws(CaseError) -> Credentials {
        let refusal = CaseError(.unauthenticated, "sign in first: this session or token is not known, or has ended")
        guard let digest = Self.digest(token) else { throw refusal }
        let now = now
        return try state.withLock { state throws(CaseError) in
            if var session = state.sessions[digest] {
                guard !Self.hasEnded(session, now), let officer = state.directory.officers[session.officer],
                    officer.isActive
                else {
                    state.sessions[digest] = nil
                    throw refusal
                }
                session.used = now
                state.sessions[digest] = session
                return Credentials(officer: officer)
            }
            guard let token = state.directory.token(digest: digest), !token.isRevoked, token.expires > now,
                let officer = state.directory.officers[token.officer], officer.isActive
            else { throw refusal }
            return Credentials(officer: officer, scopes: token.scopes)
        }
    }

    // MARK: Officers

    /// Adds an officer. `founding`: with roles, from the machine itself, while there are fewer than two administrators.
    public func addOfficer(
        login: String, name: String, office: String, roles: Set<Role>, password: SecretBytes, founding: Bool,
        by actor: UInt64
    ) async throws -> Officer {
        let hash = try await hash(password)
        let events = try await record(by: actor) { directory in
            [
                try directory.decideAdd(
                    login: login, name: name, office: office, roles: roles, passwordHash: hash, founding: founding)
            ]
        }
        return directory.officers[events[0].officerAdded.officer]!
    }

    private func hash(_ password: SecretBytes) async throws -> String {
        guard
            (PasswordHash.minimumPasswordByteCount...PasswordHash.maximumPasswordByteCount).contains(password.count)
        else {
            throw CaseError.invalid(
                "/password", "a password has at least \(PasswordHash.minimumPasswordByteCount) bytes")
        }
        return try await hashing.run { try PasswordHash.make(password) }
    }

    /// By the officer, with the old one; or by an administrator, on a request that another one approved: whoever sets
    /// an officer's password can act as them. Ends the officer's sessions and tokens.
    public func setPassword(
        of number: UInt64, to password: SecretBytes, old: SecretBytes?, by credentials: Credentials
    ) async throws {
        try credentials.requireSession()
        var approval = ""
        guard let officer = directory.officers[number] else { throw CaseError(.notFound, "there is no such officer") }
        if number == credentials.officer.number {
            let hash = officer.passwordHash
            guard let old, try await hashing.run({ PasswordHash.verify(old, hash) }) else {
                throw CaseError.invalid("/oldPassword", "the old password is wrong")
            }
        } else {
            try credentials.require(.manageOfficers)
            guard
                let request = directory.resetRequest(for: number, by: credentials.officer.number, now: now)
            else {
                throw CaseError(
                    .needsSecondOfficer,
                    "ask for it with a request to reset the password: a second administrator approves")
            }
            approval = request.id
        }
        let hash = try await hash(password)
        try await record(by: credentials.officer.number) { _ in
            [
                .with {
                    $0.passwordSet = .with {
                        $0.officer = number
                        $0.passwordHash = hash
                        $0.requestID = approval
                    }
                }
            ]
        }
        endSessions(of: number)
    }

    private func endSessions(of number: UInt64) {
        state.withLock { state in state.sessions = state.sessions.filter { $0.value.officer != number } }
    }

    public func setStatus(
        of number: UInt64, active: Bool, reason: String, by credentials: Credentials
    ) async throws {
        try credentials.require(.manageOfficers)
        try await record(by: credentials.officer.number) {
            [try $0.decideStatus(number, active: active, reason: reason)]
        }
        if !active { endSessions(of: number) }
    }

    // MARK: Tokens

    /// The secret is told once, here.
    public func issueToken(
        name: String, scopes: Set<TokenScope>, expires: Moment, by credentials: Credentials
    ) async throws -> (secret: String, token: APIToken) {
        try credentials.requireSession()
        let secret = randomBytes(count: 32)
        let digest = Digest.sha256(secret).bytes
        let now = now
        try await record(by: credentials.officer.number) {
            [
                try $0.decideToken(
                    for: credentials.officer, digest: digest, name: name, scopes: scopes, expires: expires, now: now)
            ]
        }
        return (Self.tokenPrefix + Hex.encode(secret), directory.token(digest: digest)!)
    }

    public func revokeToken(_ number: UInt64, by credentials: Credentials) async throws {
        try credentials.requireSession()
        try await record(by: credentials.officer.number) { [try $0.decideRevoke(number, by: credentials.officer)] }
    }

    // MARK: Two officers

    public func request(
        _ kind: TwoOfficerRequest.Kind, officer: UInt64 = 0, roles: Set<Role> = [], caseID: String = "",
        reason: String, by credentials: Credentials
    ) async throws -> TwoOfficerRequest {
        let permission: Permission =
            switch kind {
            case .setRoles, .resetPassword: .manageOfficers
            case .eraseCase: .requestErasure
            case .exportNominal: .requestNominalExport
            }
        try credentials.require(permission)
        let events = try await record(by: credentials.officer.number) { directory in
            [
                try directory.decideRequest(
                    id: RecordID(country: store.country, kind: .request, number: directory.nextRequest).description,
                    kind: kind, officer: officer, roles: roles, caseID: caseID, reason: reason,
                    by: credentials.officer)
            ]
        }
        return directory.requests[events[0].requestMade.id]!
    }

    public func decide(
        _ id: String, approved: Bool, reason: String, by credentials: Credentials
    ) async throws -> TwoOfficerRequest {
        let now = now
        if let request = directory.requests[id] {
            switch request.kind {
            case .setRoles, .resetPassword: try credentials.require(.decideRoles)
            case .eraseCase: try credentials.require(.decideErasure)
            case .exportNominal: try credentials.require(.decideNominalExport)
            }
        }
        try await record(by: credentials.officer.number) {
            try $0.decide(id, approved: approved, reason: reason, by: credentials.officer, now: now)
        }
        return directory.requests[id]!
    }
}
