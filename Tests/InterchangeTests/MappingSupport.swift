internal import Interchange

/// A mapping with the given parts, each in JSON.
func mapping(
    input: String = #"{"format": "csv"}"#, filters: String = "[]", key: String = #"["id"]"#, report: String = "[]",
    lines: String = "[]", conflicts: String = "refuse", adjacent: Bool = false
) -> String {
    """
    {"name": "Test", "version": "1", "kind": "seizures", "input": \(input), "timeZone": "+07:00",
     "filters": \(filters), "key": \(key), "adjacent": \(adjacent), "conflicts": "\(conflicts)",
     "report": \(report), "lines": \(lines)}
    """
}

extension MappedReport {
    /// Follows names and places from the top.
    subscript(_ path: String...) -> JSONValue? {
        path.reduce(json as JSONValue?) { value, step in
            if let place = Int(step), let elements = value?.array {
                return elements.indices.contains(place) ? elements[place] : nil
            }
            return value?.object?[step]
        }
    }
}
