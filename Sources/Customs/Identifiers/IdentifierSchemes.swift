/// The schemes that are built in.
public enum IdentifierSchemes {
    public static let all: [any IdentifierScheme.Type] = [
        ContainerNumber.self, IMONumber.self, VIN.self, AirWaybill.self, CASNumber.self, IBAN.self,
        PostalItemNumber.self, LegalEntityIdentifier.self, VehiclePlate.self, PhoneNumber.self, EmailAddress.self,
        FlightNumber.self, ReferenceNumber.self, TravelDocumentNumber.self, MachineReadableZone.self, RecordID.self,
    ]

    /// By the name that documents call it by.
    public static func named(_ name: String) -> (any IdentifierScheme.Type)? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
