internal import Cryptography
internal import Foundation
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TransparencyLog

/// Three nodes as real processes, killed and cut off from each other at random while officers release notices: no
/// acknowledged release is lost, no mirror accepts a fork, every notice is taken in once by whom it is for and by nobody
/// else, and once all is well again the nodes agree.
///
/// CORDON_SOAK_SECONDS says how long it goes wrong. The moments are those of the seed; what the processes make of them
/// is theirs.
@Suite(.serialized, .enabled(if: Places.isSoak, "only in the soak"))
struct FederationKillTests {
    private static let countries = ["vn", "la", "kh"]
    private static let seconds =
        ProcessInfo.processInfo.environment["CORDON_SOAK_SECONDS"].flatMap { Double($0) } ?? 300

    @Test func inNamespaces() throws {
        guard let lines = try NamespaceLines(Self.countries) else {
            return tell("No network namespaces are allowed here: only relays are tested.")
        }
        if !lines.canSlowDown { tell("The kernel has no netem: lines of namespaces are clear or cut, never slow.") }
        try Run(lines).go()
    }

    /// Where namespaces are not allowed; and for what only a relay does everywhere: lines that are slow.
    @Test func overRelays() throws { try Run(RelayedLines(Self.countries)).go() }

    /// What a partner or the node itself was seen to say of a country's log.
    private struct Sighting: Hashable {
        let country: String
        let size: Int
        let root: String
    }

    private final class Run: Sendable {
        let federation: ServedFederation
        let isOver = Atomic(false)
        private struct State {
            /// Releases that an officer was told of.
            var acknowledged: [ServedFederation.Notice] = []
            /// What officers were told of the others, and how often.
            var failed: [String: Int] = [:]
            var sightings: Set<Sighting> = []
            var kills = 0
            var cuts = 0
        }
        private let state = Mutex(State())
        private let context: Comment = "seed \(Places.seed)"

        init(_ lines: some PartnerLines) throws {
            federation = try ServedFederation(FederationKillTests.countries, over: lines)
            tell("Federation over \(lines.name): CORDON_SEED=\(Places.seed), \(Int(FederationKillTests.seconds)) s")
        }

        func go() throws {
            for country in FederationKillTests.countries {
                try federation.until("keys are known in \(country)") { try release(country, toAll: true, "first") }
            }
            let officers = DispatchGroup()
            for (place, country) in FederationKillTests.countries.enumerated() {
                officers.enter()
                Thread { [self] in
                    var random = SeededGenerator(Places.seed &+ UInt64(place) &+ 1)
                    do { try work(country, &random) } catch { Issue.record(error, context) }
                    officers.leave()
                }.start()
            }
            do { try disturb() } catch { Issue.record(error, context) }
            isOver.store(true, ordering: .relaxed)
            officers.wait()
            try heal()
            let partners = try converge()
            try stop(partners)
            let state = state.withLock { $0 }
            tell(
                """
                \(state.kills) kills, \(state.cuts) cuts; \(state.acknowledged.count) releases, \(state.failed) in vain; \
                \(state.sightings.count) checkpoints seen
                """)
            #expect(state.acknowledged.count > 6 && state.kills > 0 && state.cuts > 0, context)
        }

        // MARK: Officers

        private func work(_ country: String, _ random: inout SeededGenerator) throws {
            var count = 0
            while !isOver.load(ordering: .relaxed) {
                usleep(UInt32.random(in: 50_000...500_000, using: &random))
                count += 1
                let toAll = Bool.random(using: &random)
                _ = try release(
                    country, toAll: toAll, "\(country) \(count)", Int.random(in: 0...1, using: &random))
            }
        }

