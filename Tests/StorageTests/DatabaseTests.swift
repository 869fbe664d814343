import CRocksDB
import Cryptography
import Foundation
import TestSupport
import Testing

@testable import Storage

func makeKeyring() throws -> Keyring {
    try Keyring(nodeID: [UInt8](repeating: 1, count: 16), nowMilliseconds: 1)
}

func makeDatabase(_ path: String, _ keyring: Keyring?) throws -> Database {
    var options = Database.Options()
    options.create = true
    return try Database(path: path, keyring: keyring, options: options)
}

func code(_ body: () throws -> Void) -> StorageError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? StorageError)?.code
    }
}

@Suite struct DatabaseTests {
    let directory: TemporaryDirectory
    let keyring: Keyring

    init() throws {
        directory = try TemporaryDirectory()
        keyring = try makeKeyring()
    }

    private func put(_ database: Database, _ rows: [([UInt8], [UInt8])]) throws {
        let batch = WriteBatch()
        for (key, value) in rows { database.put(.meta, key, value, in: batch) }
        #expect(batch.count == rows.count && batch.byteCount > 0)
        try database.write(batch)
    }

    @Test func rowsSurviveReopening() throws {
        do {
            let database = try makeDatabase(directory["db"], keyring)
            try put(database, [([1], [10]), ([2], []), ([3], [UInt8](repeating: 3, count: 100_000))])
            let batch = WriteBatch()
            database.delete(.meta, [1], in: batch)
            database.put(.journal, [1], [99], in: batch)
            try database.write(batch)
        }
        let database = try Database(path: directory["db"], keyring: keyring)
        #expect(try database.get(.meta, [1]) == nil)
        #expect(try database.get(.meta, [2]) == [])
        #expect(try database.get(.meta, [3])?.count == 100_000)
        #expect(try database.get(.journal, [1]) == [99])
    }

    @Test func iteratorsAreBounded() throws {
        let database = try makeDatabase(directory["db"], keyring)
        try put(database, (0..<100).map { ([UInt8($0)], [UInt8($0), 1]) })
        var seen: [UInt8] = []
        try database.forEach(.meta, from: [10], upTo: [20]) { key, value in
            #expect(value.count == 2 && value[0] == key[0])
            seen.append(key[0])
            return seen.count < 8
        }
        #expect(seen == Array(10..<18))
        #expect(try database.lastKey(.meta, from: [10], upTo: [20]) == [19])
        #expect(try database.lastKey(.meta, from: [200], upTo: [210]) == nil)
    }

    @Test func snapshotsStandStill() throws {
        let database = try makeDatabase(directory["db"], keyring)
        try put(database, [([1], [1])])
        let snapshot = database.snapshot()
        try put(database, [([1], [2]), ([2], [2])])
        #expect(try database.get(.meta, [1], at: snapshot) == [1])
        #expect(try database.get(.meta, [2], at: snapshot) == nil)
        var count = 0
        try database.forEach(.meta, from: [0], upTo: [9], at: snapshot) { _, _ in
            count += 1
            return true
        }
        #expect(count == 1)
        #expect(try database.get(.meta, [1]) == [2])
    }

    /// In the order that was asked for, each as it is read alone; more than RocksDB takes in one go.
    @Test func manyRowsAreReadAtOnce() throws {
        let database = try makeDatabase(directory.path + "/db", keyring)
        let keys = (0..<100).map { [UInt8(truncatingIfNeeded: $0 &* 37), UInt8($0)] }
        try put(database, keys.prefix(60).map { ($0, [$0[1]]) } + [([7], [])])
        let snapshot = database.snapshot()
        try put(database, [(keys[80], [80])])
        let asked = keys + [[7], keys[3], [], keys[3]]
        let found = try database.get(.meta, asked)
        #expect(found == (try asked.map { try database.get(.meta, $0) }))
        #expect(found.compactMap(\.self).count == 60 + 1 + 1 + 2)
        #expect(found[100] == .some([]), "an empty value is no absent one")
        #expect(try database.get(.meta, asked, at: snapshot)[80] == nil)
        #expect(try database.get(.meta, [[UInt8]]()).isEmpty)
        #expect(try database.get(.meta, [[]] as [[UInt8]]) == [nil])
    }

    @Test func backupsOpenWithTheSameKeyring() throws {
        let database = try makeDatabase(directory["db"], keyring)
        try put(database, [([1], [1])])
        try database.checkpoint(to: directory["backup"])
        try put(database, [([1], [2])])
        let backup = try Database(path: directory["backup"], keyring: keyring)
        #expect(try backup.get(.meta, [1]) == [1])
        #expect(code { try database.checkpoint(to: directory["backup"]) } != nil)
    }

    @Test func openingIsExplicit() throws {
        #expect(code { _ = try Database(path: directory["none"], keyring: keyring) } == .missing)
        let database = try makeDatabase(directory["db"], keyring)
        #expect(code { _ = try Database(path: directory["db"], keyring: keyring) } == .inUse)
        withExtendedLifetime(database) {}
        #expect(code { _ = try makeDatabase(directory["db"], keyring) } != nil)
    }

    @Test func statistics() throws {
        var options = Database.Options()
        options.create = true
        options.collectsStatistics = true
        let database = try Database(path: directory["db"], keyring: keyring, options: options)
        try put(database, [([1], [1])])
        #expect(database.statistics()?.contains("rocksdb.bytes.written") == true)
        #expect(database.property("rocksdb.estimate-num-keys", of: .meta) == "1")
        #expect(database.property("no such property", of: .meta) == nil)
        let silent = try makeDatabase(directory["silent"], keyring)
        #expect(silent.statistics() == nil)
    }

