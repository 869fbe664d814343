import Cryptography
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@testable import CordonNode

/// A node in a directory of its own, unlocked by a key file.
struct TestNode {
    let directory: TemporaryDirectory
    let unlock: Unlock
    var path: String { directory["node"] }

    init(country: String = "VN") throws {
        directory = try TemporaryDirectory()
        unlock = .keyFile(try .generate())
        try Node.create(
            at: directory["node"], authority: Authority(country: country, name: "Test Customs"), unlock: unlock)
    }

    /// As a running node is now.
    init(copying node: CaseNode) throws {
        directory = try TemporaryDirectory()
        unlock = node.test.unlock
        let target = directory["node"]
        let files = FileManager.default
        try files.createDirectory(atPath: target, withIntermediateDirectories: true)
        for name in try files.contentsOfDirectory(atPath: node.test.path)
        where !["db", "lock", "watermark"].contains(name) {
            try files.copyItem(atPath: "\(node.test.path)/\(name)", toPath: "\(target)/\(name)")
        }
        try node.node.store.database.checkpoint(to: target + "/db")
    }

    /// On a busy machine a thread that is about to end holds on to the last one for a moment.
    func open() throws -> Node {
        for _ in 0..<2_400 {
            do {
                return try Node(opening: path, unlock: unlock)
            } catch let error as StorageError where error.code == .inUse {
                usleep(50_000)
            }
        }
        return try Node(opening: path, unlock: unlock)
    }
}

func entries(_ range: Range<Int>) -> [[UInt8]] { range.map { Array("entry \($0)".utf8) } }

func code(_ body: () throws -> Void) -> NodeError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? NodeError)?.code
    }
}

func append(_ node: Node, _ entries: [[UInt8]], to log: LogID = .exchange) async throws {
    let sequencer = try node.startSequencer()
    for start in stride(from: 0, to: entries.count, by: 10_000) {
        _ = try await sequencer.append(Array(entries[start..<min(start + 10_000, entries.count)]), to: log)
    }
    await sequencer.stop()
}

func findings(_ node: Node, _ log: LogID = .exchange) throws -> [String] {
    try LogCheck.run(node, log: log).findings.map(\.description)
}

@Suite struct NodeTests {
    @Test func aNewNodeHasTwoEmptyLogs() throws {
        let test = try TestNode()
        let node = try test.open()
        for log in LogID.allCases {
            let checkpoint = try node.checkpoint(log)
            #expect(checkpoint.size == 0 && checkpoint.origin == "vn.customs/\(log.name)")
            #expect(checkpoint.root == MerkleHash.empty)
            #expect(try findings(node, log).isEmpty)
        }
        let keys = try node.keys.verifierKeys(node.authority)
        #expect(Set(keys.map { $0.vkey.publicKey }).count == 6, "six keys, none used twice")
        // The database's own files come and go while it is open.
        for file in filesBelow(test.path) where !file.contains("/db/") {
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as! Int
            #expect(mode & 0o077 == 0, "\(file)")
        }
    }

    @Test func creatingNeedsAnEmptyDirectory() throws {
        let test = try TestNode()
        let before = try filesBelow(test.path).map { try bytes(of: $0) }
        let authority = try Authority(country: "LA", name: "Other")
        #expect(code { try Node.create(at: test.path, authority: authority, unlock: test.unlock) } == .notEmpty)
        #expect(try filesBelow(test.path).map { try bytes(of: $0) } == before)
        #expect(code { _ = try Node(opening: test.directory["nowhere"], unlock: test.unlock) } == .notANode)
    }

    @Test func authorities() throws {
        for country in ["", "V", "vn", "VNM", "V1", "ĐN"] {
            #expect(code { _ = try Authority(country: country, name: "N") } == .badArgument, "\(country)")
        }
        for prefix in ["", "a b", "a+b", "a/", String(repeating: "a", count: 201)] {
            #expect(code { _ = try Authority(country: "VN", name: "N", namePrefix: prefix) } == .badArgument)
        }
        #expect(code { _ = try Authority(country: "VN", name: "two\nlines") } == .badArgument)
        let authority = try Authority(country: "VN", name: "Hải quan Việt Nam", namePrefix: "customs.gov.example")
        #expect(try Authority(parsing: authority.encoded) == authority)
        #expect(authority.keyName("exchange") == "customs.gov.example/exchange")
    }

