internal import Casework
internal import CordonNode
internal import Customs
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Interchange
internal import Schema
internal import SwiftProtobuf

/// An error as the API tells it: a problem document (RFC 9457). Every error is mapped here, and only here.
struct ProblemError: Error, HTTPResponseError {
    static let mediaType = "application/problem+json"

    let status: HTTPResponse.Status
    let problem: Problem
    var headers = HTTPFields()

    init(
        _ status: HTTPResponse.Status, _ code: String, _ detail: String, findings: [Finding] = [],
        version: UInt64? = nil
    ) {
        self.status = status
        problem = .with {
            $0.type = "urn:cordon:problem:\(code)"
            $0.title = status.reasonPhrase
            $0.status = UInt32(status.code)
            $0.detail = detail
            $0.errors = findings.map(\.view)
            $0.version = version ?? 0
        }
    }

    /// What an error of any layer below comes to. Anything unforeseen is a 500 that says nothing.
    init(_ error: any Error) {
        switch error {
        case let error as ProblemError: self = error
        case let error as CaseError: self = Self(error)
        case let error as NodeError: self = Self(error)
        case let error as HTTPError: self = Self(error.status, "http", error.body ?? error.status.reasonPhrase)
        case let error as any HTTPResponseError: self = Self(error.status, "http", error.status.reasonPhrase)
        default:
            self = Self(.internalServerError, "internal", "something went wrong inside the node: its log says what")
        }
    }

    private init(_ error: CaseError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .notFound: .notFound
            case .forbidden: .forbidden
            case .invalid: .unprocessableContent
            case .conflict: .conflict
            case .changed: .preconditionFailed
            case .needsSecondOfficer: .forbidden
            case .unauthenticated: .unauthorized
            case .lockedOut: .tooManyRequests
            case .tooLarge: .contentTooLarge
            case .overloaded: .serviceUnavailable
            }
        self.init(
            status, error.code.rawValue, error.reason, findings: error.findings, version: error.version)
        if error.code == .unauthenticated { headers[.wwwAuthenticate] = "Bearer realm=\"cordon\"" }
        if error.code == .overloaded || error.code == .lockedOut { headers[.retryAfter] = "5" }
        if error.code == .changed, let version = error.version { headers[.eTag] = "\"\(version)\"" }
    }

    private init(_ error: NodeError) {
        switch error.code {
        case .overloaded, .stopped:
            self.init(.serviceUnavailable, "overloaded", "the node has too much to do, or is stopping: try again")
            headers[.retryAfter] = "1"
        case .unknownOutcome:
            self.init(
                .serviceUnavailable, "unknown-outcome",
                "the node stopped while it wrote: whether this was done is known once it runs again")
        default:
            self.init(.internalServerError, "internal", "something went wrong inside the node: its log says what")
        }
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var headers = headers
        headers[.contentType] = Self.mediaType
        headers[.cacheControl] = "no-store"
        return Response(
            status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: try JSONCoding.bytes(problem))))
    }
}

extension Finding {
    var view: FindingView {
        .with {
            $0.strength = strength.name
            $0.pointer = pointer
            $0.code = code
            $0.message = message
        }
    }
}
