/// What this module refuses. Equality is by code; the rest is for people, and never repeats what a cell holds.
public struct InterchangeError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        // JSON.
        case malformedJSON
        case duplicateName
        case tooDeep
        case tooLarge

        // Framing of CSV. Behind one of these nobody can tell where the next record begins, so the input ends there.
        case unclosedQuote
        case textAfterQuote
        case bareQuote
        case nulByte
        case fieldTooLong
        case recordTooLong
        case tooManyFields
        case badHeader

        // One row, before it is mapped. The next row is as good as ever.
        case wrongFieldCount
        case badEncoding
        case lineTooLong
        case notAnObject
        /// A list or an object where the mapping reads a text.
        case nestedValue

        // The mapping.
        case badMapping
        /// The mapping reads a column that the input does not have.
        case missingColumn

        // One row, while it is mapped.
        case unknownValue
        case badDate
        case badNumber
        case missingValue
        /// Rows of one report differ in a field that the report has once.
        case conflict
        /// The mapping promises that rows of one report follow each other, and this one comes later.
        case notAdjacent
        /// Another row of the same report was refused.
        case reportRefused

        // Limits of a session.
        case tooManyRows
        case tooManyKeys
    }

    public let code: Code
    public let reason: String
    /// Line of the input, from 1.
    public let line: UInt64?
    /// Bytes from the start of the line (CSV) or of the document (JSON), from 0.
    public let offset: Int?
    /// Where in a mapping, or in the report that was being made: a JSON Pointer (RFC 6901).
    public let pointer: String?
    /// The column, as the mapping names it.
    public let column: String?

    public init(
        _ code: Code, _ reason: String, line: UInt64? = nil, offset: Int? = nil, pointer: String? = nil,
        column: String? = nil
    ) {
        self.code = code
        self.reason = reason
        self.line = line
        self.offset = offset
        self.pointer = pointer
        self.column = column
    }

    func at(line: UInt64) -> InterchangeError {
        InterchangeError(code, reason, line: line, offset: offset, pointer: pointer, column: column)
    }

    public static func == (a: Self, b: Self) -> Bool { a.code == b.code }

    public var description: String {
        var places: [String] = []
        if let line { places.append("line \(line)") }
        if let offset { places.append("byte \(offset)") }
        if let column { places.append("column “\(column)”") }
        if let pointer { places.append(pointer.isEmpty ? "the whole document" : pointer) }
        return places.isEmpty ? reason : "\(places.joined(separator: ", ")): \(reason)"
    }
}
