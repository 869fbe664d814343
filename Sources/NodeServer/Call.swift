internal import Casework
internal import CordonNode
internal import Cryptography
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import SwiftProtobuf

extension HTTPField.Name {
    static let idempotencyKey = Self("Idempotency-Key")!
    static let accessReason = Self("Cordon-Reason")!
    static let exportID = Self("Cordon-Export")!
}

/// One request, as the handlers see it.
struct Call: Sendable {
    /// Of a request's body, unless a route says otherwise: 4 MiB.
    static let maximumBodyByteCount = 4 << 20

    let request: Request
    let context: OfficerContext
    let service: CaseService
    /// Nil where the node is served without its partners' side.
    let exchange: ExchangeService?

    /// Asked for anew every time: whoever loses a right while their request is still coming in does not keep it.
    var credentials: Credentials {
        get throws {
            guard let bearer else { throw CaseError(.unauthenticated, "sign in first") }
            return try service.administration.authenticate(bearer)
        }
    }

    func parameter(_ name: String) throws -> String {
        guard let value = context.parameters.get(name) else { throw CaseError(.notFound, "there is nothing here") }
        return value
    }

    func number(_ name: String) throws -> UInt64 {
        guard let number = try UInt64(parameter(name)) else { throw CaseError(.notFound, "there is nothing here") }
        return number
    }

    func query(_ name: String) -> String? { request.uri.queryParameters[name[...]].map { String($0) } }

    func queryNumber(_ name: String) throws -> UInt64? {
        guard let text = query(name) else { return nil }
        guard let number = UInt64(text) else { throw CaseError.invalid("/\(name)", "\(name) is a number") }
        return number
    }

    /// Why someone looks, where they say.
    var reason: String { String((request.headers[.accessReason] ?? "").prefix(2_000)) }

    func body(upTo limit: Int = maximumBodyByteCount) async throws -> [UInt8] {
        var request = request
        return [UInt8](buffer: try await request.collectBody(upTo: limit))
    }

    func message<M: Message>(_ type: M.Type, upTo limit: Int = maximumBodyByteCount) async throws -> M {
        let bytes = try await body(upTo: limit)
        return try JSONCoding.decode(bytes.isEmpty ? Array("{}".utf8) : bytes, as: type)
    }

    /// `If-Match: "7"`: the version that the case must have.
    var ifMatch: UInt64? {
        get throws {
            guard let text = request.headers[.ifMatch] else { return nil }
            guard text.count > 2, text.hasPrefix("\""), text.hasSuffix("\""),
                let version = UInt64(text.dropFirst().dropLast())
            else { throw CaseError.invalid("", "If-Match is a version in quotes, as the ETag gave it") }
            return version
        }
    }

    func idempotencyKey(_ body: [UInt8]) throws -> CaseService.IdempotencyKey? {
        guard let key = request.headers[.idempotencyKey] else { return nil }
        guard (1...200).contains(key.utf8.count) else {
            throw CaseError.invalid("", "an idempotency key has 1 to 200 bytes")
        }
        return .init(key: key, request: Digest.sha256(Array(request.uri.string.utf8) + [0] + body).bytes)
    }
}

/// What a handler answers.
struct Answer {
    var status: HTTPResponse.Status = .ok
    var headers = HTTPFields()
    var body: ResponseBody

    static func json(
        _ message: some Message, _ status: HTTPResponse.Status = .ok, version: UInt64? = nil, location: String? = nil
    ) throws -> Answer {
        var answer = Answer(
            status: status, body: .init(byteBuffer: ByteBuffer(bytes: try JSONCoding.bytes(message))))
        answer.headers[.contentType] = "application/json"
        if let version { answer.headers[.eTag] = "\"\(version)\"" }
        if let location { answer.headers[.location] = location }
        return answer
    }

    static var nothing: Answer { Answer(status: .noContent, body: .init()) }
}

struct OfficerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    var credentials: Credentials?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}
