internal import Casework
internal import Cryptography
internal import Customs
internal import Schema
internal import Storage

/// Rows of the column family `index`. All but 4, 5, 6, 10 and 12 are derived from events, and can be made again from them.
///
/// ```
/// 1 ‖ number[8]                                   an object → the stream of its case[8]; of a report, its `Standing`
///                                                 behind it
/// 2 ‖ stream[8]                                   a case that is need-to-know → owner[8] ‖ officers with access[8]*
/// 3 ‖ source ‖ 0 ‖ key                            an imported record → number[8] ‖ SHA-256 of what was imported[32]
/// 4 ‖ officer[8] ‖ SHA-256 of a key[32]           an idempotency key → time[8] ‖ SHA-256 of the request[32] ‖ id
/// 5 ‖ number[8]                                   reports that are still to be matched → (number[8] ‖ stream[8])*
/// 6 ‖ list[1] ‖ code                              a code of a loaded list → what it stands for
/// 8 ‖ officer[8] ‖ ~stream[8]                     a case with hits for the officer, who owned it then
/// 9 ‖ officer[8] ‖ stream[8] ‖ task[4]            an open task of an officer → due
/// 10 ‖ upload id, 32 hex digits                   an attachment under way → officer[8] ‖ stream[8] ‖ AttachmentUpload
/// 11 ‖ blob[32] ‖ stream[8]                       a blob that is an attachment of the case
/// 12 ‖ blob[32]                                   one that an erased case had: it goes, unless another case has it
/// 16 ‖ scheme[1] ‖ value ‖ 0 ‖ ~number[8] ‖ stream[8]   a term that reports meet by → day of the seizure[4]; of
///                                                 names of persons, Births behind it
/// 17 ‖ token with a letter left out ‖ 0 ‖ token   for names that were misspelt
/// 18 ‖ token                                      each token of a name once
/// 19 ‖ scheme[1] ‖ value ‖ 0 ‖ ~block[8]          any other term, of all numbers of a block → PostingBlock
/// ```
/// `~` is the complement of a number, so that the newest comes first.
enum IndexRow {
    static func object(_ number: UInt64) -> [UInt8] { [1] + number.bigEndianBytes }
    /// The stream of a case by the row of an object; nil for that of any other object.
    static func caseStream(_ row: some Sequence<UInt8>, _ value: UnsafeRawBufferPointer) -> UInt64? {
        UInt64(bigEndianBytes: value).flatMap { row.dropFirst().elementsEqual(value) ? $0 : nil }
    }
    static func visibility(_ stream: UInt64) -> [UInt8] { [2] + stream.bigEndianBytes }
    static func source(_ source: String, _ key: String) -> [UInt8] { [3] + source.utf8 + [0] + key.utf8 }
    static func idempotency(_ officer: UInt64, _ digest: [UInt8]) -> [UInt8] { [4] + officer.bigEndianBytes + digest }
    /// Under the number of the first.
    static func unmatched(_ number: UInt64) -> [UInt8] { [5] + number.bigEndianBytes }
    static func reports(_ unmatched: [UInt8]) -> [(number: UInt64, stream: UInt64)] {
        stride(from: 0, to: unmatched.count, by: 16).compactMap { start in
            guard let number = UInt64(bigEndianBytes: unmatched[start...].prefix(8)),
                let stream = UInt64(bigEndianBytes: unmatched[start...].dropFirst(8).prefix(8))
            else { return nil }
            return (number, stream)
        }
    }
    /// Who may know of a need-to-know case: the value of its row.
    static func visibility(owner: UInt64, granted: Set<UInt64>) -> [UInt8] {
        owner.bigEndianBytes + granted.sorted().flatMap(\.bigEndianBytes)
    }
    static func officers(_ visibility: [UInt8]) -> [UInt64] {
        stride(from: 0, to: visibility.count, by: 8).compactMap { UInt64(bigEndianBytes: visibility[$0...].prefix(8)) }
    }
    static func code(_ list: CodeList, _ code: String) -> [UInt8] {
        let number: UInt8 =
            switch list {
            case .hs: 1
            case .unlocode: 2
            case .countries: 3
            case .currencies: 4
            }
        return [6, number] + code.utf8
    }
    static func hits(_ officer: UInt64, _ stream: UInt64) -> [UInt8] {
        [8] + officer.bigEndianBytes + (~stream).bigEndianBytes
    }
    static func task(_ officer: UInt64, _ stream: UInt64, _ number: UInt32) -> [UInt8] {
        [9] + officer.bigEndianBytes + stream.bigEndianBytes + number.bigEndianBytes
    }
    static func upload(_ id: [UInt8]) -> [UInt8] { [10] + id }
    static func blob(_ blob: Digest, _ stream: UInt64) -> [UInt8] { [11] + blob.bytes + stream.bigEndianBytes }
    static func erasedBlob(_ blob: Digest) -> [UInt8] { [12] + blob.bytes }
    static func term(_ term: SearchTerm) -> [UInt8] { row(16, term, 0) { _ in } }
    /// Whether it is a row of `posting`.
    static func isOfTerm(_ row: RowKey) -> Bool {
        row.family == .index && row.key.first == 16 && row.key.count > Posting.byteCount
    }
    /// In one piece: a report has dozens of them.
    static func posting(_ term: SearchTerm, _ posting: Posting) -> [UInt8] {
        row(16, term, Posting.byteCount) { tail in
            tail.storeBytes(of: (~posting.number).bigEndian, as: UInt64.self)
            tail.storeBytes(of: posting.stream.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
    }
    /// A row of a term, with some bytes behind it that `fill` writes.
    private static func row(
        _ kind: UInt8, _ term: SearchTerm, _ tailByteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void
    ) -> [UInt8] {
        var value = term.value
        return value.withUTF8 { value in
            [UInt8](unsafeUninitializedCapacity: 3 + value.count + tailByteCount) { row, count in
                row[0] = kind
                row[1] = term.scheme.rawValue
                if let start = value.baseAddress { (row.baseAddress! + 2).update(from: start, count: value.count) }
                row[2 + value.count] = 0
                count = 3 + value.count + tailByteCount
                fill(
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(row)[3 + value.count..<count])
                )
            }
        }
    }
    /// The blocks of a term, the newest first.
    static func blocks(_ term: SearchTerm) -> [UInt8] { row(19, term, 0) { _ in } }
    static func block(_ term: SearchTerm, _ block: UInt64) -> [UInt8] {
        row(19, term, 8) { $0.storeBytes(of: (~block).bigEndian, as: UInt64.self) }
    }
    static func deletion(_ variant: String) -> [UInt8] { [17] + variant.utf8 + [0] }
    static func token(_ token: String) -> [UInt8] { [18] + token.utf8 }
}

/// What a hit says of a report, and whom it may be told to: in the row of the report, so that a meeting reads one.
///
/// ```
/// stream          8   of the case
/// officer         8   who logged the report
/// owner           8   of the case
/// is need-to-know 1   0 or 1
/// office          …   of the report
/// ```
struct Standing: Sendable {
    private static let headByteCount = 25

