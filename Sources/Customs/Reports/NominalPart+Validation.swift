package import Schema

extension ReportCheck {
    package mutating func nominal(_ nominal: inout NominalPart) {
        count(nominal.persons.count, "/nominal/persons")
        for index in nominal.persons.indices {
            nominal.persons[index].id = "P\(index + 1)"
            person(&nominal.persons[index], "/nominal/persons/\(index)")
        }
        count(nominal.companies.count, "/nominal/companies")
        for index in nominal.companies.indices {
            nominal.companies[index].id = "F\(index + 1)"
            company(&nominal.companies[index], "/nominal/companies/\(index)")
        }
    }

    private mutating func person(_ person: inout Person, _ pointer: @autoclosure () -> String) {
        line(&person.name, "\(pointer())/name")
        line(&person.transliterated, "\(pointer())/transliterated")
        lines(&person.aliases, "\(pointer())/aliases")
        birthDate(&person.birthDate, "\(pointer())/birthDate")
        country(&person.nationality, "\(pointer())/nationality")
        code(&person.role, "\(pointer())/role", Vocabulary.personRole)
        count(person.documents.count, "\(pointer())/documents", upTo: 50)
        for index in person.documents.indices {
            var document = person.documents[index]
            identityDocument(&document, &person, "\(pointer())/documents/\(index)")
            person.documents[index] = document
        }
        contacts(&person.addresses, &person.phones, &person.emails, &person.accounts, pointer())
        evaluation(&person.evaluation, "\(pointer())/evaluation")
        if person.name.isEmpty, person.documents.isEmpty, person.phones.isEmpty, person.accounts.isEmpty,
            person.emails.isEmpty, person.aliases.isEmpty
        {
            reject("\(pointer())/name", "missing", "a person has a name, or something else they are known by")
        }
    }

    private mutating func company(_ company: inout Company, _ pointer: @autoclosure () -> String) {
        line(&company.name, "\(pointer())/name", required: true)
        lines(&company.otherNames, "\(pointer())/otherNames")
        line(&company.registration, "\(pointer())/registration")
        country(&company.country, "\(pointer())/country")
        code(&company.role, "\(pointer())/role", Vocabulary.companyRole)
        identifier(&company.lei, LegalEntityIdentifier.self, "\(pointer())/lei")
        contacts(&company.addresses, &company.phones, &company.emails, &company.accounts, pointer())
        evaluation(&company.evaluation, "\(pointer())/evaluation")
    }

    private mutating func lines(_ texts: inout [String], _ pointer: @autoclosure () -> String) {
        count(texts.count, pointer(), upTo: 100)
        for index in texts.indices { line(&texts[index], "\(pointer())/\(index)") }
    }

    private mutating func contacts(
        _ addresses: inout [Address], _ phones: inout [String], _ emails: inout [String], _ accounts: inout [String],
        _ pointer: @autoclosure () -> String
    ) {
        count(addresses.count, "\(pointer())/addresses", upTo: 100)
        for index in addresses.indices {
            let place = "\(pointer())/addresses/\(index)"
            text(&addresses[index].text, "\(place)/text", upTo: 1_000)
            line(&addresses[index].city, "\(place)/city")
            country(&addresses[index].country, "\(place)/country")
        }
        identifiers(&phones, PhoneNumber.self, "\(pointer())/phones", strict: false)
        identifiers(&emails, EmailAddress.self, "\(pointer())/emails", strict: false)
        count(accounts.count, "\(pointer())/accounts", upTo: 100)
        for index in accounts.indices {
            // Two letters and two digits begin an IBAN; other account numbers have no check that all banks share.
            let start = Array(accounts[index].utf8.prefix(4))
            let looksLikeIBAN =
                start.count == 4 && start[..<2].allSatisfy { ($0 | 32) >= 97 && ($0 | 32) <= 122 }
                && start[2...].allSatisfy { (48...57).contains($0) }
            if looksLikeIBAN {
                identifier(&accounts[index], IBAN.self, "\(pointer())/accounts/\(index)", strict: false)
            } else {
                identifier(&accounts[index], ReferenceNumber.self, "\(pointer())/accounts/\(index)", strict: false)
            }
        }
    }

    /// The machine-readable zone says what the document's other fields say, where they are left empty.
    private mutating func identityDocument(
        _ document: inout IdentityDocument, _ person: inout Person, _ pointer: @autoclosure () -> String
    ) {
        code(&document.kind, "\(pointer())/kind", Vocabulary.identityDocument)
        if !document.mrz.isEmpty {
            text(&document.mrz, "\(pointer())/mrz", upTo: 200)
            do {
                let zone = try MachineReadableZone(parsing: document.mrz)
                document.mrz = zone.lines.joined(separator: "\n")
                for field in zone.wrongCheckDigits {
                    warn("\(pointer())/mrz", "check-digit", "the check digit of \(field.rawValue) is wrong")
                }
                if document.number.isEmpty { document.number = zone.documentNumber }
                if document.country.isEmpty { document.country = zone.issuingCountry?.text ?? "" }
                if person.nationality.isEmpty { person.nationality = zone.nationalityCountry?.text ?? "" }
                if person.name.isEmpty {
                    person.name = [zone.primaryName, zone.secondaryName].filter { !$0.isEmpty }.joined(separator: " ")
                }
                let thisYear = Int(Moment(milliseconds: nowMilliseconds).text.prefix(4)) ?? 2000
                if person.birthDate.isEmpty { person.birthDate = zone.birthDate.isoDate(latestYear: thisYear) ?? "" }
            } catch {
                warn("\(pointer())/mrz", "malformed", error.why)
            }
        }
        identifier(&document.number, TravelDocumentNumber.self, "\(pointer())/number", strict: false)
        country(&document.country, "\(pointer())/country")
    }
}
