import Cryptography
import Exchange
import TestSupport
import Testing
import TransparencyLog

/// The vectors of sync.md.
@Suite struct VectorTests {
    private struct DeliveriesCase: Decodable {
        struct Item: Decodable {
            let position: UInt64
            let entryIndex: UInt64
            let envelope: String
        }
        let name, outcome, page: String
        let afterPosition: UInt64
        let afterEntryIndex: UInt64?
        let maximumEnvelopeByteCount: Int
        let deliveries: [Item]?
    }

    @Test func deliveries() throws {
        for vector in try Places.vectors("deliveries", DeliveriesCase.self) {
            let bytes = try #require(Hex.decode(vector.page))
            let outcome = outcome {
                let cursor = DeliveryCursor(position: vector.afterPosition, entryIndex: vector.afterEntryIndex)
                let page = try DeliveryPage.parse(
                    bytes, after: cursor, maximumEnvelopeByteCount: vector.maximumEnvelopeByteCount)
                #expect(DeliveryPage.encode(page) == bytes, "\(vector.name)")
                #expect(page.map(\.position) == vector.deliveries?.map(\.position), "\(vector.name)")
                #expect(page.map(\.entryIndex) == vector.deliveries?.map(\.entryIndex), "\(vector.name)")
                #expect(page.map { Hex.encode($0.envelope) } == vector.deliveries?.map(\.envelope), "\(vector.name)")
            }
            #expect(outcome == vector.outcome, "\(vector.name)")
        }
    }

    private struct GossipCase: Decodable {
        struct Item: Decodable {
            let kind: Int
            let bytes: String
        }
        let name, outcome, gossip: String
        let items: [Item]?
    }

    @Test func gossip() throws {
        for vector in try Places.vectors("gossip", GossipCase.self) {
            let bytes = try #require(Base64.decode(vector.gossip))
            let outcome = outcome {
                let gossip = try Gossip(parsing: bytes)
                #expect(gossip.encoded == bytes, "\(vector.name)")
                let items = gossip.items.map { item -> String in
                    switch item {
                    case .checkpoint(let note): "1 " + Base64.encode(note.encoded)
                    case .evidence(let evidence): "2 " + Base64.encode(evidence.encoded)
                    }
                }
                #expect(items == vector.items?.map { "\($0.kind) \($0.bytes)" }, "\(vector.name)")
            }
            #expect(outcome == vector.outcome, "\(vector.name)")
        }
    }

    private struct AddCheckpointCase: Decodable {
        let name, outcome, request: String
        let oldSize: UInt64?
        let hashes: [String]?
        let note: String?
    }

    @Test func addCheckpoint() throws {
        for vector in try Places.vectors("add-checkpoint", AddCheckpointCase.self) {
            let bytes = try #require(Base64.decode(vector.request))
            let outcome = outcome {
                let request = try AddCheckpoint(parsing: bytes)
                #expect(request.encoded == bytes, "\(vector.name)")
                #expect(request.oldSize == vector.oldSize, "\(vector.name)")
                #expect(request.hashes.map(\.hex) == vector.hashes, "\(vector.name)")
                #expect(Base64.encode(request.note.encoded) == vector.note, "\(vector.name)")
            }
            #expect(outcome == vector.outcome, "\(vector.name)")
        }
    }

    private struct EvidenceCase: Decodable {
        let name, outcome, evidence: String
        let vkeys: [String]
        let origin: String?
        let firstSize, secondSize: UInt64?
    }

    @Test func evidence() throws {
        for vector in try Places.vectors("evidence", EvidenceCase.self) {
            let bytes = try #require(Base64.decode(vector.evidence))
            let logs = try vector.vkeys.map { try LogVerifier(VerifierKey(parsing: $0)) }
            let outcome = outcome {
                let evidence = try ForkEvidence(parsing: bytes)
                #expect(evidence.encoded == bytes, "\(vector.name)")
                let (first, second) = try evidence.verify(logs: logs)
                #expect(first.origin == vector.origin, "\(vector.name)")
                #expect([first.size, second.size] == [vector.firstSize, vector.secondSize], "\(vector.name)")
            }
            #expect(outcome == vector.outcome, "\(vector.name)")
        }
    }

    private func outcome(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "ok"
        } catch let error as ReplicationError {
            return error.code.rawValue
        } catch let error as TransparencyLogError {
            return error.code.rawValue
        } catch {
            return "\(error)"
        }
    }
}
