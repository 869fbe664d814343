internal import Casework
internal import Customs
internal import Exchange

extension CaseService {
    /// Whether the sender of what is at the other end of a link allows that it becomes part of this case.
    func requireLinkable(_ end: String, from stream: UInt64, at now: UInt64) throws {
        guard let id = RecordID(reading: String(end.prefix { $0 != "#" })), id.country == authority.country,
            let other = id.kind == .caseFile ? id.number : try store.stream(of: id.number), other != stream,
            other > Streams.firstObject
        else { return }
        try store.caseFile(other).requireAllowed(.attachToCase, at: now)
    }
}
