/// How far CITES (the Washington Convention, article II) protects a species.
public enum CITESAppendix: Int, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Threatened with extinction: trade only in exceptional circumstances.
    case one = 1
    /// Trade is controlled.
    case two = 2
    /// Protected in a country that has asked the others for help.
    case three = 3

    /// I, II or III, or 1, 2 or 3.
    public init?(_ text: String) {
        guard let code = CodeTable.folded(text, 1...3),
            let appendix = Self.allCases.first(where: { code == $0.text || code == String($0.rawValue) })
        else { return nil }
        self = appendix
    }

    public var text: String { String(repeating: "I", count: rawValue) }
    public var description: String { text }
}
