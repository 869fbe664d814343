import Cryptography
import Exchange
import TestSupport
import Testing
import TransparencyLog

@Suite struct ReplicaTests {
    @Test(arguments: [0, 1, 255, 256, 257, 511, 4096, 4097, 9000])
    func catchesUpFromAnySizeToAny(_ size: Int) {
        let harness = ReplicaHarness(entries: size)
        harness.round()
        #expect(harness.stored.root == harness.log.root && harness.replica.size == UInt64(size))
        for next in [size, size + 1, size + 300, size + 70_000 * (size == 257 ? 1 : 0) + 300] {
            harness.grow(to: next)
            harness.round()
            #expect(harness.stored.root == harness.log.root && harness.replica.size == UInt64(next))
            #expect(harness.replica.state.head?.note == harness.note)
        }
        #expect(harness.alarms.isEmpty && harness.failures.isEmpty)
    }

    @Test func provesBeforeItFetchesABody() throws {
        let harness = ReplicaHarness(entries: 300)
        harness.round()
        let before = harness.requests.count
        harness.grow(to: 1000)
        harness.round()
        let kinds = harness.requests.dropFirst(before)
        let firstBundle = try #require(kinds.firstIndex { $0.isBundle })
        #expect(kinds[..<firstBundle].contains { $0.isHashTile })
        // Those of the proof from 300 to 1000 come first, all of them.
        #expect(kinds[firstBundle...].filter { $0.isHashTile }.isEmpty)
    }