        /// In a case of its own. False where the officer was not told that it is done: it may be, all the same.
        private func release(_ country: String, toAll: Bool, _ what: String, _ choice: Int = 0) throws -> Bool {
            let opened = try federation.run(country, "case", "open", "Case of \(what)")
            guard let caseID = ServedNode.ids("C", opened.output).first else { return failed(opened) }
            let others = FederationKillTests.countries.filter { $0 != country }.map(ServedFederation.prefix)
            let recipients = toAll ? others : [others[choice]]
            let subject = "Lookout \(what)"
            let result = try federation.run(
                country, "notice", "draft", caseID, "--alert", "--to", recipients.joined(separator: ","), "--offence",
                "tobacco", "--subject", subject, "--facts", "On its way.", "--release")
            let told = result.output + result.errors
            #expect(!told.contains("backup") && !told.contains("two histories"), "\(context): \(country): \(told)")
            guard result.status == 0 else { return failed(result) }
            let match = try #require(
                result.output.firstMatch(of: #/Released to (.+), as entry (\d+) \(([0-9a-f]{32})\)/#), "\(result)")
            let notice = ServedFederation.Notice(
                entryID: String(match.3), entryIndex: Int(match.2)!, subject: subject,
                sender: ServedFederation.prefix(country), recipients: Set(recipients))
            #expect(match.1 == recipients.sorted().joined(separator: ", "), "\(result)")
            state.withLock { $0.acknowledged.append(notice) }
            return true
        }

        /// A node that is down, or cannot know that a recipient is not revoked, says so; nothing else may come up.
        private func failed(_ result: Program.Result) -> Bool {
            let told = result.output + result.errors
            let expected = [
                "cannot be reached", "went away", "was not looked at for too long", "no partner has said yet",
            ]
            let reason = result.status == 0 ? nil : expected.first { told.contains($0) }
            if reason == nil { Issue.record("\(context): \(result)") }
            state.withLock { $0.failed[reason ?? "other", default: 0] += 1 }
            return false
        }

        // MARK: What goes wrong

        private func disturb() throws {
            var random = SeededGenerator(Places.seed)
            let start = ContinuousClock.now
            var (step, looks) = (0, 0)
            let countries = FederationKillTests.countries
            while (ContinuousClock.now - start) / .seconds(1) < FederationKillTests.seconds {
                usleep(UInt32.random(in: 100_000...1_500_000, using: &random))
                step += 1
                // One of each to begin with, so that a short run has both.
                switch step < 3 ? step * 4 - 4 : Int.random(in: 0..<10, using: &random) {
                case 0..<2:
                    let running = countries.filter { federation[$0].isRunning }
                    if let country = running.randomElement(using: &random) { try kill(country) }
                case 2..<4:
                    let dead = countries.filter { !federation[$0].isRunning }
                    if let country = dead.randomElement(using: &random) { try federation.restart(country) }
                case 4..<7:
                    let ends = countries.shuffled(using: &random)
                    let weather =
                        step < 3 ? .cut : [Weather.clear, .clear, .slow, .cut].randomElement(using: &random)!
                    let fromFirst = Bool.random(using: &random)
                    try federation.lines.set(ends[0], ends[1], weather, fromFirst: fromFirst)
                    if weather == .cut { state.withLock { $0.cuts += 1 } }
                default:
                    looks += 1
                    try look(countries[looks % countries.count])
                }
            }
        }

        /// Whatever was acknowledged before is there.
        private func kill(_ country: String) throws {
            let acknowledged = state.withLock { state in
                state.kills += 1
                return state.acknowledged.filter { $0.sender == ServedFederation.prefix(country) }
            }
            let killed = try federation[country].kill()
            #expect(killed.status == -SIGKILL, "\(context): \(country) had ended by itself: \(killed.errors)")
            let (size, root) = try ownLog(country)
            #expect(size > acknowledged.map(\.entryIndex).max() ?? -1, "\(context): \(country) lost a release")
            saw(country, size, root)
        }

        private func ownLog(_ country: String) throws -> (size: Int, root: String) {
            struct Status: Decodable {
                struct Log: Decodable {
                    let log, root: String
                    let size: Int
                }
                let logs: [Log]
            }
            let result = try federation[country].node.run("log", "status", "--json")
            try #require(result.status == 0, "\(context): \(country): \(result)")
            let logs = try JSONDecoder().decode(Status.self, from: Data(result.output.utf8)).logs
            let log = try #require(logs.first { $0.log == "exchange" })
            return (log.size, log.root)
        }

        private func saw(_ country: String, _ size: Int, _ root: String) {
            guard size > 0 else { return }
            state.withLock { _ = $0.sightings.insert(Sighting(country: country, size: size, root: root)) }
        }

        /// What holds at any moment.
        private func look(_ country: String) throws {
            for (partner, shown) in try federation.partners(country) ?? [:] {
                #expect(shown.state == "active" && !shown.hasEvidence, "\(context): \(country) on \(partner)")
                #expect(shown.stored <= shown.size, "\(context): \(country) holds more of \(partner) than there is")
                saw(partner, shown.size, shown.root)
            }
            for notice in try federation.notices(country, "received") ?? [] { checkRecipient(country, notice) }
            let received = try federation.notices(country, "received") ?? []
            let ids = received.map(\.entryID)
            #expect(ids.count == Set(ids).count, "\(context): \(country) took a notice in twice")
        }

        /// A recipient learns no other's name: the subject says who it was for.
        private func checkRecipient(_ country: String, _ notice: ServedFederation.Notice) {
            let isFor = state.withLock { state in
                state.acknowledged.first { $0.entryID == notice.entryID }?.recipients
            }
            #expect(isFor?.contains(ServedFederation.prefix(country)) ?? true, "\(context): \(country): \(notice)")
        }

        // MARK: When all is well again

        private func heal() throws {
            let countries = FederationKillTests.countries
            for (place, first) in countries.enumerated() {
                for second in countries[..<place] {
                    try federation.lines.set(first, second, .clear, fromFirst: true)
                }
            }
            for country in countries where !federation[country].isRunning { try federation.restart(country) }
            for country in countries {
                let waited = try federation.until("\(country) releases again", seconds: 360) {
                    try release(country, toAll: true, "last of \(country)")
                }
                tell("\(country) released again after \(Int(waited)) s")
            }
        }

        /// Every log is mirrored and cosigned to its end by both partners, and every notice is acknowledged. Returns
        /// what each then shows of each.
        private func converge() throws -> [String: [String: ServedFederation.Partner]] {
            let countries = FederationKillTests.countries
            var last: [String: [String: ServedFederation.Partner]] = [:]
            let waited = try federation.until("nodes agree", seconds: 360) {
                for country in countries {
                    guard let shown = try federation.partners(country) else { return false }
                    last[country] = shown
                }
                return countries.allSatisfy { country in
                    let others = countries.filter { $0 != country }
                    let views = others.map { last[$0]![country]! }
                    return views.allSatisfy { $0.stored == views[0].size && $0.size == views[0].size }
                        && others.allSatisfy {
                            let partner = last[country]![$0]!
                            return partner.cosigned == views[0].size && partner.receiptsOutstanding == 0
                        }
                }
            }
            tell("The nodes agreed after \(Int(waited)) s")
            for country in countries { try look(country) }
            try checkNotices()
            return last
        }

        private func checkNotices() throws {
            let countries = FederationKillTests.countries
            var sent: [String: ServedFederation.Notice] = [:]
            for country in countries {
                for notice in try #require(try federation.notices(country, "sent")) {
                    #expect(sent.updateValue(notice, forKey: notice.entryID) == nil, "\(context): \(notice)")
                }
            }
            for notice in state.withLock({ $0.acknowledged }) {
                let kept = sent[notice.entryID]
                #expect(kept?.entryIndex == notice.entryIndex, "\(context): acknowledged and lost: \(notice)")
                #expect(kept?.recipients == notice.recipients && kept?.subject == notice.subject, context)
            }
            for country in countries {
                let received = try #require(try federation.notices(country, "received"))
                let ids = received.map(\.entryID).sorted()
                let due = sent.values.filter { $0.recipients.contains(ServedFederation.prefix(country)) }
                #expect(ids == due.map(\.entryID).sorted(), "\(context): \(country) has what is for it, each once")
                for notice in received {
                    let original = sent[notice.entryID]
                    #expect(original?.subject == notice.subject && original?.sender == notice.sender, context)
                }
            }
        }

