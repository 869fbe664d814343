internal import ArgumentParser
internal import Schema
internal import SwiftProtobuf

/// A seizure in options: one line of goods, and whom and what it came with. What does not fit here goes with --from.
struct SeizureFields: ParsableArguments {
    @Option(help: "What was seized, in words.")
    var what: String?
    @Option(help: "How much, as a decimal number: 12.5")
    var quantity: String?
    @Option(help: "The unit of --quantity: KGM, GRM, LTR, H87 (pieces), or another of UN/ECE Recommendation 20.")
    var unit: String?
    @Option(help: "HS code of 2, 4 or 6 digits.")
    var hs: String?
    @Option(help: "What it is worth: --value 12000 --currency USD")
    var value: String?
    @Option(help: "ISO 4217.")
    var currency: String?
    @Option(help: "What it was declared as.")
    var declaredAs: String?
    @Option(help: "Scientific name of the species.")
    var species: String?
    @Option(help: "The brand.")
    var brand: String?
    @Option(help: "Country where the goods come from: VN")
    var origin: String?
    @Option(help: "When it was seized: \(MomentReading.help). Default: now.")
    var when: String?
    @Option(help: "Where, in words.")
    var place: String?
    @Option(help: "Where, as a UN/LOCODE: VNHPH")
    var locode: String?
    @Option(help: "narcotics, tobacco, wildlife, small-arms …; may be repeated. Default: other.")
    var offence: [String] = []
    @Option(help: "import, export, transit, transshipment, internal")
    var direction: String?
    @Option(help: "Container number, in any spelling; may be repeated.")
    var container: [String] = []
    @Option(help: "Licence plate of a vehicle.")
    var plate: String?
    @Option(help: "Country of --plate.")
    var plateCountry: String?
    @Option(help: "Vehicle identification number.")
    var vin: String?
    @Option(help: "IMO number of a vessel.")
    var imo: String?
    @Option(help: "Name of a vessel.")
    var vessel: String?
    @Option(help: "Flight number.")
    var flight: String?
    @Option(help: "Number of a postal or express item.")
    var parcel: String?
    @Option(help: "Number of a bill of lading.")
    var billOfLading: String?
    @Option(help: "Number of an air waybill.")
    var airWaybill: String?
    @Option(help: "Name of a person; may be repeated. --person-role and so on belong to the first.")
    var person: [String] = []
    @Option(help: "suspect, courier, driver, consignee …")
    var personRole: String?
    @Option(help: "Date of birth: 1980-05-17")
    var birthDate: String?
    @Option(help: "Nationality: two letters.")
    var nationality: String?
    @Option(help: "Number of a passport.")
    var passport: String?
    @Option(help: "Telephone number of the person, else of the company; may be repeated.")
    var phone: [String] = []
    @Option(help: "Name of a company; may be repeated. --company-role belongs to the first.")
    var company: [String] = []
    @Option(help: "consignor, consignee, carrier, declarant …")
    var companyRole: String?
    @Option(help: "risk-profile, tip-off, partner-intelligence, routine, random, post-clearance, other")
    var detection: String?
    @Option(help: "x-ray, scanner, dog, physical-search, document-check …; may be repeated.")
    var means: [String] = []
    @Option(help: "How it was hidden.")
    var concealment: String?
    @Option(help: "What happened, in a few sentences.")
    var summary: String?
    @Option(help: "Evaluation of source and information: B2")
    var evaluation: String?

    var isEmpty: Bool {
        let single = [
            what, quantity, unit, hs, value, currency, declaredAs, species, brand, origin, when, place, locode,
            direction,
            plate, plateCountry, vin, imo, vessel, flight, parcel, billOfLading, airWaybill, personRole, birthDate,
            nationality, passport, companyRole, detection, concealment, summary, evaluation,
        ]
        return single.allSatisfy { $0 == nil }
            && [offence, container, person, phone, company, means].allSatisfy(\.isEmpty)
    }

