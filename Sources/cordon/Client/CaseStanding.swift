internal import ArgumentParser
internal import Schema
internal import SwiftProtobuf

/// What every command has that changes the standing of a case: which one, and why.
struct StandingOptions: ParsableArguments {
    @Argument(help: "The case's id.")
    var id: String
    @Option(help: "Why; kept in the history.")
    var reason: String
}

protocol StandingChange: CaseChange {
    var standing: StandingOptions { get }
    func set(_ event: inout CaseEvent, _ api: APIClient) async throws
}

extension StandingChange {
    var id: String { standing.id }

    func event(_ api: APIClient) async throws -> CaseEvent {
        var event = CaseEvent.with { $0.reason = standing.reason }
        try await set(&event, api)
        return event
    }
}

struct CaseClose: StandingChange {
    static let configuration = help("close", "Close a case.", #"--outcome convicted --reason "sentence of 12 March""#)

    @OptionGroup var standing: StandingOptions
    @Option(help: "What came of it.")
    var outcome: String?
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Closed." }

    func set(_ event: inout CaseEvent, _ api: APIClient) async throws {
        event.closed = .with { $0.outcome = outcome ?? "" }
    }
}

struct CaseReopen: StandingChange {
    static let configuration = help("reopen", "Open a closed case again.", #"--reason "new evidence""#)

    @OptionGroup var standing: StandingOptions
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Reopened." }

    func set(_ event: inout CaseEvent, _ api: APIClient) async throws { event.reopened = CaseReopened() }
}

struct CaseGrant: StandingChange {
    static let configuration = help(
        "grant", "Let an officer see a case.", #"--to le.van --reason "takes over the lab""#)

    @OptionGroup var standing: StandingOptions
    @Option(name: .customLong("to"), help: "Login of the officer.")
    var officer: String
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Granted." }

    func set(_ event: inout CaseEvent, _ api: APIClient) async throws {
        event.accessChanged.officer = try await OfficerNames(api).number(officer)
        event.accessChanged.granted = true
    }
}

struct CaseWithdraw: StandingChange {
    static let configuration = help(
        "withdraw", "Take back an officer's access to a case.", #"--from le.van --reason "moved to another office""#)

    @OptionGroup var standing: StandingOptions
    @Option(name: .customLong("from"), help: "Login of the officer.")
    var officer: String
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Withdrawn." }

    func set(_ event: inout CaseEvent, _ api: APIClient) async throws {
        event.accessChanged.officer = try await OfficerNames(api).number(officer)
        event.accessChanged.granted = false
    }
}

enum Switch: String, ExpressibleByArgument, CaseIterable, Sendable { case on, off }

struct CaseNeedToKnow: StandingChange {
    static let configuration = help(
        "need-to-know", "Show a case to its owner and those granted access alone, or to all.",
        #"on --reason "an officer is involved""#)

    @OptionGroup var standing: StandingOptions
    @Argument(help: "on or off")
    var setting: Switch
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Need to know is \(setting.rawValue)." }

    func set(_ event: inout CaseEvent, _ api: APIClient) async throws {
        event.needToKnowSet = .with { $0.needToKnow = setting == .on }
    }
}

struct CaseOwner: StandingChange {
    static let configuration = help("owner", "Give a case to another officer.", #"--to le.van --reason "retires""#)

    @OptionGroup var standing: StandingOptions
    @Option(name: .customLong("to"), help: "Login of the officer.")
    var officer: String
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "The case has another owner." }

    func set(_ event: inout CaseEvent, _ api: APIClient) async throws {
        event.ownerChanged.owner = try await OfficerNames(api).number(officer)
    }
}

struct CaseHold: StandingChange {
    static let configuration = help(
        "hold", "Put a case under a legal hold: nothing of it is erased or disposed of.",
        #"--authority "Hai Phong court, 12/2026" --reason "appeal""#)

    @OptionGroup var standing: StandingOptions
    @Option(help: "Who orders it, and the number of the order.")
    var authority: String
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "The case is under a legal hold." }

    func set(_ event: inout CaseEvent, _ api: APIClient) async throws {
        event.holdChanged.held = true
        event.holdChanged.authority = authority
    }
}

struct CaseLiftHold: StandingChange {
    static let configuration = help("lift-hold", "End a legal hold.", #"--reason "the appeal was dismissed""#)

    @OptionGroup var standing: StandingOptions
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "The hold is lifted." }

    func set(_ event: inout CaseEvent, _ api: APIClient) async throws {
        event.holdChanged = .with { $0.held = false }
    }
}

struct CaseRetention: StandingChange {
    static let configuration = help(
        "retention", "Say how long a case is kept.", #"--class long --reason "statute of limitations""#)

    @OptionGroup var standing: StandingOptions
    @Option(name: .customLong("class"), help: "short (1 year), standard (5), long (10), permanent")
    var retention: String
    @Option(help: "The day from which it may be erased. Default: as the class says.")
    var reviewDate: String?
    @OptionGroup(title: "The change") var change: ChangeOptions
    @OptionGroup(title: "The node") var client: ClientOptions
    var done: String { "Set." }

    func set(_ event: inout CaseEvent, _ api: APIClient) async throws {
        event.retentionSet.class = retention
        event.retentionSet.reviewDate = reviewDate ?? ""
    }
}
