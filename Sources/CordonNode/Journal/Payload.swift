internal import Cryptography

/// A record's content, sealed under the keys of its stream (layout in `Protocols/journal.md`).
///
/// ```
/// version    1   1
/// stream     8
/// position   8   the record's place in its stream; all ones where it was not said beforehand
/// count      4   bytes of the first part
/// content    …   nonce[24] ‖ XChaCha20-Poly1305 ‖ tag[16] under the stream's content key
/// nominal    …   the same under its nominal key; nothing where there are no names
/// ```
/// The associated data of a part is `cordon payload v1` ‖ part[1] (0, 1) ‖ kind[1] ‖ actor[8] ‖ the first 17 bytes.
struct Payload {
    static let headerByteCount = 21

    let kind: JournalRecord.Kind
    let actor: UInt64
    let stream: UInt64
    let position: UInt64?

    func seal(_ content: [UInt8], nominal: [UInt8]?, _ key: StreamKey) -> [UInt8] {
        let sealed = key.content.seal(content, associatedData: associatedData(0))
        var bytes = header + UInt32(sealed.count).bigEndianBytes + sealed
        if let nominal { bytes += key.nominal.seal(nominal, associatedData: associatedData(1)) }
        return bytes
    }

    private var header: [UInt8] { [1] + stream.bigEndianBytes + (position ?? .max).bigEndianBytes }

    private func associatedData(_ part: UInt8) -> [UInt8] {
        Array("cordon payload v1".utf8) + [part, kind.rawValue] + actor.bigEndianBytes + header
    }

    /// Opens the payload of `record`, which stands at `place` of `stream`. Throws `.corrupted`.
    static func open(
        _ bytes: [UInt8], of record: JournalRecord, stream: UInt64, place: UInt64, _ key: StreamKey
    ) throws -> (content: [UInt8], nominal: [UInt8]?) {
        guard Digest.sha256(bytes) == record.payloadDigest else {
            throw NodeError(
                .corrupted, "the payload of record \(record.sequence) is not the one that the journal holds")
        }
        let unreadable = NodeError(.corrupted, "the payload of record \(record.sequence) is not readable")
        guard bytes.count > headerByteCount, bytes[0] == 1, UInt64(bigEndianBytes: bytes[1..<9]) == stream,
            let position = UInt64(bigEndianBytes: bytes[9..<17]), position == .max || position == place,
            let count = UInt32(bigEndianBytes: bytes[17..<21]).map(Int.init), bytes.count - headerByteCount >= count
        else { throw unreadable }
        let payload = Payload(
            kind: record.kind, actor: record.actor, stream: stream, position: position == .max ? nil : position)
        let split = headerByteCount + count
        do {
            return (
                try key.content.openContent(
                    bytes[headerByteCount..<split], associatedData: payload.associatedData(0)),
                bytes.count == split
                    ? nil : try key.nominal.openContent(bytes[split...], associatedData: payload.associatedData(1))
            )
        } catch {
            throw unreadable
        }
    }
}