    @Test func keyFilesThatOthersCanReadAreRefused() throws {
        let test = try TestNode()
        for file in filesBelow(test.path + "/keys") + [test.path + "/keyring"] {
            chmod(file, 0o640)
            #expect(throws: StorageError(.permissionsTooWide, "")) { try test.open() }
            chmod(file, 0o600)
        }
        _ = try test.open()
    }

    @Test func keyFilesCannotBeSwapped() throws {
        let test = try TestNode()
        let keys = test.path + "/keys/"
        let exchange = try bytes(of: keys + "exchange-log.key")
        try write(bytes(of: keys + "journal-log.key"), to: keys + "exchange-log.key")
        #expect(code { _ = try test.open() } == .corrupted)
        let stranger = try TestNode()
        try write(bytes(of: stranger.path + "/keys/exchange-log.key"), to: keys + "exchange-log.key")
        #expect(code { _ = try test.open() } == .corrupted)
        try write(exchange, to: keys + "exchange-log.key")
        _ = try test.open()
    }

    @Test func theKeyringsFourRefusals() throws {
        let test = try TestNode()
        let other = try TestNode()
        let path = test.path + "/keyring"
        let good = try bytes(of: path)
        let before = try filesBelow(test.path).filter { $0 != path }.map { try bytes(of: $0) }
        func refusal(_ unlock: Unlock? = nil) -> StorageError.Code? {
            do {
                _ = try Node(opening: test.path, unlock: unlock ?? test.unlock)
                return nil
            } catch { return (error as? StorageError)?.code }
        }
        #expect(refusal(.keyFile(try .generate())) == .wrongPassphrase)
        var flipped = good
        flipped[60] ^= 1
        try write(flipped, to: path)
        #expect(refusal() == .keyringDamaged)
        try write(bytes(of: other.path + "/keyring"), to: path)
        #expect(refusal(other.unlock) == .keyringOfAnotherNode)
        try FileManager.default.removeItem(atPath: path)
        #expect(refusal() == .keyringMissing)
        #expect(try filesBelow(test.path).map { try bytes(of: $0) } == before, "nothing is touched")
        try LocalFiles().replace(path, with: good, mode: 0o600)
        #expect(refusal() == nil)
    }

    @Test func changingWhatUnlocks() async throws {
        let test = try TestNode()
        try await append(test.open(), entries(0..<10))
        let database = try filesBelow(test.path + "/db").filter { $0.hasSuffix(".log") }.map { try bytes(of: $0) }
        let new = Unlock.keyFile(try .generate())
        try test.open().changeUnlock(to: new)
        #expect(throws: StorageError(.wrongPassphrase, "")) { try test.open() }
        #expect(database.count > 0)
        let node = try Node(opening: test.path, unlock: new)
        #expect(try node.checkpoint(.exchange).size == 10)
    }

    @Test func aMasterKeyIsAdded() async throws {
        let test = try TestNode()
        try await append(test.open(), entries(0..<10))
        let before = try test.open().keys.verifierKeys(test.open().authority).map(\.vkey)
        try test.open().addMasterKey(unlock: test.unlock)
        let node = try test.open()
        #expect(node.masterKeys.map(\.id) == [1, 2])
        #expect(try node.keys.verifierKeys(node.authority).map(\.vkey) == before)
        try await append(node, entries(10..<20))
        #expect(try node.checkpoint(.exchange).size == 20 && findings(node).isEmpty)
    }

    @Test func foreignFilesAreNamed() throws {
        let test = try TestNode()
        for name in ["notes.txt", "db/notes.txt", "keys/old.key", "db/000001.sst.bak"] {
            let path = test.path + "/" + name
            try write([1], to: path)
            #expect(code { _ = try test.open() } == .foreignFile, "\(name)")
            try FileManager.default.removeItem(atPath: path)
        }
        _ = try test.open()
    }

