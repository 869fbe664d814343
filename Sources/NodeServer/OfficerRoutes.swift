public import Casework
internal import CordonNode
internal import HTTPTypes

/// One route of the officers' API.
public struct OfficerRoute: Sendable {
    public enum Access: Sendable, Equatable {
        /// Without signing in.
        case anyone
        /// Whoever is signed in.
        case officer
        /// Whoever carries a permission.
        case permission(Permission)
        /// Which permission it takes depends on what is asked for; the case service decides.
        case dependsOnBody
    }

    public let method: String
    /// As OpenAPI writes it: `/cases/{id}`, behind `/api/v1`.
    public let path: String
    public let access: Access
    let handler: @Sendable (Call) async throws -> Answer

    init(
        _ method: String, _ path: String, _ access: Access, _ handler: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.handler = handler
    }

    public static let prefix = "/api/v1"

    /// Every route there is: what the server registers, what `Protocols/openapi.json` describes, what the authorisation
    /// test walks through.
    public static let all: [OfficerRoute] =
        session + officers + cases + attachments + lookups + data + partners + agreements + notices
}
