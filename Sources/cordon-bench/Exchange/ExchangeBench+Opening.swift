internal import CordonNode
internal import Cryptography
internal import Customs
internal import Dispatch
internal import EntryCodec
internal import Exchange
internal import Foundation
internal import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization

extension ExchangeBench {
    /// Notices that wait at a partner: fetched, opened, recorded in cases of their own, indexed, matched, acknowledged.
    func open(_ table: inout FigureTable) async throws {
        CordonBench.say("exchange: receiving \(notices) notices")
        let path = directory + "/receiver"
        let logPath = directory + "/sender-log"
        defer {
            try? LocalFiles().remove(path)
            try? LocalFiles().remove(logPath)
        }
        let node = try await BenchNode(at: path, country: "LA")
        let sender = try MadeAuthority("vn.customs", country: "VN", now: wholeSeconds())
        try await node.trust(sender.card)
        let agreement = try await node.agree(with: [sender.identity])
        let sealed = try seal(for: node, by: sender, under: agreement)
        var log = MadeLog(at: logPath)
        try log.append([sender.keysEntry()] + sealed.map(\.entry))
        try log.finish(sender.log)
        let line = MadeLine(log)
        let size = log.size
        node.exchange.startSync { _ in line }
        try await node.wait(atMost: 600, for: "the end of the log") {
            node.exchange.mirrorSize(of: sender.prefix) == size
        }
        try await Task.sleep(for: .seconds(2))  // the round is over: the next one waits in its poll
        let limit = try openings(sealed.count)
        let before = processorSeconds()
        let taken = try await seconds {
            line.deliver(
                sealed.enumerated().map { place, sealed in
                    Delivery(position: UInt64(place) + 1, entryIndex: UInt64(place) + 1, envelope: sealed.envelope)
                })
            let last = Self.seal(notices - 1)
            // A search each time, which is not what is measured.
            try await node.wait(atMost: 600, every: 40, for: "the last notice") { try node.hasReport(withSeal: last) }
        }
        let used = (processorSeconds() - before) * 1e6 / Double(notices)
        table.note("processor time of that, all threads", "us/notice", used)
        await node.stop()
        table.add(
            "received notices, opened and indexed", unit: "notices/s", pairs: [(Double(notices) / taken, limit)],
            limitName: "X-Wing openings alone, all cores", .atLeast, 1500)
    }

    /// The seal that `ReportCorpus` gives to this report only.
    private static func seal(_ number: Int) -> String { "VN\(1_000_000 + number)" }

    private func seal(
        for node: BenchNode, by sender: MadeAuthority, under agreement: String
    ) throws -> [(entry: [UInt8], envelope: [UInt8])] {
        guard let key = node.exchange.directory.recipientKeys.first(where: { $0.epoch == 1 }) else {
            throw StorageError(.missing, "the node has no epoch's key")
        }
        let recipients = [
            EpochRecipient(authority: sender.prefix, epoch: 0, key: sender.recipient.publicKey),
            EpochRecipient(authority: node.prefix, epoch: 1, key: key.publicKey),
        ]
        let sealer = EnvelopeSealer(origin: sender.origin, key: sender.release)
        let to = node.prefix
        let total = notices
        let made = Mutex<[Int: [UInt8]]>([:])
        let entries = try madeEntries(notices) { number in
            let id = EntryID.random()
            let time = wholeSeconds()
            var notice = seizureNotice(ReportCorpus.report(number, of: total), under: agreement)
            notice.seizure.report.status = "seized"  // as the sender's node would have logged it
            notice.id = Data(id.bytes)
            notice.sender = sender.prefix
            notice.recipients = [to]
            notice.createdAt = Moment(milliseconds: time).text
            let document = try notice.encoded()
            if number == 0 { try Self.check(document, from: sender.prefix) }
            let sealed = try sealer.seal(document, for: recipients, id: id, timeMilliseconds: time)
            made.withLock { $0[number] = sealed.envelope.encoded }
            return sealed.entry.encoded
        }
        let envelopes = made.withLock { $0 }
        return entries.enumerated().map { ($1, envelopes[$0]!) }
    }

    /// A notice that the receiver would refuse measures nothing.
    private static func check(_ document: [UInt8], from sender: String) throws {
        let notice = try Notice(parsing: document)
        let origin = NoticeOrigin(entryID: Array(notice.id), sender: sender, recipients: Set(notice.recipients))
        do {
            _ = try Notice.receive(document, from: origin, codes: NoCodeLists(), nowMilliseconds: wholeSeconds())
        } catch {
            let findings = error.findings.map { "\($0.pointer): \($0)" }
            throw StorageError(.inputOutput, "\(error): \(findings.joined(separator: "; "))")
        }
    }

    /// Content keys a second that X-Wing opens, on all cores.
    private func openings(_ count: Int) throws -> Double {
        let key = try RecipientKey.generate()
        let info = randomBytes(count: 32)
        let sealed = try key.publicKey.seal(.random(count: Envelope.contentKeyByteCount), info: info)
        let start = DispatchTime.now().uptimeNanoseconds
        DispatchQueue.concurrentPerform(iterations: count) { _ in
            _ = try? key.open(sealed[...], info: info, guarded: false)
        }
        return Double(count) / (Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
    }
}