    @Test func memoryDoesNotGrowWithTheLog() {
        var limits = ReplicaLimits()
        limits.batchEntryCount = 512
        let harness = ReplicaHarness(entries: 20_000, limits: limits)
        harness.round()
        #expect(harness.stored.root == harness.log.root)
        #expect(harness.persists.count >= 39)
        #expect(harness.persists.allSatisfy { $0.batch.entries.count <= 512 })
        // The head comes with the first batch, what may be published with the last.
        #expect(
            harness.persists.first?.head?.size == 20_000 && harness.persists.dropFirst().allSatisfy { $0.head == nil })
        #expect(harness.persists.last?.complete?.size == 20_000)
        #expect(harness.persists.dropLast().allSatisfy { $0.complete == nil })
    }

    @Test func noMoreRequestsAreUnderWayThanAllowed() {
        let harness = ReplicaHarness(entries: 10_000)
        var waiting: [Replica.Event] = []
        var most = 0
        // Answers are held back here, and given below, the last one first.
        harness.override = { request in
            guard request.isBundle else { return nil }
            waiting.append(harness.serve(request))
            most = max(most, waiting.count)
            return .tick
        }
        var queue: [Replica.Event] = [.tick]
        while harness.rounds == 0, !queue.isEmpty || !waiting.isEmpty {
            if queue.isEmpty { queue.append(waiting.removeLast()) }
            queue += harness.handle(queue.removeFirst())
        }
        #expect(harness.stored.root == harness.log.root)
        #expect(most == ReplicaLimits().requestsInFlight)
    }

    @Test func largeBundlesComeByThemselves() {
        let harness = ReplicaHarness()
        for index in 0..<1200 {
            let size = (256..<512).contains(index) || (768..<1024).contains(index) ? 9_000 : 100
            harness.log.append(Array(repeating: UInt8(index % 251), count: size))
        }
        harness.round()
        #expect(harness.stored.root == harness.log.root)
        #expect(harness.failures.isEmpty)
        let large = harness.requests.filter { $0.maximumByteCount == EntryBundle.maximumByteCount }
        #expect(large.count == 2)
    }

    @Test func aFullTileStandsForAPartialOneThatIsGone() {
        let harness = ReplicaHarness(entries: 300)
        harness.round()
        harness.grow(to: 400)
        let older = harness.note
        harness.grow(to: 600)
        // A static copy that has gone on since the checkpoint was read.
        harness.override = { request in
            switch request.resource {
            case .checkpoint: .received(id: request.id, bytes: older.encoded)
            case .tile(let path) where path.isPartial && path.index == 1: .failed(id: request.id, .status(404))
            default: nil
            }
        }
        harness.round()
        #expect(harness.replica.size == 400 && harness.failures.isEmpty)
    }

    // MARK: Alarms

    @Test func anotherRootAtTheSameSizeIsAFork() throws {
        let harness = ReplicaHarness(entries: 10)
        harness.round()
        harness.log = harness.fork(at: 4, to: 10)
        harness.round()
        guard case .fork(let evidence) = try #require(harness.alarms.first) else { throw Unexpected() }
        #expect(evidence.prefix == nil)
        try evidence.verify(logs: [ReplicaHarness.authority.log.verifier])
        #expect(harness.replica.isFrozen)
        #expect(harness.replica.handle(.tick, now: .max).isEmpty)
        #expect(harness.replica.handle(.evidence(evidence), now: .max).isEmpty)
    }

    @Test(arguments: [(1, 2), (4, 10), (256, 300), (300, 1000), (255, 256), (512, 70_000)])
    func anotherBeginningIsAFork(_ sizes: (Int, Int)) throws {
        let harness = ReplicaHarness(entries: sizes.0)
        harness.round()
        harness.log = harness.fork(at: UInt64(sizes.0) - 1, to: sizes.1)
        harness.round()
        guard case .fork(let evidence) = try #require(harness.alarms.first) else { throw Unexpected() }
        #expect(evidence.prefix != nil)
        let again = try ForkEvidence(parsing: evidence.encoded)
        #expect(again == evidence)
        try again.verify(logs: [ReplicaHarness.authority.log.verifier])
        #expect(harness.stored.size == sizes.0 && harness.requests.filter(\.isBundle).allSatisfy { $0.id < 100 })
    }

    @Test func aSmallerTreeIsARollbackUnlessItIsACopy() {
        for source in [Replica.Source.authority, .copy] {
            let harness = ReplicaHarness(entries: 10, source: source)
            harness.round()
            harness.log.truncate(to: 7)
            harness.round()
            #expect(harness.replica.isFrozen == (source == .authority))
            #expect(
                harness.alarms.contains { if case .rollback = $0 { true } else { false } } == (source == .authority))
            // A copy's is compared with what is stored.
            #expect(harness.compared.map(\.size) == (source == .copy ? [7] : []))
        }
    }

    @Test func aForkInAnOldCopyIsFound() {
        let harness = ReplicaHarness(entries: 10, source: .copy)
        harness.round()
        harness.log = harness.fork(at: 4, to: 7)
        harness.round()
        #expect(harness.alarms.count == 1 && harness.replica.isFrozen)
    }

    @Test func aLogThatProvesNothingIsAnAlarmInTheEnd() {
        let harness = ReplicaHarness(entries: 300)
        harness.round()
        harness.grow(to: 400)
        harness.override = { request in
            guard case .tile(let path) = request.resource, path.level != nil else { return nil }
            return .received(id: request.id, bytes: Array(repeating: 7, count: path.width * 32))
        }
        for _ in 1..<ReplicaLimits().unprovenRounds { harness.round() }
        #expect(harness.alarms.isEmpty && harness.failures.count == ReplicaLimits().unprovenRounds - 1)
        harness.round()
        guard case .unproven = harness.alarms.first else {
            Issue.record("no alarm")
            return
        }
        #expect(harness.replica.isFrozen)
    }

    @Test func entriesThatAreNotTheLogsAreNeverStored() {
        let harness = ReplicaHarness(entries: 300)
        harness.override = { request in
            guard request.isBundle, case .received(let id, var bytes) = harness.serve(request) else { return nil }
            bytes[bytes.count - 1] ^= 1
            return .received(id: id, bytes: bytes)
        }
        for _ in 0..<10 { harness.round() }
        #expect(harness.stored.size == 0 && harness.persists.isEmpty)
        #expect(harness.alarms.count == 1 && !harness.replica.isFrozen)
        harness.override = { _ in nil }
        harness.round()
        #expect(harness.stored.root == harness.log.root)
    }

    @Test func aBadEntryFreezes() throws {
        let harness = ReplicaHarness(entries: 5)
        harness.verdict = { _ in .bad(index: 3, code: "badSignature") }
        harness.round()
        #expect(harness.stored.size == 0 && harness.replica.isFrozen)
        guard case .badEntry(3, "badSignature", let checkpoint) = try #require(harness.alarms.first) else {
            throw Unexpected()
        }
        #expect(checkpoint.size == 5)
    }

    @Test func withoutTheQuorumNothingIsTaken() throws {
        let witness = Authority.all[3].witness
        let text = """
            log \(ReplicaHarness.authority.log.verifier.vkey)
            witness w \(witness.verifier.vkey)
            quorum w

            """
        let harness = ReplicaHarness(entries: 5, policy: try TrustPolicy(parsing: Array(text.utf8)))
        harness.round()
        #expect(harness.failures == [.quorumNotMet] && harness.stored.size == 0)
        harness.override = { request in
            guard case .checkpoint = request.resource else { return nil }
            let cosigned = harness.note.adding([witness.cosign(harness.checkpoint, timestamp: 1)])
            return .received(id: request.id, bytes: cosigned.encoded)
        }
        harness.round()
        #expect(harness.stored.root == harness.log.root)
    }

    // MARK: The witness and others

    @Test func whatTheWitnessAcceptedIsFetchedWithoutAPoll() {
        let harness = ReplicaHarness(entries: 5)
        harness.round()
        harness.grow(to: 9)
        harness.handle(.headMoved(harness.checkpoint))
        harness.round()
        #expect(harness.stored.root == harness.log.root)
        #expect(harness.persists.last?.head == nil)
    }

    @Test func aWitnessThatWasShownAnotherHistoryIsNoticed() throws {
        for (witnessed, served) in [(9, 12), (9, 9), (9, 7), (300, 299)] {
            let harness = ReplicaHarness(entries: 5)
            harness.round()
            let fork = harness.fork(at: 5, to: witnessed)
            let note = ReplicaHarness.authority.log.sign(size: UInt64(witnessed), root: fork.root)
            harness.handle(
                .headMoved(try SignedCheckpoint(verifying: note, logs: [ReplicaHarness.authority.log.verifier])))
            harness.grow(to: served)
            for _ in 0..<3 { harness.round() }
            #expect(harness.replica.isFrozen && harness.stored.size == 5)
            switch harness.alarms.last {
            case .fork: #expect(served >= witnessed)
            case .rollback: #expect(served < witnessed)
            default: throw Unexpected()
            }
        }
    }

    @Test func aHeadThatMovedInBetweenIsNotOverwritten() {
        let harness = ReplicaHarness(entries: 5)
        harness.round()
        let fork = harness.fork(at: 5, to: 12)
        let other = ReplicaHarness.authority.log.sign(size: 12, root: fork.root)
        let accepted = try! SignedCheckpoint(verifying: other, logs: [ReplicaHarness.authority.log.verifier])
        harness.grow(to: 9)
        harness.overridePersist = { step in
            // Meanwhile the log shows to us, too, what it showed to the witness.
            harness.overridePersist = { _ in nil }
            harness.log = fork
            return .superseded(id: step.id, head: accepted)
        }
        harness.round()
        // What was about to be taken contradicts the witness: found once the entries reach it.
        #expect(harness.replica.isFrozen && harness.alarms.count == 1)
        #expect(harness.replica.state.head == accepted && harness.stored.root == fork.root)
    }

    @Test func whatOthersHoldIsComparedOnceItIsReached() {
        let harness = ReplicaHarness(entries: 5)
        harness.round()
        let fork = harness.fork(at: 5, to: 8)
        harness.handle(
            .observed(ReplicaHarness.authority.log.sign(size: 8, root: fork.root), source: "a partner"))
        harness.grow(to: 7)
        harness.round()
        #expect(!harness.replica.isFrozen)
        harness.grow(to: 11)
        harness.round()
        #expect(harness.replica.isFrozen)
    }

    @Test func evidenceIsGatheredAlsoOfAFrozenLog() throws {
        let harness = ReplicaHarness(entries: 9)
        harness.round()
        let whole = harness.log
        harness.log.truncate(to: 5)
        harness.round()
        #expect(harness.replica.isFrozen && harness.alarms.count == 1)
        harness.log = whole
        let fork = harness.fork(at: 3, to: 7)
        let note = ReplicaHarness.authority.log.sign(size: 7, root: fork.root)
        for event in harness.handle(.observed(note, source: "a partner")) { harness.handle(event) }
        #expect(harness.alarms.count == 2)
        guard case .fork = harness.alarms.last else { throw Unexpected() }
    }

    @Test func whatIsStoredIsComparedAlsoWhileTheHeadIsAhead() throws {
        let harness = ReplicaHarness(entries: 9)
        harness.round()
        let fork = harness.fork(at: 3, to: 7)
        harness.grow(to: 12)
        harness.verdict = { _ in .bad(index: 9, code: "badSignature") }
        harness.handle(.headMoved(harness.checkpoint))
        harness.round()
        #expect(harness.replica.isFrozen && harness.replica.size == 9)
        let note = ReplicaHarness.authority.log.sign(size: 7, root: fork.root)
        for event in harness.handle(.observed(note, source: "a partner")) { harness.handle(event) }
        guard case .fork = harness.alarms.last else { throw Unexpected() }
    }

    @Test func evidenceFromOthersCountsOnlyWhenItConvicts() throws {
        let harness = ReplicaHarness(entries: 5)
        harness.round()
        let (one, two) = (harness.checkpoint, harness.fork(at: 2, to: 5))
        let stranger = Authority.all[4].log
        let forged = try ForkEvidence(
            SignedCheckpoint(verifying: stranger.sign(size: 5, root: one.root), logs: [stranger.verifier]),
            SignedCheckpoint(verifying: stranger.sign(size: 5, root: two.root), logs: [stranger.verifier]))
        harness.handle(.evidence(forged))
        #expect(!harness.replica.isFrozen)
        let signed = try SignedCheckpoint(
            verifying: ReplicaHarness.authority.log.sign(size: 5, root: two.root),
            logs: [ReplicaHarness.authority.log.verifier])
        harness.handle(.evidence(try ForkEvidence(one, signed)))
        #expect(harness.replica.isFrozen)
    }

    // MARK: Deliveries and failures

    @Test func deliveriesComeInOrderAndOnce() {
        let harness = ReplicaHarness(entries: 5)
        harness.deliveries = [1, 2, 4].map { Delivery(position: $0, entryIndex: $0, envelope: [UInt8($0)]) }
        harness.deliveries.append(Delivery(position: 9, entryIndex: 6, envelope: [9]))
        harness.round()
        // The last one belongs to an entry that has not come yet.
        #expect(harness.taken.map(\.position) == [1, 2, 4])
        harness.round()
        harness.grow(to: 8)
        harness.round()
        harness.round()
        #expect(harness.taken.map(\.position) == [1, 2, 4, 9])
    }

    /// Two pages are with the driver, and no third: one is recorded while the next is opened.
    @Test func theNextPageIsAskedForWhileOneIsRecorded() {
        let harness = ReplicaHarness(entries: 9)
        harness.deliveries = (1...8).map { Delivery(position: $0, entryIndex: $0, envelope: [UInt8($0)]) }
        (harness.deliveriesInPage, harness.takesIn) = (2, false)
        harness.run([.tick])
        #expect(harness.pages.map(\.positions) == [[1, 2], [3, 4]] && harness.pages.map(\.after) == [0, 2])
        // Nothing new where only a part of the first is recorded.
        harness.run([.delivered(DeliveryCursor(position: 1, entryIndex: 1))])
        #expect(harness.pages.count == 2)
        harness.run([.delivered(DeliveryCursor(position: 2, entryIndex: 2))])
        #expect(harness.pages.last?.positions == [5, 6] && harness.pages.count == 3)
        harness.run([.delivered(DeliveryCursor(position: 6, entryIndex: 6))])
        #expect(harness.pages.last?.positions == [7, 8] && harness.pages.count == 4)
        // The round waits for what was handed over, not only for the last answer.
        #expect(harness.rounds == 0)
        harness.run([.delivered(DeliveryCursor(position: 8, entryIndex: 8))])
        #expect(harness.rounds == 1 && harness.pages.count == 4)
    }

    @Test func whatFollowsARefusedDeliveryIsAskedForAgain() {
        let harness = ReplicaHarness(entries: 9)
        harness.deliveries = (1...8).map { Delivery(position: $0, entryIndex: $0, envelope: [UInt8($0)]) }
        (harness.deliveriesInPage, harness.takesIn) = (2, false)
        harness.run([.tick])
        harness.run([
            .delivered(DeliveryCursor(position: 1, entryIndex: 1)), .deliveryRefused(position: 2, code: "wrongBody"),
        ])
        #expect(harness.pages.count == 2)
        harness.pass()
        #expect(harness.pages.suffix(2).map(\.positions) == [[2, 3], [4, 5]])
        #expect(harness.pages.suffix(2).map(\.after) == [1, 3])
        // Of a page that the driver has dropped.
        harness.run([.deliveryRefused(position: 7, code: "wrongBody")])
        #expect(harness.alarms.isEmpty && harness.pages.count == 4)
        for _ in 0..<ReplicaLimits().attempts {
            harness.run([.deliveryRefused(position: 2, code: "wrongBody")])
            harness.pass()
        }
        #expect(harness.alarms == [.badDelivery(position: 2, code: "wrongBody")] && harness.rounds == 1)
    }

    /// A round that fails leaves what was handed over to the driver: the next one neither asks for it again nor ends
    /// before it.
    @Test func aFailedRoundKeepsWhatWasHandedOver() {
        let harness = ReplicaHarness(entries: 9)
        harness.deliveries = (1...8).map { Delivery(position: $0, entryIndex: $0, envelope: [UInt8($0)]) }
        (harness.deliveriesInPage, harness.takesIn) = (2, false)
        harness.override = { request in
            request.resource == .deliveries(after: 2, limit: ReplicaLimits().deliveryPageByteCount)
                ? .failed(id: request.id, .unreachable) : nil
        }
        harness.round()
        #expect(harness.failures == [.request(.unreachable)] && harness.pages.map(\.positions) == [[1, 2]])
        harness.override = { _ in nil }
        harness.pass()
        #expect(harness.pages.map(\.positions) == [[1, 2], [3, 4]] && harness.rounds == 0)
        for end in stride(from: UInt64(2), through: 8, by: 2) {
            harness.run([.delivered(DeliveryCursor(position: end, entryIndex: end))])
        }
        #expect(harness.pages.map(\.after) == [0, 2, 4, 6] && harness.rounds == 1)
    }

    @Test func deliveriesOutOfOrderAreNotUsed() {
        let harness = ReplicaHarness(entries: 5)
        harness.deliveries = [
            Delivery(position: 2, entryIndex: 1, envelope: [1]), Delivery(position: 1, entryIndex: 2, envelope: [2]),
        ]
        harness.round()
        #expect(harness.taken.isEmpty && harness.failures == [.badAnswer("malformedDeliveries")])
        #expect(harness.stored.size == 5)
    }

    @Test func everyFailureIsWaitedForLongerUpToTheCap() {
        let harness = ReplicaHarness(entries: 5)
        harness.override = { .failed(id: $0.id, .unreachable) }
        var last: UInt64 = 0
        var longest: UInt64 = 0
        for _ in 0..<60 {
            harness.round()
            longest = max(longest, harness.now - last)
            last = harness.now
        }
        #expect(harness.failures.allSatisfy { $0 == .request(.unreachable) })
        let perRound = (0..<7).reduce(UInt64(0)) { $0 + 500 << UInt64($1) }
        #expect(longest <= ReplicaLimits().backoffCap + perRound)
        #expect(longest > ReplicaLimits().backoffCap / 2)
        harness.override = { _ in nil }
        harness.round()
        #expect(harness.stored.size == 5)
    }

    /// A partner that answers with news is asked again soon: more may have come right behind it. One that answers at once
    /// without any is not asked all the time.
    @Test func newsIsFollowedUpSoonAndNothingIsNot() throws {
        let limits = ReplicaLimits()
        let harness = ReplicaHarness(entries: 3, limits: limits)
        harness.round()
        #expect(harness.replica.wakeUp == harness.now + limits.newsInterval)
        harness.round()
        #expect(harness.replica.wakeUp == harness.now + limits.pollInterval)
        harness.deliveries = [Delivery(position: 1, entryIndex: 0, envelope: [1])]
        harness.round()
        #expect(harness.replica.wakeUp == harness.now + limits.newsInterval)
    }

    @Test func aPartnerThatIsHeardFromIsAskedAtOnce() throws {
        let harness = ReplicaHarness(entries: 5)
        harness.override = { .failed(id: $0.id, .unreachable) }
        for _ in 0..<20 { harness.round() }
        harness.override = { _ in nil }
        harness.now += 1
        let before = harness.now
        try #require(harness.replica.wakeUp! > before + 2_000)
        var events = harness.handle(.reachable)
        while !events.isEmpty { events += harness.handle(events.removeFirst()) }
        #expect(harness.stored.size == 5 && harness.now == before)
        // Whoever keeps knocking is not listened to more often than once in a while.
        harness.override = { .failed(id: $0.id, .unreachable) }
        for _ in 0..<20 { harness.round() }
        harness.handle(.reachable)
        let requests = harness.requests.count
        harness.handle(.reachable)
        #expect(harness.requests.count == requests)
    }

    @Test func anyAnswerIsSurvived() {
        var random = SeededGenerator(7)
        for _ in 0..<300 {
            let harness = ReplicaHarness(entries: Int(random.below(600)))
            harness.deliveries = [Delivery(position: 1, entryIndex: 0, envelope: [1, 2, 3])]
            harness.override = { request in
                switch random.below(8) {
                case 0:
                    return .failed(
                        id: request.id, [.timedOut, .tooLarge, .unreachable, .status(500)][Int(random.below(4))])
                case 1:
                    return .received(
                        id: request.id, bytes: (0..<random.below(70)).map { UInt8(truncatingIfNeeded: $0) })
                case 2:
                    guard case .received(let id, var bytes) = harness.serve(request), !bytes.isEmpty else { return nil }
                    bytes[Int(random.below(UInt64(bytes.count)))] ^= UInt8(1 + random.below(255))
                    return .received(id: id, bytes: bytes)
                case 3: return .received(id: request.id + 1, bytes: [])
                default: return nil
                }
            }
            for _ in 0..<12 {
                harness.round()
                harness.grow(to: harness.log.entries.count + Int(random.below(80)))
            }
            #expect(harness.log.entries.starts(with: harness.stored.entries))
            #expect(!harness.replica.isFrozen)
        }
    }
}

struct Unexpected: Error {}
