import Casework
import Cryptography
import Exchange
import Foundation
import Schema
import Storage
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@testable import CordonNode

/// A line on which answers with attachments are tampered with, or break off.
private final class BadLine: PartnerTransport {
    enum Fault: Sendable { case none, cutAfter(Int), changed, gone }
    let other: ExchangeService
    let fault = Mutex(Fault.none)
    let asked = Mutex<[String]>([])

    init(_ other: ExchangeService) { self.other = other }

    func send(_ request: PartnerRequest, limit: Int, timeoutSeconds: Int) async throws -> PartnerReply {
        var reply = await other.respond(to: request, from: "la.customs")
        guard request.path.hasPrefix("/blobs/") else { return reply }
        let count = asked.withLock {
            $0.append(request.query["offset"] ?? "")
            return $0.count
        }
        switch fault.withLock({ $0 }) {
        case .none: break
        case .cutAfter(let answers):
            guard count <= answers else { throw PartnerTransportError(.unreachable, "cut") }
        case .changed:
            var body = reply.body
            body[body.count / 2] ^= 1
            reply = PartnerReply(reply.status, body)
        case .gone: reply = PartnerReply(404)
        }
        guard reply.body.count <= limit else { throw PartnerTransportError(.tooLarge, "too large") }
        return reply
    }
    func stop() async {}
}

