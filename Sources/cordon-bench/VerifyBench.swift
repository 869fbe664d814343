internal import CordonNode
internal import Cryptography
internal import Foundation
internal import Glibc
internal import Storage
internal import TransparencyLog

/// `cordon-verify`, as its own process, over an exported log; beside SHA-256 alone over the same bytes and nodes.
struct VerifyBench {
    static let entryByteCount = 300
    /// The verifier's memory, in bytes.
    static let memoryLimit = 150.0 * 1e6

    let directory: String
    let rounds: Int
    let entries: Int

    func run(_ table: inout FigureTable) async throws {
        CordonBench.say("verify: making a log of \(entries) entries")
        let export = directory + "/export"
        let vkey = try await makeLog(export)
        var pairs: [(Double, Double)] = []
        var peak = 0.0
        for round in 0..<rounds {
            CordonBench.say("verify: round \(round + 1) of \(rounds)")
            let (time, memory) = try verify(export, vkey)
            pairs.append((Double(entries) / time, Double(entries) / hashAlone()))
            peak = max(peak, memory)
        }
        table.add(
            "cordon-verify, \(entries) entries", unit: "entries/s", pairs: pairs,
            limitName: "SHA-256 alone over the same leaves and nodes, all cores", atLeast: 0.7)
        table.add(
            "cordon-verify peak memory", unit: "MB", measured: peak / 1e6, atMost: Self.memoryLimit / 1e6,
            limitName: "promised")
    }

    private func makeLog(_ export: String) async throws -> String {
        let path = directory + "/node"
        let unlock = Unlock.keyFile(try .generate())
        try Node.create(at: path, authority: Authority(country: "XX", name: "Bench"), unlock: unlock)
        let node = try Node(opening: path, unlock: unlock)
        let sequencer = try node.startSequencer()
        let corpus = Corpus(byteCount: Self.entryByteCount)
        for start in stride(from: 0, to: entries, by: 4096) {
            _ = try await sequencer.append(
                (start..<min(start + 4096, entries)).map { corpus[$0] }, to: .exchange)
        }
        await sequencer.stop()
        _ = try StaticExport(node, log: .exchange, to: export).run()
        return try node.logVerifier(.exchange).vkey.description
    }

    /// Seconds of the whole process, and its peak memory in bytes.
    private func verify(_ export: String, _ vkey: String) throws -> (Double, Double) {
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("cordon-verify").path
        let arguments = [program, export, "--vkey", vkey, "--json"]
        var cArguments = arguments.map { strdup($0) } + [nil]
        defer { cArguments.forEach { free($0) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let start = DispatchTime.now().uptimeNanoseconds
        var process: pid_t = 0
        guard posix_spawn(&process, program, &actions, nil, &cArguments, environ) == 0 else {
            throw StorageError(.missing, "\(program) cannot be started: build it first")
        }
        // The kernel counts this process's own size into the child's ru_maxrss, so the child's is read where it stands.
        var status: Int32 = 0
        var peak = 0.0
        while waitpid(process, &status, WNOHANG) == 0 {
            peak = max(peak, peakMemory(process))
            usleep(1000)
        }
        let time = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        guard status == 0 else { throw StorageError(.corrupted, "cordon-verify did not accept the log") }
        return (time, peak)
    }

    /// The most memory that a running process has had resident so far, in bytes.
    private func peakMemory(_ process: pid_t) -> Double {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({
                Double($0)
            })
        else { return 0 }
        return kilobytes * 1024
    }

    /// Seconds to hash as many leaves and nodes, on all cores, from memory that stays in the cache.
    private func hashAlone() -> Double {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let corpus = Corpus(count: 256, byteCount: Self.entryByteCount)
        let start = DispatchTime.now().uptimeNanoseconds
        DispatchQueue.concurrentPerform(iterations: cores) { core in
            var last = MerkleHash.empty
            for index in stride(from: core, to: entries, by: cores) {
                last = MerkleHash.node(last, MerkleHash.leaf(corpus[index]))
            }
            precondition(last != MerkleHash.empty)
        }
        return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    }
}
