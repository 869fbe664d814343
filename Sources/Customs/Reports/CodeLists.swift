/// Code lists that were loaded into the node. What is built in (countries, currencies, HS chapters, units) needs none.
public protocol CodeLists: Sendable {
    func look(up code: String, in list: CodeList) -> CodeLookup
}

public enum CodeList: String, CaseIterable, Sendable {
    /// Harmonized System: 2, 4 and 6 digits, with descriptions.
    case hs
    /// UN/LOCODE: five characters.
    case unlocode
}

public enum CodeLookup: Equatable, Sendable {
    /// With what it stands for, where the list says.
    case known(String)
    case unknown
    /// No such list is loaded, so it cannot be told.
    case notLoaded
}

/// No lists at all.
public struct NoCodeLists: CodeLists {
    public init() {}
    public func look(up code: String, in list: CodeList) -> CodeLookup { .notLoaded }
}
