internal import ArgumentParser
internal import Schema
internal import SwiftProtobuf

/// A command that adds one event to a case.
protocol CaseChange: ClientCommand {
    var id: String { get }
    var change: ChangeOptions { get }
    /// Told when it is done.
    var done: String { get }
    /// The same, where the answer has more to say.
    func told(_ view: ChangeView) -> String
    func event(_ api: APIClient) async throws -> CaseEvent
}

extension CaseChange {
    func run(_ api: APIClient) async throws {
        try await ChangeOutput.send(event(api), to: id, change, api, told: told)
    }

    func told(_ view: ChangeView) -> String { done }

    static func help(_ name: String, _ abstract: String, _ example: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: name, abstract: abstract,
            discussion: "Example: cordon case \(name) VN-C-4F7Q2-10 \(example)\n\n\(ClientFailure.exitCodes)")
    }
}

struct CaseNote: CaseChange {
    static let configuration = help("note", "Add a note.", #""Called the shipper; no answer." --evaluation B2"#)

    @Argument(help: "The case's id.")
    var id: String
    @Argument(help: "The note; - for standard input.")
    var text: String
    @Option(help: "Evaluation of source and information: B2")
    var evaluation: String?
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Noted." }

    func event(_ api: APIClient) async throws -> CaseEvent {
        let text = text == "-" ? String(decoding: try ClientInput.bytes("-"), as: UTF8.self) : text
        return .with {
            $0.noteAdded.text = text
            $0.noteAdded.evaluation = evaluation ?? ""
        }
    }
}

struct CaseLink_: CaseChange {
    static let configuration = help(
        "link", "Link a case, a report or a part of one to another.",
        #"--to VN-C-7M2KX-42 --relation same-method --confidence probable --reason "the same false floor""#)

    @Argument(help: "The case's id.")
    var id: String
    @Option(help: "Of this case: a report's id, or with a part of it: VN-S-4F7Q2-10#P1. Default: the case itself.")
    var from: String?
    @Option(help: "A case or report, or a part of a report.")
    var to: String
    @Option(help: "same-as, associate-of, employed-by, owner-of, same-route, same-method, controlled-delivery, related")
    var relation: String = "related"
    @Option(help: "confirmed, probable, possible")
    var confidence: String
    @Option(help: "Evaluation of source and information: B2")
    var evaluation: String?
    @Option(help: "Why.")
    var reason: String
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Linked." }

    func event(_ api: APIClient) async throws -> CaseEvent {
        .with {
            $0.reason = reason
            $0.linkAdded.from = from ?? ""
            $0.linkAdded.to = to
            $0.linkAdded.relation = relation
            $0.linkAdded.confidence = confidence
            $0.linkAdded.evaluation = evaluation ?? ""
        }
    }
}

struct CaseUnlink: CaseChange {
    static let configuration = help("unlink", "Take a link away.", #"2 --reason "another vessel of the name""#)

    @Argument(help: "The case's id.")
    var id: String
    @Argument(help: "The link's number in the case.")
    var number: UInt32
    @Option(help: "Why.")
    var reason: String
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Unlinked." }

    func event(_ api: APIClient) async throws -> CaseEvent {
        .with {
            $0.reason = reason
            $0.linkRemoved.number = number
        }
    }
}

struct CaseTask_: CaseChange {
    static let configuration = help(
        "task", "Give somebody a task.", #""Ask the line for the B/L" --for le.van --due 2026-12-01"#)

    @Argument(help: "The case's id.")
    var id: String
    @Argument(help: "What is to be done.")
    var text: String
    @Option(name: .customLong("for"), help: "Login of the officer. Default: you.")
    var assignee: String?
    @Option(help: "Until when: 2026-12-01")
    var due: String?
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "The task is given." }

    func event(_ api: APIClient) async throws -> CaseEvent {
        var number: UInt64 = 0
        if let assignee { number = try await OfficerNames(api).number(assignee) }
        return .with {
            $0.taskAdded.text = text
            $0.taskAdded.assignee = number
            $0.taskAdded.due = due ?? ""
        }
    }
}

struct CaseTaskDone: CaseChange {
    static let configuration = help("task-done", "Say that a task is done.", #"1 --outcome "they sent it""#)

    @Argument(help: "The case's id.")
    var id: String
    @Argument(help: "The task's number in the case.")
    var number: UInt32
    @Option(help: "What came of it.")
    var outcome: String?
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Done." }

    func event(_ api: APIClient) async throws -> CaseEvent {
        .with {
            $0.taskDone.number = number
            $0.taskDone.outcome = outcome ?? ""
        }
    }
}

struct TaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task", abstract: "Your tasks in all cases.", subcommands: [TaskList_.self])
}

struct TaskList_: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the tasks that are yours to do.",
        discussion:
            "Done with one: cordon case task-done CASE NUMBER. Example: cordon task list\n\n\(ClientFailure.exitCodes)")

    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/tasks", as: TaskList.self)
        if api.printJSON(answer) { return }
        let names = try await OfficerNames(api)
        var table = Table("CASE", "TASK", "DUE", "FROM", "WHAT")
        for task in answer.message.tasks {
            table.add(
                task.caseID, String(task.task.number), task.task.due.isEmpty ? "-" : task.task.due, names[task.by],
                task.task.text)
        }
        table.print(orElse: "There is nothing for you to do.")
    }
}

struct HitsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "hits", abstract: "List who and what your cases met, newest first.",
        discussion: "Example: cordon hits --limit 20\n\n\(ClientFailure.exitCodes)")

    @Option(help: "How many, 100 at most.")
    var limit: UInt32 = 50
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/hits", [("limit", String(limit))], as: HitList.self)
        if api.printJSON(answer) { return }
        let names = try await OfficerNames(api)
        var table = Table("AT", "CASE", "REPORT", "WHAT", "MET")
        for hit in answer.message.hits {
            table.add(
                Display.time(hit.at), hit.caseID, hit.hit.reportID, "\(hit.hit.scheme) \(hit.hit.value)",
                ChangeOutput.place(hit.hit, names))
        }
        table.print(orElse: "Your cases have met nothing yet.")
    }
}
