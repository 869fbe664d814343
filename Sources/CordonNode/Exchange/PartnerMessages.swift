public import Cryptography

/// A request from one node to another (`Protocols/sync.md`), whatever carries it.
public struct PartnerRequest: Sendable {
    public enum Method: String, Sendable { case get = "GET", post = "POST" }

    /// Of a request's body, at most: 1 MiB.
    public static let maximumBodyByteCount = 1 << 20

    public let method: Method
    /// Behind the node's base, such as `/log/checkpoint`, without a query.
    public let path: String
    public let query: [String: String]
    public let body: [UInt8]

    public init(_ method: Method, _ path: String, query: [String: String] = [:], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }
}

/// What the other node answers.
public struct PartnerReply: Sendable {
    public let status: Int
    public let contentType: String
    public let body: [UInt8]

    public init(_ status: Int, _ body: [UInt8] = [], contentType: String = "application/octet-stream") {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    public init(_ status: Int, text: String) {
        self.init(status, Array(text.utf8), contentType: "text/plain; charset=utf-8")
    }
}

/// Answers partners.
public protocol PartnerResponder: Sendable {
    /// The partner whose TLS key has this pin; nil where there is none, or none that may connect.
    func partner(pin: Digest) -> String?
    /// Counts the requests that it answers with an error.
    func respond(to request: PartnerRequest, from partner: String) async -> PartnerReply
    /// Counts a request that was refused before it came so far.
    func countRefused(from partner: String)
    /// From now on nothing is held back: the server is about to stop, and waits for what it has begun to answer.
    func endPolls()
}

/// Asks one partner.
public protocol PartnerTransport: Sendable {
    /// `limit`: bytes of the answer that are read, at most. Throws `PartnerTransportError`.
    func send(_ request: PartnerRequest, limit: Int, timeoutSeconds: Int) async throws -> PartnerReply
    func stop() async
}

public struct PartnerTransportError: Error, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case unreachable, wrongKey, timedOut, tooLarge
    }
    public let code: Code
    public let reason: String

    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
    public static func == (a: Self, b: Self) -> Bool { a.code == b.code }
    public var description: String { reason }
}
