internal import ArgumentParser
internal import Cryptography
internal import TransparencyLog

/// `cordon-verify proof FILE`.
struct ProofCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proof",
        abstract: "Verify a proof that an entry is in a log (C2SP tlog-proof), offline.",
        discussion: """
            The entry is the file given with --entry, or else what the proof carries with it. Either way the proof \
            shows that exactly this entry stands in the log at the index it names.
            """)

    @Argument(help: "The proof.")
    var file: String
    @OptionGroup var trust: TrustOptions
    @Option(help: "A file that holds the entry.")
    var entry: String?
    @Flag(help: "Print JSON.")
    var json = false

    struct Report: Encodable {
        var outcome = Outcome.good
        var problem: String?
        var origin: String?
        var size: UInt64?
        var root: String?
        var index: UInt64?
        var entrySHA256: String?
        var entryByteCount: Int?
        var cosigners: Int?
    }

    func run() async throws {
        let policy = try trust.read()
        let bytes = try InputFile.read(file, limit: LogProof.maximumByteCount)
        let given = try entry.map { try InputFile.read($0, limit: EntryBundle.maximumEntryByteCount) }
        var report = Report()
        do {
            let proof = try LogProof(parsing: bytes)
            guard let content = given ?? proof.extra else {
                throw ValidationError("The proof does not carry the entry with it; give it with --entry FILE.")
            }
            let signed = try proof.verify(leaf: MerkleHash.leaf(content), policy: policy)
            // What a proof carries is believed only when it is what it proves.
            if let extra = proof.extra, let given, extra != given {
                throw TransparencyLogError(.malformedProof, "it carries another entry than the one given")
            }
            report.origin = signed.origin
            report.size = signed.size
            report.root = signed.root.hex
            report.index = proof.index
            report.entrySHA256 = Digest.sha256(content).hex
            report.entryByteCount = content.count
            report.cosigners = signed.cosignatures.count
        } catch let error as TransparencyLogError {
            report.outcome = .integrityFailure
            report.problem = error.reason
        }
        if json { try Output.printJSON(report) } else { show(report) }
        throw report.outcome.exitCode
    }

    private func show(_ report: Report) {
        guard report.outcome == .good else {
            return print("FAILED  \(file): \(report.problem!)")
        }
        print(
            """
            log     \(report.origin!)
            index   \(report.index!) of \(report.size!)
            entry   \(report.entryByteCount!) bytes, SHA-256 \(report.entrySHA256!)
            GOOD    this entry is in the log
            """)
    }
}
