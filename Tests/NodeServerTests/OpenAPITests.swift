import Casework
import Customs
import Foundation
import NodeServer
import TestSupport
import Testing

/// The description of the officers' API, held against the routes, the permissions and the vocabularies it speaks of.
@Suite struct OpenAPITests {
    typealias Object = [String: Any]

    let document: Object

    init() throws {
        let parsed = try JSONSerialization.jsonObject(with: Data(OpenAPI.document))
        document = try #require(parsed as? Object)
    }

    private static let methods: Set = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    private func object(_ value: Any?, _ what: String) throws -> Object {
        try #require(value as? Object, "\(what) is not an object")
    }

    /// By method and path, as routes have them.
    private func operations() throws -> [String: Object] {
        var found: [String: Object] = [:]
        for (path, item) in try object(document["paths"], "paths") {
            for (method, operation) in try object(item, path) where Self.methods.contains(method) {
                found["\(method.uppercased()) \(path)"] = try object(operation, path)
            }
        }
        return found
    }

    private func operation(_ route: OfficerRoute) throws -> Object {
        let name = "\(route.method) \(route.path)"
        return try #require(try operations()[name], "\(name) is not described")
    }

    /// What a local reference points to; nil where there is nothing.
    private func resolve(_ reference: String) -> Any? {
        guard reference.hasPrefix("#/") else { return nil }
        var value: Any? = document
        for part in reference.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) {
            let name = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
            value = (value as? Object)?[name]
        }
        return value
    }

    /// The thing itself, where it is given by reference.
    private func resolved(_ value: Any?, _ what: String) throws -> Object {
        let given = try object(value, what)
        guard let reference = given["$ref"] as? String else { return given }
        return try object(resolve(reference), "\(what), \(reference)")
    }

    private func references(in value: Any) -> [String] {
        if let array = value as? [Any] { return array.flatMap(references) }
        guard let object = value as? Object else { return [] }
        return ((object["$ref"] as? String).map { [$0] } ?? []) + object.values.flatMap(references)
    }

    // MARK: The document

    @Test func `the file is the document`() throws {
        let file = try bytes(of: Places.project.appendingPathComponent("Protocols/openapi.json").path)
        #expect(file.count > 10_000)
        // Not compared as arrays in the expectation: a difference would be printed in full.
        let isSame = file == OpenAPI.document
        #expect(isSame, "run Protocols/openapi/generate.py")
    }

    @Test func `it is OpenAPI 3.1, of this version, below the routes' prefix`() throws {
        let version = try #require(document["openapi"] as? String)
        #expect(version.hasPrefix("3.1."))
        #expect(try object(document["info"], "info")["version"] as? String == NodeServerConfiguration.version)
        let servers = try #require(document["servers"] as? [Object])
        #expect(servers.map { $0["url"] as? String } == [OfficerRoute.prefix])
    }

    @Test func `every reference leads somewhere`() {
        let references = Set(references(in: document))
        #expect(references.contains("#/components/schemas/SeizureReport"))
        for reference in references { #expect(resolve(reference) is Object, "\(reference)") }
    }

    @Test func `nothing is described that nobody refers to`() throws {
        let references = Set(references(in: document))
        for (kind, entries) in try object(document["components"], "components") where kind != "securitySchemes" {
            let names = try object(entries, kind).keys
            #expect(!names.isEmpty, "\(kind)")
            for name in names { #expect(references.contains("#/components/\(kind)/\(name)"), "\(kind) \(name)") }
        }
    }

    // MARK: Routes

    @Test func `all routes are described, and nothing else`() throws {
        let routes = OfficerRoute.all.map { "\($0.method) \($0.path)" }
        #expect(Set(routes).count == routes.count)
        let described = Set(try operations().keys)
        #expect(described.subtracting(routes).sorted() == [])
        #expect(Set(routes).subtracting(described).sorted() == [])
    }

    @Test func `every operation has a name of its own`() throws {
        let operations = try operations()
        let names = operations.values.compactMap { $0["operationId"] as? String }
        #expect(names.count == operations.count)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: OfficerRoute.all.indices)
    func `path parameters are those of the path`(index: Int) throws {
        let route = OfficerRoute.all[index]
        let parts = route.path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }
        let expected = parts.map { String($0.dropFirst().dropLast()) }
        let listed = try operation(route)["parameters"] as? [Any] ?? []
        let parameters = try listed.map { try resolved($0, route.path) }
        let inPath = parameters.filter { $0["in"] as? String == "path" }
        #expect(inPath.map { $0["name"] as? String } == expected, "\(route.method) \(route.path)")
        for parameter in inPath { #expect(parameter["required"] as? Bool == true, "\(route.method) \(route.path)") }
        for parameter in parameters { #expect(parameter["schema"] is Object, "\(route.method) \(route.path)") }
    }

    @Test(arguments: OfficerRoute.all.indices)
    func `answers and problems are described`(index: Int) throws {
        let route = OfficerRoute.all[index]
        let name = "\(route.method) \(route.path)"
        let operation = try operation(route)
        let responses = try object(operation["responses"], name)
        #expect(responses.keys.contains { $0.hasPrefix("2") }, "\(name)")
        #expect(responses.keys.contains("503"), "\(name)")
        // What takes neither a session nor anything else has nothing to refuse.
        let takesNothing = route.access == .anyone && operation["requestBody"] == nil
        #expect(responses.keys.contains { $0.hasPrefix("4") } == !takesNothing, "\(name)")
        #expect(route.access == .anyone || responses["401"] != nil, "\(name)")
        #expect(!route.path.contains("{") || responses["404"] != nil, "\(name)")
        #expect(operation["requestBody"] == nil || responses["422"] != nil && responses["413"] != nil, "\(name)")
        for (status, response) in responses {
            let response = try resolved(response, "\(name) \(status)")
            guard !status.hasPrefix("2") else {
                #expect((status == "204") == (response["content"] == nil), "\(name) \(status)")
                continue
            }
            let content = try object(response["content"], "\(name) \(status)")
            #expect(Array(content.keys) == ["application/problem+json"], "\(name) \(status)")
            let media = try object(content["application/problem+json"], "\(name) \(status)")
            let schema = try object(media["schema"], "\(name) \(status)")
            #expect(schema["$ref"] as? String == "#/components/schemas/Problem", "\(name) \(status)")
        }
    }

    // MARK: Who may

    @Test(arguments: OfficerRoute.all.indices)
    func `security, permissions, roles and scopes are those of the route`(index: Int) throws {
        let route = OfficerRoute.all[index]
        let name = "\(route.method) \(route.path)"
        let operation = try operation(route)
        let security = try #require(operation["security"] as? [Object], "\(name)")
        #expect(security.map { Array($0.keys) } == (route.access == .anyone ? [] : [["bearer"]]), "\(name)")
        let listed = operation["x-cordon-permissions"] as? [Object] ?? []
        let permissions = try listed.map { entry in
            try #require((entry["permission"] as? String).flatMap(Permission.init), "\(name): \(entry)")
        }
        switch route.access {
        case .anyone, .officer: #expect(permissions == [], "\(name)")
        case .permission(let permission): #expect(permissions == [permission], "\(name)")
        case .dependsOnBody:
            #expect(permissions.count > 1 && Set(permissions).count == permissions.count, "\(name)")
            #expect(listed.allSatisfy { ($0["when"] as? String)?.isEmpty == false }, "\(name)")
        }
        let answersForbidden = try object(operation["responses"], name)["403"] != nil
        #expect(permissions.isEmpty || answersForbidden, "\(name)")
        for (entry, permission) in zip(listed, permissions) {
            #expect(entry["roles"] as? [String] == permission.roles.sorted().map(\.rawValue), "\(name): \(permission)")
            #expect(entry["scope"] as? String == permission.scope.rawValue, "\(name): \(permission)")
        }
    }

    @Test func `bearer tokens are described`() throws {
        let scheme = try resolved(["$ref": "#/components/securitySchemes/bearer"], "bearer")
        #expect(scheme["type"] as? String == "http")
        #expect(scheme["scheme"] as? String == "bearer")
    }

    // MARK: Schemas

    @Test func `lists of codes are whole`() throws {
        let lists: [String: Set<String>] = [
            "SeizureReport/status": Vocabulary.status, "SeizureReport/offences": Vocabulary.offence,
            "SeizureReport/direction": Vocabulary.direction, "Place/kind": Vocabulary.place,
            "RouteLeg/role": Vocabulary.leg, "Conveyance/kind": Vocabulary.conveyance,
            "Document/kind": Vocabulary.document, "Detection/reason": Vocabulary.detectionReason,
            "Detection/means": Vocabulary.detectionMeans, "Species/citesAppendix": Vocabulary.appendix,
            "Person/role": Vocabulary.personRole, "Company/role": Vocabulary.companyRole,
            "IdentityDocument/kind": Vocabulary.identityDocument, "LinkAdded/relation": Vocabulary.relation,
            "LinkAdded/confidence": Vocabulary.confidence, "ExhibitDisposed/method": Vocabulary.disposal,
            "RetentionSet/class": Vocabulary.retention,
            "NewRequest/kind": Set(TwoOfficerRequest.Kind.allCases.map(\.rawValue)),
            "FindingView/strength": Set(Finding.Strength.allCases.map(\.name)),
        ]
        for (field, codes) in lists {
            let parts = field.split(separator: "/")
            let schema = resolve("#/components/schemas/\(parts[0])/properties/\(parts[1])") as? Object
            let items = schema?["items"] as? Object ?? schema
            #expect((items?["enum"] as? [String]).map(Set.init) == codes, "\(field)")
        }
    }

    @Test func `a client proposes no event that only the node records`() throws {
        func properties(_ name: String) throws -> Set<String> {
            let schema = try resolved(["$ref": "#/components/schemas/\(name)"], name)
            return Set(try object(schema["properties"], name).keys)
        }
        let event = try properties("CaseEvent")
        #expect(
            event.subtracting(try properties("CaseEventProposal")) == [
                "opened", "reportCorrected", "hitsFound", "attachmentAdded", "noticeDrafted", "noticeApproved",
                "noticeWithdrawn", "noticeReleased", "noticeRefused", "noticeReceived", "noticeReferenced",
            ])
        #expect(try properties("SeizurePatch").subtracting(try properties("SeizureReport")) == ["reason"])
        #expect(try !properties("AttachmentAdded").contains("key"))
    }
}
