/// Code lists that were loaded into the node. What is built in (countries, currencies, HS chapters, units) needs none.
public protocol CodeLists: Sendable {
    func look(up code: String, in list: CodeList) -> CodeLookup
}

public enum CodeList: String, CaseIterable, Sendable {
    /// Harmonized System: 2, 4 and 6 digits, with descriptions.
    case hs
    /// UN/LOCODE: five characters.
    case unlocode
    /// ISO 3166-1 alpha-2: countries beside those that are built in, such as one that is named after this release.
    case countries
    /// ISO 4217: currencies beside those that are built in, such as one of old that a register still has.
    case currencies
}

extension CodeLists {
    /// A code that is built in, or in the list that is loaded: in its one spelling. Nil for any other.
    public func country(_ text: String) -> String? {
        CountryCode(text)?.text ?? loaded(CodeTable.folded(text, 2...2), .countries)
    }

    public func currency(_ text: String) -> String? {
        CurrencyCode(text)?.text ?? loaded(CodeTable.folded(text, 3...3), .currencies)
    }

    private func loaded(_ code: String?, _ list: CodeList) -> String? {
        guard let code, case .known = look(up: code, in: list) else { return nil }
        return code
    }
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
