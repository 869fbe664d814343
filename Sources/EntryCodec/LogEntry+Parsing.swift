internal import Cryptography

extension LogEntry {
    /// Reads the one encoding of an entry, field after field: what is wrong first is what is thrown.
    ///
    /// Throws every code of `EntryError` but `.badOrigin`, `.wrongSigner` and `.badSignature`.
    public init(parsing bytes: [UInt8]) throws(EntryError) {
        guard bytes.count <= Self.maximumByteCount else {
            throw EntryError(.tooLong, "an entry has at most \(Self.maximumByteCount) bytes")
        }
        var reader = ByteReader(bytes)
        let header = try EntryHeader(reading: &reader)
        let content: Content
        if header.kind == .notice {
            content = .envelope(
                EnvelopeDigests(
                    stanzas: try reader.digest(), body: try reader.digest(), keyCommitment: try reader.digest()))
        } else {
            let count = Int(try reader.number(UInt16.self))
            guard (1...Self.maximumStatementByteCount).contains(count) else {
                throw EntryError(.badStatement, "a statement has 1 to \(Self.maximumStatementByteCount) bytes")
            }
            content = .statement(try reader.field(count))
        }
        let signature = try reader.field(Self.signatureByteCount)
        guard reader.isAtEnd else { throw EntryError(.surplus, "bytes behind the signature") }
        self.init(header: header, content: content, signature: signature)
    }
}

extension EntryHeader {
    fileprivate init(reading reader: inout ByteReader) throws(EntryError) {
        guard try reader.number(UInt8.self) == Self.version else {
            throw EntryError(.unknownVersion, "an entry of another version")
        }
        guard try reader.number(UInt8.self) == Self.suite else {
            throw EntryError(.unknownSuite, "an entry of another cipher suite")
        }
        let signer = try reader.digest()
        let id = EntryID(try reader.field(EntryID.byteCount))!
        guard let kind = EntryKind(rawValue: try reader.number(UInt8.self)) else {
            throw EntryError(.unknownKind, "an entry of an unknown kind")
        }
        let time = try reader.number(UInt64.self)
        let outline = kind == .notice ? try EnvelopeOutline(reading: &reader) : nil
        let count = Int(try reader.number(UInt8.self))
        guard count <= Self.maximumReferenceCount else {
            throw EntryError(.badReferences, "an entry refers to at most \(Self.maximumReferenceCount) entries")
        }
        var references: [EntryReference] = []
        for _ in 0..<count {
            references.append(
                EntryReference(id: EntryID(try reader.field(EntryID.byteCount))!, leafHash: try reader.digest()))
        }
        try self.init(
            signer: signer, id: id, kind: kind, timeMilliseconds: time, outline: outline, references: references)
    }
}

extension EnvelopeOutline {
    fileprivate init(reading reader: inout ByteReader) throws(EntryError) {
        self.init(
            recipientsCommitment: try reader.digest(), documentCommitment: try reader.digest(),
            stanzaCount: Int(try reader.number(UInt16.self)), paddedByteCount: Int(try reader.number(UInt32.self)))
        try validate()
    }
}

extension ByteReader {
    private static let truncated = EntryError(.truncated, "ends inside a field")

    fileprivate mutating func field(_ count: Int) throws(EntryError) -> [UInt8] {
        guard let bytes = bytes(count) else { throw Self.truncated }
        return bytes
    }

    fileprivate mutating func number<T: FixedWidthInteger & UnsignedInteger>(_: T.Type) throws(EntryError) -> T {
        guard let number = integer(T.self) else { throw Self.truncated }
        return number
    }

    fileprivate mutating func digest() throws(EntryError) -> Digest { Digest(try field(Digest.byteCount))! }
}