        // MARK: From outside

        private func stop(_ partners: [String: [String: ServedFederation.Partner]]) throws {
            let countries = FederationKillTests.countries
            for country in countries {
                let started = ContinuousClock.now
                let stopped = try federation[country].stop()
                #expect(stopped.status == 0, "\(context): \(country): \(stopped.errors)")
                #expect(ContinuousClock.now - started < .seconds(20), "\(context): \(country) stops when it is told to")
            }
            for country in countries {
                let (size, root) = try ownLog(country)
                for partner in countries where partner != country {
                    let mirror = partners[partner]![country]!
                    #expect(mirror.size == size && mirror.root == root, "\(context): \(partner) on \(country)")
                }
                let fsck = try federation[country].node.run("log", "fsck")
                #expect(fsck.status == 0, "\(context): \(country): \(fsck)")
                try verify(country, cosignedBy: partners[country]!)
            }
        }

        /// By both partners' witnesses; and everything that was ever seen of it is a beginning of it.
        private func verify(_ country: String, cosignedBy partners: [String: ServedFederation.Partner]) throws {
            let node = federation[country].node
            let published = try node.exported()
            let lines = partners.values.map(\.cosignature).joined()
            try write(bytes(of: published + "/checkpoint") + Array(lines.utf8), to: published + "/checkpoint")
            let witnesses = try partners.keys.sorted().map { partner in
                "witness \(partner) \(try key("witness", of: partner))\n"
            }.joined()
            let group = "group partners all \(partners.keys.sorted().joined(separator: " "))\nquorum partners\n"
            let policy = "log \(try key("exchange", of: country))\n\(witnesses)\(group)"
            try write(Array(policy.utf8), to: node.directory["policy"])
            let verified = try Program.run("cordon-verify", [published, "--policy", node.directory["policy"]])
            #expect(verified.status == 0 && verified.output.contains("GOOD"), "\(context): \(country): \(verified)")

            let journal = node.directory["journal"]
            let exported = try node.run("log", "export", "--log", "journal", "--to", journal)
            try #require(exported.status == 0, "\(exported)")
            let whole = try Program.run("cordon-verify", [journal, "--vkey", try key("journal", of: country)])
            #expect(whole.status == 0 && whole.output.contains("GOOD"), "\(context): \(country): \(whole)")
            try checkBeginnings(country, published)
        }

