import AsyncHTTPClient
import Casework
import CordonNode
import Cryptography
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NodeServer
import Schema
import ServiceLifecycle
import Storage
import SwiftProtobuf
import Synchronization
import TestSupport

/// A node with its server on a free port of this machine, and a client.
final class TestServer: Sendable {
    static let password = "a good password"

    struct Made {
        let caseID: String
        let reportID: String
        let exhibitID: String
    }

    let directory: TemporaryDirectory
    let service: CaseService
    /// Nil where the node is served without its partners' side.
    let exchange: ExchangeService?
    let base: String
    let metrics: String
    private let sequencer: Sequencer
    private let running: Task<Void, any Error>

    /// `lan` is an investigator; for each role there is `other-<role>`.
    init(
        exchanges: Bool = true, country: String = "VN", _ change: (inout NodeServerConfiguration) -> Void = { _ in }
    ) async throws {
        directory = try TemporaryDirectory()
        let unlock = Unlock.keyFile(try .generate())
        try Node.create(
            at: directory["node"], authority: Authority(country: country, name: "Test Customs"), unlock: unlock)
        let node = try Node(opening: directory["node"], unlock: unlock)
        sequencer = try node.startSequencer()
        let service = try node.caseService(sequencer)
        self.service = service
        try await service.start()
        let officers = [("lan", Role.investigator)] + Role.allCases.map { ("other-\($0.rawValue)", $0) }
        for (login, role) in officers {
            var bytes = Array(Self.password.utf8)
            let password = try SecretBytes(moving: &bytes)
            _ = try await service.administration.addOfficer(
                login: login, name: login, office: "Hai Phong", roles: [role], password: password, founding: true,
                by: 0)
        }
        exchange = exchanges ? try node.exchangeService(service) : nil
        try await exchange?.tend()
        try await exchange?.issueCard(nodes: ["vn.example:8644"])
        var configuration = NodeServerConfiguration()
        configuration.port = 0
        configuration.metricsPort = 0
        change(&configuration)
        let (ready, tell) = AsyncStream.makeStream(of: (Int, Int?).self)
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try NodeServer(service, exchange: exchange, configuration, logger: silent) { port, metrics in
            tell.yield((port, metrics))
            tell.finish()
        }
        running = Task {
            try await server.run()
            withExtendedLifetime(node) {}  // it holds its directory's lock for as long as the server runs
        }
        let ports = await ready.first { _ in true }!
        base = "http://127.0.0.1:\(ports.0)"
        metrics = "http://127.0.0.1:\(ports.1 ?? 0)"
    }

    func stop() async {
        running.cancel()
        _ = try? await running.value
        await exchange?.stop()
        await sequencer.stop()
    }

    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
        var problem: Problem { (try? Problem(jsonUTF8Bytes: body)) ?? Problem() }
        func message<M: Message>(_ type: M.Type) throws -> M { try M(jsonUTF8Bytes: body) }
    }

    func send(
        _ method: String, _ path: String, token: String? = nil, headers: [String: String] = [:], body: [UInt8] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : base + OfficerRoute.prefix + path)
        request.method = .init(rawValue: method)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if !body.isEmpty { request.body = .bytes(body) }
        let response = try await HTTPClient.shared.execute(request, timeout: .minutes(10))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers, body: [UInt8](buffer: bytes))
    }

    func send(
        _ method: String, _ path: String, token: String? = nil, headers: [String: String] = [:], json: String
    ) async throws -> Answer {
        try await send(method, path, token: token, headers: headers, body: Array(json.utf8))
    }

    func signIn(_ login: String) async throws -> String {
        let answer = try await send(
            "POST", "/session", json: #"{"login":"\#(login)","password":"\#(Self.password)"}"#)
        return try answer.message(Session.self).token
    }

    /// A case with a report and an exhibit.
    func makeCase(_ token: String, needToKnow: Bool) async throws -> Made {
        let answer = try await send(
            "POST", "/seizures?needToKnow=\(needToKnow)", token: token,
            json: #"{"seizedAt":"2026-05-01","offences":["wildlife"],"goods":[{"description":"Tusk"}]}"#)
        let change = try answer.message(ChangeView.self)
        let sealed = try await send(
            "POST", "/cases/\(change.caseID)/events", token: token,
            json: #"{"exhibitSealed":{"description":"Tusk","sealNumber":"A1"}}"#)
        return Made(
            caseID: change.caseID, reportID: change.events[1].seizureLogged.report.id,
            exhibitID: try sealed.message(ChangeView.self).events[0].exhibitSealed.id)
    }

    func call(
        _ route: OfficerRoute, _ probe: AuthorisationTests.Probe, _ made: Made, token: String?
    ) async throws -> Int {
        var path = route.path
        let ids = ["/cases": made.caseID, "/exhibits": made.exhibitID, "/seizures": made.reportID]
        let id = ids.first { path.hasPrefix($0.key) }?.value ?? "VN-A-ZZZZZ-00"
        path = path.replacing("{id}", with: id).replacing("{number}", with: "2").replacing("{list}", with: "hs")
            .replacing("{prefix}", with: "la.customs")
        if probe.query == "case" { path += "?case=\(made.caseID)" }
        if probe.query == "offset" { path += "?offset=0" }
        return try await send(
            route.method, path, token: token, json: probe.body.replacing("CASE", with: made.caseID)
        ).status
    }
}
