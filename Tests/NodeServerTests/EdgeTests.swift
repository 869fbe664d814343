import Casework
import CordonNode
import Foundation
import NIOHTTP1
import NodeServer
import Schema
import SwiftProtobuf
import TestSupport
import Testing

/// What the API's users meet at its edge.
@Suite struct EdgeTests {
    private static let seizure =
        #"{"seizedAt":"2026-05-01","offences":["wildlife"],"goods":[{"description":"Tusk"}]}"#

    @Test func oneOfTwoOfficersGets412AndTheVersion() async throws {
        let server = try await TestServer()
        let token = try await server.signIn("lan")
        let made = try await server.makeCase(token, needToKnow: false)
        let read = try await server.send("GET", "/cases/\(made.caseID)", token: token)
        let tag = try #require(read.headers.first(name: "ETag"))
        let note = #"{"noteAdded":{"text":"x"}}"#
        let path = "/cases/\(made.caseID)/events"
        let first = try await server.send("POST", path, token: token, headers: ["If-Match": tag], json: note)
        #expect(first.status == 200)
        let second = try await server.send("POST", path, token: token, headers: ["If-Match": tag], json: note)
        #expect(second.status == 412)
        #expect(second.headers.first(name: "Content-Type") == "application/problem+json")
        #expect(second.headers.first(name: "ETag") == first.headers.first(name: "ETag"))
        #expect(second.problem.version == (try first.message(ChangeView.self)).version)
        let bad = try await server.send("POST", path, token: token, headers: ["If-Match": "abc"], json: note)
        #expect(bad.status == 422)
        await server.stop()
    }

