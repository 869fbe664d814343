internal import CordonNode
internal import Foundation
internal import Glibc
internal import Storage
internal import Synchronization

/// From submission to acknowledgement at a fixed offered load, beside what the disk itself needs to sync.
struct LatencyBench {
    /// Entries offered a second.
    static let offeredRate = 2_000
    /// What the node may add to the disk's own p99, in milliseconds.
    static let allowance = 20.0

    let directory: String
    let seconds: Int

    func run(_ table: inout FigureTable) async throws {
        CordonBench.say("latency: \(seconds) s at \(Self.offeredRate) entries/s")
        let before = try syncTimes()
        let latencies = try await latencies()
        let disk = before + (try syncTimes())
        let p99 = percentile(disk, 0.99)
        table.add(
            "append p99 at \(Self.offeredRate)/s", unit: "ms", measured: percentile(latencies, 0.99),
            atMost: p99 + Self.allowance,
            limitName: "the disk's fdatasync p99 of \((p99 * 100).rounded() / 100) ms, and \(Int(Self.allowance)) ms")
    }

    /// Milliseconds from submit to acknowledgement. An entry's clock starts when it was due, so that a stall counts
    /// against every entry it delays.
    private func latencies() async throws -> [Double] {
        let path = directory + "/latency"
        try LocalFiles().createDirectory(path, mode: 0o700)
        defer { try? LocalFiles().remove(path) }
        let log = try MeasuredLog(at: path, encrypted: true)
        let corpus = Corpus()
        let results = Results()
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<seconds * Self.offeredRate {
                let due = start + .microseconds(index * 1_000_000 / Self.offeredRate)
                if index % 10 == 0 { try await Task.sleep(until: due, clock: .continuous) }
                group.addTask {
                    _ = try await log.sequencer.append([corpus[index]], to: .exchange)
                    let taken = ContinuousClock.now - due
                    results.add(Double(taken.components.attoseconds) / 1e15 + Double(taken.components.seconds) * 1e3)
                }
            }
            try await group.waitForAll()
        }
        await log.sequencer.stop()
        return results.values
    }

    private final class Results: Sendable {
        private let all = Mutex<[Double]>([])
        func add(_ value: Double) { all.withLock { $0.append(value) } }
        var values: [Double] { all.withLock { $0 } }
    }

    /// Milliseconds that each of many appends of a page and its fdatasync take.
    private func syncTimes() throws -> [Double] {
        let path = directory + "/sync"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw StorageError(.inputOutput, "\(path) cannot be made") }
        defer {
            close(descriptor)
            unlink(path)
        }
        let page = [UInt8](repeating: 0x5A, count: 4096)
        return (0..<2000).map { _ in
            let start = DispatchTime.now().uptimeNanoseconds
            _ = write(descriptor, page, page.count)
            fdatasync(descriptor)
            return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
        }
    }
}
