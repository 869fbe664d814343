import Foundation
import TestSupport
import Testing

/// A node loses its disk, and comes back from an old backup.
@Suite(.timeLimit(.minutes(20))) struct RecoverCommandTests {
    private func release(_ vn: ServedNode, container: String) throws {
        let logged = try vn.run(
            "seizure", "log", "--what", "ivory", "--offence", "wildlife", "--container", container)
        let report = try #require(ServedNode.ids("S", logged.output).first, "\(logged)")
        let caseID = try #require(ServedNode.ids("C", logged.output).first)
        let draft = try vn.run("notice", "draft", caseID, "--report", report, "--to", "la.customs")
        #expect(draft.status == 0, "\(draft)")
        try ExchangeCommandTests.until("it goes") {
            try vn.run("notice", "explain", caseID, "1").output.hasPrefix("It goes.")
        }
        let released = try vn.run(as: "binh", "notice", "release", caseID, "1")
        #expect(released.status == 0 && released.output.contains("Released to la.customs"), "\(released)")
    }

    private func arrives(_ container: String, at la: ServedNode) throws {
        try ExchangeCommandTests.until("\(container) has come") {
            try la.run("search", container).output.contains("LA-C-")
        }
    }

    @Test func aLostNodeComesBackFromABackupAndItsPartners() throws {
        let vn = try ExchangeCommandTests.authority("VN", "Vietnam Customs")
        let la = try ExchangeCommandTests.authority("LA", "Lao Customs")
        for (one, other) in [(vn, la), (la, vn)] {
            let (file, fingerprint) = try ExchangeCommandTests.card(other)
            #expect(try one.run("partner", "add", file, "--fingerprint", fingerprint).status == 0)
        }
        try ExchangeCommandTests().agree(vn, la)
        let port = try #require(vn.partnerPort)
        let words = ["--partner-listen", "127.0.0.1:\(port)"]

        // The backup, with a new release key that waits to be announced.
        _ = try vn.stop()
        let rotated = try vn.node.run("keys", "rotate", "release")
        #expect(rotated.status == 0 && rotated.output.contains("announces it"), "\(rotated)")
        let backup = vn.node.directory["backup"]
        #expect(try vn.node.run("backup", backup).status == 0)
        try vn.restart(serving: words)
        try vn.signIn()
        try release(vn, container: "CSQU3054383")
        try arrives("CSQU3054383", at: la)
        // LA also cosigns the journal, once in a while.
        try ExchangeCommandTests.until("LA holds the journal") {
            let status = try la.run("partner", "status", "vn.customs").output
            return status.split(separator: "\n").contains { $0.contains("journal") && !$0.contains(" 0 ") }
        }

        // The disk is lost. What starts from the backup signs nothing.
        _ = try vn.kill()
        let files = FileManager.default
        let key = try bytes(of: vn.node.path + "/erasure-key")
        try files.removeItem(atPath: vn.node.path)
        try files.moveItem(atPath: backup, toPath: vn.node.path)
        try write(key, to: vn.node.path + "/erasure-key")
        chmod(vn.node.path + "/erasure-key", 0o600)
        let refused = try vn.node.run("recover")
        #expect(refused.status == 1 && refused.errors.contains("--give-up-journal"), "\(refused)")
        let recovered = try vn.node.run("recover", "--give-up-journal", "--json")
        #expect(recovered.status == 0 && recovered.output.contains("la.customs"), "\(recovered)")
        let again = try vn.node.run("recover", "--give-up-journal")
        #expect(again.status == 0 && again.output.contains("nobody holds more"), "\(again)")
        try vn.restart()
        try vn.signIn()
        try release(vn, container: "MSKU1234565")
        try arrives("MSKU1234565", at: la)
        #expect(try la.run("partner", "status", "vn.customs").output.contains("active since"))
    }
}
