internal import Casework
internal import Cryptography
internal import EntryCodec
internal import Exchange
internal import FoundationEssentials
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization
internal import TransparencyLog

extension ExchangeService {
    /// Brings the node's keys up to date: those it never had, epochs that come, private keys whose time is over. At the
    /// start, and now and then.
    public func tend() async throws {
        try await ensureStream()
        try await takeBack()
        // What was announced before is used first: the next statement is signed with it.
        try await takeAnnouncedKeys()
        try await publishKeys()
        try await takeAnnouncedKeys()
        try await destroyOldKeys()
    }

    /// A node from before there was an exchange has no key for the exchange's records.
    private func ensureStream() async throws {
        let store = store
        let (isThere, made) = try await readers.run {
            let isThere = try store.keys.key(Streams.exchange) != nil
            return (isThere, isThere ? nil : try store.keys.makeKey(Streams.exchange))
        }
        guard !isThere, let made else { return }
        _ = try await store.keys.gate.create {
            try await sequencer.commit(Proposal(drafts: [], rows: [made.row], premises: [made.premise]))
        }
    }

    /// Behind a recovery: what the journal does not know yet of the entries that came back. Private keys of epochs that
    /// these published are gone with the journal's records.
    private func takeBack() async throws {
        try await record(by: 0) { [self] directory, size in
            var addition = Addition()
            guard let row = try store.database.get(.meta, LogRecovery.putBackKey),
                let first = UInt64(bigEndianBytes: row)
            else { return addition }
            for (index, bytes) in try store.logs.keysStatements(in: first..<size) {
                let statement = try SignedKeysStatement(verifying: bytes, by: identity.verifier).statement
                for epoch in statement.epochs {
                    let stream = Streams.recipientKeys + UInt64(epoch.number)
                    addition.events.append(
                        .with {
                            $0.recipientKeyMade.epoch = epoch.number
                            $0.recipientKeyMade.stream = stream
                            $0.recipientKeyMade.publicKey = Data(epoch.publicKey)
                            $0.recipientKeyMade.from = epoch.fromMilliseconds
                            $0.recipientKeyMade.until = epoch.untilMilliseconds
                        })
                    addition.events.append(
                        .with {
                            $0.recipientKeyDestroyed.epoch = epoch.number
                            $0.recipientKeyDestroyed.stream = stream
                        })
                }
                addition.events.append(
                    .with {
                        $0.ownStatement.entryIndex = index
                        $0.ownStatement.statement = Data(bytes)
                    })
            }
            addition.rows = [RowChange(.meta, LogRecovery.putBackKey, nil)]
            return addition
        }
    }

    /// A recipient key on its way into the journal.
    private struct NewKey {
        let info: RecipientKeyMade
        let draft: RecordDraft
        let row: RowChange
        let premise: RowChange
    }

    private func makeKey(epoch: UInt32, from: UInt64, until: UInt64) throws -> NewKey {
        let stream = Streams.recipientKeys + UInt64(epoch)
        let made = try store.keys.makeKey(stream)
        let pair = try RecipientKey.generate()
        let info = RecipientKeyMade.with {
            $0.epoch = epoch
            $0.stream = stream
            $0.publicKey = Data(pair.publicKey.bytes)
            $0.from = from
            $0.until = until
        }
        var secret = ExchangeEvent.with { $0.recipientKeyMade = info }
        pair.seed.withUnsafeBytes { secret.recipientKeyMade.seed = Data($0) }
        let payload = Payload(kind: .exchange, actor: 0, stream: stream, position: 0)
            .seal(try secret.serializedBytes(), nominal: nil, made.key)
        let draft = RecordDraft(
            kind: .exchange, actor: 0, stream: stream, position: 0, reference: store.reference(stream), payload: payload
        )
        return NewKey(info: info, draft: draft, row: made.row, premise: made.premise)
    }

    /// The first keys statement names every key; later ones bring epochs, well ahead.
    private func publishKeys() async throws {
        guard isGateOpen else { return }
        try await lane.run(Streams.exchange) {
            _ = try await store.keys.gate.create {
                try await recordInLane(by: 0) { [self] directory, size in try nextStatement(directory, size) }
            }
        }
    }

    /// Keys that were announced are used, also where a crash came between. What they replace signs no more once it has
    /// ended.
    private func takeAnnouncedKeys() async throws {
        for next in NextKey.allCases {
            try await lane.run(Streams.exchange) {
                guard let change = try await readers.run({ [self] in try keyChange(next) }),
                    directory.ownKeys.hasBegun(next.use.id(of: change.new.publicKey))
                else { return }
                try await readers.run { [self] in try node.promote(next) }
            }
        }
        for log in LogID.allCases { try await settleSigner(of: log) }
    }