    @Test func oneProcessAtATime() throws {
        let test = try TestNode()
        let node = try test.open()
        #expect(throws: StorageError(.inUse, "")) { try Node(opening: test.path, unlock: test.unlock) }
        withExtendedLifetime(node) {}
    }

    // MARK: Write points

    /// Fails at the nth call, having done what was asked or not.
    final class FailingFiles: FileStore {
        private let calls = Mutex(0)
        let failing: Int
        let afterwards: Bool
        var count: Int { calls.withLock { $0 } }
        init(failing: Int, afterwards: Bool) {
            self.failing = failing
            self.afterwards = afterwards
        }
        private func point(_ body: () throws(StorageError) -> Void) throws(StorageError) {
            let number = calls.withLock { calls in
                calls += 1
                return calls
            }
            if number == failing, !afterwards { throw StorageError(.diskFull, "injected") }
            try body()
            if number == failing { throw StorageError(.diskFull, "injected") }
        }
        func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(StorageError) {
            try point { () throws(StorageError) in try LocalFiles().replace(path, with: bytes, mode: mode) }
        }
        func stage(_ path: String, with bytes: [UInt8]) throws(StorageError) {
            try point { () throws(StorageError) in try LocalFiles().stage(path, with: bytes) }
        }
        func sync(directory: String) throws(StorageError) {
            try point { () throws(StorageError) in try LocalFiles().sync(directory: directory) }
        }
        func createDirectory(_ path: String, mode: mode_t) throws(StorageError) {
            try point { () throws(StorageError) in try LocalFiles().createDirectory(path, mode: mode) }
        }
        func remove(_ path: String) throws(StorageError) {
            try point { () throws(StorageError) in try LocalFiles().remove(path) }
        }
    }

