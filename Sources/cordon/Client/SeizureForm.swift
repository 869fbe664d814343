internal import Customs
internal import Glibc

/// A seizure in ten questions, for an officer who stands at the counter. Enter skips a question, or keeps what was
/// answered before when the node found something wrong and the form is gone through again.
struct SeizureForm {
    private struct Question: Sendable {
        let key: String
        let text: String
        var codes: Set<String> = []
        var isRequired = false
        /// What is wrong with an answer, or nil.
        var check: @Sendable (String) -> String? = { _ in nil }
    }

    private static let questions: [Question] = [
        Question(key: "what", text: "What was seized?", isRequired: true),
        Question(
            key: "quantity", text: "How much, and in which unit (12.5 KGM; 300 H87 is pieces)?",
            check: { text in
                let parts = text.split(separator: " ")
                guard parts.count == 2, DecimalText.isValid(String(parts[0])) else {
                    return "A number and a unit, such as 12.5 KGM."
                }
                guard let unit = UnitCode(parts[1].uppercased()), unit.isKnown else {
                    return "A unit of UN/ECE Recommendation 20: KGM, GRM, LTR, H87 (pieces), MTR, MIL (thousands)."
                }
                return nil
            }),
        Question(
            key: "when", text: "When (Enter: now)?",
            check: { MomentReading.read($0) == nil ? "One of: \(MomentReading.help)." : nil }),
        Question(key: "place", text: "Where (a UN/LOCODE such as VNHPH, or words)?"),
        Question(key: "offence", text: "Which offence (? lists them; Enter: other)?", codes: Vocabulary.offence),
        Question(
            key: "direction", text: "Import, export, transit, transshipment, internal?", codes: Vocabulary.direction),
        Question(
            key: "conveyance",
            text: "Container, plate, VIN, IMO or flight number (“plate AB1234” where it could be another)?"),
        Question(
            key: "person", text: "Who (name, role, as in: Nguyen Van An, driver)?",
            check: { text in
                guard let role = SeizureForm.role(text) else { return nil }
                return Vocabulary.personRole.contains(role)
                    ? nil : "The role is one of: \(Vocabulary.personRole.sorted().joined(separator: ", "))."
            }),
        Question(
            key: "detection", text: "How was it found (? lists the reasons)?", codes: Vocabulary.detectionReason),
        Question(key: "case", text: "Into which case (Enter: a new one)?"),
    ]

    private(set) var answers: [String: String] = [:]

    /// Asks all ten. False when the input ends.
    mutating func ask() -> Bool {
        for (place, question) in Self.questions.enumerated() {
            guard let answer = ask(question, place + 1) else { return false }
            answers[question.key] = answer
        }
        return true
    }

    private func ask(_ question: Question, _ number: Int) -> String? {
        while true {
            let known = answers[question.key] ?? ""
            let hint = known.isEmpty ? "" : " [\(Display.safe(known))]"
            Self.prompt("\(number)/\(Self.questions.count) \(question.text)\(hint) ")
            guard let line = readLine() else { return nil }
            let answer = line.filter { !$0.isNewline }.split(separator: " ").joined(separator: " ")
            if answer == "?", !question.codes.isEmpty {
                Self.prompt("    \(question.codes.sorted().joined(separator: ", "))\n")
            } else if answer.isEmpty {
                if !known.isEmpty || !question.isRequired { return known }
                Self.prompt("    This is needed.\n")
            } else if answer == "-", !question.isRequired {
                return ""  // takes an earlier answer back
            } else if !question.codes.isEmpty, !question.codes.contains(answer.lowercased()) {
                Self.prompt("    One of: \(question.codes.sorted().joined(separator: ", "))\n")
            } else if let complaint = question.check(answer) {
                Self.prompt("    \(complaint)\n")
            } else {
                return question.codes.isEmpty ? answer : answer.lowercased()
            }
        }
    }

    static func confirm(_ question: String) -> Bool {
        prompt("\(question) ")
        let answer = readLine()?.lowercased() ?? "n"
        return answer.isEmpty || answer.hasPrefix("y")
    }

    private static func prompt(_ text: String) {
        _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    }

    private static func role(_ text: String) -> String? {
        guard let comma = text.lastIndex(of: ",") else { return nil }
        return text[text.index(after: comma)...].split(separator: " ").joined(separator: "-").lowercased()
    }

    /// The answers as options would give them.
    func fill(_ fields: inout SeizureFields) {
        func answer(_ key: String) -> String? { answers[key].flatMap { $0.isEmpty ? nil : $0 } }
        fields.what = answer("what")
        let amount = answer("quantity")?.split(separator: " ").map(String.init)
        fields.quantity = amount?[0]
        fields.unit = amount?[1].uppercased()
        fields.when = answer("when")
        fields.offence = answer("offence").map { [$0] } ?? []
        fields.direction = answer("direction")
        fields.detection = answer("detection")
        fields.locode = nil
        fields.place = nil
        if let place = answer("place") {
            if let code = UNLocode(place.uppercased()), place.utf8.count == 5, place == place.uppercased() {
                fields.locode = code.text
            } else {
                fields.place = place
            }
        }
        fields.person = []
        fields.personRole = nil
        if let person = answer("person") {
            fields.personRole = Self.role(person)
            fields.person = [String(person[..<(person.lastIndex(of: ",") ?? person.endIndex)])]
        }
        fill(conveyance: answer("conveyance"), &fields)
    }

    /// By the word in front of it, else by what its check digit says it is; else a plate.
    private func fill(conveyance text: String?, _ fields: inout SeizureFields) {
        (fields.container, fields.vin, fields.imo, fields.flight, fields.plate) = ([], nil, nil, nil, nil)
        guard let text else { return }
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        switch (words[0].lowercased(), words.count > 1 ? words[1] : nil) {
        case ("container", let number?): fields.container = [number]
        case ("plate", let number?): fields.plate = number
        case ("vin", let number?): fields.vin = number
        case ("imo", let number?): fields.imo = number
        case ("flight", let number?): fields.flight = number
        case _ where ContainerNumber.read(text).normalised != nil: fields.container = [text]
        case _ where Self.isValid(IMONumber.read(text)): fields.imo = text
        case _ where VIN.read(text).normalised != nil: fields.vin = text
        case _ where text.utf8.count <= 7 && FlightNumber.read(text).normalised != nil: fields.flight = text
        default: fields.plate = text
        }
    }

    private static func isValid(_ reading: IdentifierReading) -> Bool {
        if case .valid = reading { true } else { false }
    }
}
