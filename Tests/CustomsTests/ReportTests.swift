import Customs
import Schema
import SwiftProtobuf
import TestSupport
import Testing

private let now: UInt64 = 1_795_000_000_000

private func good() -> SeizureReport {
    .with {
        $0.authority = "VN"
        $0.status = "seized"
        $0.seizedAt = "2026-03-01T08:30:00+07:00"
        $0.offences = ["wildlife"]
        $0.goods = [.with { $0.description_p = "Tusk" }]
    }
}

/// The findings on a good report that was changed in one place.
private func findings(
    codes: any CodeLists = NoCodeLists(), _ change: (inout SeizureReport) -> Void
) -> [Finding] {
    var report = good()
    change(&report)
    return report.normaliseAndValidate(codes: codes, nowMilliseconds: now)
}

private struct Lists: CodeLists {
    func look(up code: String, in list: CodeList) -> CodeLookup {
        ["050710", "VNHPH"].contains(code) ? .known("known") : .unknown
    }
}

@Suite struct ReportTests {
    @Test func aGoodReportIsTakenAsItIs() {
        #expect(findings { _ in }.isEmpty)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let pointer: String
        let strength: Finding.Strength
        let change: @Sendable (inout SeizureReport) -> Void
        var testDescription: String { "\(strength.name) \(pointer)" }

        init(
            _ strength: Finding.Strength, _ pointer: String, _ change: @escaping @Sendable (inout SeizureReport) -> Void
        ) {
            self.pointer = pointer
            self.strength = strength
            self.change = change
        }
    }

    static let cases: [Case] = [
        Case(.reject, "/authority") { $0.authority = " " },
        Case(.reject, "/status") { $0.status = "lost" },
        Case(.reject, "/seizedAt") { $0.seizedAt = "" },
        Case(.reject, "/seizedAt") { $0.seizedAt = "2026-02-30" },
        Case(.reject, "/seizedAt") { $0.seizedAt = "2027-02-01" },
        Case(.warn, "/reportedAt") { $0.reportedAt = "2026-03-01T01:00:00Z" },
        Case(.reject, "/offences") { $0.offences = [] },
        Case(.reject, "/offences/1") { $0.offences = ["wildlife", "magic"] },
        Case(.reject, "/direction") { $0.direction = "up" },
        Case(.reject, "/evaluation") { $0.evaluation = "D5" },
        Case(.reject, "/goods") { $0.goods = [] },
        Case(.reject, "/goods/0/description") { $0.goods = [GoodsLine()] },
        Case(.reject, "/goods/0/hsCode") { $0.goods[0].hsCode = "7701" },
        Case(.hint, "") { $0.goods[0].hsCode = "050710" },
        Case(.reject, "/goods/0/quantity/amount") { $0.goods[0].quantity = .with { $0.amount = "1e5" } },
        Case(.reject, "/goods/0/quantity/unit") {
            $0.goods[0].quantity = .with {
                $0.amount = "1"
                $0.unit = "kilo!"
            }
        },
        Case(.warn, "/goods/0/quantity/unit") {
            $0.goods[0].quantity = .with {
                $0.amount = "1"
                $0.unit = "ZZ9"
            }
        },
        Case(.reject, "/goods/0/value/currency") { $0.goods[0].value = .with { $0.amount = "1" } },
        Case(.warn, "/goods/0/netMass") {
            $0.goods[0].netMass = "5"
            $0.goods[0].grossMass = "4"
        },
        Case(.reject, "/goods/0/purity") { $0.goods[0].purity = "101" },
        Case(.warn, "/goods/0/casNumber") { $0.goods[0].casNumber = "50-36-3" },
        Case(.reject, "/goods/0/species/citesAppendix") { $0.goods[0].species.citesAppendix = "IV" },
        Case(.hint, "/goods/0/firearm") { $0.offences = ["small-arms"] },
        Case(.reject, "/goods/0/originCountry") { $0.goods[0].originCountry = "QQ" },
        Case(.reject, "/place/locode") { $0.place.locode = "HANOI CITY" },
        Case(.warn, "/place/country") {
            $0.place.locode = "VNHPH"
            $0.place.country = "LA"
        },
        Case(.reject, "/place/latitude") {
            $0.place.latitude = "91"
            $0.place.longitude = "1"
        },
        Case(.reject, "/place") { $0.place.latitude = "20.8" },
        Case(.reject, "/route/0/role") { $0.route = [RouteLeg()] },
        Case(.reject, "/route") { $0.route = [.with { $0.role = "origin" }, .with { $0.role = "origin" }] },
        Case(.reject, "/route/0/mode") {
            $0.route = [
                .with {
                    $0.role = "transit"
                    $0.mode = "boat"
                }
            ]
        },
        Case(.reject, "/route/0/conveyance") {
            $0.route = [
                .with {
                    $0.role = "transit"
                    $0.conveyance = 1
                }
            ]
        },
        Case(.warn, "/conveyances/0/containerNumber") {
            $0.conveyances = [
                .with {
                    $0.kind = "container"
                    $0.containerNumber = "CSQU3054384"
                }
            ]
        },
        Case(.reject, "/conveyances/0/containerNumber") {
            $0.conveyances = [
                .with {
                    $0.kind = "container"
                    $0.containerNumber = "BOX 1"
                }
            ]
        },
        Case(.warn, "/conveyances/0/vin") {
            $0.conveyances = [
                .with {
                    $0.kind = "vehicle"
                    $0.vin = "1M8GDM9A0KP042788"
                }
            ]
        },
        Case(.hint, "/conveyances/0/containerNumber") { $0.conveyances = [.with { $0.kind = "container" }] },
        Case(.reject, "/documents/0/number") { $0.documents = [.with { $0.kind = "invoice" }] },
        Case(.warn, "/detection/model") { $0.detection.score = "0.9" },
        Case(.reject, "/detection/score") { $0.detection.score = "1.1" },
        Case(.reject, "/detection/means/0") { $0.detection.means = ["magic"] },
        Case(.reject, "/nominal/persons/0/name") { $0.nominal.persons = [Person()] },
        Case(.reject, "/nominal/persons/0/birthDate") {
            $0.nominal.persons = [
                .with {
                    $0.name = "A B"
                    $0.birthDate = "1985-02-29"
                }
            ]
        },
        Case(.warn, "/nominal/persons/0/accounts/0") {
            $0.nominal.persons = [
                .with {
                    $0.name = "A B"
                    $0.accounts = ["GB82WEST12345698765433"]
                }
            ]
        },
        Case(.reject, "/nominal/companies/0/name") { $0.nominal.companies = [Company()] },
        Case(.reject, "/summary") { $0.summary = String(repeating: "x", count: 20_001) },
        Case(.reject, "/office") { $0.office = "two\nlines" },
    ]

