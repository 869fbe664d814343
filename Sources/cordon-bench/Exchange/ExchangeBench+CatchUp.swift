internal import CordonNode
internal import Cryptography
internal import Dispatch
internal import Foundation
internal import Glibc
internal import Storage
internal import Synchronization

extension ExchangeBench {
    /// A new mirror takes in a whole log: fetched, proven, judged, stored, durable.
    func catchUp(_ table: inout FigureTable) async throws {
        CordonBench.say("exchange: making a log of \(entries) entries")
        let authority = try MadeAuthority("kh.customs", country: "KH", now: wholeSeconds())
        let logPath = directory + "/long-log"
        defer { try? LocalFiles().remove(logPath) }
        let log = try longLog(authority, at: logPath)
        let sample = try madeEntries(20_000) { _ in try authority.noticeEntry() }.map(authority.signed)
        var pairs: [(Double, Double)] = []
        var peaks: [(before: Double, highest: Double)] = []
        for round in 0..<(entries > 200_000 ? 1 : 3) {
            CordonBench.say("exchange: a new mirror, \(round + 1)")
            let before = verifying(sample, authority.release.verifyingKey)
            let (taken, peak) = try await mirror(log, of: authority, at: "\(directory)/mirror-\(round)")
            // The machine may have become slower or faster meanwhile.
            let limit = (before + verifying(sample, authority.release.verifyingKey)) / 2
            pairs.append((Double(entries) / taken, limit))
            peaks.append(peak)
        }
        table.add(
            "catch-up of a new mirror, \(entries) entries", unit: "entries/s", pairs: pairs,
            limitName: "verifying their signatures alone, all cores", atLeast: 0.6)
        let before = Int(peaks.map(\.before).max()!)
        table.add(
            "memory while catching up, at its highest", unit: "MB", measured: peaks.map(\.highest).max()!, atMost: 300,
            limitName: "promised, whatever the log's size; \(before) MB of it before the sync began")
    }

    private func longLog(_ authority: MadeAuthority, at path: String) throws -> MadeLog {
        var log = MadeLog(at: path)
        try log.append([authority.keysEntry()])
        while log.size < entries {
            let count = min(8192, entries - Int(log.size))
            try log.append(madeEntries(count) { _ in try authority.noticeEntry() })
        }
        try log.finish(authority.log)
        return log
    }

    /// Seconds until everything is stored, and this process's memory before and at its highest, in megabytes. What made
    /// the log has given its memory back, and what serves it reads one file for each answer.
    private func mirror(
        _ log: MadeLog, of authority: MadeAuthority, at path: String
    ) async throws -> (Double, (before: Double, highest: Double)) {
        defer { try? LocalFiles().remove(path) }
        let node = try await BenchNode(at: path, country: "VN")
        try await node.trust(authority.card)
        try forgetHighestMemory()
        let before = memory("VmRSS")
        let taken = try await seconds {
            node.exchange.startSync { _ in MadeLine(log) }
            try await node.wait(atMost: 3600, for: "the end of the log") {
                node.exchange.mirrorSize(of: authority.prefix) == log.size
            }
        }
        let highest = memory("VmHWM")
        await node.stop()
        return (taken, (before, highest))
    }

    /// Signatures a second, on all cores.
    private func verifying(
        _ signed: [(message: [UInt8], signature: [UInt8])], _ key: VerifyingKey<ReleaseRole>
    ) -> Double {
        let bad = Atomic(0)
        let share = 64
        let start = DispatchTime.now().uptimeNanoseconds
        DispatchQueue.concurrentPerform(iterations: (signed.count + share - 1) / share) { part in
            for place in part * share..<min((part + 1) * share, signed.count)
            where !key.isValid(signed[place].signature, for: signed[place].message) {
                bad.add(1, ordering: .relaxed)
            }
        }
        let taken = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        precondition(bad.load(ordering: .relaxed) == 0)
        return Double(signed.count) / taken
    }

    /// VmHWM begins anew (proc(5), clear_refs).
    private func forgetHighestMemory() throws {
        let descriptor = Glibc.open("/proc/self/clear_refs", O_WRONLY)
        guard descriptor >= 0, write(descriptor, "5", 1) == 1 else {
            throw StorageError(.inputOutput, "/proc/self/clear_refs cannot be written")
        }
        close(descriptor)
    }

    /// A line of /proc/self/status, in megabytes.
    private func memory(_ name: String) -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
        let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        return fields.dropFirst().first.flatMap { Double($0) }.map { $0 / 1000 } ?? 0
    }
}
