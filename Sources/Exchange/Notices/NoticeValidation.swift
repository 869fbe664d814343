public import Customs
public import Schema

/// What the envelope and entry that a notice came in say of it.
public struct NoticeOrigin: Hashable, Sendable {
    public let entryID: [UInt8]
    public let sender: String
    public let recipients: Set<String>

    public init(entryID: [UInt8], sender: String, recipients: Set<String>) {
        self.entryID = entryID
        self.sender = sender
        self.recipients = recipients
    }
}

extension Notice {
    /// Puts every field of a draft into its one spelling, and says what is impossible (reject), doubtful (warn) or
    /// worth a look (hint). A notice with a `reject` among its findings is not to be sent, nor taken. A received one is
    /// validated as a copy: its bytes stay as they came.
    public mutating func normaliseAndValidate(codes: any CodeLists, nowMilliseconds: UInt64) -> [Finding] {
        var check = NoticeCheck(codes: codes, nowMilliseconds: nowMilliseconds)
        check.notice(&self)
        return check.findings
    }

    /// Reads a received notice. Throws `.tooLarge`, `.malformed`, `.unknownKind`, or `.invalid` with the findings: what
    /// is impossible in it, or contradicts the entry and envelope that it came in. `notice` is to the letter what came,
    /// `normal` with its identifiers, names and times as our own officers' would be kept.
    public static func receive(
        _ bytes: [UInt8], from origin: NoticeOrigin, codes: any CodeLists, nowMilliseconds: UInt64
    ) throws(NoticeError) -> (notice: Notice, normal: Notice, findings: [Finding]) {
        let notice = try Notice(parsing: bytes)
        var copy = notice
        var findings = copy.normaliseAndValidate(codes: codes, nowMilliseconds: nowMilliseconds)
        if Array(notice.id) != origin.entryID {
            findings.append(Finding(.reject, "/id", "contradiction", "it came with an entry of another id"))
        }
        if !notice.sender.utf8.elementsEqual(origin.sender.utf8) {
            findings.append(Finding(.reject, "/sender", "contradiction", "it came from another authority"))
        }
        if notice.recipients != origin.recipients.inByteOrder {
            findings.append(Finding(.reject, "/recipients", "contradiction", "it was sealed to others"))
        }
        let rejects = findings.filter { $0.strength == .reject }
        guard rejects.isEmpty else {
            throw NoticeError(
                .invalid, "the notice says what cannot be, or another thing than its entry", findings: rejects)
        }
        return (notice, copy, findings)
    }
}
