internal import Schema
internal import SwiftProtobuf

extension CaseEvent {
    /// What `serializedBytes` gives. That works out the size of a message again for each message around it; a report,
    /// which is most of an event, is encoded by itself here.
    var encoded: [UInt8] {
        // Serialising a message that is set in memory cannot fail: there are no required fields and no Any.
        guard case .seizureLogged(let logged) = body, logged.hasReport else { return try! serializedBytes() }
        let report: [UInt8] = try! logged.report.serializedBytes()
        var field: [UInt8] = []
        field.appendField(1, report)
        var around = self
        around.body = nil
        var bytes: [UInt8] = try! around.serializedBytes()
        bytes.appendField(11, field)
        return bytes
    }
}

extension [UInt8] {
    /// A length-delimited field (Protocol Buffers, "Encoding").
    mutating func appendField(_ number: UInt8, _ content: [UInt8]) {
        reserveCapacity(count + content.count + 6)
        append(number << 3 | 2)
        var length = content.count
        while length >= 0x80 {
            append(UInt8(length & 0x7F) | 0x80)
            length >>= 7
        }
        append(UInt8(length))
        self += content
    }
}