@Suite(.timeLimit(.minutes(20))) struct NoticeAttachmentTests {
    /// VN releases a notice with a photo to LA.
    private struct Scene {
        let federation: Federation
        let photo: [UInt8]
        let released: String
        let agreement: String
    }

    private func scene(connected: Bool = true) async throws -> Scene {
        var limits = ExchangeLimits()
        limits.blobPieceByteCount = 50_000
        let federation = try await Federation(["VN", "LA"], limits: limits)
        let agreement = try await federation.agree(["vn.customs", "la.customs"])
        let (vn, lan) = (federation["vn.customs"], federation.node("vn.customs"))
        federation.connect()
        try await federation.untilKnown("la.customs", at: "vn.customs")
        try await federation.untilKnown("vn.customs", at: "la.customs")
        if !connected { for prefix in ["vn.customs", "la.customs"] { await federation[prefix].stopSync() } }
        let caseID = try await lan.log(report(container: "MSKU1234565")).file.id
        let photo = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let upload = try await lan.service.beginUpload(
            .with {
                $0.fileName = "x-ray.jpg"
                $0.mediaType = "image/jpeg"
                $0.size = UInt64(photo.count)
            }, to: caseID, by: lan["lan"])
        _ = try await lan.service.append(
            to: upload.id, at: 0,
            AsyncThrowingStream { one in
                one.yield(photo)
                one.finish()
            }, by: lan["lan"])
        let (attachment, _) = try await lan.service.finishUpload(upload.id, by: lan["lan"])
        var notice = seizureNotice(SeizureReport(), agreement: agreement)
        notice.conditions.mayExport = true
        _ = try await vn.draft(
            notice, to: ["la.customs"], in: caseID,
            attachments: [attachment.id], by: lan["lan"])
        let released = try await vn.release(1, in: caseID, by: lan["ha"])
        #expect(released.entryID != nil, "\(released.decision)")
        return Scene(federation: federation, photo: photo, released: caseID, agreement: agreement)
    }

    private func received(_ federation: Federation) async throws -> String {
        let la = federation.node("la.customs")
        try await federation.until("found in LA") { try await !la.search("MSKU1234565").isEmpty }
        return try #require(try await la.search("MSKU1234565").first?.caseID)
    }

    @Test func anAttachmentIsFetchedWhereTheLineBrokeAndVerified() async throws {
        let scene = try await scene()
        let federation = scene.federation
        let caseID = try await received(federation)
        let (la, lao) = (federation["la.customs"], federation.node("la.customs"))
        let line = BadLine(federation["vn.customs"])
        la.syncs.withLock { $0.connect = { _ in line } }

        line.fault.withLock { $0 = .cutAfter(2) }
        await #expect(throws: CaseError(.overloaded, "")) {
            _ = try await la.fetchAttachment(1, of: caseID, by: lao["lan"])
        }
        line.fault.withLock { $0 = .changed }
        await #expect(throws: CaseError(.invalid, "")) {
            _ = try await la.fetchAttachment(1, of: caseID, by: lao["lan"])
        }
        // What was good of it was not asked for again, and nothing of what was bad is left.
        #expect(line.asked.withLock { Array($0.prefix(4)) } == ["0", "50000", "100000", "100000"])
        line.fault.withLock { $0 = .gone }
        await #expect(throws: CaseError(.notFound, "")) {
            _ = try await la.fetchAttachment(1, of: caseID, by: lao["lan"])
        }
        line.fault.withLock { $0 = .none }
        let (attachment, file) = try await la.fetchAttachment(1, of: caseID, by: lao["lan"])
        #expect(file.attachments.count == 1 && attachment.fileName == "x-ray.jpg")
        #expect(attachment.sha256 == Data(Digest.sha256(scene.photo).bytes))
        let download = try await lao.service.download(attachment.id, by: lao["lan"])
        #expect(download.size == scene.photo.count)
        #expect(try await download.piece(0..<1000) == Array(scene.photo[..<1000]))
        #expect(try await la.fetchAttachment(1, of: caseID, by: lao["lan"]).attachment.id == attachment.id)
        for place in [0, 2, -1] {
            await #expect(throws: CaseError(.notFound, "")) {
                _ = try await la.fetchAttachment(place, of: caseID, by: lao["lan"])
            }
        }
        await federation.stop()
    }

    /// A partner may name in another notice what it has shared before; taking that one back takes nothing else away.
    @Test func whatAnErasedCaseSharesWithAnotherStays() async throws {
        let scene = try await scene()
        let federation = scene.federation
        let (vn, lan) = (federation["vn.customs"], federation.node("vn.customs"))
        let (la, lao) = (federation["la.customs"], federation.node("la.customs"))
        let kept = try await received(federation)
        let attached = try await lan.service.readCase(scene.released, by: lan["lan"]).attachments[0].attachment
        var again = seizureNotice(SeizureReport(), agreement: scene.agreement)
        again.conditions.mayExport = true
        _ = try await vn.draft(
            again, to: ["la.customs"], in: scene.released, attachments: [attached.id], by: lan["lan"])
        let second = try await vn.release(2, in: scene.released, by: lan["ha"])
        let recalled = try await federation.received(#require(second.entryID), at: "la.customs")
        let (attachment, _) = try await la.fetchAttachment(1, of: kept, by: lao["lan"])
        let (other, _) = try await la.fetchAttachment(1, of: recalled, by: lao["lan"])
        #expect(kept != recalled && attachment.blob == other.blob)
        let blob = try #require(Digest(attachment.blob))

        func recall(_ number: UInt32, _ caseID: String) async throws {
            _ = try await vn.recall(
                .number(number), in: scene.released, reason: "a mistake", erase: true, by: lan["ha"])
            try await federation.until("\(number) is erased") {
                do {
                    _ = try await la.notice(.received, in: caseID, by: lao["ha"])
                    return false
                } catch let error as CaseError { return error.code == .notFound }
            }
        }
        try await recall(2, recalled)
        let download = try await lao.service.download(attachment.id, by: lao["lan"])
        #expect(try await download.piece(0..<1000) == Array(scene.photo[..<1000]))
        try await recall(1, kept)
        try await federation.until("the last one takes it along") { !lao.service.blobs.contains(blob) }
        await federation.stop()
    }

    @Test func aStickBringsAllOfIt() async throws {
        let scene = try await scene(connected: false)
        let federation = scene.federation
        let (vn, la) = (federation["vn.customs"], federation["la.customs"])
        let (there, back) = (try TemporaryDirectory(), try TemporaryDirectory())
        let written = try await Stick(vn, directory: there["stick"]).write(for: "la.customs")
        #expect(written.deliveries == 1 && written.blobs == 1)
        #expect(try await Stick(vn, directory: there["stick"]).write(for: "la.customs").deliveries == 0)

        // A delivery that was lost on the way is missed, not passed over.
        let lost = there["stick"] + "/deliveries"
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: lost).first { UInt64($0) != nil })
        try FileManager.default.moveItem(atPath: "\(lost)/\(name)", toPath: there["aside"])
        await #expect {
            _ = try await Stick(la, directory: there["stick"]).read()
        } throws: {
            ($0 as? NodeError)?.code == .corrupted
        }
        try FileManager.default.moveItem(atPath: there["aside"], toPath: "\(lost)/\(name)")
        // An old stick says nothing of what was signed since: keys may have been revoked.
        federation.node("la.customs").time.move(days: 2)
        let read = try await Stick(la, directory: there["stick"]).read()
        #expect(read.partner == "vn.customs" && read.deliveries == 1 && read.blobs == 1)
        let seen = try #require(la.standings(la.directory).first { $0.prefix == "vn.customs" }).checkedMilliseconds
        #expect(seen + 86_400_000 < la.now)
        let caseID = try await received(federation)
        let again = try await Stick(la, directory: there["stick"]).read()
        #expect(again.deliveries == 0 && again.blobs == 0)
        // No line is needed any more.
        let lao = federation.node("la.customs")
        let (attachment, _) = try await la.fetchAttachment(1, of: caseID, by: lao["lan"])
        #expect(attachment.size == UInt64(scene.photo.count))

        // The receipt goes back the same way.
        let answer = try await Stick(la, directory: back["stick"]).write(for: "vn.customs")
        #expect(answer.deliveries > 0)
        let heard = try await Stick(vn, directory: back["stick"]).read()
        #expect(heard.deliveries == UInt64(answer.deliveries))
        let file = try await federation.node("vn.customs").service.readCase(
            scene.released, by: federation.node("vn.customs")["lan"])
        #expect(file.notice(1)?.references.contains { $0.reference.kind == "receipt" } == true)
        await federation.stop()
    }
}
