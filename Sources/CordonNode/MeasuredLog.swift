internal import Cryptography
package import Storage
internal import TransparencyLog

/// A sequencer over a database without a node around it, encrypted or not: so that measurements can tell what
/// encryption costs. Nothing but `cordon-bench` uses it.
package struct MeasuredLog {
    package let sequencer: Sequencer
    package let database: Database

    /// Makes the log in the empty directory `path`.
    package init(at path: String, encrypted: Bool) throws {
        let keyring = try Keyring(nodeID: randomBytes(count: SealedKey.nodeIDByteCount), nowMilliseconds: 0)
        var options = Database.Options()
        options.create = true
        database = try Database(path: path + "/db", keyring: encrypted ? keyring : nil, options: options)
        let signer = try CheckpointSigner(origin: "bench.invalid/exchange", key: .generate())
        let batch = WriteBatch()
        database.put(.meta, LogStore.commitTimeKey, UInt64(0).bigEndianBytes, in: batch)
        database.put(
            .meta, LogStore.checkpointKey(.exchange), signer.sign(size: 0, root: MerkleHash.empty).encoded, in: batch)
        try database.write(batch)
        try Watermark.create(path + "/watermark", files: LocalFiles())
        let store = LogStore(database)
        sequencer = Sequencer(
            try LogWriter(
                journal: EmbeddedJournal(database), store: store, signers: [.exchange: signer],
                checkpoint: { try SignedCheckpoint(verifying: store.checkpointBytes($0), logs: [signer.verifier]) },
                watermark: Watermark(path + "/watermark", keyring: keyring), keyring: keyring, clock: .system),
            limits: .init())
    }
}