    @Test func creatingIsAllOrNothing() throws {
        let authority = try Authority(country: "VN", name: "N")
        let unlock = Unlock.keyFile(try .generate())
        let count: Int = try {
            let all = FailingFiles(failing: .max, afterwards: false)
            try Node.create(at: TemporaryDirectory()["node"], authority: authority, unlock: unlock, files: all)
            return all.count
        }()
        #expect(count > 8)
        for failing in 1...count {
            for afterwards in [false, true] {
                let directory = try TemporaryDirectory()
                let files = FailingFiles(failing: failing, afterwards: afterwards)
                #expect(throws: StorageError(.diskFull, ""), "write point \(failing)") {
                    try Node.create(at: directory["node"], authority: authority, unlock: unlock, files: files)
                }
                #expect(filesBelow(directory.path).isEmpty, "write point \(failing) leaves something")
                try Node.create(at: directory["node"], authority: authority, unlock: unlock)
                _ = try Node(opening: directory["node"], unlock: unlock)
            }
        }
    }

    @Test func addingAMasterKeyIsSafeAtEveryWritePoint() throws {
        for failing in 1...7 {
            for afterwards in [false, true] {
                let test = try TestNode()
                let files = FailingFiles(failing: failing, afterwards: afterwards)
                #expect(throws: StorageError(.diskFull, "")) {
                    try test.open().addMasterKey(unlock: test.unlock, files: files)
                }
                #expect(try findings(test.open()).isEmpty, "write point \(failing)")
                try test.open().addMasterKey(unlock: test.unlock)
                _ = try test.open()
            }
        }
    }

    @Test func exportingIsSafeAtEveryWritePoint() async throws {
        let test = try TestNode()
        let node = try test.open()
        try await append(node, entries(0..<250))
        let first = test.directory["first"]
        _ = try StaticExport(node, log: .exchange, to: first).run()
        try await append(node, entries(250..<600))
        var failing = 0
        while true {
            failing += 1
            let copies = [false, true].map { test.directory["copy-\(failing)-\($0)"] }
            var ended = false
            for (copy, afterwards) in zip(copies, [false, true]) {
                try FileManager.default.copyItem(atPath: first, toPath: copy)
                let files = FailingFiles(failing: failing, afterwards: afterwards)
                do {
                    _ = try StaticExport(node, log: .exchange, to: copy, files: files).run()
                    ended = true
                } catch let error as StorageError {
                    #expect(error.code == .diskFull)
                }
                // Whatever the checkpoint promises is there, after a failure and after trying again.
                try expectWhole(node, copy)
                _ = try StaticExport(node, log: .exchange, to: copy).run()
                try expectWhole(node, copy, size: 600)
            }
            if ended { break }
        }
        #expect(failing > 10)
    }

    private func expectWhole(_ node: Node, _ directory: String, size: UInt64? = nil) throws {
        let checkpoint = try SignedCheckpoint(
            verifying: bytes(of: directory + "/checkpoint"), logs: [node.logVerifier(.exchange)])
        #expect(size == nil || checkpoint.size == size)
        var edge = TileBuilder()
        for path in TileLayout.newResources(from: 0, to: checkpoint.size) where path.level == nil {
            let bundle = try resource(directory, path)
            for hash in try EntryBundle.leafHashes(bundle, width: path.width) { edge.append(hash) { _ in } }
        }
        #expect(edge.root == checkpoint.root)
        for path in TileLayout.newResources(from: 0, to: checkpoint.size) where path.level != nil {
            #expect(try resource(directory, path) == node.store.resource(.exchange, path))
        }
    }

    /// The file, or the full one in place of a partial one.
    private func resource(_ directory: String, _ path: TilePath) throws -> [UInt8] {
        if let exact = try? bytes(of: "\(directory)/\(path.string)") { return exact }
        let full = try bytes(of: "\(directory)/\(path.full.string)")
        guard path.level == nil else { return Array(full.prefix(path.width * 32)) }
        return EntryBundle.encode(try EntryBundle.parse(full, width: 256).prefix(path.width))
    }

    /// Another process made its node here while this one was about to.
    @Test func aFailingCreateLeavesAnothersNodeAlone() throws {
        final class Meanwhile: FileStore {
            let make: @Sendable () throws -> Void
            init(_ make: @escaping @Sendable () throws -> Void) { self.make = make }
            private let done = Mutex(false)
            func createDirectory(_ path: String, mode: mode_t) throws(StorageError) {
                if done.withLock({ done in
                    defer { done = true }
                    return !done
                }) {
                    try? make()
                }
                try LocalFiles().createDirectory(path, mode: mode)
            }
            func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(StorageError) {
                try LocalFiles().replace(path, with: bytes, mode: mode)
            }
            func stage(_ path: String, with bytes: [UInt8]) throws(StorageError) {}
            func sync(directory: String) throws(StorageError) {}
            func remove(_ path: String) throws(StorageError) { try LocalFiles().remove(path) }
        }
        let directory = try TemporaryDirectory()
        let path = directory["node"]
        let unlock = Unlock.keyFile(try .generate())
        let authority = try Authority(country: "VN", name: "First")
        let files = Meanwhile { try Node.create(at: path, authority: authority, unlock: unlock) }
        #expect(code { try Node.create(at: path, authority: authority, unlock: unlock, files: files) } == .notEmpty)
        #expect(try Node(opening: path, unlock: unlock).authority.name == "First")
    }

    @Test func leftoversOfInterruptedWritesGo() throws {
        let test = try TestNode()
        try write(bytes(of: test.path + "/keyring"), to: test.path + "/keyring.00112233.tmp")
        try write([1], to: test.path + "/keys/identity.key.00112233.tmp")
        _ = try test.open()
        #expect(!filesBelow(test.path).contains { $0.hasSuffix(".tmp") })
    }

    /// A file cut shorter than its prefix ends Debian's RocksDB; one damaged anywhere must only be refused.
    @Test func cutFilesAreNamed() async throws {
        let test = try TestNode()
        try await append(test.open(), entries(0..<10))
        for file in filesBelow(test.path + "/db") where !file.hasSuffix("/LOCK") {
            let whole = try bytes(of: file)
            for count in [1, 100, 4095] {
                try write(Array(whole[..<min(count, whole.count - 1)]), to: file)
                #expect(throws: StorageError(.corrupted, ""), "\(file) cut to \(count)") { try test.open() }
            }
            try write(whole, to: file)
        }
        #expect(try findings(test.open()).isEmpty)
    }

    @Test func exportsStayOutOfTheNode() async throws {
        let test = try TestNode()
        let node = try test.open()
        try FileManager.default.createSymbolicLink(
            atPath: test.directory["link"], withDestinationPath: test.path)
        for target in [test.path + "/export", test.path, test.path + "/db/x/y", test.directory["link/export"]] {
            #expect(
                code { _ = try StaticExport(node, log: .exchange, to: target).run() } == .foreignExport, "\(target)")
        }
    }

    // MARK: Export

    @Test func exportsAreIncremental() async throws {
        let test = try TestNode()
        let node = try test.open()
        let incremental = test.directory["incremental"]
        for (index, size) in [0, 1, 255, 256, 257, 511, 70_000].enumerated() {
            let before = Int(try node.checkpoint(.exchange).size)
            if size > before { try await append(node, entries(before..<size)) }
            let result = try StaticExport(node, log: .exchange, to: incremental).run()
            #expect(result.size == UInt64(size) && result.previousSize == UInt64(before))
            let whole = test.directory["whole-\(index)"]
            _ = try StaticExport(node, log: .exchange, to: whole).run()
            let files = filesBelow(whole).map { String($0.dropFirst(whole.count)) }
            for file in files {
                #expect(try bytes(of: incremental + file) == bytes(of: whole + file), "\(file) at \(size)")
            }
            let partials = filesBelow(incremental).filter { $0.contains(".p/") }
            for partial in partials {
                let full = String(partial[..<partial.range(of: ".p/")!.lowerBound])
                #expect(!FileManager.default.fileExists(atPath: full), "\(partial) beside its full tile")
            }
        }
        #expect(try StaticExport(node, log: .exchange, to: incremental).run().files == 0)
    }

    @Test func exportsRefuseForeignDirectories() async throws {
        let test = try TestNode()
        let node = try test.open()
        try await append(node, entries(0..<5))
        let stranger = try TestNode()
        let other = try stranger.open()
        try await append(other, entries(0..<3))
        _ = try StaticExport(other, log: .exchange, to: test.directory["other"]).run()
        try FileManager.default.createDirectory(atPath: test.directory["full"], withIntermediateDirectories: true)
        try write([1], to: test.directory["full/file"])
        for name in ["other", "full"] {
            #expect(
                code { _ = try StaticExport(node, log: .exchange, to: test.directory[name]).run() } == .foreignExport)
        }
        // Signed by this log, and yet not its past: what a fork leaves behind.
        let signer = try CheckpointSigner(origin: "vn.customs/exchange", key: node.keys.logs[.exchange]!)
        for size: UInt64 in [3, 9] {
            let fork = test.directory["fork-\(size)"]
            try FileManager.default.createDirectory(atPath: fork, withIntermediateDirectories: true)
            try write(signer.sign(size: size, root: Digest.sha256([1])).encoded, to: fork + "/checkpoint")
            #expect(code { _ = try StaticExport(node, log: .exchange, to: fork).run() } != nil)
        }
    }

    @Test func proofs() async throws {
        let test = try TestNode()
        let node = try test.open()
        try await append(node, entries(0..<700))
        let policy = TrustPolicy(log: try node.logVerifier(.exchange))
        for index: UInt64 in [0, 255, 256, 699] {
            let proof = try LogProof(parsing: node.proof(.exchange, index: index).encoded)
            #expect(proof.extra == Array("entry \(index)".utf8))
            try proof.verify(leaf: MerkleHash.leaf(proof.extra!), policy: policy)
        }
        #expect(code { _ = try node.proof(.exchange, index: 700) } == .badArgument)
    }
}
