internal import Foundation
internal import Synchronization
internal import TestSupport
internal import Testing

/// Authorities that serve on this machine, each a partner of each, with agreements between every two of them. They go by
/// their countries, in small letters.
final class ServedFederation: Sendable {
    let countries: [String]
    let lines: any PartnerLines
    private let nodes: [String: ServedNode]
    /// An officer's token at each: sessions end with a node's process.
    private let tokens: [String: [String: String]]

    /// One notice as its sender or a recipient lists it.
    struct Notice: Hashable {
        let entryID: String
        let entryIndex: Int
        let subject: String
        let sender: String
        let recipients: Set<String>
    }

    /// What a node shows of a partner.
    struct Partner {
        let state: String
        let hasEvidence: Bool
        /// Of its exchange log: the checkpoint held, and the entries stored.
        let size, stored: Int
        let root: String
        /// Up to where it cosigned ours, and the lines.
        let cosigned: Int
        let cosignature: String
        let receiptsOutstanding: Int
    }

    subscript(_ country: String) -> ServedNode { nodes[country]! }

    init(_ countries: [String], over lines: any PartnerLines) throws {
        self.countries = countries
        self.lines = lines
        let made = Mutex<[String: (ServedNode, [String: String], cards: [String: String])]>([:])
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: countries.count) { place in
            do {
                let one = try Self.make(countries[place], countries, lines)
                made.withLock { $0[countries[place]] = one }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        let all = made.withLock { $0 }
        nodes = all.mapValues { $0.0 }
        tokens = all.mapValues { $0.1 }
        for country in countries {
            for (partner, one) in all where partner != country {
                let card = one.cards[country]!
                let shown = try Program.run("cordon", ["card", "show", card]).output.split(separator: "\n")
                let digits = shown.drop { !$0.hasPrefix("fingerprint") }.prefix(2).joined().filter(\.isNumber)
                try done(country, "partner", "add", card, "--fingerprint", digits)
            }
        }
        for (place, country) in countries.enumerated() {
            for partner in countries[..<place] {
                let (proposal, signed) = (self[country].node.directory["to-\(partner)"], "signed-by-\(partner)")
                let note = self[country].node.directory[signed]
                try done(
                    country, "agreement", "propose", "with-\(partner)", "--with", Self.prefix(partner), "--title",
                    "Test",
                    "--basis", "Article 4", "--out", proposal)
                try done(partner, "agreement", "accept", proposal, "--out", note)
                try done(country, "agreement", "record", note)
            }
        }
    }

    static func prefix(_ country: String) -> String { "\(country).customs" }
    static func country(_ prefix: String) -> String { String(prefix.prefix(2)) }

    /// With a card for each partner, which names where that partner reaches it.
    private static func make(
        _ country: String, _ countries: [String], _ lines: any PartnerLines
    ) throws -> (ServedNode, [String: String], cards: [String: String]) {
        func words(_ partner: String) -> [String] {
            [
                "--partner-listen", lines.listening(country), "--partner-address",
                lines.address(of: country, from: partner), "--log-level", "error",
            ]
        }
        let partners = countries.filter { $0 != country }
        let node = try ServedNode(
            country: country.uppercased(), name: "Customs of \(country)", serving: words(partners[0]),
            prefix: lines.prefix(of: country))
        let token = try node.token("read", "write", "import", "administer")
        var cards: [String: String] = [:]
        for (place, partner) in partners.enumerated() {
            if place > 0, words(partner) != words(partners[place - 1]) {
                try #require(try node.stop().status == 0)
                try node.restart(serving: words(partner))
            }
            let card = node.node.directory["card-for-\(partner)"]
            let exported = try node.run(token: token, ["card", "export", card])
            try #require(exported.status == 0, "\(exported)")
            cards[partner] = card
        }
        lines.follow(country, port: try #require(node.partnerPort))
        return (node, token, cards)
    }

    // MARK: Commands

    func run(_ country: String, _ words: String...) throws -> Program.Result {
        try self[country].run(token: tokens[country]!, words)
    }

    @discardableResult
    func done(_ country: String, _ words: String...) throws -> Program.Result {
        let result = try self[country].run(token: tokens[country]!, words)
        try #require(result.status == 0, "\(country): \(words.joined(separator: " ")): \(result)")
        return result
    }

    func restart(_ country: String) throws {
        try self[country].restart()
        lines.follow(country, port: try #require(self[country].partnerPort))
    }

    /// Runs until it holds, and returns how long that took, in seconds.
    @discardableResult
    func until(_ what: String, seconds: Double = 180, _ condition: () throws -> Bool) throws -> Double {
        let started = ContinuousClock.now
        while true {
            let elapsed = (ContinuousClock.now - started) / .seconds(1)
            if try condition() { return elapsed }
            try #require(elapsed < seconds, "it never came to this: \(what)")
            usleep(200_000)
        }
    }

    // MARK: What nodes show; nil where a node does not answer

    /// The alerts in one of its lists, in no order.
    func notices(_ country: String, _ which: String) throws -> [Notice]? {
        var notices: [Notice] = []
        var cursor: [String] = []
        repeat {
            let words = ["notice", "list", "--\(which)", "--json", "--limit", "100"] + cursor
            guard let page = try object(country, words) else { return nil }
            for one in page["notices"] as? [[String: Any]] ?? [] where one["kind"] as? String == "alert" {
                notices.append(
                    Notice(
                        entryID: one["entryId"] as? String ?? "", entryIndex: Self.number(one["entryIndex"]),
                        subject: one["subject"] as? String ?? "",
                        sender: one["sender"] as? String ?? Self.prefix(country),
                        recipients: Set(one["recipients"] as? [String] ?? [])))
            }
            cursor = (page["next"] as? String).map { $0.isEmpty ? [] : ["--cursor", $0] } ?? []
        } while !cursor.isEmpty
        return notices
    }

    /// By country.
    func partners(_ country: String) throws -> [String: Partner]? {
        guard let list = try object(country, ["partner", "list", "--json"]) else { return nil }
        var partners: [String: Partner] = [:]
        for one in list["partners"] as? [[String: Any]] ?? [] {
            let logs = one["logs"] as? [[String: Any]] ?? []
            let log = logs.first { $0["log"] as? String == "exchange" } ?? [:]
            let prefix = try #require((one["card"] as? [String: Any])?["prefix"] as? String)
            partners[Self.country(prefix)] = Partner(
                state: one["state"] as? String ?? "", hasEvidence: one["evidence"] as? Bool ?? false,
                size: Self.number(log["size"]), stored: Self.number(log["stored"]),
                root: log["root"] as? String ?? "", cosigned: Self.number(log["cosigned"]),
                cosignature: log["cosignature"] as? String ?? "",
                receiptsOutstanding: Self.number((one["figures"] as? [String: Any])?["receiptsOutstanding"]))
        }
        return partners
    }

    private func object(_ country: String, _ words: [String]) throws -> [String: Any]? {
        guard self[country].isRunning else { return nil }
        let result = try self[country].run(token: tokens[country]!, words)
        guard result.status != 69 else { return nil }
        try #require(result.status == 0, "\(country): \(result)")
        return try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    }

    /// Numbers of 64 bits are strings in the proto3 JSON mapping.
    private static func number(_ value: Any?) -> Int { (value as? String).flatMap { Int($0) } ?? value as? Int ?? 0 }
}
