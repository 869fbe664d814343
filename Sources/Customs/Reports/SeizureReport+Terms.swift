public import Schema

extension SeizureReport {
    static let maximumTerms = 2_000
    static let maximumWords = 32

    /// What the report is found by. Of a report that was normalised.
    public func searchTerms() -> Set<SearchTerm> {
        var terms = TermCollector()
        terms.add(.report, "")
        terms.add(.status, status)
        terms.add(.office, NameFolding.nameKey(office))
        for offence in offences { terms.add(.offence, offence) }
        terms.place(place)
        terms.words(summary)
        if hasProvenance { terms.add(.source, provenance.source) }
        for line in goods { terms.goods(line) }
        for leg in route { terms.place(leg.place) }
        for conveyance in conveyances { terms.conveyance(conveyance) }
        for document in documents {
            terms.identifier(.document, ReferenceNumber.self, document.number)
            if document.kind == "air-waybill" { terms.identifier(.awb, AirWaybill.self, document.number) }
        }
        for person in nominal.persons { terms.person(person) }
        for company in nominal.companies { terms.company(company) }
        return terms.all
    }

    /// Every name in it, for comparing.
    public var names: [String] {
        [SearchTerm.Scheme.personName, .companyName, .vesselName].flatMap { names(of: $0) }
    }

    /// The names that terms of a scheme are taken from.
    public func names(of scheme: SearchTerm.Scheme) -> [String] {
        let names =
            switch scheme {
            case .personName: nominal.persons.flatMap { [$0.name, $0.transliterated] + $0.aliases }
            case .companyName: nominal.companies.flatMap { [$0.name] + $0.otherNames }
            case .vesselName: conveyances.map(\.name)
            default: [String]()
            }
        return names.filter { !$0.isEmpty }
    }
}

extension SearchTerm {
    /// The words of a case's title.
    public static func title(_ text: String) -> Set<SearchTerm> {
        var terms = TermCollector()
        terms.words(text)
        return terms.all
    }
}

private struct TermCollector {
    /// Most reports have some dozens.
    var all = Set<SearchTerm>(minimumCapacity: 48)
    private var wordCount = 0

    mutating func add(_ scheme: SearchTerm.Scheme, _ value: String) {
        guard all.count < SeizureReport.maximumTerms, let term = SearchTerm(scheme, value) else { return }
        all.insert(term)
    }

    mutating func identifier<Scheme: IdentifierScheme>(
        _ scheme: SearchTerm.Scheme, _ type: Scheme.Type, _ text: String
    ) {
        guard !text.isEmpty, let value = type.read(text).normalised else { return }
        add(scheme, value)
    }

    mutating func words(_ text: String) {
        guard !text.isEmpty else { return }
        for word in FreeText.words(text) where wordCount < SeizureReport.maximumWords {
            if all.insert(SearchTerm(.word, word)!).inserted { wordCount += 1 }
        }
    }

    /// The name as a whole, whatever the order of its parts, and its parts.
    mutating func name(_ scheme: SearchTerm.Scheme, _ text: String) {
        guard !text.isEmpty else { return }
        let name = FoldedName(text)
        add(scheme, name.nameKey)
        if name.joinedKey != name.nameKey { add(scheme, name.joinedKey) }
        for token in name.tokens where !token.isWeak {
            for form in token.forms { add(.nameToken, form) }
        }
    }

    mutating func place(_ place: Schema.Place) {
        add(.country, place.country)
        add(.locode, place.locode)
        words(place.name)
    }

    mutating func goods(_ line: GoodsLine) {
        for length in [2, 4, 6] where line.hsCode.utf8.count >= length {
            add(.hs, String(line.hsCode.unicodeScalars.prefix(length)))
        }
        add(.country, line.originCountry)
        identifier(.cas, CASNumber.self, line.casNumber)
        identifier(.serial, ReferenceNumber.self, line.firearm.serial)
        for serial in line.serialNumbers { identifier(.serial, ReferenceNumber.self, serial) }
        add(.species, NameFolding.nameKey(line.species.scientificName))
        words(line.description_p)
        words(line.species.scientificName)
        words(line.species.commonName)
        words(line.brand)
        words(line.declaredAs)
    }

    mutating func conveyance(_ conveyance: Conveyance) {
        identifier(.container, ContainerNumber.self, conveyance.containerNumber)
        for seal in conveyance.seals { identifier(.seal, ReferenceNumber.self, seal) }
        identifier(.imo, IMONumber.self, conveyance.imoNumber)
        identifier(.vin, VIN.self, conveyance.vin)
        identifier(.plate, VehiclePlate.self, conveyance.plate)
        identifier(.registration, VehiclePlate.self, conveyance.registration)
        identifier(.wagon, ReferenceNumber.self, conveyance.wagon)
        identifier(.parcel, ReferenceNumber.self, conveyance.parcelNumber)
        name(.vesselName, conveyance.name)
    }

    mutating func person(_ person: Person) {
        for text in [person.name, person.transliterated] + person.aliases { name(.personName, text) }
        for document in person.documents { identifier(.travelDocument, TravelDocumentNumber.self, document.number) }
        contacts(person.phones, person.emails, person.accounts)
    }

    mutating func company(_ company: Company) {
        for text in [company.name] + company.otherNames { name(.companyName, text) }
        identifier(.companyRegistration, ReferenceNumber.self, company.registration)
        identifier(.lei, LegalEntityIdentifier.self, company.lei)
        contacts(company.phones, company.emails, company.accounts)
    }

    private mutating func contacts(_ phones: [String], _ emails: [String], _ accounts: [String]) {
        for phone in phones { identifier(.phone, PhoneNumber.self, phone) }
        for email in emails { identifier(.email, EmailAddress.self, email) }
        for account in accounts { identifier(.account, ReferenceNumber.self, account) }
    }
}
