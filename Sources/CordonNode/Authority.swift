internal import TransparencyLog

/// Who runs a node, and the names that its keys go by. Kept in the encrypted database.
public struct Authority: Hashable, Sendable {
    public static let maximumNameByteCount = 200
    public static let maximumPrefixByteCount = 200

    /// ISO 3166-1 alpha-2, upper case.
    public let country: String
    public let name: String
    /// What the names of the node's logs and keys begin with: a host name, preferably one the authority owns.
    public let namePrefix: String

    /// `namePrefix` defaults to `<country>.customs` in lower case. Throws `.badArgument`.
    public init(country: String, name: String, namePrefix: String? = nil) throws(NodeError) {
        let upperCase = UInt8(ascii: "A")...UInt8(ascii: "Z")
        guard country.utf8.count == 2, country.utf8.allSatisfy(upperCase.contains) else {
            throw NodeError(.badArgument, "an authority is named by a country code of two capital letters, such as VN")
        }
        guard (1...Self.maximumNameByteCount).contains(name.utf8.count), name.utf8.allSatisfy({ $0 >= 0x20 }) else {
            throw NodeError(.badArgument, "an authority's name has 1 to \(Self.maximumNameByteCount) bytes on one line")
        }
        let prefix = namePrefix ?? "\(country.lowercased()).customs"
        guard (1...Self.maximumPrefixByteCount).contains(prefix.utf8.count), KeyName.isValid(prefix),
            prefix.utf8.last != UInt8(ascii: "/")
        else {
            throw NodeError(
                .badArgument, "a name prefix is like customs.example.org: no spaces, no plus sign, no slash at the end")
        }
        self.country = country
        self.name = name
        self.namePrefix = prefix
    }

    /// The name of a log (its origin) or key: `<prefix>/<what>`.
    public func keyName(_ what: String) -> String { "\(namePrefix)/\(what)" }

    var encoded: [UInt8] { Array("cordon authority v1\n\(country)\n\(name)\n\(namePrefix)\n".utf8) }

    init(parsing bytes: [UInt8]) throws(NodeError) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 5, lines[0] == "cordon authority v1" else {
            throw NodeError(.corrupted, "the node's description is not readable")
        }
        try self.init(country: String(lines[1]), name: String(lines[2]), namePrefix: String(lines[3]))
    }
}
