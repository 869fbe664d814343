import Foundation
import TestSupport
import Testing

@testable import Customs

@Suite struct NameFoldingTests {
    @Test(arguments: [
        ["Nguyễn Văn Hùng", "NGUYEN VAN HUNG", "Hùng Nguyễn Văn", "nguyen  van,hung", "Nguyễn-Văn-Hùng"],
        ["Nguyễn", "Nguye\u{302}\u{303}n", "Nguy\u{1EC5}n", "Nguy\u{EA}\u{303}n", "ＮＧＵＹＥＮ", "nguyen"],
        ["Nguyễn Văn Hùng", "Ông Nguyễn Văn Hùng", "MR NGUYEN VAN HUNG", "HUNG NGUYEN VAN MR", "Dr. Nguyen Van Hung"],
        ["Bà Trần Thị Lan", "Tran Thi Lan", "Mrs. Trần Thị Lan", "BA TRAN THI LAN"],
        ["Đặng Thị Hoà", "Dang Thi Hoa", "ĐẶNG THỊ HÒA", "Ðặng Thị Hoà"],
        ["Công ty TNHH ABC", "ABC Co., Ltd", "ABC Company Limited", "Cty TNHH ABC", "ABC LLC", "ABC CO"],
        ["Minh Phat Trading Co", "Minh Phat Co., Ltd"],
        ["Công ty TNHH Xuất Nhập Khẩu Hưng Thịnh", "HUNG THINH IMPORT-EXPORT CO.,LTD", "Hưng Thịnh XNK"],
        ["Công ty Cổ phần Thương mại và Dịch vụ Minh Phát", "MINH PHAT TRADING AND SERVICES JSC"],
        ["Công ty TNHH Một Thành Viên Hải Nam", "HAI NAM MTV CO LTD", "Hai Nam S.A.R.L."],
        [
            "Siam Paper Sdn. Bhd.", "Siam Paper Pte Ltd", "SIAM PAPER PLC", "Siam Paper GmbH", "Siam Paper Inc.",
            "Siam Paper, S.A.",
        ],
        ["M/V Ocean Star", "MV OCEAN STAR", "M.V. Ocean Star", "Ocean Star"],
        ["Иванов Иван", "IVANOV IVAN", "Ivan Ivanov"],
        ["Щербаков", "Shcherbakov"], ["Хрущёв", "Khrushchev"],
        ["Παπαδόπουλος Γεώργιος", "Papadopoulos Georgios"], ["Ευάγγελος Μπάμπης", "Evangelos Bampis"],
        ["أحمد", "XAEXHMD"], ["مُحَمَّد", "محمد", "MXHMD"], ["ﻣﺤﻤﺪ", "محمد"],
        ["O'Brien Seán", "O’BRIEN SEAN", "obrien sean"], ["Łukasz Żółć", "Lukasz Zolc"],
        ["Straße", "STRASSE", "STRAẞE"],
        ["Æthelred Þór", "Aethelred Thor"], ["İstanbul Işık", "istanbul isik"],
        ["Ocean\u{AD} St\u{200B}ar", "OCEAN STAR"],
        ["นาย สมชาย ใจดี", "สมชาย ใจดี"], ["น้ำ", "น้ํา", "นํ้า"], ["บริษัท ไทย จำกัด", "ไทย"], ["ໜອງ ຈຳປາ", "ຫນອງ ຈໍາປາ"],
        ["上海有限公司", "上海"], ["ﾀﾅｶ ｶﾞｲ", "タナカ ガイ"], ["金", "\u{F90A}"], ["Berth ๑๒", "berth 12", "BERTH ١٢"],
    ])
    func `spellings of one name have one key`(spellings: [String]) {
        for spelling in spellings {
            #expect(NameFolding.nameKey(spelling) == NameFolding.nameKey(spellings[0]), "\(spelling)")
        }
        #expect(!NameFolding.nameKey(spellings[0]).isEmpty)
    }

