/// The description of the officers' API: `Protocols/openapi.json`, word for word (a test holds them together).
public enum OpenAPI {
    public static let document: [UInt8] = Array(documentText.utf8)
}
