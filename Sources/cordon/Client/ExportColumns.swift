internal import Schema

/// The columns of `cordon export --format csv`, in their order: one row for each line of goods, with what belongs to the
/// report repeated. Deployments/mappings/cordon-csv.json reads them back. New columns come at the end.
///
/// A table has no place for lists in lists: the first few legs, conveyances, documents, persons and companies have
/// columns of their own, and `not_shown` counts the others. JSON Lines leave nothing out.
struct ExportColumn: Sendable {
    static let legs = 3
    static let conveyances = 3
    static let documents = 2
    static let persons = 2
    static let companies = 2
    static let listSeparator = ";"

    let name: String
    let value: @Sendable (SeizureReport, GoodsLine) -> String

    init(_ name: String, _ value: @escaping @Sendable (SeizureReport, GoodsLine) -> String) {
        self.name = name
        self.value = value
    }

    static let all: [ExportColumn] =
        report
        + (0..<legs).flatMap(leg) + (0..<conveyances).flatMap(conveyance) + (0..<documents).flatMap(document)
        + (0..<persons).flatMap(person) + (0..<companies).flatMap(company) + goods
        + [ExportColumn("not_shown") { report, _ in notShown(report) }]

    /// The rows of one report.
    static func rows(of report: SeizureReport) -> [[String]] {
        let lines = report.goods.isEmpty ? [GoodsLine()] : report.goods
        return lines.map { line in all.map { $0.value(report, line) } }
    }

    private static func list(_ texts: [String]) -> String { texts.joined(separator: listSeparator) }

    private static let report: [ExportColumn] = [
        .init("report_id") { report, _ in report.id },
        // Where it came from, or this node: what an import recognises it by.
        .init("source") { report, _ in hasSource(report) ? report.provenance.source : RecordReader.exportName },
        .init("source_key") { report, _ in hasSource(report) ? report.provenance.key : report.id },
        .init("authority") { report, _ in report.authority },
        .init("office") { report, _ in report.office },
        .init("status") { report, _ in report.status },
        .init("seized_at") { report, _ in report.seizedAt },
        .init("reported_at") { report, _ in report.reportedAt },
        .init("place_locode") { report, _ in report.place.locode },
        .init("place_country") { report, _ in report.place.country },
        .init("place_name") { report, _ in report.place.name },
        .init("place_latitude") { report, _ in report.place.latitude },
        .init("place_longitude") { report, _ in report.place.longitude },
        .init("place_kind") { report, _ in report.place.kind },
        .init("offences") { report, _ in list(report.offences) },
        .init("direction") { report, _ in report.direction },
        .init("procedure") { report, _ in report.procedure },
        .init("legal_basis") { report, _ in report.legalBasis },
        .init("operation") { report, _ in report.operation },
        .init("detection_reason") { report, _ in report.detection.reason },
        .init("detection_means") { report, _ in list(report.detection.means) },
        .init("detection_score") { report, _ in report.detection.score },
        .init("detection_model") { report, _ in report.detection.model },
        .init("concealment_place") { report, _ in report.concealment.place },
        .init("concealment_method") { report, _ in report.concealment.method },
        .init("concealment_packing") { report, _ in report.concealment.packing },
        .init("summary") { report, _ in report.summary },
        .init("evaluation") { report, _ in report.evaluation },
    ]

    private static func hasSource(_ report: SeizureReport) -> Bool {
        !report.provenance.source.isEmpty && !report.provenance.key.isEmpty
    }

    /// Columns of one element of a list, empty where there is none.
    private static func columns<Element>(
        _ prefix: String, _ place: Int, _ list: @escaping @Sendable (SeizureReport) -> [Element],
        _ parts: [(String, @Sendable (Element) -> String)]
    ) -> [ExportColumn] {
        parts.map { name, value in
            ExportColumn("\(prefix)_\(place + 1)_\(name)") { report, _ in
                let elements = list(report)
                return place < elements.count ? value(elements[place]) : ""
            }
        }
    }

    private static func leg(_ place: Int) -> [ExportColumn] {
        columns(
            "route", place, { $0.route },
            [
                ("role", { $0.role }), ("locode", { $0.place.locode }), ("country", { $0.place.country }),
                ("name", { $0.place.name }), ("mode", { $0.mode }), ("date", { $0.date }),
            ])
    }