    func report() throws -> SeizureReport {
        guard let seized = MomentReading.read(when ?? "now") else {
            throw ValidationError("--when is \(MomentReading.help).")
        }
        guard (quantity == nil) == (unit == nil) else { throw ValidationError("--quantity and --unit go together.") }
        guard (value == nil) == (currency == nil) else { throw ValidationError("--value and --currency go together.") }
        return try .with {
            $0.seizedAt = seized
            $0.offences = offence.isEmpty ? ["other"] : offence
            $0.direction = direction ?? ""
            $0.summary = summary ?? ""
            $0.evaluation = evaluation ?? ""
            if let place { $0.place.name = place }
            if let locode { $0.place.locode = locode }
            if let detection { $0.detection.reason = detection }
            if !means.isEmpty { $0.detection.means = means }
            if let concealment { $0.concealment.method = concealment }
            $0.goods = [goods]
            $0.conveyances = conveyances
            $0.documents = documents
            let nominal = try nominal()
            if nominal != NominalPart() { $0.nominal = nominal }
        }
    }

    private var goods: GoodsLine {
        .with {
            $0.description_p = what ?? ""
            $0.hsCode = hs ?? ""
            $0.brand = brand ?? ""
            $0.declaredAs = declaredAs ?? ""
            $0.originCountry = origin ?? ""
            if let species { $0.species.scientificName = species }
            if let quantity, let unit {
                $0.quantity.amount = quantity
                $0.quantity.unit = unit
            }
            if let value, let currency {
                $0.value.amount = value
                $0.value.currency = currency
            }
        }
    }

    private var conveyances: [Conveyance] {
        var all = container.map { number in
            Conveyance.with {
                $0.kind = "container"
                $0.containerNumber = number
            }
        }
        func add(_ kind: String, _ present: [String?], _ fill: (inout Conveyance) -> Void) {
            guard present.contains(where: { $0 != nil }) else { return }
            var conveyance = Conveyance.with { $0.kind = kind }
            fill(&conveyance)
            all.append(conveyance)
        }
        add("vehicle", [plate, vin, plateCountry]) {
            $0.plate = plate ?? ""
            $0.plateCountry = plateCountry ?? ""
            $0.vin = vin ?? ""
        }
        add("vessel", [imo, vessel]) {
            $0.imoNumber = imo ?? ""
            $0.name = vessel ?? ""
        }
        add("aircraft", [flight]) { $0.flight = flight ?? "" }
        add("parcel", [parcel]) { $0.parcelNumber = parcel ?? "" }
        return all
    }

    private var documents: [Document] {
        [("bill-of-lading", billOfLading), ("air-waybill", airWaybill)].compactMap { kind, number in
            number.map { number in
                .with {
                    $0.kind = kind
                    $0.number = number
                }
            }
        }
    }

    private func nominal() throws -> NominalPart {
        var part = NominalPart()
        part.persons = person.map { name in .with { $0.name = name } }
        let describesPerson = [personRole, birthDate, nationality, passport].contains { $0 != nil }
        if part.persons.isEmpty, describesPerson || !phone.isEmpty && company.isEmpty {
            part.persons.append(Person())
        }
        if !part.persons.isEmpty {
            part.persons[0].role = personRole ?? ""
            part.persons[0].birthDate = birthDate ?? ""
            part.persons[0].nationality = nationality ?? ""
            part.persons[0].phones = phone
            if let passport {
                part.persons[0].documents = [
                    .with {
                        $0.kind = "passport"
                        $0.number = passport
                    }
                ]
            }
        }
        part.companies = company.map { name in .with { $0.name = name } }
        guard companyRole == nil || !company.isEmpty else {
            throw ValidationError("--company-role belongs to a --company.")
        }
        if !part.companies.isEmpty {
            part.companies[0].role = companyRole ?? ""
            if part.persons.isEmpty { part.companies[0].phones = phone }
        }
        return part
    }
}