    /// Has a log signed by the keys whose time it is. A crash anywhere in here leaves what the next call goes on from.
    private func settleSigner(of log: LogID) async throws {
        let keys = node.keys
        let end = keys.oldLogs[log].flatMap { directory.ownKeys.end(of: log.keyUse.id(of: $0.verifyingKey.bytes)) }
        if let end, end <= now {
            try await sequencer.use(keys.withoutOld(log).checkpointSigner(log, node.authority), for: log)
            try await readers.run { [self] in try node.retireOldKey(of: log) }
        } else if try await !readers.run({ [self] in try node.isSignedByNewestKey(log) }) {
            try await sequencer.use(keys.checkpointSigner(log, node.authority), for: log)
        }
    }

    /// A key that is to take another's place.
    private struct KeyChange {
        let next: NextKey
        let old: VerifierKey
        let new: VerifierKey
    }

    private func keyChange(_ next: NextKey) throws -> KeyChange? {
        guard let taking = try node.keys(taking: next) else { return nil }
        func vkey(_ keys: NodeKeys) throws -> VerifierKey {
            try keys.verifierKeys(node.authority).first { $0.purpose == next.rawValue }!.vkey
        }
        return KeyChange(next: next, old: try vkey(node.keys), new: try vkey(taking))
    }

    /// When the old key ends; nil where it was announced that it does so no later.
    private func end(_ change: KeyChange, _ directory: ExchangeDirectory, at now: UInt64) -> KeyEnd? {
        let overlap = change.next.log == nil ? limits.keyOverlapMilliseconds : limits.logKeyOverlapMilliseconds
        let id = change.next.use.id(of: change.old.publicKey)
        guard now + overlap < directory.ownKeys.end(of: id) ?? .max else { return nil }
        return KeyEnd(change.next.use, milliseconds: now + overlap, id: id)
    }

    private func nextStatement(_ directory: ExchangeDirectory, _ size: UInt64) throws -> Addition {
        var addition = Addition()
        let now = now / 1000 * 1000
        var keys: [NewKey] = []
        if !directory.recipientKeys.contains(where: { $0.epoch == 0 }) {
            keys.append(try makeKey(epoch: 0, from: now, until: .max))
        }
        let epochs = directory.recipientKeys.filter { $0.epoch > 0 }
        var last = epochs.map(\.epoch).max() ?? 0
        var until = epochs.filter { !$0.isDestroyed }.map(\.until).max() ?? 0
        while until <= now + UInt64(limits.epochsAhead) * limits.epochMilliseconds {
            // After a long sleep the next epoch begins now, not in the past.
            let from = max(until, now)
            let made = try makeKey(epoch: last + 1, from: from, until: from + limits.epochMilliseconds)
            keys.append(made)
            (last, until) = (made.info.epoch, made.info.until)
        }
        // Lost before their time, in a recovery: nothing more must be sealed to them.
        let lost = epochs.filter { $0.isDestroyed && $0.until > now }
            .map { KeyUse.epoch.id(of: $0.publicKey.bytes) }.filter { !directory.ownKeys.hasRevoked($0) }
        let putBack = try store.database.get(.meta, LogRecovery.journalPutBackKey)
        let isFirst = directory.ownStatements.isEmpty
        let changes = try NextKey.allCases.compactMap(keyChange)
            .filter { !isFirst && !directory.ownKeys.hasBegun($0.next.use.id(of: $0.new.publicKey)) }
        guard isFirst || !keys.isEmpty || !lost.isEmpty || putBack != nil || !changes.isEmpty else { return addition }
        var statement = KeysStatement(
            prefix: own, number: UInt64(directory.ownStatements.count) + 1, issuedMilliseconds: now)
        statement.begins =
            isFirst
            ? try firstKeys(at: now)
            : try changes.map { try KeyBegin($0.next.use, fromMilliseconds: now, vkey: $0.new) }
        statement.ends = changes.compactMap { end($0, directory, at: now) }
        statement.revocations = lost.map { KeyEnd(.epoch, milliseconds: now, id: $0) }
        statement.journal = putBack.flatMap { row in
            guard let size = UInt64(bigEndianBytes: row.prefix(8)), let root = Digest(row.dropFirst(8)) else {
                return nil
            }
            return JournalRestart(size: size, root: root)
        }
        statement.epochs = try keys.filter { $0.info.epoch > 0 }.map {
            try PublishedEpoch(
                number: $0.info.epoch, fromMilliseconds: $0.info.from, untilMilliseconds: $0.info.until,
                publicKey: Array($0.info.publicKey))
        }
        let signed = try SignedKeysStatement(signing: statement, by: identity)
        let entry = try LogEntry(
            stating: signed.encoded, kind: .keys, id: .random(), timeMilliseconds: now, key: node.keys.release,
            origin: origin)
        addition.entries = [entry.encoded]
        addition.events = keys.map { made in .with { $0.recipientKeyMade = made.info } }
        addition.events.append(
            .with {
                $0.ownStatement = .with {
                    $0.entryIndex = size
                    $0.statement = Data(signed.encoded)
                }
            })
        addition.drafts = keys.map(\.draft)
        addition.rows = keys.map(\.row)
        if putBack != nil { addition.rows.append(RowChange(.meta, LogRecovery.journalPutBackKey, nil)) }
        addition.premises = keys.map(\.premise)
        return addition
    }