        private func key(_ name: String, of country: String) throws -> String {
            let keys = try federation[country].node.run("keys", "show").output.split(separator: "\n")
            return String(try #require(keys.first { $0.hasPrefix("\(ServedFederation.prefix(country))/\(name)+") }))
        }

        private func checkBeginnings(_ country: String, _ published: String) throws {
            let size = try ownLog(country).size
            var roots = [MerkleHash.empty.hex]
            var entries: [[UInt8]] = []
            var tree = MerkleTree()
            for path in TileLayout.newResources(from: 0, to: UInt64(size)) where path.level == nil {
                for entry in try EntryBundle.parse(bytes(of: "\(published)/\(path.string)"), width: path.width) {
                    entries.append(entry)
                    tree.append(MerkleHash.leaf(entry))
                    roots.append(tree.root.hex)
                }
            }
            #expect(entries.count == size, context)
            let (sightings, acknowledged) = state.withLock { ($0.sightings, $0.acknowledged) }
            for seen in sightings where seen.country == country {
                #expect(seen.size <= size && roots[seen.size] == seen.root, "\(context): a fork: \(seen)")
            }
            for notice in acknowledged where notice.sender == ServedFederation.prefix(country) {
                let id = try #require(Hex.decode(notice.entryID))
                #expect(entries[notice.entryIndex].contains(id), "\(context): \(notice) is not where it was")
            }
        }
    }
}

/// At once, for whoever watches a long run.
private func tell(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
