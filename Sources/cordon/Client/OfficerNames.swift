internal import ArgumentParser
internal import Schema

/// Officers by login and by number, so that nobody has to type or read numbers.
struct OfficerNames {
    private var officers: [OfficerView] = []

    /// A token may not have the right to read the list; numbers do then.
    init(_ api: APIClient) async throws {
        do {
            officers = try await api.get("/officers", as: OfficerList.self).message.officers
        } catch let failure as ClientFailure where failure.status == 403 {
            officers = []
        }
    }

    /// The login, or the number where it is not known. Nobody is a hyphen.
    subscript(number: UInt64) -> String {
        number == 0 ? "-" : officers.first { $0.number == number }?.login ?? "#\(number)"
    }

    func officer(_ login: String) -> OfficerView? {
        officers.first { $0.login == login.lowercased() } ?? officers.first { String($0.number) == login }
    }

    func number(_ login: String) throws -> UInt64 {
        if let officer = officer(login) { return officer.number }
        // A number names an officer even to a token that may not list them.
        if officers.isEmpty, let number = UInt64(login) { return number }
        throw ClientFailure(.refused, "there is no officer “\(login)”: cordon officer list")
    }
}
