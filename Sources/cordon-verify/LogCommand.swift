internal import ArgumentParser
internal import Cryptography
internal import EntryCodec
internal import Foundation
internal import Glibc
internal import TransparencyLog

/// `cordon-verify DIR|URL`.
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Verify a whole log: signatures, every entry, every tile, the root, and that it only grew.",
        discussion: """
            With --state FILE the checkpoint is remembered there, and the next run proves that the log has only grown \
            since. If it has shrunk, or shows another tree of the same size, or has changed what it held, that is \
            said, and both signed checkpoints are kept in FILE.evidence. Two of the same size prove a split view to \
            anyone; for a fork, keep the log's files as well.

            An exchange log's entries say what an authority released, and are signed one by one. Without more they \
            are opaque bytes here. With --release they are read, and each must be signed for this log by one of the \
            keys given; one that is not makes the log bad, and is named by its index. With --identity as well, so \
            must the statements that announce new keys:

            cordon-verify LOG --vkey EXCHANGE --release RELEASE --identity IDENTITY

            All three are lines of the authority's card: `cordon card show` at the authority, the file that it gave \
            its partners anywhere else. After a release key was replaced, give both, the old one and the new. Whether \
            a key was in force where an entry stands follows from the keys statements: their places are printed, and \
            reading them is for you.
            """)

    @Argument(help: "The log's directory, or its http(s) URL.")
    var log: String
    @OptionGroup var trust: TrustOptions
    @OptionGroup var entries: EntryTrust
    @Option(help: "A file that remembers the last checkpoint verified.")
    var state: String?
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let policy = try trust.read()
        _ = try entries.read(origin: "")  // says what is wrong with the keys before anything is fetched
        do {
            let state = try state.map { try RememberedState($0, policy: policy) }
            var report = LogReport(policy)
            let started = DispatchTime.now()
            try await verify(policy, state, &report)
            report.seconds = Double(DispatchTime.now().uptimeNanoseconds - started.uptimeNanoseconds) / 1e9
            if json { try Output.printJSON(report) } else { report.printText(log) }
            throw report.outcome.exitCode
        } catch let error as UsageFailure {
            throw ValidationError(error.description)
        }
    }

    private func verify(_ policy: TrustPolicy, _ state: RememberedState?, _ report: inout LogReport) async throws {
        let isURL = log.hasPrefix("http://") || log.hasPrefix("https://")
        let source: any LogSource = isURL ? HTTPSource(log) : DirectorySource(directory: log)
        let signed: SignedCheckpoint
        do {
            let bytes = try await source.read("checkpoint", limit: SignedNote.maximumByteCount)
            signed = try SignedCheckpoint(verifying: bytes, policy: policy)
        } catch let error as TransparencyLogError {
            return report.fail("checkpoint", "the checkpoint is not acceptable: \(error)")
        } catch SourceError.tooLarge(let path) {
            return report.fail("checkpoint", "\(path) is larger than such a file can be")
        } catch let error as SourceError {
            return report.unreachable("no checkpoint: \(error)")
        }
        report.take(signed, policy)
        guard try compareSizes(signed, state, &report) else { return }
        let progress = ProgressBar()
        let audit = LogAudit(
            source: source, checkpoint: signed.checkpoint, remembered: state?.last?.size,
            entries: try entries.read(origin: signed.origin), progress: progress.update)
        do {
            let result = try await audit.run()
            progress.clear()
            report.take(result, identity: audit.entries?.identity?.vkey.name)
            for problem in result.problems { report.fail("content", problem) }
            compareHistory(result, signed, state, &report)
        } catch let error as SourceError {
            progress.clear()
            return report.unreachable("\(error)")
        }
        guard report.outcome == .good else { return }
        do {
            try state?.remember(signed)
        } catch let error as UsageFailure {
            report.outcome = .goodButNotRemembered
            report.problems.append(.init(kind: "state", text: "it cannot be remembered: \(error)"))
        }
    }

    /// What two checkpoints say without a look at the tree. False when there is nothing more to check.
    private func compareSizes(
        _ signed: SignedCheckpoint, _ state: RememberedState?, _ report: inout LogReport
    ) throws -> Bool {
        guard let state, let last = state.last else { return true }
        report.rememberedSize = last.size
        guard last.origin == signed.origin else {
            throw UsageFailure("\(state.path) remembers \(last.origin), but this is \(signed.origin)")
        }
        if signed.size < last.size {
            report.fail(
                "shrunk",
                "SHRUNK: the log shows \(signed.size) entries, but had signed \(last.size): an old copy, or a rollback")
        } else if signed.size == last.size, signed.root != last.root {
            report.fail(
                "same-size-other-root",
                "SPLIT VIEW: the log has signed two different trees of the same size, \(signed.size)")
        } else {
            return true
        }
        report.keepEvidence(state, against: signed)
        return false
    }

    /// Whether the remembered tree is still the beginning of this one.
    private func compareHistory(
        _ result: LogAudit.Result, _ signed: SignedCheckpoint, _ state: RememberedState?, _ report: inout LogReport
    ) {
        guard result.problems.isEmpty, let state, let last = state.last else { return }
        guard result.rememberedRoot == last.root else {
            report.fail(
                "forked", "FORK: the log has changed something in its first \(last.size) entries, which it had signed")
            return report.keepEvidence(state, against: signed)
        }
    }
}

