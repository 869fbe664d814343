internal import ArgumentParser
internal import CordonNode
internal import Cryptography
internal import Storage
internal import TransparencyLog

enum LogChoice: String, CaseIterable, ExpressibleByArgument {
    case exchange
    case journal

    var id: LogID { self == .exchange ? .exchange : .journal }
}

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Look at, prove, publish and check the node's logs.",
        subcommands: [
            Status.self, CheckpointCommand.self, Prove.self, Export.self, Fsck.self, AppendCommand.self,
            EvidenceCommand.self,
        ])

    /// Which log, in which node.
    struct Options: ParsableArguments {
        @OptionGroup var node: NodeOptions
        @Option(help: "The exchange log, which partners and auditors see, or the node's own journal.")
        var log: LogChoice = .exchange
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show both logs: size, root, last commit.")
        @OptionGroup var node: NodeOptions
        @Flag(help: "Print JSON.")
        var json = false

        struct Report: Encodable {
            struct Log: Encodable {
                let log: String
                let origin: String
                let size: UInt64
                let root: String
            }
            let authority: String
            let name: String
            let lastCommit: String
            let logs: [Log]
        }

        func run() async throws {
            let node = try node.open()
            let logs = try LogID.allCases.map { log in
                let signed = try node.checkpoint(log)
                return Report.Log(log: log.name, origin: signed.origin, size: signed.size, root: signed.root.hex)
            }
            let report = Report(
                authority: node.authority.country, name: node.authority.name,
                lastCommit: Terminal.time(try node.store.commitTime()), logs: logs)
            if json {
                try Terminal.printJSON(report)
            } else {
                print("\(report.name) (\(report.authority)), last commit \(report.lastCommit)")
                for log in logs { print("\(log.log): \(log.size) entries as \(log.origin)\n  root \(log.root)") }
            }
            for log in LogID.allCases { try node.checkAcknowledged(log) }
        }
    }

    struct CheckpointCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "checkpoint", abstract: "Print the last signed checkpoint.")
        @OptionGroup var options: Options

        func run() async throws {
            Terminal.write(try options.node.open().checkpoint(options.log.id).note.encoded)
        }
    }

    struct Prove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a proof that an entry is in the log (C2SP tlog-proof).",
            discussion: """
                The proof holds the entry and verifies offline, with the log's public key alone:

                  cordon log prove 17 > 17.tlog-proof
                  cordon-verify proof 17.tlog-proof --vkey VKEY
                """)
        @Argument(help: "The entry's index; the first is 0.")
        var index: UInt64
        @OptionGroup var options: Options

        func run() async throws {
            Terminal.write(try options.node.open().proof(options.log.id, index: index).encoded)
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the log as static files (C2SP tlog-tiles), or bring such a directory up to date.",
            discussion: """
                Any web server or USB stick can carry the directory. `cordon-verify DIRECTORY --vkey VKEY` checks it. \
                A reader never sees half an export.
                """)
        @OptionGroup var options: Options
        @Option(help: "The directory to write.")
        var to: String
        @Flag(help: "Print JSON.")
        var json = false

        struct Report: Encodable {
            let size: UInt64
            let previousSize: UInt64
            let files: Int
        }

        func run() async throws {
            let progress = Terminal.Progress("exported")
            let result = try StaticExport(options.node.open(), log: options.log.id, to: to).run(
                progress: progress.update)
            let report = Report(size: result.size, previousSize: result.previousSize, files: result.files)
            if json { return try Terminal.printJSON(report) }
            print(
                "\(to) holds \(report.size) entries (\(report.size - report.previousSize) new, \(report.files) files).")
        }
    }

    /// What a partner's log is convicted by; asked of the node that runs, which holds it.
    struct EvidenceCommand: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "evidence", abstract: "Print the proof that a partner's log has two histories.",
            discussion: "The same as `cordon partner evidence`.\n\n\(ClientFailure.exitCodes)")

        @Argument(help: "The partner's name prefix.")
        var partner: String
        @OptionGroup var client: ClientOptions

        func run(_ api: APIClient) async throws { try await PartnerEvidence.print(partner, api) }
    }

    struct Fsck: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recompute both logs from their records and hold them against tiles, roots and checkpoints.")
        @OptionGroup var node: NodeOptions
        @Flag(help: "Print JSON.")
        var json = false

        struct Report: Encodable {
            let log: String
            let size: UInt64
            let tiles: Int
            let findings: [String]
        }

        func run() async throws {
            let node = try node.open()
            let reports = try LogID.allCases.map { log in
                let progress = Terminal.Progress("\(log.name): checked")
                let result = try LogCheck.run(node, log: log, progress: progress.update)
                return Report(
                    log: log.name, size: result.size, tiles: result.tiles, findings: result.findings.map(\.description))
            }
            if json {
                try Terminal.printJSON(reports)
            } else {
                for report in reports {
                    let verdict = report.findings.isEmpty ? "whole" : "DAMAGED"
                    print("\(report.log): \(verdict), \(report.size) entries, \(report.tiles) full tiles")
                    for finding in report.findings { print("  \(finding)") }
                }
            }
            guard reports.allSatisfy(\.findings.isEmpty) else { throw ExitCode.failure }
        }
    }
}
