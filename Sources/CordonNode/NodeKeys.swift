public import Cryptography
internal import Exchange
public import Storage
public import TransparencyLog

/// A key that can be changed for another without a day on which everyone must act.
public enum NextKey: String, CaseIterable, Sendable {
    case release, witness, exchange, journal

    /// The log whose checkpoints it signs.
    var log: LogID? {
        switch self {
        case .release, .witness: nil
        case .exchange: .exchange
        case .journal: .journal
        }
    }
    /// As keys statements name it.
    var use: KeyUse { KeyUse(rawValue: rawValue)! }
    /// Of the key that waits to be announced.
    var fileName: String { currentFileName + "-next" }
    /// Of the key that is in use.
    var currentFileName: String { log.map(NodeKeys.logFileName) ?? rawValue }
}

/// The key pairs of a node. `Keys/README.md` says what each is for.
public struct NodeKeys: Sendable {
    public let identity: SigningKey<IdentityRole>
    public fileprivate(set) var release: SigningKey<ReleaseRole>
    public fileprivate(set) var logs: [LogID: SigningKey<LogRole>]
    /// Those before, which sign as well until their end.
    public fileprivate(set) var oldLogs: [LogID: SigningKey<LogRole>] = [:]
    public fileprivate(set) var witness: SigningKey<WitnessRole>
    public let tls: SigningKey<TLSRole>

    static let fileNames: [String] =
        [IdentityRole.name, ReleaseRole.name, WitnessRole.name, TLSRole.name] + LogID.allCases.map(logFileName)
        + NextKey.allCases.map(\.fileName) + LogID.allCases.map(oldLogFileName)

    static func logFileName(_ log: LogID) -> String { "\(log.name)-log" }
    static func oldLogFileName(_ log: LogID) -> String { logFileName(log) + "-old" }

    static func generate() throws -> NodeKeys {
        NodeKeys(
            identity: try .generate(), release: try .generate(),
            logs: try Dictionary(uniqueKeysWithValues: LogID.allCases.map { ($0, try .generate()) }),
            witness: try .generate(), tls: try .generate())
    }

    private init(
        identity: SigningKey<IdentityRole>, release: SigningKey<ReleaseRole>, logs: [LogID: SigningKey<LogRole>],
        witness: SigningKey<WitnessRole>, tls: SigningKey<TLSRole>
    ) {
        self.identity = identity
        self.release = release
        self.logs = logs
        self.witness = witness
        self.tls = tls
    }

    /// Opens the key files with the keyring they are sealed under.
    init(_ directory: NodeDirectory, keyring: Keyring) throws {
        func load<Role>(_ name: String, slot: UInt8 = 0) throws -> SigningKey<Role> {
            try Self.load(directory.key(name), slot, keyring)
        }
        self.init(
            identity: try load(IdentityRole.name), release: try load(ReleaseRole.name),
            logs: try Dictionary(
                uniqueKeysWithValues: LogID.allCases.map { ($0, try load(Self.logFileName($0), slot: $0.rawValue)) }),
            witness: try load(WitnessRole.name), tls: try load(TLSRole.name))
        for log in LogID.allCases where Files.exists(directory.key(Self.oldLogFileName(log))) {
            let old: SigningKey<LogRole> = try load(Self.oldLogFileName(log), slot: log.rawValue)
            // One and the same: its change was cut off, and is done again.
            if old.verifyingKey != logs[log]!.verifyingKey { oldLogs[log] = old }
        }
    }

    private static func load<Role>(_ path: String, _ slot: UInt8, _ keyring: Keyring) throws -> SigningKey<Role> {
        do {
            let sealed = try SealedKey(encoded: Files.readSecret(path, limit: SealedKey.byteCount))
            let wrapping = try Self.wrappingKey(keyring.key(id: sealed.masterKeyID))
            return try sealed.open(as: Role.self, slot: slot, nodeID: keyring.nodeID, wrappingKey: wrapping)
        } catch let error as CryptographyError {
            throw NodeError(.corrupted, "\(path): \(error)")
        }
    }

    private static func store<Role>(
        _ key: SigningKey<Role>, _ path: String, _ slot: UInt8, _ keyring: Keyring, _ files: some FileStore,
        _ nowMilliseconds: UInt64
    ) throws {
        let sealed = SealedKey(
            key, slot: slot, nodeID: keyring.nodeID, masterKeyID: keyring.active.id,
            wrappingKey: try wrappingKey(keyring.active), createdMilliseconds: nowMilliseconds)
        try files.replace(path, with: sealed.encoded, mode: 0o600)
    }

    // MARK: The next ones

