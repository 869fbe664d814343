import Foundation
import TestSupport
import Testing

/// Two authorities between which somebody carries a stick.
@Suite(.timeLimit(.minutes(20))) struct StickCommandTests {
    @Test func noticesGoByStick() throws {
        let vn = try ServedNode(country: "VN", name: "Vietnam Customs")
        let la = try ServedNode(country: "LA", name: "Lao Customs")
        for (one, other) in [(vn, la), (la, vn)] {
            let (file, fingerprint) = try ExchangeCommandTests.card(other)
            #expect(try one.run("partner", "add", file, "--fingerprint", fingerprint).status == 0)
        }
        try ExchangeCommandTests().agree(vn, la)
        let (there, back) = (vn.node.directory["stick"], la.node.directory["stick"])
        let busy = try la.node.run("export", "--for", "vn.customs", there)
        #expect(busy.status == 1 && busy.errors.contains("in use"), "\(busy)")

        // LA's keys first: nothing can be sealed without them.
        try carry(from: la, to: vn, "vn.customs", there)
        let logged = try vn.run(
            "seizure", "log", "--what", "ivory", "--offence", "wildlife", "--container", "CSQU3054383")
        let report = try #require(ServedNode.ids("S", logged.output).first, "\(logged)")
        let caseID = try #require(ServedNode.ids("C", logged.output).first)
        #expect(try vn.run("notice", "draft", caseID, "--report", report, "--to", "la.customs").status == 0)
        let explained = try vn.run("notice", "explain", caseID, "1")
        #expect(explained.output.hasPrefix("It goes."), "\(explained)")
        #expect(try vn.run(as: "binh", "notice", "release", caseID, "1").status == 0)
        try carry(from: vn, to: la, "la.customs", back)
        #expect(try la.run("search", "CSQU3054383").output.contains("LA-C-"))

        // The receipt goes the same way, into the same directory.
        try carry(from: la, to: vn, "vn.customs", there)
        #expect(try vn.run("notice", "show", caseID, "1").output.contains("delivered"))
    }

    private func carry(
        from sender: ServedNode, to recipient: ServedNode, _ prefix: String, _ stick: String
    ) throws {
        _ = try sender.stop()
        let written = try sender.node.run("export", "--for", prefix, stick, "--json")
        #expect(written.status == 0 && written.output.contains("\"partner\" : \"\(prefix)\""), "\(written)")
        try sender.restart()
        try sender.signIn()
        _ = try recipient.stop()
        let read = try recipient.node.run("import", stick)
        #expect(read.status == 0 && read.output.contains("entries held"), "\(read)")
        try recipient.restart()
        try recipient.signIn()
    }

    @Test func wordsThatDoNotFitAStick() throws {
        for words in [
            ["export", "--for", "la.customs"], ["export", "/tmp", "--all", "--reason", "x"],
            ["export", "--for", "la.customs", "/tmp", "--all"], ["export", "--all"],
            ["import", "/tmp", "--mapping", "lemis-wildlife"],
        ] {
            #expect(try Program.run("cordon", words).status == 64, "\(words)")
        }
    }
}
