/// How goods travel (UN/ECE Recommendation 19).
public enum TransportMode: Int, Hashable, Sendable, CaseIterable {
    case notSpecified = 0
    case maritime = 1
    case rail = 2
    case road = 3
    case air = 4
    case mail = 5
    case multimodal = 6
    case fixedInstallation = 7
    case inlandWater = 8
    case notApplicable = 9

    /// One digit.
    public init?(_ text: String) {
        guard let code = CodeTable.folded(text, 1...1).flatMap({ Int($0) }) else { return nil }
        self.init(rawValue: code)
    }

    public var text: String { String(rawValue) }

    public var name: String {
        switch self {
        case .notSpecified: "not specified"
        case .maritime: "maritime transport"
        case .rail: "rail transport"
        case .road: "road transport"
        case .air: "air transport"
        case .mail: "mail"
        case .multimodal: "multimodal transport"
        case .fixedInstallation: "fixed transport installation"
        case .inlandWater: "inland water transport"
        case .notApplicable: "not applicable"
        }
    }
}
