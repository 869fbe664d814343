/// One line of JSON Lines: its value, or why it has none.
public struct JSONLine: Sendable {
    /// 1 for the first line that holds something; lines of white space are not counted.
    public let row: UInt64
    public let line: UInt64
    public let content: Result<JSONValue, InterchangeError>
}

/// Reads JSON Lines in chunks of any size. A line that is not JSON, or too long, is refused alone: the line feed says
/// where the next one begins.
public struct JSONLinesReader: Sendable {
    /// Bytes of a line, without its end.
    public static let maximumLine = 1 << 20

    private let limit: Int
    private var current: [UInt8] = []
    private var isTooLong = false
    private var line: UInt64 = 1
    private var row: UInt64 = 0

    public init(limit: Int = JSONLinesReader.maximumLine) { self.limit = limit }

    public mutating func feed(_ bytes: [UInt8], _ deliver: (JSONLine) throws -> Void) throws {
        try feed(bytes[...], deliver)
    }

    public mutating func feed(_ bytes: ArraySlice<UInt8>, _ deliver: (JSONLine) throws -> Void) throws {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            keep(rest[..<end])
            rest = rest[(end + 1)...]
            try endLine(deliver)
            line += 1
        }
        keep(rest)
    }

    public mutating func finish(_ deliver: (JSONLine) throws -> Void) throws { try endLine(deliver) }

    /// What is beyond the limit is not held, only skipped.
    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        isTooLong = isTooLong || current.count + bytes.count > limit
        if isTooLong {
            current = []
        } else {
            current.append(contentsOf: bytes)
        }
    }

    private mutating func endLine(_ deliver: (JSONLine) throws -> Void) throws {
        defer {
            current.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        if line == 1, current.starts(with: [0xEF, 0xBB, 0xBF]) { current.removeFirst(3) }
        if !isTooLong, current.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
        row += 1
        try deliver(JSONLine(row: row, line: line, content: content()))
    }

    private func content() -> Result<JSONValue, InterchangeError> {
        if isTooLong {
            return .failure(InterchangeError(.lineTooLong, "a line of more than \(limit) bytes", line: line))
        }
        do throws(InterchangeError) {
            return .success(try JSONValue(parsing: current, limit: limit))
        } catch {
            return .failure(error.at(line: line))
        }
    }
}

public enum JSONLinesWriter {
    public static func append(_ value: JSONValue, to output: inout [UInt8]) {
        value.append(to: &output)
        output.append(UInt8(ascii: "\n"))
    }
}
