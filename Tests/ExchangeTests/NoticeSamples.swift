import Customs
import Exchange
import Foundation
import Schema
import SwiftProtobuf

/// A good notice of every kind.
enum NoticeSamples {
    static let id = [UInt8](repeating: 7, count: 16)
    static let other = [UInt8](repeating: 8, count: 16)

    static var conditions: HandlingConditions {
        .with {
            $0.handling = ["H1"]
            $0.tlp = "amber"
            $0.purpose = "investigation"
            $0.agreement = "vn.customs/wildlife"
            $0.evaluation = "B2"
            $0.reviewAt = "2026-05-01"
            $0.expiresAt = "2026-06-01T00:00:00Z"
            $0.onward = "with-consent"
        }
    }

    static var report: SeizureReport {
        .with {
            $0.id = "VN-S-4F7Q2-10"
            $0.authority = "VN"
            $0.status = "seized"
            $0.seizedAt = "2026-02-20"
            $0.offences = ["wildlife"]
            $0.goods = [
                .with {
                    $0.number = 1; $0.description_p = "pangolin scales"
                }
            ]
            $0.conveyances = [
                .with {
                    $0.kind = "container"; $0.containerNumber = "CSQU3054383"
                }
            ]
        }
    }

    static var names: NominalPart {
        .with {
            $0.persons = [
                .with {
                    $0.id = "P1"; $0.name = "Somebody"
                }
            ]
        }
    }

    static func body(_ kind: NoticeKind) throws -> Notice.OneOf_Body {
        switch kind {
        case .seizure: .seizure(.with { $0.report = report })
        case .alert:
            .alert(
                .with {
                    $0.facts = "A container to look for"; $0.offences = ["wildlife"]; $0.action = "inspect"
                })
        case .request:
            .request(
                .with {
                    $0.instrument = "Agreement, article 4"
                    $0.facts = "A consignment without permits"
                    $0.offences = ["wildlife"]
                    $0.questions = ["Who is the consignor?"]
                    $0.urgency = "3d"
                })
        case .reply: .reply(.with { $0.text = "The consignor is known." })
        case .clarification: .clarification(.with { $0.question = "Which container?" })
        case .postponement:
            .postponement(
                .with {
                    $0.until = "2026-04-01"; $0.reason = "A court decides first."
                })
        case .refusal: .refusal(.with { $0.ground = "proportionality" })
        case .sighting:
            .sighting(
                .with {
                    $0.seenAt = "2026-02-28T10:00:00Z"; $0.text = "At the border"
                })
        case .feedback: .feedback(.with { $0.verdict = "led-to-seizure" })
        case .correction:
            .correction(
                .with {
                    $0.reason = "The weight was wrong."; $0.seizure = .with { $0.report = report }
                })
        case .handlingChange: .handlingChange(.with { $0.conditions = conditions })
        case .recall:
            .recall(
                .with {
                    $0.reason = "It was a mistake."; $0.erase = true
                })
        case .receipt:
            .receipt(
                .with {
                    $0.state = "read"; $0.at = "2026-03-01T00:00:00Z"
                })
        case .consentRequest:
            .consentRequest(
                .with {
                    $0.action = "release-onward"; $0.recipients = ["kh.customs"]; $0.reason = "They hunt it too."
                })
        case .consentGrant:
            .consentGrant(
                .with {
                    $0.action = "release-onward"; $0.recipients = ["kh.customs"]
                })
        case .consentDenial: .consentDenial(.with { $0.action = "use-in-court" })
        case .agreement:
            .agreement(
                .with {
                    let vn = try! TestAuthority("vn.customs")
                    $0.note = Data(try! SignedAgreement(proposing: agreement(), by: vn.signer).encoded)
                })
        case .erasure:
            .erasure(
                .with {
                    $0.erasedAt = "2026-02-28T10:00:00Z"; $0.reason = "expired"
                })
        }
    }

    static func notice(_ kind: NoticeKind, _ change: (inout Notice) -> Void) throws -> Notice {
        var notice = try notice(kind)
        change(&notice)
        return notice
    }

    static func notice(_ kind: NoticeKind, id: [UInt8] = id, of subject: [UInt8] = other) throws -> Notice {
        let body = try body(kind)
        return .with {
            $0.id = Data(id)
            $0.sender = "vn.customs"
            $0.recipients = ["kh.customs", "la.customs"]
            $0.createdAt = "2026-03-01T00:00:00Z"
            $0.subject = "A subject"
            $0.language = "en"
            if kind.coverage != nil { $0.conditions = conditions }
            if let relation = kind.relation {
                $0.references = [
                    .with {
                        $0.entryID = Data(subject); $0.authority = "vn.customs"; $0.relation = relation.rawValue
                    }
                ]
            }
            $0.body = body
        }
    }

    static let origin = NoticeOrigin(entryID: id, sender: "vn.customs", recipients: ["la.customs", "kh.customs"])
}
