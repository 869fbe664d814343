import AsyncHTTPClient
import Casework
import CordonNode
import Foundation
import NodeServer
import Schema
import SwiftProtobuf
import TestSupport
import Testing

/// Every route, every role, a case that is open to the officer and one that is closed to them, and nobody at all; over
/// HTTP, against a real server.
@Suite struct AuthorisationTests {
    /// What one call of a route looks like, and what happens when the officer may make it.
    struct Probe {
        let body: String
        /// With a permission: the case is open to the officer, and closed to them. 404 stands for "as if there were none".
        let open: Set<Int>
        let closed: Set<Int>?
        var query = ""
    }

    /// By method and path. `closed` is nil where no case is concerned. Answers such as 409 and 422 come after the
    /// question of who is asking, so they show that it was let through.
    static let probes: [String: Probe] = {
        func probe(_ body: String, _ open: Int..., closed: Int? = nil, query: String = "") -> Probe {
            Probe(body: body, open: Set(open), closed: closed.map { [$0] }, query: query)
        }
        return [
            "GET /session": probe("", 200), "DELETE /session": probe("", 204),
            "GET /officers": probe("", 200), "POST /officers": probe("{}", 422),
            "PUT /officers/{number}/password": probe("{}", 422, 403),
            "PUT /officers/{number}/status": probe(#"{"active":true}"#, 409),
            "GET /tokens": probe("", 200), "POST /tokens": probe("{}", 422), "DELETE /tokens/{number}": probe("", 404),
            "GET /requests": probe("", 200), "POST /requests": probe("{}", 422),
            "POST /requests/{id}/decision": probe("{}", 404),
            "GET /cases": probe("", 200), "POST /cases": probe("{}", 422),
            "GET /cases/{id}": probe("", 200, closed: 404),
            "POST /cases/{id}/events": probe(#"{"noteAdded":{"text":"x"}}"#, 200, closed: 404),
            "GET /cases/{id}/history": probe("", 200, closed: 404),
            "GET /exhibits/{id}": probe("", 200, closed: 404),
            "POST /seizures": probe("{}", 422, closed: 404, query: "case"),
            "GET /seizures/{id}": probe("", 200, closed: 404),
            "PATCH /seizures/{id}": probe(#"{"reason":"x","status":"nonsense"}"#, 422, closed: 404),
            "POST /cases/{id}/attachments": probe(#"{"fileName":"a","size":"1"}"#, 201, closed: 404),
            "GET /uploads/{id}": probe("", 404), "PUT /uploads/{id}": probe("", 404, query: "offset"),
            "POST /uploads/{id}/finish": probe("", 404), "DELETE /uploads/{id}": probe("", 404),
            "GET /attachments/{id}": probe("", 404),
            "POST /search": probe(#"{"text":"tusk"}"#, 200), "GET /hits": probe("", 200), "GET /tasks": probe("", 200),
            "GET /accesses": probe("", 200), "GET /statistics": probe("", 200),
            "POST /imports": probe(#"{"caseId":"CASE"}"#, 200, closed: 404),
            "POST /exports": probe(#"{"caseId":"CASE","reason":"x"}"#, 200, closed: 404),
            "GET /card": probe("", 200), "GET /partners": probe("", 200), "POST /partners": probe("{}", 422),
            "GET /partners/{prefix}": probe("", 404), "GET /partners/{prefix}/evidence": probe("", 404),
            "POST /partners/{prefix}/state": probe(#"{"state":"suspended","reason":"x"}"#, 404),
            "GET /agreements": probe("", 200), "POST /agreements": probe("{}", 422),
            "POST /agreements/accept": probe("{}", 422), "POST /agreements/record": probe("{}", 422),
            "POST /agreements/change": probe("{}", 422),
            "GET /notices": probe("", 200), "GET /cases/{id}/notices": probe("", 200, closed: 404),
            "POST /cases/{id}/notices": probe(#"{"notice":{"seizure":{}}}"#, 422, closed: 404),
            "POST /cases/{id}/answers": probe(#"{"notice":{"feedback":{"verdict":"useful"}}}"#, 404, closed: 404),
            "GET /cases/{id}/notices/{number}": probe("", 404, closed: 404),
            "GET /cases/{id}/notices/{number}/explain": probe("", 404, closed: 404),
            "POST /cases/{id}/notices/{number}/approve": probe("", 422, closed: 404),
            "POST /cases/{id}/notices/{number}/release": probe("", 404, closed: 404),
            "POST /cases/{id}/notices/{number}/withdraw": probe("{}", 422, closed: 404),
            "POST /cases/{id}/notices/{number}/recall": probe(#"{"reason":"x"}"#, 404, closed: 404),
            "POST /cases/{id}/notice-attachments/{place}": probe("", 404, closed: 404),
            "GET /exports/{id}": probe("", 404),
            "GET /codes": probe("", 200), "PUT /codes/{list}": probe("{}", 200), "GET /status": probe("", 200),
        ]
    }()

    @Test func theProbesCoverEveryRoute() {
        let routes = Set(OfficerRoute.all.filter { $0.access != .anyone }.map { "\($0.method) \($0.path)" })
        #expect(Set(Self.probes.keys) == routes)
    }

    @Test func everyRouteAsksWhoIsAsking() async throws {
        let server = try await TestServer()
        let investigator = try await server.signIn("lan")
        let open = try await server.makeCase(investigator, needToKnow: false)
        let closed = try await server.makeCase(investigator, needToKnow: true)
        let tokens: [(role: Role?, token: String?)] =
            [(nil, nil), (nil, "cordon_" + String(repeating: "0", count: 64))]
            + (try await Role.allCases.asyncMap { ($0, try await server.signIn("other-\($0.rawValue)")) })
        for route in OfficerRoute.all where route.access != .anyone {
            let probe = Self.probes["\(route.method) \(route.path)"]!
            for (role, token) in tokens {
                for (made, isClosed) in [(open, false), (closed, true)] where !isClosed || probe.closed != nil {
                    // Signing out ends a session, so it gets one of its own.
                    let token =
                        route.method == "DELETE" && route.path == "/session" && role != nil
                        ? try await server.signIn("other-\(role!.rawValue)") : token
                    let status = try await server.call(route, probe, made, token: token)
                    let expected = Self.expected(route, probe, role, isClosed: isClosed)
                    #expect(
                        expected.contains(status),
                        """
                        \(route.method) \(route.path) as \(role?.rawValue ?? "nobody"), case \
                        \(isClosed ? "closed" : "open"): \(status), not \(expected)
                        """)
                }
            }
        }
        await server.stop()
    }

    private static func expected(_ route: OfficerRoute, _ probe: Probe, _ role: Role?, isClosed: Bool) -> Set<Int> {
        guard let role else { return [401] }
        switch route.access {
        case .anyone, .officer: return probe.open
        case .permission(let permission):
            return permission.roles.contains(role) ? isClosed ? probe.closed! : probe.open : [403]
        case .dependsOnBody:
            // A note takes `changeCase`; a request without a kind and a decision on none go no further for anyone.
            guard route.path == "/cases/{id}/events" else { return probe.open }
            guard Permission.changeCase.roles.contains(role) else { return [403] }
            return isClosed ? probe.closed! : probe.open
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<R>(_ body: (Element) async throws -> R) async rethrows -> [R] {
        var all: [R] = []
        for element in self { all.append(try await body(element)) }
        return all
    }
}
