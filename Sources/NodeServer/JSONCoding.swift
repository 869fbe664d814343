internal import Casework
internal import Customs
internal import Interchange
internal import SwiftProtobuf

/// Messages as JSON (the proto3 JSON mapping), in and out.
enum JSONCoding {
    private static let options: JSONDecodingOptions = {
        var options = JSONDecodingOptions()
        options.messageDepthLimit = 32
        return options
    }()

    static func bytes(_ message: some Message) throws -> [UInt8] { try message.jsonUTF8Bytes() }

    /// Throws `.invalid`, naming the field that could not be read.
    static func decode<M: Message>(_ bytes: [UInt8], as type: M.Type) throws(CaseError) -> M {
        do {
            return try M(jsonUTF8Bytes: bytes, options: options)
        } catch {
            throw refusal(bytes, error, type)
        }
    }

    private static func refusal<M: Message>(_ bytes: [UInt8], _ error: any Error, _ type: M.Type) -> CaseError {
        let tree: JSONValue
        do {
            tree = try JSONValue(parsing: bytes)
        } catch {
            return CaseError(.invalid, "the body is not JSON: \(error.reason)")
        }
        let pointer = culprit(tree, "", type) { $0 } ?? ""
        if case JSONDecodingError.unknownField = error {
            return .invalid(pointer, "there is no such field here")
        }
        return .invalid(pointer, "this is not of the kind that belongs here")
    }

    /// The field that keeps a document from being read: the first whose value alone, in its place, is refused as well.
    /// `wrap` puts a value into its place in an otherwise empty document.
    private static func culprit<M: Message>(
        _ tree: JSONValue, _ pointer: String, _ type: M.Type, _ wrap: @escaping (JSONValue) -> JSONValue
    ) -> String? {
        func isRead(_ value: JSONValue) -> Bool { (try? M(jsonUTF8Bytes: wrap(value).bytes, options: options)) != nil }
        switch tree {
        case .object(let object):
            for (name, value) in zip(object.names, object.values) {
                let inPlace = { (value: JSONValue) in wrap(.object(JSONObject(dictionaryLiteral: (name, value)))) }
                if (try? M(jsonUTF8Bytes: inPlace(value).bytes, options: options)) == nil {
                    let escaped = name.replacing("~", with: "~0").replacing("/", with: "~1")
                    return culprit(value, "\(pointer)/\(escaped)", type, inPlace) ?? "\(pointer)/\(escaped)"
                }
            }
        case .array(let array):
            for (index, value) in array.enumerated() {
                let inPlace = { (value: JSONValue) in wrap(.array([value])) }
                if !isRead(.array([value])) {
                    return culprit(value, "\(pointer)/\(index)", type, inPlace) ?? "\(pointer)/\(index)"
                }
            }
        default: break
        }
        return isRead(tree) ? nil : pointer
    }
}
