// Written by Protocols/openapi/generate.py.
extension OpenAPI {
    static let documentText = #"""
        {}
        """#
}
