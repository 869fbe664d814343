internal import Foundation
internal import TestSupport
internal import Testing

/// Two authorities on this machine, as their officers work with each other from the command line.
@Suite(.timeLimit(.minutes(20))) struct ExchangeCommandTests {
    static func authority(_ country: String, _ name: String) throws -> ServedNode {
        try ServedNode(country: country, name: name, serving: ["--partner-listen", "127.0.0.1:0"])
    }

    /// The card of a node, in a file of its own directory, and its fingerprint.
    static func card(_ node: ServedNode) throws -> (file: String, fingerprint: String) {
        let file = node.node.directory["own.card"]
        let exported = try node.run("card", "export", file)
        try #require(exported.status == 0, "\(exported)")
        return (
            file, String(try #require(exported.output.split(separator: "\n").last)).trimmingCharacters(in: .whitespaces)
        )
    }

    static func until(_ what: String, _ condition: () throws -> Bool) throws {
        for _ in 0..<900 {
            if try condition() { return }
            usleep(200_000)
        }
        try #require(Bool(false), "it never came to this: \(what)")
    }

    @Test func aCardIsTakenOnlyWithItsFingerprint() throws {
        let (vn, la) = (try Self.authority("VN", "Vietnam Customs"), try Self.authority("LA", "Lao Customs"))
        let (file, fingerprint) = try Self.card(la)
        #expect(fingerprint.split(separator: " ").count == 12, "\(fingerprint)")
        // Read without any node.
        let shown = try Program.run("cordon", ["card", "show", file])
        #expect(shown.status == 0 && shown.output.contains("Lao Customs") && shown.output.contains("la.customs"))
        #expect(shown.output.contains(fingerprint.prefix(35)) && shown.output.contains("CORDON1:"), "\(shown)")
        #expect(try vn.run("card", "show").output.contains("vn.customs"))

        let wrong = try vn.run("partner", "add", file, "--fingerprint", String(repeating: "12345 ", count: 12))
        #expect(wrong.status == 1 && wrong.errors.contains("not the fingerprint"), "\(wrong)")
        let silent = try vn.run("partner", "add", file, input: Array("\n".utf8))
        #expect(silent.status == 1 && silent.errors.contains("not confirmed"), "\(silent)")
        #expect(silent.output.contains("Lao Customs"), "who it is, is shown before anything is asked")
        #expect(try vn.run("partner", "list").errors.contains("no partners yet"))
        let typed = try vn.run("partner", "add", file, input: Array("\(fingerprint.suffix(5))\n".utf8))
        #expect(typed.status == 0 && typed.output.contains("la.customs is a partner"), "\(typed)")
        #expect(try vn.run("partner", "list").output.contains("la.customs"))

        let damaged = String(decoding: try bytes(of: file), as: UTF8.self).replacing("Lao", with: "Tao")
        try write(Array(damaged.utf8), to: file)
        let refused = try vn.run("partner", "add", file, "--fingerprint", fingerprint)
        #expect(refused.status == 1 && refused.errors.contains("no good card"), "\(refused)")
        let proof = try vn.run("log", "evidence", "la.customs")
        #expect(proof.status == 1 && proof.errors.contains("no proof"), "\(proof)")
        #expect(try vn.run("partner", "suspend", "la.customs", "--reason", "x").output.contains("is suspended"))
        #expect(try vn.run("partner", "resume", "la.customs", "--reason", "x").output.contains("is active"))
        let revoked = try vn.run("partner", "revoke", "la.customs", "--reason", "by order")
        #expect(revoked.output.contains("is revoked"), "\(revoked)")
        #expect(try vn.run("partner", "resume", "la.customs", "--reason", "x").status == 1)
        #expect(try vn.run("partner", "status", "la.customs").output.contains("by order"))
    }

    @Test func noticesGoAndComeBack() throws {
        let (vn, la) = (try Self.authority("VN", "Vietnam Customs"), try Self.authority("LA", "Lao Customs"))
        for (one, other) in [(vn, la), (la, vn)] {
            let (file, fingerprint) = try Self.card(other)
            #expect(try one.run("partner", "add", file, "--fingerprint", fingerprint).status == 0)
        }
        try agree(vn, la)

        let logged = try vn.run(
            "seizure", "log", "--what", "ivory", "--offence", "wildlife", "--container", "CSQU3054383", "--person",
            "Nguyen Van An")
        let report = try #require(ServedNode.ids("S", logged.output).first, "\(logged)")
        let caseID = try #require(ServedNode.ids("C", logged.output).first)
        let draft = try vn.run(
            "notice", "draft", caseID, "--report", report, "--to", "la.customs", "--tlp", "green", "--may", "print")
        #expect(draft.status == 0 && draft.output.contains("Drafted notice 1"), "\(draft)")
        #expect(try vn.run("notice", "show", caseID, "1").output.contains("ivory"))
        #expect(
            try !vn.run("notice", "show", caseID, "1").output.contains("Nguyen Van An"), "no names without being asked")
        try Self.until("it goes") { try vn.run("notice", "explain", caseID, "1").output.hasPrefix("It goes.") }
        let released = try vn.run(as: "binh", "notice", "release", caseID, "1")
        #expect(released.status == 0 && released.output.contains("Released to la.customs"), "\(released)")

        var there = ""
        try Self.until("it has come") {
            there = ServedNode.ids("C", try la.run("notice", "list", "--received").output).first ?? ""
            return !there.isEmpty
        }
        let shown = try la.run("notice", "show", there)
        #expect(shown.output.contains("vn.customs") && shown.output.contains("CSQU3054383"), "\(shown)")
        #expect(shown.output.contains("NOT ALLOWED  The originator does not allow exporting"), "\(shown)")
        let feedback = try la.run("notice", "feedback", there, "led-to-seizure", "--release")
        #expect(feedback.status == 0, "\(feedback)")
        try Self.until("feedback has come") {
            try vn.run("notice", "show", caseID, "1").output.contains("led-to-seizure")
        }
        try answered(vn, la, caseID)

        let status = try vn.run("partner", "status", "la.customs")
        #expect(
            status.output.contains("1 led to a seizure") && status.output.contains("0 open, 0 overdue"), "\(status)")
        #expect(try vn.run("partner", "status").output.contains("la.customs"))
        let recalled = try vn.run("notice", "recall", caseID, "1", "--reason", "a mistake")
        #expect(recalled.status == 0 && recalled.output.contains("Recalled to la.customs"), "\(recalled)")
        try Self.until("the recall has come") { try la.run("notice", "show", there).status == 77 }
        #expect(try la.run("notice", "show", there).errors.contains("recalled by its originator"))

        #expect(try vn.run("agreement", "end", "vn.customs/wildlife", "--reason", "over").status == 0)
        _ = try vn.run("notice", "draft", caseID, "--report", report, "--to", "la.customs")
        let refused = try vn.run(as: "binh", "notice", "release", caseID, "4")
        #expect(refused.status == 1 && refused.output.contains("No agreement with the partner"), "\(refused)")
    }

    /// A partner asks for what is new, and the node holds the answer back until there is something. That keeps nobody
    /// from stopping it.
    @Test func aNodeThatPartnersPollStopsAtOnce() throws {
        let (vn, la) = (try Self.authority("VN", "Vietnam Customs"), try Self.authority("LA", "Lao Customs"))
        for (one, other) in [(vn, la), (la, vn)] {
            let (file, fingerprint) = try Self.card(other)
            #expect(try one.run("partner", "add", file, "--fingerprint", fingerprint).status == 0)
        }
        for (one, other) in [(vn, "la.customs"), (la, "vn.customs")] {
            try Self.until("they have met") {
                try !one.run("partner", "status", other).output.contains("last sync    not yet")
            }
        }
        usleep(1_500_000)
        let started = ContinuousClock.now
        #expect(try vn.stop().status == 0)
        #expect(ContinuousClock.now - started < .seconds(45), "a poll is held for 50 s")
    }

    func agree(_ vn: ServedNode, _ la: ServedNode) throws {
        let (proposal, signed) = (vn.node.directory["proposal"], vn.node.directory["signed"])
        let proposed = try vn.run(
            "agreement", "propose", "wildlife", "--with", "la.customs", "--title", "Wildlife", "--basis", "Article 4",
            "--out", proposal)
        #expect(proposed.status == 0 && proposed.output.contains("waits for: la.customs"), "\(proposed)")
        let terms = try Program.run("cordon", ["agreement", "show", proposal])
        #expect(terms.output.contains("id: vn.customs/wildlife") && terms.output.contains("retention-days: 365"))
        let accepted = try la.run("agreement", "accept", proposal, "--out", signed)
        #expect(accepted.status == 0 && accepted.output.contains("Signed by all"), "\(accepted)")
        #expect(try vn.run("agreement", "record", signed).output.contains("accepted"))
        #expect(try vn.run("agreement", "list").output.contains("in-force"))
        #expect(try vn.run("agreement", "show", "vn.customs/wildlife").output.contains("legal basis: Article 4"))
        #expect(
            try vn.run("agreement", "show", "vn.customs/wildlife", "--note").output.hasPrefix("cordon agreement v1\n"))
        let bad = try vn.run(
            "agreement", "propose", "x", "--with", "la.customs", "--title", "x", "--basis", "x", "--purpose", "fun")
        #expect(bad.status == 1 && bad.errors.contains("--purpose is one of"), "\(bad)")
    }

    /// A request to LA, and its answer.
    private func answered(_ vn: ServedNode, _ la: ServedNode, _ caseID: String) throws {
        let request = try vn.run(
            "notice", "draft", caseID, "--request", "--to", "la.customs", "--urgency", "8h", "--facts",
            "Declared as timber", "--question", "Who is the consignee?", "--instrument", "Article 4", "--container",
            "CSQU3054383", "--release")
        #expect(request.status == 0 && request.output.contains("Released to la.customs"), "\(request)")
        var there = ""
        try Self.until("the request has come") {
            let list = try la.run("notice", "list", "--received").output
            let line = list.split(separator: "\n").first { $0.contains(" request ") } ?? ""
            there = ServedNode.ids("C", String(line)).first ?? ""
            return !there.isEmpty && line.contains("due 20")
        }
        let reply = try la.run("notice", "reply", there, "--text", "A company that is known here.", "--release")
        #expect(reply.status == 0, "\(reply)")
        try Self.until("the answer has come") {
            try vn.run("notice", "list", caseID).output.contains("answered")
        }
    }
}
