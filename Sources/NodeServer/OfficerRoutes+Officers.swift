internal import Casework
internal import CordonNode
internal import Cryptography
internal import Customs
internal import HTTPTypes
internal import HummingbirdCore
internal import Schema
internal import SwiftProtobuf

extension OfficerRoute {
    static let session: [OfficerRoute] = [
        OfficerRoute("POST", "/session", .anyone) { call in
            let signIn = try await call.message(SignIn.self, upTo: 8 << 10)
            let administration = call.service.administration
            let (token, officer) = try await administration.signIn(
                login: signIn.login, password: try secret(signIn.password))
            return try .json(
                Session.with {
                    $0.token = token
                    $0.officer = officer.view(now: administration.now)
                }, .created)
        },
        OfficerRoute("GET", "/session", .officer) { call in
            let credentials = try call.credentials
            return try .json(credentials.officer.view(now: call.service.administration.now))
        },
        OfficerRoute("DELETE", "/session", .officer) { call in
            if let token = call.bearer { call.service.administration.signOut(token) }
            return .nothing
        },
    ]

    static let officers: [OfficerRoute] = [
        OfficerRoute("GET", "/officers", .permission(.listOfficers)) { call in
            try call.credentials.require(.listOfficers)
            let administration = call.service.administration
            let officers = administration.directory.officers.values.sorted { $0.number < $1.number }
            return try .json(OfficerList.with { $0.officers = officers.map { $0.view(now: administration.now) } })
        },
        OfficerRoute("POST", "/officers", .permission(.manageOfficers)) { call in
            let credentials = try call.credentials
            try credentials.require(.manageOfficers)
            let new = try await call.message(NewOfficer.self)
            let administration = call.service.administration
            let officer = try await administration.addOfficer(
                login: new.login, name: new.name, office: new.office, roles: [], password: try secret(new.password),
                founding: false, by: credentials.officer.number)
            return try .json(officer.view(now: administration.now), .created)
        },
        OfficerRoute("PUT", "/officers/{number}/password", .officer) { call in
            let change = try await call.message(PasswordChange.self, upTo: 8 << 10)
            try await call.service.administration.setPassword(
                of: try call.number("number"), to: try secret(change.password),
                old: change.oldPassword.isEmpty ? nil : try secret(change.oldPassword), by: try call.credentials)
            return .nothing
        },
        OfficerRoute("PUT", "/officers/{number}/status", .permission(.manageOfficers)) { call in
            let change = try await call.message(StatusChange.self)
            try await call.service.setStatus(
                of: try call.number("number"), active: change.active, reason: change.reason,
                by: try call.credentials)
            return .nothing
        },
        OfficerRoute("GET", "/tokens", .officer) { call in
            let officer = try call.credentials.officer
            let tokens = call.service.administration.directory.tokens.values
                .filter { $0.officer == officer.number || officer.may(.manageOfficers) }
                .sorted { $0.number < $1.number }
            return try .json(TokenList.with { $0.tokens = tokens.map { $0.view() } })
        },
        OfficerRoute("POST", "/tokens", .officer) { call in
            let new = try await call.message(NewToken.self)
            let scopes = new.scopes.map(TokenScope.init)
            guard let expires = Moment(parsing: new.expires) else {
                throw CaseError.invalid("/expires", "a token expires on a day like 2026-12-31, or at a time")
            }
            guard !scopes.contains(nil) else {
                throw CaseError.invalid(
                    "/scopes", "scopes are out of \(TokenScope.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            let (secret, token) = try await call.service.administration.issueToken(
                name: new.name, scopes: Set(scopes.compactMap { $0 }), expires: expires, by: try call.credentials)
            return try .json(token.view(secret: secret), .created)
        },
        OfficerRoute("DELETE", "/tokens/{number}", .officer) { call in
            try await call.service.administration.revokeToken(try call.number("number"), by: try call.credentials)
            return .nothing
        },
        OfficerRoute("GET", "/requests", .officer) { call in
            let administration = call.service.administration
            let requests = try await call.service.requests(for: try call.credentials)
            return try .json(RequestList.with { $0.requests = requests.map { $0.view(now: administration.now) } })
        },
        OfficerRoute("POST", "/requests", .dependsOnBody) { call in
            let new = try await call.message(NewRequest.self)
            guard let kind = TwoOfficerRequest.Kind(rawValue: new.kind) else {
                let kinds = TwoOfficerRequest.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw CaseError.invalid("/kind", "a request is one of: \(kinds)")
            }
            let roles = new.roles.map(Role.init)
            guard !roles.contains(nil) else {
                let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
                throw CaseError.invalid("/roles", "roles are out of: \(roles)")
            }
            let request = try await call.service.request(
                kind, officer: new.officer, roles: Set(roles.compactMap { $0 }), caseID: new.caseID,
                reason: new.reason, by: try call.credentials)
            return try .json(request.view(now: call.service.administration.now), .created)
        },
        OfficerRoute("POST", "/requests/{id}/decision", .dependsOnBody) { call in
            let decision = try await call.message(Decision.self)
            let id = try call.parameter("id")
            let administration = call.service.administration
            let request = try await call.service.decide(
                id, approved: decision.approved, reason: decision.reason, by: try call.credentials)
            return try .json(request.view(now: administration.now))
        },
    ]

    private static func secret(_ text: String) throws -> SecretBytes {
        var bytes = Array(text.utf8)
        return try SecretBytes(moving: &bytes)
    }
}

extension Call {
    /// The token of the header `Authorization`.
    var bearer: String? {
        guard let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") else { return nil }
        return String(header.dropFirst(7))
    }
}
