internal import Customs
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// Seizure reports with a realistic spread of identifiers, the same for the same number: most things are met once,
/// some a few times, names of the commonest families very often.
struct ReportCorpus: Sendable {
    private static let families = [
        "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
        "Lý", "Somchai", "Suksan", "Chanthavong", "Phommasan", "Sok", "Chea", "Keo", "Müller", "Иванов", "Smith",
    ]
    private static let middles = ["Văn", "Thị", "Hữu", "Đức", "Minh", "Ngọc", "Quốc", "Thanh", "Xuân", "Kim"]
    private static let companies = ["Trading", "Logistics", "Import Export", "Seafood", "Timber", "Electronics"]
    private static let goods = [
        ("narcotics", "Methamphetamine tablets in tea bags", "293990"), ("wildlife", "Pangolin scales", "050790"),
        ("wildlife", "Raw ivory, cut", "050710"), ("tobacco", "Cigarettes without stamps", "240220"),
        ("intellectual-property", "Sports shoes with copied marks", "640411"),
        ("waste", "Used lead batteries", "854810"),
        ("medicines", "Tablets without licence", "300490"), ("alcohol", "Spirits in unmarked bottles", "220830"),
        ("money-laundering", "Banknotes in a false floor", "490700"), ("small-arms", "Pistol parts", "930200"),
    ]
    private static let places = [
        "VNHPH", "VNSGN", "VNHAN", "VNDAD", "LAVTE", "KHKOS", "KHPNH", "THBKK", "SGSIN", "HKHKG",
    ]
    private static let syllables = [
        "an", "anh", "ba", "bao", "bich", "binh", "chau", "chi", "cuong", "dao", "dat", "diep", "dung", "duy", "giang",
        "ha", "hai", "han", "hau", "hien", "hieu", "hoa", "hong", "hung", "huong", "khanh", "khoa", "lam", "lan",
        "linh",
        "loan", "long", "mai", "nam", "nga", "nghia", "nhan", "nhi", "oanh", "phong", "phuc", "phuong", "quan", "quang",
        "son", "tam", "tan", "thao", "thu", "tien", "toan", "trang", "trung", "tuan", "tung", "van", "viet", "vinh",
        "yen",
    ]

    /// SplitMix64: the number's own stream of draws.
    private struct Draws {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
        mutating func pick<T>(_ all: [T]) -> T { all[below(all.count)] }
    }

    static func personName(_ number: Int) -> String {
        var draws = Draws(state: UInt64(number) &* 7_919)
        return
            "\(draws.pick(families)) \(draws.pick(middles)) \(draws.pick(syllables).capitalized) \(draws.pick(syllables).capitalized)"
    }

    static func container(_ number: Int) -> String {
        let owner = ["MSKU", "TCLU", "CSQU", "CMAU", "OOLU", "HLXU", "MEDU", "TGHU"][number % 8]
        let serial = String(100_000 + number / 8 % 900_000)
        return owner + serial
    }

    static func phone(_ number: Int) -> String { "+849" + String(10_000_000 + number % 89_999_999) }

    /// Report `number` of `total`.
    static func report(_ number: Int, of total: Int) -> SeizureReport {
        var draws = Draws(state: UInt64(number))
        // One in twenty repeats an identifier of a former report.
        let known = draws.below(20) == 0 ? draws.below(max(1, number)) : number
        let (offence, what, hs) = draws.pick(goods)
        let day = 1 + draws.below(28)
        let month = 1 + draws.below(12)
        return .with {
            $0.authority = "VN"
            $0.office = "Office \(draws.below(40))"
            $0.seizedAt = "\(2016 + draws.below(10))-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
            $0.offences = [offence]
            $0.direction = "import"
            $0.place.locode = draws.pick(places)
            $0.goods = [
                .with {
                    $0.description_p = what
                    $0.hsCode = hs
                    $0.quantity.amount = String(1 + draws.below(5_000))
                    $0.quantity.unit = "KGM"
                    $0.originCountry = ["VN", "LA", "KH", "TH", "CN"][draws.below(5)]
                }
            ]
            $0.conveyances = [
                .with {
                    $0.kind = "container"
                    $0.containerNumber = container(known)
                    $0.seals = ["VN\(1_000_000 + number)"]
                }
            ]
            $0.documents = [
                .with {
                    $0.kind = "declaration"
                    $0.number = "VN\(10_000_000 + number)"
                }
            ]
            $0.summary = "Found in \(["the roof", "the floor", "a false wall", "the cargo"][draws.below(4)]) by scan."
            $0.evaluation = "B2"
            $0.provenance.source = "bench"
            $0.provenance.key = "\(number)"
            $0.nominal.persons = [
                .with {
                    $0.name = personName(known)
                    $0.birthDate =
                        "19\(50 + draws.below(50))-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
                    $0.phones = [phone(known)]
                    $0.role = "driver"
                }
            ]
            $0.nominal.companies = [
                .with {
                    $0.name =
                        "\(draws.pick(syllables).capitalized) \(draws.pick(syllables).capitalized) "
                        + "\(draws.pick(syllables).capitalized) "
                        + "\(draws.pick(companies)) Co., Ltd"
                    $0.registration = "03\(10_000_000 + known)"
                    $0.country = "VN"
                }
            ]
        }
    }
}
