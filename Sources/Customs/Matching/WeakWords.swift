/// Words that are no part of a name proper. What a word means depends on where it stands: An, Sa and Ba are given names
/// as often as legal forms and titles, so the short ones count only in their place.
enum WeakWords {
    struct Place: OptionSet {
        let rawValue: Int
        static let anywhere = Place(rawValue: 1)
        /// Before everything that is not weak.
        static let first = Place(rawValue: 2)
        /// After everything that is not weak, in a name that does not begin with a Vietnamese family name.
        static let last = Place(rawValue: 4)
        /// Only beside a legal form: trading, services.
        static let inCompany = Place(rawValue: 8)
        /// First, before a Vietnamese family name and at least one more word: Ông and Bà, but not Ong Teng Cheong.
        static let beforeFamilyName = Place(rawValue: 16)
        /// A legal form: makes the name a company's.
        static let legalForm = Place(rawValue: 32)
    }

    /// Marks the words that are weak. `primaries` are the words' first forms.
    static func mark(_ words: inout [TokenFolder.Word], _ primaries: [String]) {
        let places = words.indices.filter { words[$0].kind != .pair }
        let phrases = find(places.map { primaries[$0] })
        let beginsWithFamilyName = places.first.map { familyNames.contains(primaries[$0]) } ?? false
        let isCompany = phrases.contains {
            $0.place.contains(.legalForm) && ($0.place.contains(.anywhere) || !beginsWithFamilyName)
        }
        func setWeak(_ range: Range<Int>) { for index in range { words[places[index]].isWeak = true } }

        for phrase in phrases where phrase.place.contains(.anywhere) || isCompany && phrase.place.contains(.inCompany) {
            setWeak(phrase.range)
        }
        for phrase in phrases.reversed() where phrase.place.contains(.last) && (isCompany || !beginsWithFamilyName) {
            if places[phrase.range.upperBound...].allSatisfy({ words[$0].isWeak }) { setWeak(phrase.range) }
        }
        for phrase in phrases {
            guard places[..<phrase.range.lowerBound].allSatisfy({ words[$0].isWeak }) else { break }
            let next = phrase.range.upperBound
            let precedesFamilyName = next + 1 < places.count && familyNames.contains(primaries[places[next]])
            if phrase.place.contains(.first) || phrase.place.contains(.beforeFamilyName) && precedesFamilyName {
                setWeak(phrase.range)
            }
        }
        if places.allSatisfy({ words[$0].isWeak }) { for place in places { words[place].isWeak = false } }
        for index in words.indices where words[index].kind == .pair {
            // A pair comes right after the character that completes it.
            words[index].isWeak = words[index - 1].isWeak
        }
    }

    private struct Phrase {
        let range: Range<Int>
        let place: Place
    }

    /// The longest phrases, from the left.
    private static func find(_ words: [String]) -> [Phrase] {
        var phrases: [Phrase] = []
        var index = 0
        while index < words.count {
            let rest = words[(index + 1)...]
            if let entry = entries[words[index]]?.first(where: { rest.starts(with: $0.rest) }) {
                phrases.append(Phrase(range: index..<(index + 1 + entry.rest.count), place: entry.place))
                index += 1 + entry.rest.count
            } else {
                index += 1
            }
        }
        return phrases
    }

    private struct Entry {
        let rest: [String]
        let place: Place
    }

    /// By the first word; of each, the longest first.
    private static let entries: [String: [Entry]] = {
        var entries: [String: [Entry]] = [:]
        for (place, list) in lists {
            for phrase in list.split(separator: ",") {
                let folder = TokenFolder(String(phrase), maximumBytes: 256, maximumWords: 64)
                let words = folder.words.filter { $0.kind != .pair }
                    .map { String(decoding: folder.bytes[$0.range], as: UTF8.self) }
                entries[words[0], default: []].append(Entry(rest: Array(words.dropFirst()), place: place))
            }
        }
        return entries.mapValues { $0.sorted { $0.rest.count > $1.rest.count } }
    }()

    private static let lists: [(Place, String)] = [
        ([.anywhere], "mr,mrs,ms,dr,mstr,prof,mme,mlle,madam"),
        ([.first], "miss,herr,frau,khun,lok srey,lok,oknha,นาย,นาง,นางสาว,คุณ,ທ້າວ,ນາງ,ທ່ານ,លោក,លោកស្រី,អ្នកស្រី"),
        ([.first], "mv,m v,mt,m t,fv,f v"),
        ([.beforeFamilyName], "ông,bà"),
        (
            [.anywhere, .legalForm],
            """
            ltd,limited,ltda,llc,l l c,llp,l l p,inc,incorporated,corp,corporation,company,gmbh,jsc,j s c,plc,p l c,\
            pte,pty,sdn,bhd,berhad,sarl,s a r l,srl,s r l,ооо,зао,пао,оао,tnhh,cty,ctcp,công ty,trách nhiệm hữu hạn,\
            cổ phần,một thành viên,mtv,dntn,doanh nghiệp tư nhân,บริษัท,จำกัด,มหาชน,หจก,ห้างหุ้นส่วน,\
            ห้างหุ้นส่วนจำกัด,ບໍລິສັດ,ຈຳກັດ,ក្រុមហ៊ុន,有限公司,有限责任公司,有限責任公司,股份有限公司,公司,株式会社,有限会社,주식회사
            """
        ),
        ([.anywhere], "import,export,import and export,xnk,xuất nhập khẩu,imp exp,进出口,進出口"),
        ([.last, .inCompany, .legalForm], "co"),
        ([.last], "sa,s a,ag,bv,b v,nv,n v,ab,as,oy,kg,spa,s p a,kk"),
        (
            [.inCompany],
            "the,and,và,trading,service,services,thương mại,dịch vụ,sản xuất,tm,dv,sx,cp,贸易,貿易"
        ),
    ]

    private static let familyNames: Set<String> = [
        "nguyen", "tran", "le", "pham", "hoang", "huynh", "phan", "vu", "vo", "dang", "bui", "do", "ngo", "duong",
        "dinh", "truong", "trinh", "doan", "luong",
    ]
}
