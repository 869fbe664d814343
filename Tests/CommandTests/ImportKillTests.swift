internal import Foundation
internal import TestSupport
internal import Testing

/// SIGKILL at a random moment of an import, of the node or of the client: the import is run again until it is done, and
/// then every record is there once, whole, in a case of its own.
@Suite struct ImportKillTests {
    @Test func killedDuringAnImport() throws {
        let kills = Places.isSoak ? 50 : 4
        var random = SeededGenerator(Places.seed)
        let node = try ServedNode()
        let script = try node.token("read", "import")
        var sources = [try Source(0, in: node.node.directory)]
        // The first one undisturbed, to know how long it takes.
        let started = ContinuousClock.now
        let first = try Program.run("cordon", sources[0].arguments, environment: script)
        #expect(first.status == 0 && first.output.contains("= \(sources[0].reports.count) imported"), "\(first)")
        let length = UInt32((ContinuousClock.now - started) / .microseconds(1))

        var killedUnderLoad = 0
        var isDone = true
        // An import may run faster than the first one did, and be over before its kill: then more are killed.
        for kill in 0..<5 * kills where kill < kills || killedUnderLoad < kills / 2 {
            if isDone { sources.append(try Source(sources.count, in: node.node.directory)) }
            let importing = try Program("cordon", sources.last!.arguments, environment: script)
            usleep(UInt32.random(in: 0..<length, using: &random))
            if importing.outputSoFar.isEmpty { killedUnderLoad += 1 }
            if kill % 2 == 0 {
                #expect(try node.kill().status == -SIGKILL)
                // At once, or after the client has asked in vain.
                usleep(UInt32.random(in: 0..<600_000, using: &random))
                try node.restart()
            } else {
                importing.kill()
            }
            let result = importing.wait()
            isDone = result.status == 0
            // It goes on by itself, unless it had not reached the node even once; killed, it says nothing.
            #expect([0, 69, -SIGKILL].contains(result.status), "\(context(kill)): \(result)")
            if isDone { check(result, sources.last!, kill) }
        }
        try finish(sources, node, script)
        #expect(killedUnderLoad >= kills / 2, "half the kills hit an import under way")
    }

    private func context(_ kill: Int) -> Comment { "seed \(Places.seed), kill \(kill)" }

    /// Every row of one run has one outcome.
    private func check(_ result: Program.Result, _ source: Source, _ kill: Int) {
        let line = result.output.split(separator: "\n").first ?? ""
        let numbers = line.split(separator: " ").compactMap { Int($0) }
        #expect(numbers.count == 7 && numbers[0] == source.rowCount, "\(context(kill)): \(line)")
        #expect(numbers.dropFirst().prefix(3).reduce(0, +) == source.rowCount, "\(context(kill)): \(line)")
        #expect(numbers.dropFirst(4) == [0, 0, 0], "\(context(kill)): \(line)")
    }

    /// Whatever is not done yet is done now; then all is counted.
    private func finish(_ sources: [Source], _ node: ServedNode, _ script: [String: String]) throws {
        for source in sources {
            let done = try Program.run("cordon", source.arguments, environment: script)
            #expect(done.status == 0, "seed \(Places.seed): \(done)")
            let again = try Program.run("cordon", source.arguments, environment: script)
            #expect(again.output.contains(" \(source.rowCount) known"), "seed \(Places.seed): \(again)")
        }
        try node.signIn()
        for source in sources {
            let path = node.node.directory["all.jsonl"]
            let exported = try node.run("export", "--source", source.name, "--reason", "count", "--output", path)
            #expect(exported.status == 0, "\(exported)")
            var found: [String: [String]] = [:]
            for report in try jsonLines(path) {
                let key = try #require((report["provenance"] as? [String: Any])?["key"] as? String)
                let goods = try #require(report["goods"] as? [[String: Any]])
                #expect(found[key] == nil, "seed \(Places.seed): \(key) is there twice")
                found[key] = goods.compactMap { $0["description"] as? String }
            }
            #expect(found == source.reports, "seed \(Places.seed): \(source.name)")
        }
        let cases = ServedNode.ids("C", try node.run("case", "list", "--all").output)
        let count = sources.map(\.reports.count).reduce(0, +)
        #expect(cases.count == count && Set(cases).count == count, "seed \(Places.seed): a case for each report")
        #expect(try node.stop().status == 0)
        let fsck = try node.node.run("log", "fsck")
        #expect(fsck.status == 0 && fsck.output.contains("journal: whole"), "seed \(Places.seed): \(fsck)")
        #expect(fsck.output.contains("exchange: whole"), "seed \(Places.seed): \(fsck)")
    }
}

/// A table with a mapping of its own: reports of one row to three.
private struct Source {
    let name: String
    let rowCount: Int
    /// By key, what each line of goods is.
    private(set) var reports: [String: [String]] = [:]
    let arguments: [String]

    init(_ number: Int, in directory: TemporaryDirectory) throws {
        name = "Harbour \(number)"
        rowCount = Places.isSoak ? 6_000 : 2_400  // more than one batch
        let mapping = """
            {"name": "\(name)", "version": "1", "kind": "seizures", "input": {"format": "csv"}, "timeZone": "Z",
             "key": ["number"],
             "report": [
               {"to": "/authority", "constant": "VN"},
               {"to": "/seizedAt", "column": "day", "required": true},
               {"to": "/offences", "constant": ["tobacco"]}],
             "lines": [{"to": "/description", "column": "what"}]}
            """
        var text = "number,day,what\n"
        var report = 0
        var row = 0
        while row < rowCount {
            let key = "\(number)-\(report)"
            for line in 0..<min(1 + report % 3, rowCount - row) {
                text += "\(key),2026-03-0\(1 + report % 9),thing \(report) \(line)\n"
                reports[key, default: []].append("thing \(report) \(line)")
                row += 1
            }
            report += 1
        }
        let (file, map) = (directory["source-\(number).csv"], directory["source-\(number).json"])
        try write(Array(text.utf8), to: file)
        try write(Array(mapping.utf8), to: map)
        arguments = ["import", file, "--mapping", map]
    }
}
