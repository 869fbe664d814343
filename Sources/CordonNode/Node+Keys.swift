internal import Cryptography
internal import EntryCodec
internal import Exchange
public import Storage
internal import Synchronization
public import TransparencyLog

extension Node {
    // MARK: What the logs are signed with

    /// Of the key that signs the log now: the new one, while two do.
    public func logVerifier(_ log: LogID) throws -> LogVerifier {
        try LogVerifier(origin: authority.keyName(log.name), key: keys.logs[log]!.verifyingKey)
    }

    /// Of all keys that sign the log now.
    private func logVerifiers(_ log: LogID) throws -> [LogVerifier] {
        let keys = keys
        return try [keys.logs[log]!, keys.oldLogs[log]].compactMap { key in
            try key.map { try LogVerifier(origin: authority.keyName(log.name), key: $0.verifyingKey) }
        }
    }

    /// Of all keys that ever signed the log, as far as the keys statements in the exchange log say. Reads all of it.
    private func everyLogVerifier(_ log: LogID) throws -> [LogVerifier] {
        let identity = try IdentityVerifier(prefix: authority.namePrefix, key: keys.identity.verifyingKey)
        var own = OwnKeys()
        let size = try EmbeddedJournal(store.database).size(of: .exchange)
        try store.forEachEntry(.exchange, in: 0..<size) { _, bytes in
            guard let entry = try? LogEntry(parsing: [UInt8](bytes)), entry.kind == .keys,
                case .statement(let note) = entry.content,
                let statement = try? SignedKeysStatement(verifying: note, by: identity).statement
            else { return }
            own.apply(statement)
        }
        return try logVerifiers(log) + own.logKeys(log)
    }

    /// The same, from what the journal knows of them. The key that waits is among them: in a backup it may be that it was
    /// announced since.
    func everyLogVerifier(_ log: LogID, _ directory: ExchangeDirectory) throws -> [LogVerifier] {
        var verifiers = try logVerifiers(log)
        for next in NextKey.allCases where next.log == log {
            guard let key = try keys(taking: next)?.logs[log] else { continue }
            verifiers.append(try LogVerifier(origin: authority.keyName(log.name), key: key.verifyingKey))
        }
        return verifiers + directory.ownKeys.logKeys(log).filter { !verifiers.contains($0) }
    }

    /// A checkpoint of one of the own logs, of now or of long ago. Throws what `SignedCheckpoint` throws.
    func verified(_ bytes: [UInt8], _ log: LogID) throws -> SignedCheckpoint {
        do {
            return try SignedCheckpoint(verifying: bytes, logs: logVerifiers(log))
        } catch let error as TransparencyLogError where error.code == .noKnownSignature {
            // Signed before the key was changed: an old export, or a database that was put back with newer key files.
            return try SignedCheckpoint(verifying: bytes, logs: everyLogVerifier(log))
        }
    }

    /// The last checkpoint of `log`, with its signature verified.
    public func checkpoint(_ log: LogID, at snapshot: Snapshot? = nil) throws -> SignedCheckpoint {
        let bytes = try store.checkpointBytes(log, at: snapshot)
        do {
            return try verified(bytes, log)
        } catch let error as TransparencyLogError {
            throw NodeError(.corrupted, "the stored checkpoint of the \(log.name) log is not good: \(error)")
        }
    }

    /// Whether the last checkpoint of `log` bears the signature of the key that signs it now.
    func isSignedByNewestKey(_ log: LogID) throws -> Bool {
        let verifier = try logVerifier(log)
        return try checkpoint(log).note.signatures.contains {
            $0.name == verifier.origin && $0.keyID == verifier.vkey.keyID
        }
    }

    // MARK: Next keys

    /// Makes a new key. It is announced when the exchange runs the next time, and used from then on.
    /// Throws `.badArgument` where one waits already, or where a log's key before the present one still signs.
    public func makeNextKey(_ next: NextKey, files: some FileStore = LocalFiles(), clock: NodeClock = .system) throws {
        try NodeKeys.makeNext(
            next, directory, keyring: keyring, files: files, nowMilliseconds: clock.nowMilliseconds())
    }

    /// The keys as they are once `next` is in use; nil where none waits.
    func keys(taking next: NextKey) throws -> NodeKeys? { try keys.taking(next, directory, keyring: keyring) }

    /// The next key takes its place: it was announced. That of a log stays beside it until its end.
    func promote(_ next: NextKey) throws {
        guard let keys = try keys(taking: next) else { return }
        let current = directory.key(next.currentFileName)
        if let log = next.log {
            // A copy: a crash behind it leaves the key in both places, and all of this is done again.
            try LocalFiles().replace(
                directory.key(NodeKeys.oldLogFileName(log)),
                with: Files.readSecret(current, limit: SealedKey.byteCount), mode: 0o600)
        }
        try BlobFile.move(directory.key(next.fileName), to: current)
        try BlobFile.syncDirectory(directory.keys)
        heldKeys.withLock { $0 = keys }
    }

    /// Destroys the key that signed a log before. Nothing is signed with it any more.
    func retireOldKey(of log: LogID) throws {
        heldKeys.withLock { $0 = $0.withoutOld(log) }
        let path = directory.key(NodeKeys.oldLogFileName(log))
        if Files.exists(path) { try LocalFiles().remove(path) }
    }
}