    @Test(arguments: [
        ("Nguyen Van Hung", "Nguyen Van Hong"), ("Nguyen Van Ba", "Nguyen Van"), ("Nguyen Thi Co", "Nguyen Thi"),
        ("Ong Teng Cheong", "Teng Cheong"), ("Tran Van Sa", "Tran Van"), ("Van Nguyen Nguyen", "Van Nguyen"),
        ("สมชาย", "สมชัย"), ("ABC Trading", "ABC Shipping"), ("An Binh", "Binh"), ("王小明", "王小红"), ("か", "が"),
    ])
    func `different names have different keys`(a: String, b: String) {
        #expect(NameFolding.nameKey(a) != NameFolding.nameKey(b))
        #expect(NameFolding.joinedKey(a) != NameFolding.joinedKey(b))
    }

    @Test(arguments: [
        ["Müller", "Mueller"], ["Müller", "Muller"], ["Mueller", "Muller"], ["Göthe", "Goethe"],
        ["Bäuerle", "Baeuerle"],
        ["Sørensen", "Soerensen"], ["Ærø", "Aeroe"], ["Mỹ", "Mĩ"], ["Lý", "Lí"], ["Quý", "Quí"], ["Юрий", "Yuriy"],
        ["Юлия", "Yuliya"], ["Ігор", "Ihor"], ["Євген", "Yevhen"], ["Андрій", "Andrii"], ["Ђоковић", "Djokovic"],
        ["أحمد", "احمد"], ["فاطمة", "فاطمه"], ["علی", "علي"], ["Åse", "Aase"],
    ])
    func `usual other spellings meet through variants`(pair: [String]) throws {
        let (a, b) = (NameFolding.tokens(pair[0]), NameFolding.tokens(pair[1]))
        #expect(try #require(a.first).meets(try #require(b.first)))
        #expect(b[0].meets(a[0]))
    }

    @Test(arguments: [
        ("Thúy", "Thúi"), ("Ngô", "Ngã"), ("May", "Mai"), ("Hạnh", "Hoàn"), ("Huệ", "Hụê̂"),
    ])
    func `what only looks alike stays apart`(a: String, b: String) {
        let isSame = NameFolding.tokens(a)[0].meets(NameFolding.tokens(b)[0])
        #expect(isSame == (a == "Huệ"))
    }

    @Test(arguments: [
        ["Wang Xiaoming", "Wang Xiao Ming", "WANG XIAO-MING", "Xiaoming Wang", "Xiao Ming Wang", "WANG/XIAOMING MR"],
        ["Müller Hans", "Hans Mueller", "HANS MULLER"], ["王小明", "王 小明", "小明 王"], ["김철수", "김 철수", "철수 김"],
        ["Lý Thị Mỹ", "Li Thi Mi", "Thi My Ly"], ["សុខ ដារ៉ា", "សុខដារ៉ា", "ដារ៉ា\u{200B}សុខ"], ["Em Hoa", "Hoa Em", "HOAEM"],
    ])
    func `spaces and rotation do not change the joined key`(spellings: [String]) {
        #expect(Set(spellings.map(NameFolding.joinedKey)).count == 1, "\(spellings.map(NameFolding.joinedKey))")
    }

    @Test func `weak words are marked and stay in the tokens`() {
        let name = FoldedName("Công ty TNHH Dịch vụ Hưng Thịnh")
        #expect(name.tokens.filter(\.isWeak).map(\.primary) == ["cong", "ty", "tnhh", "dich", "vu"])
        #expect(name.nameKey == "hung thinh")
        #expect(FoldedName("Dich Vu Hung Thinh").tokens.allSatisfy { !$0.isWeak })
        let nothingElse = FoldedName("Trading Company Limited")
        #expect(nothingElse.nameKey == "company limited trading")
        #expect(nothingElse.tokens.allSatisfy { !$0.isWeak })
        #expect(FoldedName("上海有限公司").nameKey == "上海")
    }

    @Test func `characters without spaces become single tokens and pairs`() {
        let tokens = NameFolding.tokens("王小明 ABC")
        #expect(tokens.map(\.primary) == ["王", "小", "王小", "明", "小明", "abc"])
        #expect(tokens.map(\.kind) == [.character, .character, .pair, .character, .pair, .word])
        #expect(NameFolding.nameKey("王小明 ABC") == "abc 王小明")
        #expect(NameFolding.tokens("\u{1100}\u{1161}\u{11A8}").map(\.primary) == ["각"])
    }

    @Test(arguments: ["", " ", "...", "\u{300}", "'’", "\u{200B}", "🚢", "ь"])
    func `a text without letters has no tokens and no keys`(text: String) {
        let name = FoldedName(text)
        #expect(name.tokens.isEmpty && name.nameKey.isEmpty && name.joinedKey.isEmpty)
    }

