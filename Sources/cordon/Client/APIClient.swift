internal import AsyncHTTPClient
internal import Foundation
internal import Interchange
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Schema
internal import SwiftProtobuf

/// The officers' API of one node, as a client sees it. Safe to use from several tasks at once.
struct APIClient: Sendable {
    static let prefix = "/api/v1"
    /// Of an answer that is read whole: 64 MiB.
    static let maximumAnswerByteCount = 64 << 20
    /// For one request and its answer; an export has as long as it takes.
    static let timeout = TimeAmount.minutes(5)

    let address: String
    /// Secret.
    private let token: String?
    /// Answers are printed as they came.
    let json: Bool
    private let http: HTTPClient

    init(_ address: String, token: String?, caCertificate: String, json: Bool) throws {
        self.address = address
        self.token = token
        self.json = json
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if !caCertificate.isEmpty {
            guard let roots = try? NIOSSLCertificate.fromPEMFile(caCertificate), !roots.isEmpty else {
                throw CommandFailure("\(caCertificate) holds no certificate in PEM.")
            }
            tls.trustRoots = .certificates(roots)
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: Self.timeout))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func shutdown() async { try? await http.shutdown() }

    // MARK: Requests

    struct Request: Sendable {
        var method: String
        var path: String
        var query: [(name: String, value: String)] = []
        var body: [UInt8]?
        /// Of the body.
        var mediaType = "application/json"
        var headers: [(name: String, value: String)] = []
        /// Sends a key with it, so that it is done once however often it arrives, and tries once more when the
        /// connection breaks.
        var isRepeatable = false
    }

    /// A message, and the bytes and version that it came with.
    struct Answer<M: Message & Sendable>: Sendable {
        let message: M
        let bytes: [UInt8]
        let version: UInt64?
    }

    func get<M: Message>(
        _ path: String, _ query: [(name: String, value: String)] = [], as type: M.Type
    ) async throws -> Answer<M> {
        try await send(Request(method: "GET", path: path, query: query), as: type)
    }

    func post<M: Message>(_ path: String, _ body: some Message, as type: M.Type) async throws -> Answer<M> {
        try await send(Request(method: "POST", path: path, body: body.jsonUTF8Bytes()), as: type)
    }

    func put(_ path: String, _ body: some Message) async throws {
        _ = try await send(Request(method: "PUT", path: path, body: body.jsonUTF8Bytes()))
    }

    func delete(_ path: String) async throws { _ = try await send(Request(method: "DELETE", path: path)) }

    func send<M: Message>(_ request: Request, as type: M.Type) async throws -> Answer<M> {
        let (bytes, version) = try await send(request)
        return Answer(message: try Self.decode(bytes, as: type), bytes: bytes, version: version)
    }

    /// Unknown fields are passed over: a node may be newer than this program.
    static func decode<M: Message>(_ bytes: [UInt8], as type: M.Type) throws -> M {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        do {
            return try M(jsonUTF8Bytes: bytes, options: options)
        } catch {
            throw ClientFailure(.refused, "the server's answer cannot be read: is it a Cordon node?")
        }
    }

    /// The body of an answer that says yes. Throws `ClientFailure`.
    func send(_ request: Request) async throws -> (bytes: [UInt8], version: UInt64?) {
        var request = request
        if request.isRepeatable { request.headers.append(("Idempotency-Key", UUID().uuidString)) }
        do {
            return try await sendOnce(request)
        } catch let failure as ClientFailure where failure.kind == .unreachable && request.isRepeatable {
            try await Task.sleep(for: .milliseconds(300))
            return try await sendOnce(request)
        }
    }

    private func sendOnce(_ request: Request) async throws -> (bytes: [UInt8], version: UInt64?) {
        let response = try await begin(request, timeout: Self.timeout)
        let bytes: [UInt8]
        do {
            let body = try await response.body.collect(upTo: Self.maximumAnswerByteCount)
            bytes = Array(body.readableBytesView)
        } catch {
            throw ClientFailure(.unreachable, "\(address) went away in the middle of its answer: \(Self.text(error))")
        }
        guard (200..<300).contains(response.status.code) else {
            throw failure(response.status.code, bytes, request.path)
        }
        let tag = response.headers.first(name: "ETag")
        return (bytes, tag.flatMap { UInt64($0.filter { $0 != "\"" }) })
    }

    /// An answer of any length, a piece at a time; `head` is told first what it is.
    func stream(
        _ request: Request, head: (HTTPResponseStatus, HTTPHeaders) throws -> Void = { _, _ in },
        _ take: ([UInt8]) throws -> Void
    ) async throws {
        let response = try await begin(request, timeout: .hours(24))
        guard response.status == .ok || response.status == .partialContent else {
            let body = try? await response.body.collect(upTo: 1 << 20)
            throw failure(response.status.code, body.map { Array($0.readableBytesView) } ?? [], request.path)
        }
        try head(response.status, response.headers)
        var pieces = response.body.makeAsyncIterator()
        while true {
            let piece: ByteBuffer?
            do {
                piece = try await pieces.next()
            } catch {
                throw ClientFailure(.unreachable, "\(address) broke off in the middle: \(Self.text(error))")
            }
            guard let piece else { return }
            try take(Array(piece.readableBytesView))
        }
    }

    private func begin(_ wanted: Request, timeout: TimeAmount) async throws -> HTTPClientResponse {
        var url = address + Self.prefix + wanted.path
        for (place, item) in wanted.query.enumerated() {
            url += (place == 0 ? "?" : "&") + item.name + "=" + Self.escaped(item.value)
        }
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: wanted.method)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in wanted.headers { request.headers.add(name: name, value: value) }
        if let body = wanted.body {
            request.headers.add(name: "Content-Type", value: wanted.mediaType)
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        do {
            return try await http.execute(request, timeout: timeout)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ClientFailure(.unreachable, "\(address) cannot be reached: \(Self.text(error))")
        }
    }

    // MARK: Failures

    private static func text(_ error: any Error) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "no authority that is trusted here issued its certificate (--ca-certificate names one)"
        }
        if text.contains("Connection refused") { return "nothing listens there" }
        return Display.short(Display.safe(text), 300)
    }

    /// As the problem document has it (RFC 9457).
    private func failure(_ status: UInt, _ bytes: [UInt8], _ path: String) -> ClientFailure {
        let problem = (try? Self.decode(bytes, as: Problem.self)) ?? Problem()
        var reason = problem.detail.isEmpty ? "the server answers with status \(status)" : problem.detail
        if status == 412, problem.version > 0 { reason += "; it is at version \(problem.version) now" }
        if status == 401, token == nil, path != "/session" || reason.hasPrefix("sign in first") {
            reason = "nobody is signed in at \(address): cordon login LOGIN --server \(address)"
        } else if status == 401, token != nil {
            reason = "the session or token is not known at \(address), or has ended: cordon login"
        }
        return ClientFailure(
            status == 401 || status == 403 ? .forbidden : .refused, reason, status: status, findings: problem.errors)
    }

    /// For one segment of a path, or a value in a query.
    static func escaped(_ text: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        let digits = Array("0123456789ABCDEF")
        return text.utf8.map { byte in
            plain.contains(byte)
                ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }.joined()
    }

    // MARK: Output

    /// Prints an answer as it came. False where the command is to print it for people.
    func printJSON<M: Message>(_ answer: Answer<M>) -> Bool {
        guard json else { return false }
        Self.printJSON(answer.bytes)
        return true
    }

    static func printJSON(_ bytes: [UInt8]) {
        if let value = try? JSONValue(parsing: bytes, limit: maximumAnswerByteCount) { print(value.pretty) }
    }
}
