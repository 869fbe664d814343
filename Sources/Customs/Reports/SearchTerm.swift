internal import Glibc
internal import Schema

/// Something a report can be found by.
public struct SearchTerm: Hashable, Sendable {
    /// The numbers are stored: they never change their meaning.
    public enum Scheme: UInt8, CaseIterable, Sendable {
        // What someone or something is known by, wherever it turns up.
        case container = 1
        case imo = 2
        case vin = 3
        case plate = 4
        case registration = 5
        case awb = 6
        case document = 7
        case parcel = 8
        case wagon = 9
        case seal = 10
        case serial = 11
        case travelDocument = 12
        case phone = 13
        case email = 14
        case account = 15
        case lei = 16
        case companyRegistration = 17
        case personName = 18
        case companyName = 19
        case vesselName = 20
        case cas = 21
        // What narrows a search.
        case report = 32
        case nameToken = 33
        case word = 34
        case offence = 35
        case hs = 36
        case country = 37
        case locode = 38
        case office = 39
        case status = 40
        case species = 41
        case source = 42

        /// As it is written in queries and answers.
        public var name: String { Self.names[self]! }

        public init?(name: String) {
            guard let scheme = Self.byName[name] else { return nil }
            self = scheme
        }

        private static let names = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.spelling) })
        private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.spelling, $0) })

        private var spelling: String {
            switch self {
            case .travelDocument: "travel-document"
            case .companyRegistration: "company-registration"
            case .personName: "person-name"
            case .companyName: "company-name"
            case .vesselName: "vessel-name"
            case .nameToken: "name-token"
            default: "\(self)"
            }
        }

        /// Two reports that share one have met. Nil for the others; smaller is stronger.
        public var matchRank: Int? {
            switch self {
            case .vin, .travelDocument, .account, .serial, .lei: 0
            case .container, .awb, .document, .parcel, .companyRegistration: 1
            case .phone, .email, .plate, .registration, .seal, .imo: 2
            case .companyName, .wagon: 3
            case .personName: 4
            case .vesselName: 5
            default: nil
            }
        }

        /// Whether it comes out of the nominal part, and so says something of a person or company.
        public var isNominal: Bool {
            switch self {
            case .travelDocument, .phone, .email, .account, .lei, .companyRegistration, .personName, .companyName: true
            default: false
            }
        }
    }

    public static let maximumValueByteCount = 128

    public let scheme: Scheme
    /// Normalised: the same however it was written.
    public let value: String

    public init?(_ scheme: Scheme, _ value: String) {
        guard !value.isEmpty || scheme == .report else { return nil }
        self.scheme = scheme
        // A container's check digit follows from the rest, and is often left out or wrong.
        let value = scheme == .container ? String(value.unicodeScalars.prefix(10)) : value
        self.value =
            value.utf8.count <= Self.maximumValueByteCount && !value.holdsNUL
            ? value : String(decoding: value.utf8.filter { $0 != 0 }.prefix(Self.maximumValueByteCount), as: UTF8.self)
    }
}

extension String {
    /// In one go, where the text is in one piece.
    var holdsNUL: Bool {
        utf8.withContiguousStorageIfAvailable { bytes in
            bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
        } ?? utf8.contains(0)
    }
}

/// What one identifier, as someone typed it, may be: a term for each scheme that reads it.
public enum IdentifierQuery {
    public static func terms(_ text: String) -> [SearchTerm] {
        var terms: [SearchTerm] = []
        func add<Scheme: IdentifierScheme>(_ type: Scheme.Type, _ schemes: SearchTerm.Scheme...) {
            guard let value = type.read(text).normalised else { return }
            terms += schemes.compactMap { SearchTerm($0, value) }
        }
        add(ContainerNumber.self, .container)
        add(IMONumber.self, .imo)
        add(VIN.self, .vin)
        add(AirWaybill.self, .awb)
        add(IBAN.self, .account)
        add(LegalEntityIdentifier.self, .lei)
        add(PostalItemNumber.self, .parcel)
        add(PhoneNumber.self, .phone)
        add(EmailAddress.self, .email)
        add(CASNumber.self, .cas)
        add(VehiclePlate.self, .plate, .registration)
        add(TravelDocumentNumber.self, .travelDocument)
        add(ReferenceNumber.self, .document, .parcel, .wagon, .seal, .serial, .account, .companyRegistration)
        var seen: Set<SearchTerm> = []
        return terms.filter { seen.insert($0).inserted }
    }
}