    @Test func `limits cut what is beyond them`() {
        let words = FoldedName((0..<200).map { "w\($0)" }.joined(separator: " "))
        #expect(words.tokens.count == NameFolding.maximumTokens)
        let long = FoldedName(String(repeating: "щ", count: 5000))
        #expect(long.tokens.count == 1 && long.tokens[0].primary.utf8.count == NameFolding.maximumTokenBytes)
        #expect(FoldedName(String(repeating: "王", count: 5000)).tokens.count == NameFolding.maximumTokens)
        let last = String(repeating: " ", count: NameFolding.maximumInputBytes - 1)
        #expect(FoldedName(last + "a").nameKey == "a")
        #expect(FoldedName(last + " a").nameKey == "")
        #expect(FoldedName(last + "é").nameKey == "")
    }
}

@Suite struct FreeTextTests {
    @Test func `descriptions have distinct words of two letters and more`() {
        let text = FreeText.words("02 thùng Thuốc lá, thuoc la a 酒 香烟盒; Ltd")
        #expect(text == ["02", "thung", "thuoc", "la", "酒", "香烟", "烟盒", "ltd"])
        let long = FreeText.words((0..<500).map { "word\($0)" }.joined(separator: " "))
        #expect(long.count == FreeText.maximumWords)
        #expect(FreeText.words(String(repeating: "a b ", count: 2000)).isEmpty)
    }
}

@Suite struct FoldingPropertyTests {
    @Test func `every scalar folds alike in all normal forms, to ASCII where promised, and once and for all`() {
        // Not the plain ideographs, of which none decomposes.
        for value in [1...0x33FF, 0x9FFF...0xAC80, 0xD7A0...0xE010, 0xF8FF...0x1_1FFF, 0x2_F800...0x2_FA1F].joined() {
            guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
            expectOneFold("x\(scalar)y")
            expectFixed(FoldedName(String(scalar)))
        }
        for range in [0xC0...0x17F, 0x1EA0...0x1EF9, 0x3B1...0x3C9, 0x410...0x44F, 0x621...0x63A] {
            for value in range {
                let tokens = NameFolding.tokens(String(Unicode.Scalar(UInt32(value))!))
                #expect(tokens.allSatisfy { $0.primary.utf8.allSatisfy { $0 < 0x80 } }, "U+\(String(value, radix: 16))")
            }
        }
    }

    @Test func `random strings never trap, respect the limits, and fold once and for all`() {
        var generator = SeededGenerator(Places.seed)
        for round in 0..<50_000 {
            let text = randomText(&generator)
            let name = FoldedName(text)
            expectBounds(name.tokens)
            if max(name.nameKey.utf8.count, name.joinedKey.utf8.count) > NameFolding.maximumKeyBytes {
                Issue.record("\(scalars(text)) has a long key")
            }
            expectFixed(name)
            let words = FreeText.words(text)
            let areShort = words.allSatisfy { (1...NameFolding.maximumTokenBytes).contains($0.utf8.count) }
            if !areShort || words.count > FreeText.maximumWords { Issue.record("\(words)") }
            // Equivalent strings are of different lengths: only short ones are read whole.
            if round % 2 == 0, text.decomposedStringWithCanonicalMapping.utf8.count <= NameFolding.maximumInputBytes {
                expectOneFold(text)
            }
        }
    }

