/// The closed lists of codes that reports are written in. `Protocols/casefiles.md` says what each code means.
public enum Vocabulary {
    public static let status: Set = ["detained", "seized", "forfeited", "released", "destroyed"]
    public static let offence: Set = [
        "narcotics", "precursors", "small-arms", "explosives", "nuclear", "strategic-goods", "money-laundering",
        "tobacco", "alcohol", "intellectual-property", "origin-fraud", "undervaluation", "misdescription",
        "illegal-transshipment", "wildlife", "cultural-goods", "waste", "medicines", "food", "vehicles", "other",
    ]
    public static let direction: Set = ["import", "export", "transit", "transshipment", "internal"]
    public static let place: Set = [
        "seaport", "airport", "land-border", "rail", "post", "inland", "warehouse", "premises", "sea", "road",
        "free-zone", "other",
    ]
    public static let leg: Set = ["origin", "departure", "transit", "destination"]
    public static let conveyance: Set = [
        "container", "vessel", "aircraft", "vehicle", "rail-wagon", "parcel", "person", "other",
    ]
    public static let document: Set = [
        "bill-of-lading", "air-waybill", "declaration", "certificate-of-origin", "invoice", "permit", "other",
    ]
    public static let detectionReason: Set = [
        "risk-profile", "tip-off", "partner-intelligence", "routine", "random", "post-clearance", "other",
    ]
    public static let detectionMeans: Set = [
        "x-ray", "scanner", "dog", "trace-detection", "radiation-portal", "drone", "physical-search", "document-check",
        "data-analytics", "other",
    ]
    public static let appendix: Set = ["I", "II", "III", "none"]
    public static let personRole: Set = [
        "suspect", "courier", "driver", "consignor", "consignee", "declarant", "crew", "passenger", "witness", "owner",
        "other",
    ]
    public static let companyRole: Set = [
        "consignor", "consignee", "carrier", "declarant", "notify-party", "owner", "right-holder", "forwarder", "other",
    ]
    public static let identityDocument: Set = [
        "passport", "identity-card", "residence-permit", "driving-licence", "seaman-book", "other",
    ]
    public static let relation: Set = [
        "same-as", "associate-of", "employed-by", "owner-of", "same-route", "same-method", "controlled-delivery",
        "related",
    ]
    public static let confidence: Set = ["confirmed", "probable", "possible"]
    public static let disposal: Set = [
        "destroyed", "returned", "sold", "donated", "laboratory", "transferred", "forfeited",
    ]
    public static let retention: Set = ["standard", "short", "long", "permanent"]

    /// Source A, B, C or X, and information 1 to 4 (the 4×4 system of Europol and the WCO).
    public static func isEvaluation(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 2 && Array("ABCX".utf8).contains(bytes[0]) && Array("1234".utf8).contains(bytes[1])
    }
}