    let stream: UInt64
    let officer: UInt64
    let owner: UInt64
    let isNeedToKnow: Bool
    let office: String

    init(_ report: CaseReport, in file: CaseFile, _ stream: UInt64) {
        self.stream = stream
        officer = report.loggedBy
        owner = file.owner
        isNeedToKnow = file.needToKnow
        office = report.report.office
    }

    /// Nil for the row of another object.
    init?(row: [UInt8]) {
        guard row.count >= Self.headByteCount, let stream = UInt64(bigEndianBytes: row[..<8]),
            let officer = UInt64(bigEndianBytes: row[8..<16]), let owner = UInt64(bigEndianBytes: row[16..<24])
        else { return nil }
        self.stream = stream
        self.officer = officer
        self.owner = owner
        isNeedToKnow = row[24] != 0
        office = String(decoding: row[Self.headByteCount...], as: UTF8.self)
    }

    var encoded: [UInt8] {
        stream.bigEndianBytes + officer.bigEndianBytes + owner.bigEndianBytes + [isNeedToKnow ? 1 : 0] + office.utf8
    }
}

/// Where a term stands: in a report, or in the title of a case, whose number is then the case's own.
struct Posting: Hashable, Sendable, Comparable {
    static let byteCount = 16

    let number: UInt64
    let stream: UInt64

    var encoded: [UInt8] { (~number).bigEndianBytes + stream.bigEndianBytes }

    init(number: UInt64, stream: UInt64) {
        self.number = number
        self.stream = stream
    }

    /// From the end of a row's key.
    init?(row: [UInt8]) {
        guard row.count >= Self.byteCount else { return nil }
        number = ~UInt64(bigEndianBytes: row[(row.count - 16)..<(row.count - 8)])!
        stream = UInt64(bigEndianBytes: row[(row.count - 8)...])!
    }

    /// In the order of the rows: the newest first.
    static func < (a: Self, b: Self) -> Bool { (~a.number, a.stream) < (~b.number, b.stream) }
}
