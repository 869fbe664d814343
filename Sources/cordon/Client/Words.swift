internal import Customs

/// Options as people write them.
enum Words {
    /// `a,b` and `c` are a, b and c.
    static func list(_ texts: [String]) -> [String] {
        texts.flatMap { $0.split(separator: ",") }.map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
    }

    static func code<Code: RawRepresentable<String> & CaseIterable>(
        _ text: String, _ type: Code.Type, _ option: String
    ) throws -> Code {
        guard let code = Code(rawValue: text) else {
            let all = Code.allCases.map(\.rawValue).joined(separator: ", ")
            throw ClientFailure(.refused, "\(option) is one of: \(all)")
        }
        return code
    }

    static func codes<Code: RawRepresentable<String> & CaseIterable>(
        _ texts: [String], _ type: Code.Type, _ option: String
    ) throws -> [Code] {
        try list(texts).map { try code($0, type, option) }
    }

    static func moment(_ text: String, _ option: String) throws -> Moment {
        guard let moment = MomentReading.read(text).flatMap({ Moment(parsing: $0) }) else {
            throw ClientFailure(.refused, "\(option) is \(MomentReading.help)")
        }
        return moment
    }
}