/// What was found, for people and for scripts.
struct LogReport: Encodable {
    struct Problem: Encodable {
        let kind: String
        let text: String
    }
    struct Cosignature: Encodable {
        let witness: String
        let time: String
    }
    struct Policy: Encodable {
        let witnesses: Int
        let witnessesNeededForSplitView: Int
        let toleratedDishonestWitnesses: Int?
        let toleratedUnreachableWitnesses: Int
    }

    struct Entries: Encodable {
        let kind: String
        let count: UInt64
        /// Of the first and the last of the kind, as their signer says.
        let firstTime: String
        let lastTime: String
    }
    struct KeysEntry: Encodable {
        let index: UInt64
        let time: String
        /// Nil where the identity key was not given.
        let identity: String?
    }

    var outcome = Outcome.good
    var problems: [Problem] = []
    var origin: String?
    var size: UInt64?
    var root: String?
    var cosignatures: [Cosignature] = []
    let policy: Policy
    var rememberedSize: UInt64?
    var evidence: String?
    var entriesChecked: UInt64 = 0
    var bytesChecked: UInt64 = 0
    var filesChecked = 0
    /// What the entries are, where they were read.
    var entries: [Entries] = []
    var keysEntries: [KeysEntry] = []
    var seconds = 0.0

    init(_ policy: TrustPolicy) {
        self.policy = Policy(
            witnesses: policy.witnesses.count, witnessesNeededForSplitView: policy.witnessesNeededForSplitView,
            toleratedDishonestWitnesses: policy.toleratedDishonestWitnesses,
            toleratedUnreachableWitnesses: policy.toleratedUnreachableWitnesses)
    }

    mutating func fail(_ kind: String, _ text: String) {
        outcome = .integrityFailure
        problems.append(Problem(kind: kind, text: text))
    }

    mutating func unreachable(_ text: String) {
        outcome = .unreachable
        problems.append(Problem(kind: "unreachable", text: text))
    }

    /// What was found is reported even when the disk does not take the evidence.
    mutating func keepEvidence(_ state: RememberedState, against signed: SignedCheckpoint) {
        do {
            evidence = try state.keepEvidence(against: signed)
        } catch {
            fail("evidence", "the two checkpoints could not be kept: \(error). Keep copies of both yourself")
        }
    }

    mutating func take(_ signed: SignedCheckpoint, _ policy: TrustPolicy) {
        origin = signed.origin
        size = signed.size
        root = signed.root.hex
        cosignatures = signed.cosignatures.sorted { $0.key.vkey.name < $1.key.vkey.name }.map {
            Cosignature(witness: $0.key.vkey.name, time: Output.time(seconds: $0.value))
        }
    }

    mutating func take(_ result: LogAudit.Result, identity: String?) {
        entriesChecked = result.entries
        bytesChecked = result.bytes
        filesChecked = result.resources
        guard result.problems.isEmpty else { return }
        entries = result.summary.kinds.sorted { $0.key.rawValue < $1.key.rawValue }.map { kind, entries in
            Entries(
                kind: "\(kind)", count: entries.count, firstTime: Output.time(milliseconds: entries.first),
                lastTime: Output.time(milliseconds: entries.last))
        }
        keysEntries = result.summary.keys.map {
            KeysEntry(index: $0.index, time: Output.time(milliseconds: $0.time), identity: identity)
        }
    }

    func printText(_ log: String) {
        if let origin, let size, let root {
            print("log          \(origin)\nsize         \(size)\nroot         \(root)")
        }
        for cosignature in cosignatures { print("cosigned by  \(cosignature.witness) at \(cosignature.time)") }
        print("policy       \(policyText)")
        if let rememberedSize { print("remembered   \(rememberedSize) entries") }
        print("checked      \(entriesChecked) entries in \(filesChecked) files, \(bytesChecked) bytes")
        for kind in entries { print("entries      \(kind.count) \(kind.kind), \(kind.firstTime) to \(kind.lastTime)") }
        for keys in keysEntries {
            let signer = keys.identity.map { ", signed by \($0)" } ?? ""
            print("keys         entry \(keys.index) at \(keys.time)\(signer)")
        }
        for problem in problems { print("PROBLEM      \(problem.text)") }
        if let evidence { print("evidence     \(evidence)") }
        switch outcome {
        case .good: print("GOOD         everything holds")
        case .integrityFailure: print("FAILED       \(log) does not verify")
        case .goodButNotRemembered: print("GOOD         everything holds, but the state file was not written")
        case .unreachable: print("UNREACHABLE  nothing is known about \(log)")
        }
    }

    private var policyText: String {
        guard policy.witnesses > 0 else { return "the log's signature alone; no witness speaks against a split view" }
        let tolerated =
            policy.toleratedDishonestWitnesses.map { "tolerates \($0) dishonest witnesses" }
            ?? "gives no protection against a split view: quorums need not overlap"
        return "\(policy.witnesses) witnesses known; \(tolerated)"
    }
}