    @Test func problemsNameTheField() async throws {
        let server = try await TestServer()
        let token = try await server.signIn("lan")
        func pointers(_ json: String, _ path: String = "/seizures") async throws -> [String] {
            let answer = try await server.send("POST", path, token: token, json: json)
            #expect(answer.status == 422)
            return answer.problem.errors.map(\.pointer)
        }
        #expect(try await pointers(#"{"goods":[{"description":"x"},{"hsCode":{}}]}"#) == ["/goods/1/hsCode"])
        #expect(try await pointers(#"{"nonsense":1}"#) == ["/nonsense"])
        #expect(
            try await pointers(#"{"seizedAt":"2026-05-01","offences":["x"],"goods":[{"description":"y"}]}"#) == [
                "/offences/0"
            ])
        #expect(try await pointers(#"{"goods":[{"quantity":{"amount":5}}]}"#) == ["/goods/0/quantity/amount"])
        let broken = try await server.send("POST", "/seizures", token: token, json: #"{"goods":["#)
        #expect(broken.status == 422 && broken.problem.detail.hasPrefix("the body is not JSON"))
        // Nothing of what was sent comes back.
        let secret = try await server.send("POST", "/seizures", token: token, json: #"{"summary":{"Nguyen":1}}"#)
        #expect(!secret.problem.detail.contains("Nguyen"))
        await server.stop()
    }

    @Test func aCreationIsSentTwiceAndMadeOnce() async throws {
        let server = try await TestServer()
        let token = try await server.signIn("lan")
        func post(_ json: String, key: String) async throws -> TestServer.Answer {
            try await server.send("POST", "/seizures", token: token, headers: ["Idempotency-Key": key], json: json)
        }
        let first = try await post(Self.seizure, key: "k")
        let again = try await post(Self.seizure, key: "k")
        #expect(first.status == 201 && again.status == 200)
        let (one, two) = (try first.message(ChangeView.self), try again.message(ChangeView.self))
        #expect(one.caseID == two.caseID && two.replayed)
        #expect(try await post(#"{"seizedAt":"2026-05-02"}"#, key: "k").status == 409)
        #expect(try await post(Self.seizure, key: "other").status == 201)
        #expect(first.headers.first(name: "Location") == "/api/v1/cases/\(one.caseID)")
        await server.stop()
    }

    @Test func aPatchChangesWhatItNames() async throws {
        let server = try await TestServer()
        let token = try await server.signIn("lan")
        let json =
            #"{"seizedAt":"2026-05-01","offences":["wildlife"],"summary":"old","goods":[{"description":"Tusk"}],"#
            + #""nominal":{"persons":[{"name":"Tran Thi Mai"}]}}"#
        let made = try await server.send("POST", "/seizures", token: token, json: json).message(ChangeView.self)
        let id = made.events[1].seizureLogged.report.id
        let patch = #"{"reason":"misread","summary":null,"goods":[{"description":"Two tusks"}]}"#
        let answer = try await server.send("PATCH", "/seizures/\(id)", token: token, json: patch)
        #expect(answer.status == 200)
        let changed = try answer.message(ChangeView.self).events[0].reportCorrected
        #expect(Set(changed.changed).isSuperset(of: ["/summary", "/goods/0/description"]))
        #expect(changed.changed.contains("/summary") && changed.nominalUnchanged)
        let now = try await server.send("GET", "/seizures/\(id)", token: token).message(ReportView.self)
        #expect(now.report.summary.isEmpty && now.report.goods[0].description_p == "Two tusks")
        #expect(now.report.nominal.persons.map(\.name) == ["Tran Thi Mai"] && now.corrections == 1)
        #expect(try await server.send("PATCH", "/seizures/\(id)", token: token, json: #"{"reason":"x"}"#).status == 409)
        #expect(
            try await server.send("PATCH", "/seizures/\(id)", token: token, json: #"{"status":"released"}"#).status
                == 422)
        await server.stop()
    }

    @Test func attachmentsComeBackWholeAndInPieces() async throws {
        let server = try await TestServer()
        let token = try await server.signIn("lan")
        let made = try await server.makeCase(token, needToKnow: true)
        var generator = SeededGenerator(Places.seed)
        let content = (0..<300_001).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let begun = try await server.send(
            "POST", "/cases/\(made.caseID)/attachments", token: token,
            json: #"{"fileName":"scan.png","mediaType":"image/png","size":"\#(content.count)"}"#)
        let upload = try begun.message(UploadView.self).id
        func put(_ range: Range<Int>) async throws -> TestServer.Answer {
            try await server.send(
                "PUT", "/uploads/\(upload)?offset=\(range.lowerBound)", token: token, body: Array(content[range]))
        }
        #expect(try await put(0..<100_000).status == 200)
        #expect(try await put(50_000..<60_000).status == 409)
        #expect(try await server.send("POST", "/uploads/\(upload)/finish", token: token).status == 422, "not all there")
        let other = try await server.signIn("other-investigator")
        #expect(try await server.send("GET", "/uploads/\(upload)", token: other).status == 404)
        #expect(try await put(100_000..<content.count).status == 200)
        let finished = try await server.send("POST", "/uploads/\(upload)/finish", token: token)
        #expect(finished.status == 201)
        let id = try finished.message(AttachmentView.self).id
        let whole = try await server.send("GET", "/attachments/\(id)", token: token)
        #expect(whole.body == content)
        let part = try await server.send(
            "GET", "/attachments/\(id)", token: token, headers: ["Range": "bytes=70000-199999"])
        #expect(part.status == 206 && part.body == Array(content[70_000..<200_000]))
        #expect(part.headers.first(name: "Content-Range") == "bytes 70000-199999/300001")
        let tail = try await server.send("GET", "/attachments/\(id)", token: token, headers: ["Range": "bytes=-5"])
        #expect(tail.body == Array(content.suffix(5)))
        let beyond = try await server.send(
            "GET", "/attachments/\(id)", token: token, headers: ["Range": "bytes=400000-"])
        #expect(beyond.status == 416)
        #expect(try await server.send("GET", "/attachments/\(id)", token: other).status == 404)
        let history = try await server.send("GET", "/cases/\(made.caseID)/history", token: token)
        let added = try history.message(History.self).entries.compactMap { entry -> AttachmentAdded? in
            guard case .attachmentAdded(let added) = entry.event.body else { return nil }
            return added
        }
        #expect(added.count == 1 && added[0].key.isEmpty, "its key stays in the node")
        await server.stop()
    }

    @Test func limitsAndLocalPort() async throws {
        let server = try await TestServer()
        let token = try await server.signIn("lan")
        let huge = [UInt8](repeating: UInt8(ascii: " "), count: 5 << 20)
        #expect(try await server.send("POST", "/cases", token: token, body: huge).status == 413)
        #expect(try await server.send("GET", "/nowhere").status == 401, "nobody learns what there is")
        #expect(try await server.send("GET", "/nowhere", token: token).status == 404)
        _ = try await server.send("POST", "/search", token: token, json: #"{"text":"Tran Thi Mai"}"#)
        let metrics = try await server.send("GET", server.metrics + "/metrics")
        #expect(metrics.text.contains(#"route="/api/v1/search",status="200""#))
        #expect(!metrics.text.contains("Tran"))
        #expect(try await server.send("GET", server.metrics + "/health").status == 200)
        #expect(try await server.send("GET", server.metrics + "/ready").status == 200)
        #expect(try await server.send("GET", server.metrics + "/api/v1/cases", token: token).status == 404)
        await server.stop()
    }

    @Test func aServerBeyondLoopbackNeedsACertificate() async throws {
        await #expect(throws: NodeServerError.self) { _ = try await TestServer { $0.host = "0.0.0.0" } }
    }
}
