/// A JSON document (RFC 8259), with numbers as they were written: a case system must not round an amount because it
/// came by way of a `Double`.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// By the grammar of RFC 8259, section 6. Serialising anything else traps.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    public static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    public var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    public var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// For people, in messages: what kind of value it is.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// The members of an object in the order they came. Names that are canonically equivalent in Unicode are one name: two
/// that nobody can tell apart on a screen must not carry two values.
public struct JSONObject: Sendable {
    public private(set) var names: [String] = []
    public private(set) var values: [JSONValue] = []
    /// Places of the names; kept only where a search along the list would cost more.
    private var places: [String: Int] = [:]
    private static let searchedLinearly = 12

    public init() {}

    /// A later value of a name takes the place of an earlier one.
    public init(_ members: KeyValuePairs<String, JSONValue>) {
        for (name, value) in members { self[name] = value }
    }

    public var count: Int { names.count }
    public var isEmpty: Bool { names.isEmpty }

    private func place(of name: String) -> Int? {
        count <= Self.searchedLinearly ? names.firstIndex(of: name) : places[name]
    }

    public subscript(name: String) -> JSONValue? {
        get { place(of: name).map { values[$0] } }
        set {
            switch (place(of: name), newValue) {
            case (let place?, let value?): values[place] = value
            case (nil, let value?): append(name, value)
            case (let place?, nil): remove(at: place)
            case (nil, nil): break
            }
        }
    }

    private mutating func append(_ name: String, _ value: JSONValue) {
        names.append(name)
        values.append(value)
        if count == Self.searchedLinearly + 1 {
            reindex()
        } else if count > Self.searchedLinearly {
            places[name] = count - 1
        }
    }

    private mutating func remove(at place: Int) {
        names.remove(at: place)
        values.remove(at: place)
        reindex()
    }

    private mutating func reindex() {
        places = [:]
        guard count > Self.searchedLinearly else { return }
        for (place, name) in names.enumerated() { places[name] = place }
    }

    /// Changes the value of a name in place, from `null` where there is none yet.
    mutating func update<Failure: Error>(
        _ name: String, _ change: (inout JSONValue) throws(Failure) -> Void
    ) throws(Failure) {
        if let place = place(of: name) {
            try change(&values[place])
        } else {
            var value = JSONValue.null
            try change(&value)
            append(name, value)
        }
    }
}

extension JSONObject: Hashable {
    /// The order counts, as it does for the bytes.
    public static func == (a: Self, b: Self) -> Bool { a.names == b.names && a.values == b.values }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(names)
        hasher.combine(values)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (name, value) in elements { self[name] = value }
    }
}
