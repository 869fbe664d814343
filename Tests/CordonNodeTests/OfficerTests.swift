import Casework
import Customs
import Foundation
import Schema
import SwiftProtobuf
import TestSupport
import Testing

@testable import CordonNode

@Suite struct OfficerTests {
    @Test func wrongPasswordsLockTheAccount() async throws {
        let node = try await CaseNode()
        let administration = node.service.administration
        func signIn(_ login: String, _ password: String) async -> CaseError.Code? {
            await caseCode { _ = try await administration.signIn(login: login, password: secret(password)) }
        }
        #expect(await signIn("lan", "password of lan") == nil)
        for _ in 0..<Administration.attempts { #expect(await signIn("lan", "wrong password") == .unauthenticated) }
        #expect(await signIn("lan", "password of lan") == .lockedOut)
        #expect(await signIn("minh", "password of minh") == nil, "others go on")
        // A login that does not exist behaves the same.
        for _ in 0..<Administration.attempts { #expect(await signIn("nobody", "wrong password") == .unauthenticated) }
        #expect(await signIn("nobody", "wrong password") == .lockedOut)
        node.time.move(minutes: 16)
        #expect(await signIn("lan", "password of lan") == nil)
        await node.stop()
    }

    @Test func sessionsAndTokensEnd() async throws {
        let node = try await CaseNode()
        let administration = node.service.administration
        let (session, officer) = try await administration.signIn(login: "LAN", password: secret("password of lan"))
        #expect(try administration.authenticate(session).officer.number == officer.number)
        let (token, issued) = try await administration.issueToken(
            name: "script", scopes: [.read], expires: Moment(milliseconds: node.time.now + 86_400_000),
            by: administration.authenticate(session))
        let scoped = try administration.authenticate(token)
        #expect(scoped.scopes == [.read])
        #expect(throws: CaseError(.forbidden, "")) { try scoped.require(.openCase) }
        #expect(await caseCode { _ = try await node.service.open(.with { $0.title = "x" }, by: scoped) } == .forbidden)
        #expect(
            await caseCode {
                _ = try await administration.issueToken(
                    name: "more", scopes: [.read, .write],
                    expires: Moment(milliseconds: node.time.now + 1_000_000), by: scoped)
            } == .forbidden, "a token gives no more than it has")
        node.time.move(minutes: 31)
        #expect(throws: CaseError(.unauthenticated, "")) { try administration.authenticate(session) }
        #expect(try administration.authenticate(token).officer.number == officer.number)
        try await administration.revokeToken(issued.number, by: node["lan"])
        #expect(throws: CaseError(.unauthenticated, "")) { try administration.authenticate(token) }
        for text in ["", "cordon_", "cordon_" + String(repeating: "0", count: 64), "Bearer x"] {
            #expect(throws: CaseError(.unauthenticated, "")) { try administration.authenticate(text) }
        }
        await node.stop()
    }

    @Test func rolesTakeTwoAdministrators() async throws {
        let node = try await CaseNode()
        var administration: Administration { node.service.administration }
        #expect(
            await caseCode {
                _ = try await administration.addOfficer(
                    login: "new", name: "New", office: "", roles: [.supervisor], password: secret("password of new"),
                    founding: true, by: 0)
            } == .forbidden, "the node is founded")
        let new = try await administration.addOfficer(
            login: "new", name: "New", office: "", roles: [], password: secret("password of new"), founding: false,
            by: node["ad"].officer.number)
        #expect(new.roles.isEmpty)
        let request = try await administration.request(
            .setRoles, officer: new.number, roles: [.investigator], reason: "joins the unit", by: node["ad"])
        #expect(
            await caseCode {
                _ = try await administration.decide(request.id, approved: true, reason: "", by: node["ad"])
            } == .needsSecondOfficer)
        #expect(
            await caseCode {
                _ = try await administration.decide(request.id, approved: true, reason: "", by: node["thu"])
            } == .forbidden)
        _ = try await administration.decide(request.id, approved: true, reason: "", by: node["be"])
        #expect(administration.directory.officers[new.number]?.roles == [.investigator])
        let lapsing = try await administration.request(
            .setRoles, officer: new.number, roles: [], reason: "leaves", by: node["ad"])
        node.time.move(days: 8)
        #expect(
            await caseCode {
                _ = try await administration.decide(lapsing.id, approved: true, reason: "", by: node["be"])
            } == .conflict)
        await node.stop()
        let again = try await CaseNode(node.test)
        #expect(again.service.administration.directory.officers[new.number]?.roles == [.investigator])
        await again.stop()
    }

    /// Whoever sets a password can sign in with it: so two administrators do.
    @Test func aPasswordIsResetByTwo() async throws {
        let node = try await CaseNode()
        let administration = node.service.administration
        let lan = node["lan"].officer.number
        let token = try await administration.issueToken(
            name: "script", scopes: [.read], expires: Moment(milliseconds: node.time.now + 86_400_000),
            by: node["lan"]
        ).secret
        func reset() async -> CaseError.Code? {
            await caseCode {
                try await administration.setPassword(
                    of: lan, to: secret("a new password"), old: nil, by: node["ad"])
            }
        }
        #expect(await reset() == .needsSecondOfficer)
        let request = try await administration.request(
            .resetPassword, officer: lan, reason: "forgotten", by: node["ad"])
        #expect(await reset() == .needsSecondOfficer)
        _ = try await administration.decide(request.id, approved: true, reason: "", by: node["be"])
        #expect(await reset() == nil)
        #expect(await reset() == .needsSecondOfficer, "an approval is used once")
        _ = try await administration.signIn(login: "lan", password: secret("a new password"))
        #expect(throws: CaseError(.unauthenticated, "")) { try administration.authenticate(token) }
        await node.stop()
    }

    @Test func whoAloneMaySeeACaseHandsItOverFirst() async throws {
        let node = try await CaseNode()
        let id = try await node.log(report(), needToKnow: true, by: "minh").file.id
        let minh = node["minh"].officer.number
        func leave() async -> CaseError.Code? {
            await caseCode {
                try await node.service.setStatus(of: minh, active: false, reason: "leaves", by: node["ad"])
            }
        }
        #expect(await leave() == .conflict)
        let grant = CaseEvent.with {
            $0.reason = "takes over"
            $0.accessChanged.officer = node["lan"].officer.number
            $0.accessChanged.granted = true
        }
        _ = try await node.service.change(id, [grant], by: node["minh"])
        #expect(await leave() == nil)
        await node.stop()
    }

    @Test func theLastOfficerWithARoleStays() async throws {
        let node = try await CaseNode()
        let administration = node.service.administration
        let auditor = node["an"].officer.number
        #expect(
            await caseCode {
                try await administration.setStatus(of: auditor, active: false, reason: "leaves", by: node["ad"])
            } == .conflict)
        let request = try await administration.request(
            .setRoles, officer: auditor, roles: [.investigator], reason: "moves", by: node["ad"])
        #expect(
            await caseCode {
                _ = try await administration.decide(request.id, approved: true, reason: "", by: node["be"])
            } == .conflict)
        #expect(
            await caseCode {
                try await administration.setStatus(
                    of: node["be"].officer.number, active: false, reason: "leaves", by: node["ad"])
            } == .conflict, "one administrator alone could found the node anew")
        // One of two goes.
        try await administration.setStatus(
            of: node["minh"].officer.number, active: false, reason: "leaves", by: node["ad"])
        #expect(
            await caseCode {
                _ = try await administration.signIn(login: "minh", password: secret("password of minh"))
            } == .unauthenticated)
        #expect(
            await caseCode {
                try await administration.setStatus(
                    of: node["lan"].officer.number, active: false, reason: "leaves", by: node["ad"])
            } == .conflict)
        await node.stop()
    }

    @Test func theAdministratorReadsNoCase() async throws {
        let node = try await CaseNode()
        let id = try await node.log(report()).file.id
        for login in ["ad", "an"] {
            #expect(await caseCode { _ = try await node.service.readCase(id, by: node[login]) } == .forbidden)
            #expect(await caseCode { _ = try await node.search("ivory", by: login) } == .forbidden)
            #expect(
                await caseCode {
                    _ = try await node.service.beginExport(
                        caseID: id, query: .init(), approval: nil, reason: "x", by: node[login])
                } == .forbidden)
        }
        await node.stop()
    }

    @Test func namesLeaveOnlyWithASecondOfficer() async throws {
        let node = try await CaseNode()
        let id = try await node.log(report(person: "Tran Thi Mai")).file.id
        func export(_ approval: String?, by login: String = "lan") async throws -> [SeizureReport] {
            var export = try await node.service.beginExport(
                caseID: id, query: .init(), approval: approval, reason: "for the court", by: node[login])
            return try await export.next() ?? []
        }
        #expect(try await export(nil).map(\.hasNominal) == [false])
        let request = try await node.service.request(
            .exportNominal, caseID: id, reason: "for the court", by: node["lan"])
        #expect(await caseCode { _ = try await export(request.id) } == .needsSecondOfficer)
        _ = try await node.service.administration.decide(request.id, approved: true, reason: "", by: node["thu"])
        #expect(try await export(request.id).map(\.nominal.persons.first?.name) == ["Tran Thi Mai"])
        #expect(await caseCode { _ = try await export(request.id, by: "minh") } == .needsSecondOfficer)
        node.time.move(days: 8)
        #expect(await caseCode { _ = try await export(request.id) } == .needsSecondOfficer)
        await node.stop()
    }
}