    private static func conveyance(_ place: Int) -> [ExportColumn] {
        columns(
            "conveyance", place, { $0.conveyances },
            [
                ("kind", { $0.kind }), ("container", { $0.containerNumber }), ("seals", { list($0.seals) }),
                ("name", { $0.name }), ("imo", { $0.imoNumber }), ("flag", { $0.flag }), ("voyage", { $0.voyage }),
                ("registration", { $0.registration }), ("flight", { $0.flight }), ("plate", { $0.plate }),
                ("plate_country", { $0.plateCountry }), ("vin", { $0.vin }), ("wagon", { $0.wagon }),
                ("parcel", { $0.parcelNumber }), ("make", { $0.make }), ("evaluation", { $0.evaluation }),
            ])
    }

    private static func document(_ place: Int) -> [ExportColumn] {
        columns(
            "document", place, { $0.documents },
            [
                ("kind", { $0.kind }), ("number", { $0.number }), ("country", { $0.country }), ("date", { $0.date }),
            ])
    }

    private static func person(_ place: Int) -> [ExportColumn] {
        columns(
            "person", place, { $0.nominal.persons },
            [
                ("name", { $0.name }), ("transliterated", { $0.transliterated }), ("aliases", { list($0.aliases) }),
                ("role", { $0.role }), ("birth_date", { $0.birthDate }), ("nationality", { $0.nationality }),
                ("document_kind", { $0.documents.first?.kind ?? "" }),
                ("document_number", { $0.documents.first?.number ?? "" }),
                ("document_country", { $0.documents.first?.country ?? "" }), ("phones", { list($0.phones) }),
                ("emails", { list($0.emails) }), ("accounts", { list($0.accounts) }),
                ("address", { $0.addresses.first?.text ?? "" }), ("evaluation", { $0.evaluation }),
            ])
    }

    private static func company(_ place: Int) -> [ExportColumn] {
        columns(
            "company", place, { $0.nominal.companies },
            [
                ("name", { $0.name }), ("other_names", { list($0.otherNames) }), ("registration", { $0.registration }),
                ("country", { $0.country }), ("role", { $0.role }), ("phones", { list($0.phones) }),
                ("emails", { list($0.emails) }), ("accounts", { list($0.accounts) }), ("lei", { $0.lei }),
                ("address", { $0.addresses.first?.text ?? "" }), ("evaluation", { $0.evaluation }),
            ])
    }

    private static let goods: [ExportColumn] = [
        .init("line") { _, line in line.number == 0 ? "" : String(line.number) },
        .init("category") { _, line in line.category },
        .init("description") { _, line in line.description_p },
        .init("hs_code") { _, line in line.hsCode },
        .init("quantity") { _, line in line.quantity.amount },
        .init("unit") { _, line in line.quantity.unit },
        .init("net_mass") { _, line in line.netMass },
        .init("gross_mass") { _, line in line.grossMass },
        .init("value") { _, line in line.value.amount },
        .init("currency") { _, line in line.value.currency },
        .init("packages") { _, line in line.packages.first.map { String($0.count) } ?? "" },
        .init("package_kind") { _, line in line.packages.first?.kind ?? "" },
        .init("brand") { _, line in line.brand },
        .init("right_holder") { _, line in line.rightHolder },
        .init("purity") { _, line in line.purity },
        .init("cas_number") { _, line in line.casNumber },
        .init("species_scientific_name") { _, line in line.species.scientificName },
        .init("species_common_name") { _, line in line.species.commonName },
        .init("cites_appendix") { _, line in line.species.citesAppendix },
        .init("specimen") { _, line in line.species.specimen },
        .init("species_source") { _, line in line.species.source },
        .init("firearm_make") { _, line in line.firearm.make },
        .init("firearm_model") { _, line in line.firearm.model },
        .init("firearm_calibre") { _, line in line.firearm.calibre },
        .init("firearm_serial") { _, line in line.firearm.serial },
        .init("serial_numbers") { _, line in list(line.serialNumbers) },
        .init("declared_as") { _, line in line.declaredAs },
        .init("origin_country") { _, line in line.originCountry },
        .init("goods_evaluation") { _, line in line.evaluation },
    ]

    private static func notShown(_ report: SeizureReport) -> String {
        let counts = [
            ("legs", report.route.count - legs), ("conveyances", report.conveyances.count - conveyances),
            ("documents", report.documents.count - documents),
            ("persons", report.nominal.persons.count - persons),
            ("companies", report.nominal.companies.count - companies),
        ]
        return counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    }
}