    /// Makes the key that takes a key's place once it is announced.
    static func makeNext(
        _ next: NextKey, _ directory: NodeDirectory, keyring: Keyring, files: some FileStore, nowMilliseconds: UInt64
    ) throws {
        let path = directory.key(next.fileName)
        guard !Files.exists(path) else {
            throw NodeError(
                .badArgument, "a next \(next.rawValue) key is there already: start the node, which announces it")
        }
        if let log = next.log, Files.exists(directory.key(oldLogFileName(log))) {
            throw NodeError(
                .badArgument,
                """
                the \(log.name) log's key was changed not long ago, and the one before still signs beside it: 30 days \
                after the change the node gives that one up, and then there can be another
                """)
        }
        func storeLogKey(_ log: LogID) throws {
            try store(SigningKey<LogRole>.generate(), path, log.rawValue, keyring, files, nowMilliseconds)
        }
        switch next {
        case .exchange: try storeLogKey(.exchange)
        case .journal: try storeLogKey(.journal)
        case .release: try store(SigningKey<ReleaseRole>.generate(), path, 0, keyring, files, nowMilliseconds)
        case .witness: try store(SigningKey<WitnessRole>.generate(), path, 0, keyring, files, nowMilliseconds)
        }
    }

    /// These keys with the next one in its place; nil where there is none.
    func taking(_ next: NextKey, _ directory: NodeDirectory, keyring: Keyring) throws -> NodeKeys? {
        let path = directory.key(next.fileName)
        guard Files.exists(path) else { return nil }
        var keys = self
        switch next {
        case .release: keys.release = try Self.load(path, 0, keyring)
        case .witness: keys.witness = try Self.load(path, 0, keyring)
        case .exchange: try keys.takeLogKey(.exchange, path, keyring)
        case .journal: try keys.takeLogKey(.journal, path, keyring)
        }
        return keys
    }

    private mutating func takeLogKey(_ log: LogID, _ path: String, _ keyring: Keyring) throws {
        oldLogs[log] = logs[log]
        logs[log] = try Self.load(path, log.rawValue, keyring)
    }

    /// These keys without the one that signed a log before.
    func withoutOld(_ log: LogID) -> NodeKeys {
        var keys = self
        keys.oldLogs[log] = nil
        return keys
    }

    /// Writes the key files, sealed under the keyring's active key.
    func write(_ directory: NodeDirectory, keyring: Keyring, files: some FileStore, nowMilliseconds: UInt64) throws {
        func store<Role>(_ key: SigningKey<Role>, _ name: String, slot: UInt8 = 0) throws {
            try Self.store(key, directory.key(name), slot, keyring, files, nowMilliseconds)
        }
        try store(identity, IdentityRole.name)
        try store(release, ReleaseRole.name)
        for (log, key) in logs { try store(key, Self.logFileName(log), slot: log.rawValue) }
        for (log, key) in oldLogs { try store(key, Self.oldLogFileName(log), slot: log.rawValue) }
        try store(witness, WitnessRole.name)
        try store(tls, TLSRole.name)
    }

    private static func wrappingKey(_ master: Keyring.MasterKey) throws -> SymmetricKey {
        try master.key.subkey("cordon key file v1")
    }

    /// Signs the checkpoints of each log.
    func checkpointSigners(_ authority: Authority) throws -> [LogID: CheckpointSigner] {
        try Dictionary(uniqueKeysWithValues: logs.keys.map { ($0, try checkpointSigner($0, authority)) })
    }

    func checkpointSigner(_ log: LogID, _ authority: Authority) throws -> CheckpointSigner {
        try CheckpointSigner(origin: authority.keyName(log.name), key: logs[log]!, old: oldLogs[log])
    }

    /// Cosigns partners' checkpoints.
    func witnessSigner(_ authority: Authority) throws -> WitnessSigner {
        try WitnessSigner(name: authority.keyName(WitnessRole.name), key: witness)
    }

    /// Every public key with what it is for, as vkeys. `<log>-old` is the key that signed a log before and still does.
    public func verifierKeys(_ authority: Authority) throws -> [(purpose: String, vkey: VerifierKey)] {
        func vkey(_ name: String, _ type: UInt8, _ bytes: [UInt8]) throws -> (String, VerifierKey) {
            (name, try VerifierKey(name: authority.keyName(name), type: type, publicKey: bytes))
        }
        let ed25519 = VerifierKey.ed25519Type
        return try [
            vkey(IdentityRole.name, ed25519, identity.verifyingKey.bytes),
            vkey(ReleaseRole.name, ed25519, release.verifyingKey.bytes),
            vkey(LogID.exchange.name, ed25519, logs[.exchange]!.verifyingKey.bytes),
            vkey(LogID.journal.name, ed25519, logs[.journal]!.verifyingKey.bytes),
            vkey(WitnessRole.name, VerifierKey.cosignatureType, witness.verifyingKey.bytes),
            vkey(TLSRole.name, ed25519, tls.verifyingKey.bytes),
        ]
            + LogID.allCases.compactMap { log in
                try oldLogs[log].map { ("\(log.name)-old", try vkey(log.name, ed25519, $0.verifyingKey.bytes).1) }
            }
    }
}