    // MARK: Encryption at rest

    @Test func nothingIsReadableOnDisk() throws {
        let canary = "canary-7f3a91c5"
        do {
            let database = try makeDatabase(directory["db"], keyring)
            for round in 0..<3 {
                try put(database, [(Array("\(canary) key \(round)".utf8), Array("\(canary) value".utf8))])
                try database.checkpoint(to: directory["backup-\(round)"])  // flushes
            }
            try database.rewriteAllFiles()
            try put(database, [(Array("\(canary) last".utf8), Array(canary.utf8))])
            try expectNoCanary(canary)
        }
        try expectNoCanary(canary)
        // The same rows without encryption are found, so the search can fail.
        do {
            let database = try makeDatabase(directory["plain"], nil)
            try put(database, [(Array(canary.utf8), [1])])
        }
        #expect(
            try filesBelow(directory["plain"]).contains { try Data(bytes(of: $0)).range(of: Data(canary.utf8)) != nil })
    }

    private func expectNoCanary(_ canary: String) throws {
        for file in filesBelow(directory.path) where !file.hasPrefix(directory["plain"]) {
            let data = Data(try bytes(of: file))
            #expect(data.range(of: Data(canary.utf8)) == nil, "\(file)")
            #expect(data.range(of: Data("rocksdb".utf8)) == nil, "\(file)")
            if !file.hasSuffix("/LOCK") { #expect(data.starts(with: Data("CORDONF1".utf8)), "\(file)") }
        }
    }

    @Test func anotherKeyOpensNothing() throws {
        do { try put(makeDatabase(directory["db"], keyring), [([1], [1])]) }
        let before = try filesBelow(directory["db"]).map { try bytes(of: $0) }
        let other = try Keyring(nodeID: keyring.nodeID, nowMilliseconds: 1)
        #expect(code { _ = try Database(path: directory["db"], keyring: other) } == .corrupted)
        #expect(code { _ = try Database(path: directory["db"], keyring: nil) } != nil)
        #expect(try filesBelow(directory["db"]).map { try bytes(of: $0) } == before)
        #expect(try Database(path: directory["db"], keyring: keyring).get(.meta, [1]) == [1])
    }

    @Test func aNewMasterKeyIsPhasedIn() throws {
        do { try put(makeDatabase(directory["db"], keyring), [([1], [1])]) }
        var next = keyring
        try next.addKey(nowMilliseconds: 2)
        func masterKeys() throws -> Set<UInt8> {
            Set(try filesBelow(directory["db"]).filter { $0.hasSuffix(".sst") }.map { try bytes(of: $0)[11] })
        }
        do {
            let database = try Database(path: directory["db"], keyring: next)
            #expect(try database.get(.meta, [1]) == [1])
            try put(database, [([2], [2])])
            try database.rewriteAllFiles()
        }
        #expect(try masterKeys() == [2])
        #expect(try Database(path: directory["db"], keyring: next).get(.meta, [2]) == [2])
        #expect(code { _ = try Database(path: directory["db"], keyring: keyring) } == .corrupted)
    }

    /// Compaction does not say that it failed; what it left under the old key does.
    @Test func aRewriteThatLeavesFilesBehindIsAFailure() throws {
        do { try put(makeDatabase(directory["db"], keyring), [([1], [1])]) }
        var next = keyring
        try next.addKey(nowMilliseconds: 2)
        let database = try Database(path: directory["db"], keyring: next)
        // A table that no compaction touches, under the first master key.
        let left = directory["db"] + "/999999.sst"
        try write(Array("CORDONF1".utf8) + UInt32(1).bigEndianBytes + [UInt8](repeating: 0, count: 4084), to: left)
        #expect(code { try database.rewriteAllFiles() } == .inputOutput)
        try FileManager.default.removeItem(atPath: left)
        #expect(code { try database.rewriteAllFiles() } == nil)
    }

    @Test func damagedPrefixesAreNamed() throws {
        do { try put(makeDatabase(directory["db"], keyring), [([1], [1])]) }
        let current = directory["db"] + "/CURRENT"
        let original = try bytes(of: current)
        for position in [0, 7, 8, 11, 12, 43, 44, 59] {
            var changed = original
            changed[position] ^= 0x40
            try write(changed, to: current)
            #expect(
                code { _ = try Database(path: directory["db"], keyring: keyring) } == .corrupted, "byte \(position)")
        }
        try write(original, to: current)
        #expect(try Database(path: directory["db"], keyring: keyring).get(.meta, [1]) == [1])
    }

    /// Any offset gives the same stream as one pass from the start.
    @Test func theKeyStreamIsSeekable() throws {
        let key = randomBytes(count: 32)
        let salt = randomBytes(count: 32)
        var whole = [UInt8](repeating: 0, count: 5000)
        #expect(cordon_file_cipher_apply(key, salt, 0, &whole, whole.count) == 0)
        #expect(Set(whole).count > 200)
        for (offset, count) in [(0, 16), (1, 1), (15, 2), (16, 16), (17, 100), (4095, 3), (4999, 1), (100, 0)] {
            var piece = [UInt8](repeating: 0, count: count)
            #expect(cordon_file_cipher_apply(key, salt, UInt64(offset), &piece, count) == 0)
            #expect(piece == Array(whole[offset..<offset + count]), "offset \(offset)")
        }
    }

    @Test func theLibraryIsTheOneWeAreBuiltFor() {
        let version = cordon_rocksdb_version()!
        defer { free(version) }
        #expect(String(cString: version) == String(cString: cordon_rocksdb_supported_version))
    }
}
