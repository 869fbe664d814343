/// Where a mapping puts a value: a JSON Pointer (RFC 6901) into a report that grows as values are put in.
///
/// A step of digits is a place in a list; `-` is a new place behind the last one; anything else names a member.
struct JSONPath: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case member(String)
        case place(Int)
        case append
    }

    /// Places above this are refused: a list is made as long as its highest place.
    static let maximumPlace = 99

    let text: String
    let steps: [Step]

    /// Nil unless `text` is a pointer to something below the root.
    init?(_ text: String) {
        guard text.hasPrefix("/") else { return nil }
        var steps: [Step] = []
        for token in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let step = Self.step(token) else { return nil }
            steps.append(step)
        }
        guard case .member? = steps.first, steps.count <= 16 else { return nil }
        self.text = text
        self.steps = steps
    }

    private static func step(_ token: Substring) -> Step? {
        if token == "-" { return .append }
        if let place = Int(token), token.utf8.allSatisfy(\.isDigit) {
            guard place <= maximumPlace, token == "0" || !token.hasPrefix("0") else { return nil }
            return .place(place)
        }
        guard !token.isEmpty, let name = JSONPath.unescape(token) else { return nil }
        return .member(name)
    }

    /// `~1` is a slash and `~0` a tilde; nil for any other tilde.
    static func unescape(_ token: Substring) -> String? {
        guard token.contains("~") else { return String(token) }
        var name = ""
        var rest = token
        while let character = rest.popFirst() {
            guard character == "~" else {
                name.append(character)
                continue
            }
            switch rest.popFirst() {
            case "0": name.append("~")
            case "1": name.append("/")
            default: return nil
            }
        }
        return name
    }

    static func escape(_ name: String) -> String {
        guard name.contains(where: { $0 == "~" || $0 == "/" }) else { return name }
        return name.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
    }

    /// Whether it puts its values behind each other rather than one over the other.
    var isList: Bool { steps.last == .append }
}

extension JSONValue {
    /// Puts a value in, making lists and objects on the way. A place that a list does not reach yet is reached with
    /// `null`s, which `prune` takes out again.
    ///
    /// Throws `.badMapping` where a step is to go into a text, or a member is asked of a list.
    mutating func put(_ value: JSONValue, at path: JSONPath) throws(InterchangeError) {
        try put(value, path.steps[...], path)
    }

    private mutating func put(
        _ value: JSONValue, _ steps: ArraySlice<JSONPath.Step>, _ path: JSONPath
    ) throws(InterchangeError) {
        guard let step = steps.first else {
            self = value
            return
        }
        let rest = steps.dropFirst()
        switch (step, self) {
        case (.member(let name), .null), (.member(let name), .object):
            var object = object ?? JSONObject()
            // Before the change, so that it happens in place and copies nothing.
            self = .null
            try object.update(name) { (member: inout JSONValue) throws(InterchangeError) in
                try member.put(value, rest, path)
            }
            self = .object(object)
        case (.place, .null), (.place, .array), (.append, .null), (.append, .array):
            var elements = array ?? []
            self = .null
            let place = if case .place(let place) = step { place } else { elements.count }
            while elements.count <= place { elements.append(.null) }
            try elements[place].put(value, rest, path)
            self = .array(elements)
        default:
            throw InterchangeError(
                .badMapping, "goes into \(kind), which another field has put there", pointer: path.text)
        }
    }

    /// Takes `null`s out of lists, all the way down.
    mutating func prune() {
        switch self {
        case .array(var elements):
            self = .null
            for place in elements.indices { elements[place].prune() }
            elements.removeAll { $0 == .null }
            self = .array(elements)
        case .object(let object):
            var pruned = JSONObject()
            for (name, value) in zip(object.names, object.values) {
                var value = value
                value.prune()
                pruned[name] = value
            }
            self = .object(pruned)
        default: break
        }
    }
}
