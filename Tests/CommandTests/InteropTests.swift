import Foundation
import TestSupport
import Testing

/// An exported log, read by tools that know nothing of Cordon.
@Suite struct InteropTests {
    static let gopath = "/usr/share/gocode"
    static let hasGo =
        FileManager.default.fileExists(atPath: "/usr/bin/go")
        && FileManager.default.fileExists(atPath: gopath + "/src/golang.org/x/mod/sumdb")

    @Test(.enabled(if: hasGo, "Go and golang-golang-x-mod-dev are not installed"))
    func goReadsTheLog() throws {
        let node = try CommandNode()
        let reader = node.directory["interop"]
        let source = Places.project.appendingPathComponent("Tests/Interop/main.go").path
        let built = try Program.run(
            "", ["/usr/bin/go", "build", "-o", reader, source],
            environment: [
                "GO111MODULE": "off", "GOPATH": Self.gopath, "GOCACHE": node.directory["cache"], "GOFLAGS": "-p=1",
            ])
        try #require(built.status == 0, "\(built.errors)")
        for (start, end) in [(0, 1), (1, 256), (256, 700), (700, 66_000)] {
            try node.append(start..<end)
            let read = try Program.run(reader, [node.exported(), node.vkey()])
            #expect(read.status == 0 && read.output == "read \(end) entries of vn.customs/exchange\n", "\(read)")
        }
        try write([0x20], to: node.export + "/tile/0/000")
        #expect(try Program.run(reader, [node.export, node.vkey()]).status != 0)
    }
}