    private func firstKeys(at now: UInt64) throws -> [KeyBegin] {
        let uses: [String: KeyUse] = [
            "release": .release, "exchange": .exchange, "journal": .journal, "witness": .witness,
        ]
        return try node.keys.verifierKeys(node.authority).compactMap { purpose, vkey in
            try uses[purpose].map { try KeyBegin($0, fromMilliseconds: now, vkey: vkey) }
        }
    }

    // MARK: Opening keys

    /// What envelopes are opened with, the epoch most likely first. Blocks.
    func openingKeys() throws -> [OpeningKey] {
        let now = now
        let known = directory.recipientKeys.filter { !$0.isDestroyed && $0.epoch > 0 && $0.from <= now + 86_400_000 }
        return try known.sorted { $0.epoch > $1.epoch }.compactMap { info in
            try recipientKey(info).map { OpeningKey(authority: own, epoch: info.epoch, key: $0) }
        }
    }

    /// The private key, from its own stream; nil where it was destroyed. Kept at hand.
    private func recipientKey(_ info: RecipientKeyInfo) throws -> RecipientKey? {
        if let known = opened.withLock({ $0[info.stream] }) { return known }
        var found: RecipientKey?
        try store.forEachRecord(of: info.stream) { _, opened in
            var event = try ExchangeEvent(serializedBytes: opened.content)
            var seed = [UInt8](event.recipientKeyMade.seed)
            event.recipientKeyMade.seed = Data()
            found = try RecipientKey(seed: SecretBytes(moving: &seed))
            return false
        }
        if let found { opened.withLock { $0[info.stream] = found } }
        return found
    }

    // MARK: Destroying

    /// Private keys of epochs that ended some time ago go, also from older backups.
    private func destroyOldKeys() async throws {
        let now = now
        for info in directory.recipientKeys
        where info.epoch > 0 && !info.isDestroyed && info.until + limits.epochGraceMilliseconds < now {
            try await destroy(info)
        }
    }

    private func destroy(_ info: RecipientKeyInfo) async throws {
        guard store.keys.beginErasure() else { return }  // the next round finds it still there
        defer { store.keys.endErasure() }
        try await lane.run(Streams.exchange) {
            try await store.keys.gate.alone {
                let current = directory
                let (proposal, event, next) = try await readers.run { [self] in
                    var proposal = Proposal(drafts: [], rows: [RowChange(.meta, CaseService.purgeKey, [1])])
                    try store.database.forEach(
                        .events, from: LogStore.eventKey(info.stream, 0), upTo: LogStore.eventKey(info.stream, .max)
                    ) { key, value in
                        if let sequence = UInt64(bigEndianBytes: value) { proposal.erasing.append(sequence) }
                        proposal.rows.append(RowChange(.events, [UInt8](key), nil))
                        return true
                    }
                    let event = ExchangeEvent.with {
                        $0.recipientKeyDestroyed = .with {
                            $0.epoch = info.epoch
                            $0.stream = info.stream
                            $0.records = UInt64(proposal.erasing.count)
                        }
                    }
                    proposal.drafts = [
                        try store.draft(
                            .exchange, event, by: 0, stream: Streams.exchange, position: current.version)
                    ]
                    let keys = try store.keys.prepareErasure(of: info.stream)
                    proposal.rows += keys.rows
                    proposal.premises += keys.premises
                    return (proposal, event, keys.next)
                }
                do {
                    let acknowledgement = try await sequencer.commit(proposal)
                    try state.withLock {
                        try $0.directory.apply(event, at: acknowledgement.commit.timeMilliseconds)
                    }
                    try store.keys.finishErasure(next)
                    opened.withLock { $0[info.stream] = nil }
                } catch let error as NodeError where error.code == .changed {
                    try store.keys.abandonErasure()
                }
            }
        }
        try await cases.finishErasure()
    }
}
