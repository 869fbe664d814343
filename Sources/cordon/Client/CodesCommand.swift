internal import ArgumentParser
internal import Customs
internal import Interchange
internal import Schema
internal import SwiftProtobuf

struct CodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codes", abstract: "Code lists that reports are checked against.",
        subcommands: [CodesListCommand.self, CodesImportCommand.self])
}

struct CodesListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the code lists and how many codes are loaded.",
        discussion: "Example: cordon codes list\n\n\(ClientFailure.exitCodes)")

    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        let answer = try await api.get("/codes", as: CodeListing.self)
        if api.printJSON(answer) { return }
        var table = Table("LIST", "CODES")
        for list in answer.message.lists { table.add(list.list, list.loaded ? String(list.count) : "not loaded") }
        table.print(orElse: "The node knows no lists.")
    }
}

struct CodesImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Replace a code list with that of a file.",
        subcommands: [
            CodesImportHS.self, CodesImportLocations.self, CodesImportCountries.self, CodesImportCurrencies.self,
        ])
}

struct CodesImportHS: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "hs", abstract: "Replace the Harmonized System's list.",
        discussion: """
            FILE is CSV with the columns hscode, description and level, of which rows of level 2, 4 and 6 are taken,
            but not those of chapters 77, 98 and 99.

            Example: cordon codes import hs harmonized-system.csv

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The file; - for standard input.")
    var file: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        try await CodeFile.send("hs", Self.read(ClientInput.bytes(file)), api)
    }

    private static func read(_ bytes: [UInt8]) throws -> [CodeEntry] {
        var entries: [CodeEntry] = []
        var reader = CSVReader()
        var places: [Int]?
        func take(_ record: CSVRecord) throws {
            if let refusal = record.refusal { throw refusal }
            if places == nil {
                places = try ["hscode", "description", "level"].map { name in
                    guard let place = record.columns.firstIndex(of: name) else {
                        throw ClientFailure(.refused, "the file lacks the column “\(name)”")
                    }
                    return place
                }
            }
            let cells = places!.map { record.text($0) }
            // Chapters 77, 98 and 99 are reserved, or for each country to fill.
            guard ["2", "4", "6"].contains(cells[2]), !["77", "98", "99"].contains(cells[0].prefix(2)) else { return }
            guard let code = HSCode(cells[0]), code.digits.utf8.count == Int(cells[2]) else {
                throw ClientFailure(.refused, "line \(record.line): the code does not have \(cells[2]) digits")
            }
            entries.append(CodeFile.entry(code.digits, cells[1]))
        }
        do {
            try reader.feed(bytes, take)
            try reader.finish(take)
        } catch let error as InterchangeError {
            throw ClientFailure(.refused, error.description)
        }
        return entries
    }
}

struct CodesImportLocations: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlocode", abstract: "Replace the list of UN/LOCODEs.",
        discussion: """
            FILE has a code on each line. Example: cordon codes import unlocode un-locode-codes.txt

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The file; - for standard input.")
    var file: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        var entries: [CodeEntry] = []
        let lines = try ClientInput.bytes(file).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let text = String(decoding: line.filter { $0 != 0x0D && $0 != 0x20 }, as: UTF8.self)
            if text.isEmpty { continue }
            guard let code = UNLocode(text) else {
                throw ClientFailure(.refused, "line \(number + 1): this is no UN/LOCODE, such as VNHPH")
            }
            entries.append(CodeFile.entry(code.text, ""))
        }
        try await CodeFile.send("unlocode", entries, api)
    }
}

struct CodesImportCountries: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "countries", abstract: "Add countries of ISO 3166-1 to those that are built in.",
        discussion: """
            FILE is the list of Debian's package iso-codes.

            Example: cordon codes import countries /usr/share/iso-codes/json/iso_3166-1.json

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The file; - for standard input.")
    var file: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        try await CodeFile.send("countries", ISOCodes.read(file, "3166-1", code: "alpha_2", length: 2), api)
    }
}

struct CodesImportCurrencies: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "currencies", abstract: "Add currencies of ISO 4217 to those that are built in.",
        discussion: """
            FILE is the list of Debian's package iso-codes.

            Example: cordon codes import currencies /usr/share/iso-codes/json/iso_4217.json

            \(ClientFailure.exitCodes)
            """)

    @Argument(help: "The file; - for standard input.")
    var file: String
    @OptionGroup var client: ClientOptions

    func run(_ api: APIClient) async throws {
        try await CodeFile.send("currencies", ISOCodes.read(file, "4217", code: "alpha_3", length: 3), api)
    }
}

/// The JSON files of iso-codes (https://salsa.debian.org/iso-codes-team/iso-codes): one member, named by the standard,
/// with a list of objects.
private enum ISOCodes {
    static func read(_ file: String, _ standard: String, code name: String, length: Int) throws -> [CodeEntry] {
        guard let list = try ClientInput.json(file).object?[standard]?.array else {
            throw ClientFailure(.refused, "the file holds no list of ISO \(standard)")
        }
        return try list.enumerated().map { place, entry in
            guard let code = entry.object?[name]?.string, code.utf8.count == length,
                code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
            else {
                throw ClientFailure(
                    .refused, "entry \(place + 1): \(name) is not \(length) capital letters")
            }
            return CodeFile.entry(code, entry.object?["name"]?.string ?? "")
        }
    }
}

private enum CodeFile {
    static func entry(_ code: String, _ text: String) -> CodeEntry {
        .with {
            $0.code = code
            $0.text = text
        }
    }

    /// The whole list at once: it is replaced, or stays as it was.
    static func send(_ list: String, _ entries: [CodeEntry], _ api: APIClient) async throws {
        guard !entries.isEmpty else { throw ClientFailure(.refused, "there is no code in the file") }
        let progress = Terminal.Progress("Sending")
        progress.update(0, UInt64(entries.count))
        let upload = CodeUpload.with { $0.codes = entries }
        let answer = try await api.send(
            .init(method: "PUT", path: "/codes/\(list)", body: try upload.jsonUTF8Bytes()), as: CodeListing.self)
        withExtendedLifetime(progress) {}
        if api.printJSON(answer) { return }
        print("\(list): \(entries.count) codes")
    }
}
