internal import Schema
internal import SwiftProtobuf

extension CaseEvent {
    /// What `serializedBytes` gives. That works out the size of a message again for each message around it; a report,
    /// which is most of an event, is encoded by itself here.
    var encoded: [UInt8] {
        // Serialising a message that is set in memory cannot fail: there are no required fields and no Any.
        guard case .seizureLogged(let logged) = body, logged.hasReport else { return try! serializedBytes() }
        let report: [UInt8] = try! logged.report.serializedBytes()
        let field = Self.field(1, report)
        var around = self
        around.body = nil
        return try! around.serializedBytes() + Self.field(11, field)
    }

    /// A length-delimited field before its content (Protocol Buffers, "Encoding").
    private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        var bytes = [number << 3 | 2]
        var count = content.count
        while count >= 0x80 {
            bytes.append(UInt8(count & 0x7F) | 0x80)
            count >>= 7
        }
        bytes.append(UInt8(count))
        bytes += content
        return bytes
    }
}