    @Test func `any order of the parts has one key`() {
        var generator = SeededGenerator(Places.seed)
        let parts = [
            "Nguyễn", "Văn", "Hùng", "Иванов", "محمد", "สมชาย", "Müller", "Wang", "Xiaoming", "王小明", "김", "LTD",
        ]
        for _ in 0..<2000 {
            let chosen = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                parts.randomElement(using: &generator)!
            }
            let shuffled = chosen.shuffled(using: &generator)
            let (a, b) = (FoldedName(chosen.joined(separator: " ")), FoldedName(shuffled.joined(separator: " ")))
            #expect(a.nameKey == b.nameKey, "\(chosen) \(shuffled)")
            #expect(Fuzzy.similarity(a, b) == 1)
            let turned = FoldedName((chosen.dropFirst() + chosen.prefix(1)).joined(separator: " "))
            #expect(turned.joinedKey == a.joinedKey, "\(chosen)")
        }
    }

    private func expectBounds(_ tokens: [FoldedToken]) {
        let isBounded = tokens.allSatisfy { token in
            token.variants.count <= NameFolding.maximumVariants && Set(token.forms).count == token.forms.count
                && token.forms.allSatisfy { (1...NameFolding.maximumTokenBytes).contains($0.utf8.count) }
        }
        if !isBounded || tokens.count > NameFolding.maximumTokens { Issue.record("\(tokens)") }
    }

    private func expectFixed(_ name: FoldedName) {
        for token in name.tokens where token.kind == .word {
            if NameFolding.tokens(token.primary).map({ Array($0.primary.utf8) }) != [Array(token.primary.utf8)] {
                Issue.record("\(scalars(token.primary)) folds again to something else")
            }
        }
    }

    private func expectOneFold(_ text: String) {
        let folded = bytes(text)
        if bytes(text.decomposedStringWithCanonicalMapping) != folded
            || bytes(text.precomposedStringWithCanonicalMapping) != folded
        {
            Issue.record("\(scalars(text)) folds otherwise in another normal form")
        }
    }

    /// Everything that an index would hold: strings themselves are equal when they are equivalent.
    private func bytes(_ text: String) -> [[UInt8]] {
        let name = FoldedName(text)
        return (name.tokens.flatMap(\.forms) + [name.nameKey, name.joinedKey]).map { Array($0.utf8) }
    }

    private func scalars(_ text: String) -> String {
        text.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: " ")
    }

    /// Mostly of blocks where something happens.
    private func randomText(_ generator: inout SeededGenerator) -> String {
        let blocks: [ClosedRange<UInt32>] = [
            0...0x7F, 0x80...0x24F, 0x300...0x36F, 0x370...0x52F, 0x590...0x6FF, 0x900...0xDFF, 0xE00...0xEFF,
            0x1000...0x11FF,
            0x1780...0x17FF, 0x1E00...0x20FF, 0x3000...0x30FF, 0x4E00...0x4EFF, 0xAC00...0xD7A3, 0xF900...0xFFFF,
            0...0x10_FFFF,
        ]
        var text = String.UnicodeScalarView()
        let isLong = Int.random(in: 0..<200, using: &generator) == 0
        for _ in 0..<Int.random(in: 0...(isLong ? 1500 : 24), using: &generator) {
            let block = blocks.randomElement(using: &generator)!
            if let scalar = Unicode.Scalar(UInt32.random(in: block, using: &generator)) { text.append(scalar) }
        }
        return String(text)
    }
}

@Suite struct FuzzyTests {
    @Test func `deletions are the token and each shorter one, once`() {
        #expect(Fuzzy.deletions("hung") == ["hung", "ung", "hng", "hug", "hun"])
        #expect(Fuzzy.deletions("aabb") == ["aabb", "abb", "aab"])
        #expect(Fuzzy.deletions("van") == ["van"])
        #expect(Fuzzy.deletions("สมชาย").count == 6)
        #expect(Fuzzy.deletions("") == [""])
    }

    /// All pairs of strings of up to five of three letters: whatever is at distance 1, one of them long enough, meets.
    @Test func `deletions never miss`() {
        var strings = [""]
        var previous = [""]
        for _ in 0..<5 {
            previous = previous.flatMap { stem in ["a", "b", "c"].map { stem + $0 } }
            strings += previous
        }
        let deletions = strings.map { Set(Fuzzy.deletions($0)) }
        for i in strings.indices {
            #expect(deletions[i].count == Fuzzy.deletions(strings[i]).count)
            for j in strings.indices where max(strings[i].utf8.count, strings[j].utf8.count) >= Fuzzy.minimumLength {
                guard let distance = Fuzzy.distance(Array(strings[i].utf8), Array(strings[j].utf8), limit: 1) else {
                    continue
                }
                #expect((distance == 0) == (i == j))
                if deletions[i].isDisjoint(with: deletions[j]) {
                    Issue.record("\(strings[i]) \(strings[j])")
                }
            }
        }
    }

    @Test func `every single edit of a token is found and is at distance one`() {
        for token in ["hung", "nguyen", "hoàng", "สมชาย", "papadopoulos", "aaaa"] {
            let keys = Set(Fuzzy.deletions(token))
            for edited in edits(token) where edited != token {
                #expect(!keys.isDisjoint(with: Fuzzy.deletions(edited)), "\(token) \(edited)")
                #expect(Fuzzy.distance(token, edited, limit: 1) == 1, "\(token) \(edited)")
            }
        }
    }

