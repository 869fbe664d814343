internal import Cryptography
public import Customs
internal import Storage
internal import Synchronization

/// Code lists in the database.
public final class StoredCodeLists: CodeLists {
    private let database: Database
    private let counts: Mutex<[CodeList: Int]>

    init(_ database: Database) throws {
        self.database = database
        var counts: [CodeList: Int] = [:]
        for list in CodeList.allCases {
            let row = try database.get(.meta, Self.countKey(list))
            counts[list] = row.flatMap { UInt64(bigEndianBytes: $0) }.map(Int.init)
        }
        self.counts = Mutex(counts)
    }

    static func countKey(_ list: CodeList) -> [UInt8] { Array("codes/\(list.rawValue)".utf8) }

    /// Codes loaded, by list.
    public var loaded: [CodeList: Int] { counts.withLock { $0 } }

    func setLoaded(_ list: CodeList, _ count: Int) { counts.withLock { $0[list] = count } }

    public func look(up code: String, in list: CodeList) -> CodeLookup {
        guard counts.withLock({ $0[list] }) != nil else { return .notLoaded }
        guard let row = try? database.get(.index, IndexRow.code(list, code)) else { return .unknown }
        return .known(String(decoding: row, as: UTF8.self))
    }
}