    @Test(arguments: cases) func eachFaultIsNamed(_ fault: Case) {
        let findings = findings(fault.change)
        #expect(
            findings.contains { $0.pointer == fault.pointer && $0.strength == fault.strength },
            "\(findings.map(\.description))")
        if fault.strength != .reject { #expect(!findings.contains { $0.strength == .reject }) }
    }

    @Test func listsAreUsedWhereTheyAreLoaded() {
        #expect(findings(codes: Lists()) { $0.goods[0].hsCode = "0507.10" }.isEmpty)
        #expect(findings(codes: Lists()) { $0.goods[0].hsCode = "050790" }.map(\.strength) == [.warn])
        #expect(findings(codes: Lists()) { $0.place.locode = "VN HPH" }.isEmpty)
    }

    @Test func everyFieldGetsItsOneSpelling() {
        var report = good()
        report.status = "Seized"
        report.conveyances = [
            .with {
                $0.kind = "Container"
                $0.containerNumber = "csqu 305438-3"
            }
        ]
        report.nominal.persons = [
            .with {
                $0.phones = ["+84 (912) 345-678"]
                $0.documents = [
                    .with {
                        $0.mrz = """
                            P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
                            L898902C36UTO7408122F1204159ZE184226B<<<<<10
                            """
                    }
                ]
            }
        ]
        #expect(
            !report.normaliseAndValidate(codes: NoCodeLists(), nowMilliseconds: now).contains { $0.strength == .reject }
        )
        #expect(report.status == "seized" && report.conveyances[0].kind == "container")
        #expect(report.conveyances[0].containerNumber == "CSQU3054383")
        let person = report.nominal.persons[0]
        #expect(person.id == "P1" && person.phones == ["+84912345678"])
        #expect(person.name == "ERIKSSON ANNA MARIA" && person.birthDate == "1974-08-12")
        #expect(person.documents[0].number == "L898902C3")
        // Once more changes nothing.
        var again = report
        _ = again.normaliseAndValidate(codes: NoCodeLists(), nowMilliseconds: now)
        #expect(again == report)
    }

    @Test func momentsAreReadStrictly() {
        #expect(Moment(parsing: "1970-01-01T00:00:00Z")?.milliseconds == 0)
        #expect(Moment(parsing: "2026-03-01T08:30:00+07:00")?.milliseconds == 1_772_328_600_000)
        #expect(Moment(parsing: "2026-03-01T01:30:00.250Z")?.milliseconds == 1_772_328_600_250)
        #expect(Moment(parsing: "2024-02-29")?.isDay == true)
        for text in [
            "2023-02-29", "2026-13-01", "2026-00-10", "2026-01-32", "2026-1-1", "2026-01-01T24:00:00Z",
            "2026-01-01T10:60:00Z", "2026-01-01T10:00:00", "2026-01-01 10:00:00Z", "2026-01-01T10:00:00+7",
            "1969-12-31", "", "２０２６-01-01", "2026-01-01T10:00:00.Z",
        ] {
            #expect(Moment(parsing: text) == nil, "\(text)")
        }
        var generator = SeededGenerator(Places.seed)
        for _ in 0..<2_000 {
            let milliseconds = UInt64.random(in: 0..<32_503_680_000, using: &generator) * 1000
            let moment = Moment(milliseconds: milliseconds)
            #expect(Moment(parsing: moment.text)?.milliseconds == milliseconds)
        }
    }
}
