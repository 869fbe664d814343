internal import ArgumentParser
internal import Cryptography
internal import Foundation
internal import Glibc
internal import Schema
internal import SwiftProtobuf
internal import UnixSignals

struct AttachmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attachment",
        abstract: "Files of a case: photographs, scans, images of disks. Sealed one by one, of any size.",
        subcommands: [AttachmentAdd.self, AttachmentList.self, AttachmentGet.self])

    static let exitCodes = ClientFailure.exitCodes.replacing(
        "not allowed.", with: "not allowed; 130 interrupted, to be gone on with.")

    /// Runs `work`. Ctrl-C ends the program at once: whatever is there stays, and the same command goes on from it.
    static func untilInterrupted(_ work: () async throws -> Void) async throws {
        let watching = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint) {
                Terminal.printError("\nInterrupted. To go on from there, run the same command again.")
                _exit(130)
            }
        }
        defer { watching.cancel() }
        try await work()
    }
}

struct AttachmentAdd: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a file to a case.",
        discussion: """
            What breaks off, goes on: by itself when the connection comes back soon, else when the same command is run \
            again, from where the node has it. The node compares what it received with the file's SHA-256.

            Example: cordon attachment add VN-C-4F7Q2-10 scan.pdf --type application/pdf --report VN-S-4F7Q2-10

            \(AttachmentCommand.exitCodes)
            """)

    @Argument(help: "The case's id.")
    var id: String
    @Argument(help: "The file.", completion: .file())
    var file: String
    @Option(help: "What it is: image/jpeg, application/pdf …")
    var type: String?
    @Option(help: "What it shows.")
    var description: String?
    @Option(help: "The report of the case that it belongs to.")
    var report: String?
    @OptionGroup(title: "The node") var client: ClientOptions

    func run(_ api: APIClient) async throws {
        try await AttachmentCommand.untilInterrupted {
            let source = try SourceFile(file)
            let digest = try source.digest()
            let description = AttachmentUpload.with {
                $0.fileName = source.name
                $0.mediaType = type ?? "application/octet-stream"
                $0.size = source.size
                $0.sha256 = Data(digest.bytes)
                $0.description_p = self.description ?? ""
                $0.reportID = report ?? ""
            }
            let memory = try UploadMemory(api.address, caseID: id, path: source.path, description)
            let run = UploadRun(api: api, caseID: id, source: source, description: description, memory: memory)
            let answer = try await run.run()
            if api.printJSON(answer) { return }
            print("Added \(Display.safe(answer.message.id)), \(answer.message.size) bytes, SHA-256 \(digest.hex)")
        }
    }
}

struct AttachmentList: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the files of a case.",
        discussion: "Example: cordon attachment list VN-C-4F7Q2-10\n\n\(ClientFailure.exitCodes)")

    @Argument(help: "The case's id.")
    var id: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/cases/\(APIClient.escaped(id))", as: CaseView.self)
        if api.printJSON(answer) { return }
        let names = try await OfficerNames(api)
        var table = Table("ATTACHMENT", "AT", "BY", "SIZE", "TYPE", "REPORT", "NAME", "DESCRIPTION")
        for attachment in answer.message.attachments {
            table.add(
                attachment.id, Display.time(attachment.at), names[attachment.by], String(attachment.size),
                attachment.mediaType.isEmpty ? "-" : attachment.mediaType,
                attachment.reportID.isEmpty ? "-" : attachment.reportID, attachment.fileName,
                attachment.description_p)
        }
        table.print(orElse: "The case has no attachments.")
    }
}

struct AttachmentGet: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Read a file of a case. That you did is recorded.",
        discussion: """
            The file appears once it is whole and its SHA-256 is the one that the case has; until then it is in a \
            hidden file beside it, from which the same command goes on.

            Example: cordon attachment get VN-A-4F7Q2-10 --output scan.pdf

            \(AttachmentCommand.exitCodes)
            """)

    @Argument(help: "The attachment's id.")
    var id: String
    @Option(help: "The file to write. Default: one of the name it was added with, in this directory, if there is none.")
    var output: String?
    @OptionGroup(title: "The node") var client: ClientOptions

    func validate() throws {
        guard output != "-" else {
            throw ValidationError("Nothing is given out before it is verified as a whole: name a file.")
        }
    }

    func run(_ api: APIClient) async throws {
        try await AttachmentCommand.untilInterrupted {
            let run = try DownloadRun(api, id, output: output)
            try await run.run()
            print("\(Display.safe(run.path)): \(run.size) bytes, SHA-256 \(run.digest.hex)")
        }
    }
}
