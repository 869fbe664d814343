internal import CordonNode
internal import Cryptography
internal import Exchange
internal import Foundation
internal import Glibc
internal import Schema
internal import Storage
internal import SwiftProtobuf

/// What authorities exchange: releasing, mirroring, opening, and what being connected costs.
struct ExchangeBench {
    /// Partners that there are.
    static let recipientCount = 8
    static let releaseCount = 200
    static let noticeByteCount = 2048

    let directory: String
    /// In the log that a new mirror catches up with.
    let entries: Int
    /// Received and opened.
    let notices: Int
    /// How long two nodes are left idle.
    let idleSeconds: Int

    // MARK: Releasing

    /// Processor time of a release to eight partners, everything that the process does meanwhile included.
    func release(_ table: inout FigureTable) async throws {
        CordonBench.say("exchange: releasing to \(Self.recipientCount) recipients")
        let path = directory + "/release"
        defer { try? LocalFiles().remove(path) }
        let node = try await BenchNode(at: path, country: "VN")
        let partners = try (1...Self.recipientCount).map {
            try MadeAuthority("p\($0).customs", country: "LA", now: wholeSeconds())
        }
        let agreement = try await befriend(node, partners, directory + "/release-logs")
        await node.exchange.stopSync()
        let report = try report(ofNotice: Self.noticeByteCount, under: agreement)
        // Our own records key is always one of the recipients. With eight partners it is the ninth: 16 stanzas.
        let keys = partners.map(\.recipient.publicKey)
        let pairs = try await measure(node, partners.dropLast().map(\.prefix), report, agreement, keys)
        let more = try await measure(node, partners.map(\.prefix), report, agreement, keys)
        await node.stop()
        table.add(
            "release of 2 KiB to 8 recipients, CPU", unit: "ms", pairs: pairs,
            limitName: "8 X-Wing encapsulations and one signature alone", .atMost, 4)
        table.note("  with 9, so that 16 stanzas are sealed", "ms", median(more.map(\.0)))
    }

    private func measure(
        _ node: BenchNode, _ partners: [String], _ report: SeizureReport, _ agreement: String,
        _ keys: [RecipientPublicKey]
    ) async throws -> [(Double, Double)] {
        var cases: [String] = []
        for _ in 0..<Self.releaseCount {
            cases.append(try await node.draft(report, to: partners, under: agreement))
        }
        var pairs: [(Double, Double)] = []
        for part in stride(from: 0, to: cases.count, by: 20) {
            let limit = try sealing(to: keys) * 1000
            let start = processorSeconds()
            for id in cases[part..<min(part + 20, cases.count)] { try await node.release(in: id) }
            pairs.append(((processorSeconds() - start) / 20 * 1000, limit))
        }
        return pairs
    }

    /// Makes the partners known to the node: their cards, an agreement with all, and their keys, each from its log.
    private func befriend(
        _ node: BenchNode, _ partners: [MadeAuthority], _ logs: String
    ) async throws -> String {
        defer { try? LocalFiles().remove(logs) }
        var lines: [String: MadeLine] = [:]
        for partner in partners {
            var log = MadeLog(at: "\(logs)/\(partner.prefix)")
            try log.append([partner.keysEntry()])
            try log.finish(partner.log)
            lines[partner.prefix] = MadeLine(log)
            try await node.trust(partner.card)
        }
        let agreement = try await node.agree(with: partners.map(\.identity))
        let known = lines
        node.exchange.startSync { known[$0.prefix] }
        try await node.wait(atMost: 30, for: "keys of all partners") {
            partners.allSatisfy { node.exchange.keys(of: $0.prefix)?.epochs.isEmpty == false }
        }
        try await Task.sleep(for: .milliseconds(500))  // their logs have been seen to their ends
        return agreement
    }

    /// A report whose notice has about so many bytes.
    private func report(ofNotice byteCount: Int, under agreement: String) throws -> SeizureReport {
        var report = ReportCorpus.report(1, of: 1000)
        let rest = try byteCount - seizureNotice(report, under: agreement).encoded().count
        report.summary += String(repeating: " Found behind the cargo.", count: max(0, rest) / 24)
        return report
    }

    /// Seconds of processor that sealing a content key to all of them takes, and one signature.
    private func sealing(to keys: [RecipientPublicKey]) throws -> Double {
        let rounds = 20
        let signer = try SigningKey<ReleaseRole>.generate()
        let message = randomBytes(count: 300)
        let secret = try SecretBytes.random(count: Envelope.contentKeyByteCount)
        let start = processorSeconds()
        for _ in 0..<rounds {
            for key in keys { _ = try key.seal(secret, info: message) }
            _ = signer.sign(message)
        }
        return (processorSeconds() - start) / Double(rounds)
    }
}

/// Seconds of processor that this process has used so far, on all cores, in the kernel too.
func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
