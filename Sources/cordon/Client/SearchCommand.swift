internal import ArgumentParser
internal import Schema
internal import SwiftProtobuf

/// What narrows a search or an export.
struct FilterOptions: ParsableArguments {
    @Option(name: .customLong("from"), help: "Seized on this day or later: 2026-03-01")
    var from: String?
    @Option(name: .customLong("to"), help: "Seized on this day or before.")
    var to: String?
    @Option(help: "narcotics, tobacco, wildlife …")
    var offence: String?
    @Option(help: "Goods of this HS code, of 2, 4 or 6 digits.")
    var hs: String?
    @Option(help: "A country on the route, of origin, or of the seizure: two letters.")
    var country: String?
    @Option(help: "UN/LOCODE of a place.")
    var locode: String?
    @Option(help: "The office that reported.")
    var office: String?
    @Option(help: "detained, seized, forfeited, released, destroyed")
    var status: String?
    @Option(help: "The name of an import's source.")
    var source: String?

    var request: SearchRequest {
        .with {
            $0.from = from ?? ""
            $0.to = to ?? ""
            $0.offence = offence ?? ""
            $0.hs = hs ?? ""
            $0.country = country ?? ""
            $0.locode = locode ?? ""
            $0.office = office ?? ""
            $0.status = status ?? ""
            $0.source = source ?? ""
        }
    }

    var isEmpty: Bool { request == SearchRequest() }
}

struct SearchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find reports and cases.",
        discussion: """
            TEXT is a number in any spelling, a name, words, or the id of a report or case. Names are found in other \
            spellings too, with the score beside them; --exact leaves those out. Filters may stand alone. Every \
            search is recorded, with its --reason.

            Examples: cordon search "csqu 305438-3"; cordon search "Nguyen Van An" --from 2026-01-01; \
            cordon search --offence wildlife --country LA --all

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "What to look for.")
    var text: [String] = []
    @OptionGroup(title: "Filters") var filters: FilterOptions
    @Option(help: "Only identifiers of this scheme: container, vin, plate, phone, person-name …")
    var scheme: String?
    @Flag(help: "Names only as they are written.")
    var exact = false
    @Option(help: "Why you look.")
    var reason: String?
    @Option(help: "Results on a page, 100 at most.")
    var limit: UInt32 = 20
    @Option(help: "Where the page before ended.")
    var cursor: String?
    @Flag(help: "Every page, to the end.")
    var all = false
    @OptionGroup(title: "The node") var client: ClientOptions

    func run(_ api: APIClient) async throws {
        var query = filters.request
        query.text = text.joined(separator: " ")
        query.scheme = scheme ?? ""
        query.exact = exact
        query.reason = reason ?? ""
        query.limit = all ? 100 : limit
        query.cursor = cursor ?? ""
        var table = Table("REPORT", "CASE", "WHEN", "WHERE", "MET", "SCORE", "WHAT")
        var answer: APIClient.Answer<SearchAnswer>
        repeat {
            answer = try await api.post("/search", query, as: SearchAnswer.self)
            query.cursor = answer.message.next
            if api.printJSON(answer) { continue }
            for result in answer.message.results {
                table.add(
                    result.reportID.isEmpty ? "-" : result.reportID, result.caseID,
                    Display.time(result.report.seizedAt), ReportText.place(result.report), result.met,
                    ReportText.score(result.score),
                    result.reportID.isEmpty ? result.title : ReportText.goods(result.report))
            }
        } while all && !answer.message.next.isEmpty
        if answer.message.incomplete {
            Terminal.printError("This much took long already: narrow it, or go on.")
        }
        if api.json { return }
        table.print(orElse: "Nothing was found.")
        if !answer.message.next.isEmpty {
            Terminal.printError("There is more: --cursor \(answer.message.next), or --all")
        }
    }
}

/// A report in a cell of a table.
enum ReportText {
    static func goods(_ report: SeizureReport) -> String {
        guard let line = report.goods.first else { return "" }
        let names = [
            line.description_p, line.species.scientificName, line.species.commonName, line.category, line.hsCode,
        ]
        let amount = line.hasQuantity ? "\(line.quantity.amount) \(line.quantity.unit) " : ""
        let more = report.goods.count > 1 ? " and \(report.goods.count - 1) more" : ""
        return amount + Display.short(names.first { !$0.isEmpty } ?? "", 60) + more
    }

    static func place(_ report: SeizureReport) -> String {
        [report.place.locode, report.place.name, report.place.country].first { !$0.isEmpty } ?? "-"
    }

    static func score(_ score: Double) -> String {
        let hundredths = Int((min(max(score, 0), 1) * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