    @Test func `distance equals the plain recurrence`() {
        var generator = SeededGenerator(Places.seed)
        for _ in 0..<20_000 {
            let letters = UInt8.random(in: 1...5, using: &generator)
            func random() -> [UInt8] {
                (0..<Int.random(in: 0...9, using: &generator)).map { _ in .random(in: 0..<letters, using: &generator) }
            }
            let (a, b) = (random(), random())
            let expected = plainDistance(a, b)
            for limit in -1...10 {
                if Fuzzy.distance(a, b, limit: limit) != (expected <= limit ? expected : nil) {
                    Issue.record("\(a) \(b) \(limit)")
                }
            }
            #expect(Fuzzy.distance(a, b, limit: .max) == expected)
        }
        #expect(Fuzzy.distance("Hùng", "Hung", limit: 2) == 1)
    }

    @Test func `likeness ranks the nearest first`() {
        func likeness(_ a: String, _ b: String) -> Double { Fuzzy.similarity(FoldedName(a), FoldedName(b)) }
        let order = [
            ("Nguyen Van Hung", "Hùng Nguyễn Văn"), ("ABC Co Ltd", "Công ty TNHH ABC"), ("Hans Müller", "Mueller Hans"),
            ("Wang Xiaoming", "Xiao Ming Wang"), ("Nguyen Van Hoang", "Nguyen Van Hoangg"),
            ("Nguyen V Hung", "Nguyen Van Hung"),
            ("Nguyen Hung", "Nguyen Van Hung"), ("Nguyen Van Hung", "Tran Van Nam"), ("Nguyen Van Hung", "John Smith"),
        ].map { likeness($0.0, $0.1) }
        #expect(order == order.sorted(by: >), "\(order)")
        #expect(order.first == 1 && order.last == 0)
        #expect(Fuzzy.distance("hung", "hong", limit: 1) == 1)
        #expect(likeness("Nguyen Van Hung", "Nguyen Van Hong") > 0.85)
        #expect(likeness("Nguyen Van Hung", "Nguyen Van Hong") < Fuzzy.nameKeyFloor)
        #expect(likeness("", "") == 0 && likeness("", "a") == 0)
    }

    @Test func `likeness is symmetric and within bounds`() {
        var generator = SeededGenerator(Places.seed)
        let parts = [
            "aaaab", "aaaac", "aaaa", "aaab", "a", "ltd", "my", "mi", "müller", "mueller", "王小", "小王", "nguyenvan",
            "co",
        ]
        for _ in 0..<20_000 {
            func random() -> FoldedName {
                let count = Int.random(in: 0...5, using: &generator)
                return FoldedName(
                    (0..<count).map { _ in parts.randomElement(using: &generator)! }.joined(separator: " "))
            }
            let (a, b) = (random(), random())
            let likeness = Fuzzy.similarity(a, b)
            #expect(likeness == Fuzzy.similarity(b, a), "\(a.nameKey) \(b.nameKey)")
            #expect((0...1).contains(likeness))
            if !a.tokens.isEmpty { #expect(Fuzzy.similarity(a, a) == 1) }
        }
    }

    private func edits(_ token: String) -> [String] {
        let units = Array(token.unicodeScalars)
        let letters = Set(units).union(["a", "z", "ก"])
        var results: [[Unicode.Scalar]] = []
        for index in 0...units.count {
            results += letters.map { Array(units[..<index]) + [$0] + units[index...] }
            guard index < units.count else { continue }
            results.append(Array(units[..<index]) + units[(index + 1)...])
            results += letters.map { Array(units[..<index]) + [$0] + units[(index + 1)...] }
            guard index + 1 < units.count else { continue }
            results.append(Array(units[..<index]) + [units[index + 1], units[index]] + units[(index + 2)...])
        }
        return results.map { scalars in
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            return String(view)
        }
    }

    private func plainDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var table = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count {
            for j in 0...b.count {
                guard i > 0, j > 0 else {
                    table[i][j] = i + j
                    continue
                }
                let replaced = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, replaced)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
                }
            }
        }
        return table[a.count][b.count]
    }
}
