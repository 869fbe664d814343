internal import Foundation
internal import Synchronization
internal import TestSupport
internal import Testing

/// The lines between nodes of this machine, by the countries at their ends, to be cut, slowed down and mended.
protocol PartnerLines: Sendable {
    var name: String { get }
    /// What every program of a country runs under.
    func prefix(of country: String) -> [String]
    /// Where a country's node listens for partners.
    func listening(_ country: String) -> String
    /// Where a partner reaches it.
    func address(of country: String, from partner: String) -> String
    /// Tells which port a country's node listens at since it was started.
    func follow(_ country: String, port: UInt16)
    /// `fromFirst`: what goes wrong, goes wrong at the first end.
    func set(_ first: String, _ second: String, _ weather: Weather, fromFirst: Bool) throws
}

enum Weather {
    case clear
    /// Round trips of 600 ms, and 2 % loss.
    case slow
    case cut
}

/// A network namespace for each node, and a pair of virtual Ethernet devices for each line (network_namespaces(7),
/// veth(4)). They end with the process that keeps them.
final class NamespaceLines: PartnerLines {
    let name = "network namespaces"
    private let countries: [String]
    private let keeper: Program
    /// A process in each namespace.
    private let processes: [String: String]
    /// Whether the kernel can delay and lose packets (tc-netem(8)).
    let canSlowDown: Bool

    /// Nil where that is not allowed, or its tools are missing.
    init?(_ countries: [String]) throws {
        self.countries = countries
        // Everything that keeps a namespace ends when the input does.
        let script = """
            exec 3<&0
            for country in "$@"; do unshare --net cat <&3 > /dev/null & echo "$country $!"; done
            exec cat <&3 > /dev/null
            """
        keeper = try Program("", ["-c", script, "sh"] + countries, prefix: ["sh"])
        keeper.waitForLines(countries.count)
        let pairs = keeper.outputSoFar.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        processes = Dictionary(uniqueKeysWithValues: pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) })
        guard processes.count == countries.count, Self.wait(for: Array(processes.values)),
            try Self.connect(countries, processes)
        else {
            _ = keeper.wait()
            return nil
        }
        canSlowDown = try Self.run(
            processes[countries[0]]!,
            ["tc", "qdisc", "replace", "dev", countries[1], "root", "netem", "delay", "1ms"])
        if canSlowDown {
            _ = try Self.run(processes[countries[0]]!, ["tc", "qdisc", "del", "dev", countries[1], "root"])
        }
    }

    deinit { _ = keeper.wait() }

    /// Until each process is in a namespace of its own.
    private static func wait(for processes: [String]) -> Bool {
        func namespace(_ process: String) -> String? {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/net")
        }
        let own = namespace("self")
        for _ in 0..<200 {
            let theirs = processes.map(namespace)
            if theirs.contains(nil) { return false }
            if !theirs.contains(own) { return true }
            usleep(10_000)
        }
        return false
    }

    private static func enter(_ process: String) -> [String] { ["nsenter", "--target", process, "--net"] }

    private static func run(_ process: String, _ command: [String]) throws -> Bool {
        try Program.run("", command, prefix: enter(process)).status == 0
    }

    /// A node has one address, on its loopback device; the way to a partner's goes through the device of that line,
    /// which has the partner's name.
    private static func connect(_ countries: [String], _ processes: [String: String]) throws -> Bool {
        for (place, country) in countries.enumerated() {
            let process = processes[country]!
            guard try run(process, ["ip", "link", "set", "lo", "up"]),
                try run(process, ["ip", "address", "add", "\(address(place))/32", "dev", "lo"])
            else { return false }
            for partner in countries[..<place] {
                let line = ["ip", "link", "add", partner, "type", "veth", "peer", "name", country]
                guard try run(process, line + ["netns", processes[partner]!]) else { return false }
            }
        }
        for (place, country) in countries.enumerated() {
            for (other, partner) in countries.enumerated() where other != place {
                guard try raise(processes[country]!, partner, place, other) else { return false }
            }
        }
        return true
    }

    private static func raise(_ process: String, _ device: String, _ place: Int, _ other: Int) throws -> Bool {
        let route = ["ip", "route", "replace", "\(address(other))/32", "dev", device, "src", address(place)]
        return try run(process, ["ip", "link", "set", device, "up"]) && run(process, route)
    }

    private static func address(_ place: Int) -> String { "10.77.0.\(place + 1)" }
    private func place(_ country: String) -> Int { countries.firstIndex(of: country)! }

    func prefix(of country: String) -> [String] { Self.enter(processes[country]!) + ["--"] }
    func listening(_ country: String) -> String { address(of: country, from: country) }
    func address(of country: String, from partner: String) -> String { "\(Self.address(place(country))):8644" }
    func follow(_ country: String, port: UInt16) {}

    /// Packets of the other end are lost without a word; this end has no way there any more.
    func set(_ first: String, _ second: String, _ weather: Weather, fromFirst: Bool) throws {
        if weather == .cut {
            let (near, far) = fromFirst ? (first, second) : (second, first)
            try #require(try Self.run(processes[near]!, ["ip", "link", "set", far, "down"]))
            return
        }
        for (near, far) in [(first, second), (second, first)] {
            try #require(try Self.raise(processes[near]!, far, place(near), place(far)))
            guard canSlowDown else { continue }
            let device = ["dev", far, "root"]
            _ = try Self.run(
                processes[near]!,
                weather == .slow
                    ? ["tc", "qdisc", "replace"] + device + ["netem", "delay", "300ms", "loss", "2%"]
                    : ["tc", "qdisc", "del"] + device)
        }
    }
}

/// A relay of this process for each end of each line, where namespaces are not allowed.
final class RelayedLines: PartnerLines {
    let name = "relays on loopback"
    /// By the country that is reached, then by who reaches it.
    private let relays: [String: [String: Relay]]

    init(_ countries: [String]) throws {
        var relays: [String: [String: Relay]] = [:]
        for country in countries {
            for partner in countries where partner != country { relays[country, default: [:]][partner] = try Relay() }
        }
        self.relays = relays
    }

    deinit { for relay in relays.values.flatMap(\.values) { relay.stop() } }

    func prefix(of country: String) -> [String] { [] }
    func listening(_ country: String) -> String { "127.0.0.1:0" }
    func address(of country: String, from partner: String) -> String {
        "127.0.0.1:\(relays[country]![partner]!.port)"
    }
    func follow(_ country: String, port: UInt16) { for relay in relays[country]!.values { relay.target = port } }

    /// Connections in the direction of the end where it goes wrong break at once, the others go silent.
    func set(_ first: String, _ second: String, _ weather: Weather, fromFirst: Bool) {
        relays[first]![second]!.set(weather, breaking: fromFirst)
        relays[second]![first]!.set(weather, breaking: !fromFirst)
    }
}
