extension TrustPolicy {
    /// Reads a policy file. Throws `.malformedPolicy` with the number of the line, `.malformedVerifierKey`,
    /// `.wrongKeyType`.
    public init(parsing bytes: [UInt8]) throws(TransparencyLogError) {
        guard bytes.count <= Self.maximumByteCount else {
            throw TransparencyLogError(.malformedPolicy, "a policy has at most \(Self.maximumByteCount) bytes")
        }
        guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else {
            throw TransparencyLogError(.malformedPolicy, "the last line does not end in a newline")
        }
        var reader = PolicyReader()
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            try reader.read(line)
        }
        self = try reader.finish()
    }
}

/// Reads a policy line by line.
private struct PolicyReader {
    /// Names are octet strings to the format: two spellings of one text are two names.
    typealias Name = [UInt8]

    private var number = 0
    private var logs: [TrustPolicy.LogLine] = []
    private var witnesses: [TrustPolicy.WitnessLine] = []
    private var defined: [Name: TrustPolicy.Quorum] = [:]
    private var members: Set<Name> = []
    private var groups = 0
    private var quorum: TrustPolicy.Quorum??

    mutating func read(_ line: ArraySlice<UInt8>) throws(TransparencyLogError) {
        number += 1
        guard line.allSatisfy({ $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }) else { throw refuse("a control character") }
        let words = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }).map { Name($0) }
        guard let keyword = words.first, keyword[0] != UInt8(ascii: "#") else { return }
        let arguments = Array(words.dropFirst())
        switch String(decoding: keyword, as: UTF8.self) {
        case "log": try readLog(arguments)
        case "witness": try readWitness(arguments)
        case "group": try readGroup(arguments)
        case "quorum": try readQuorum(arguments)
        default: throw refuse("not a log, witness, group or quorum line")
        }
    }

    private mutating func readLog(_ words: [Name]) throws(TransparencyLogError) {
        guard (1...2).contains(words.count) else { throw refuse("log <vkey> [<url>]") }
        let log = try LogVerifier(VerifierKey(parsing: text(words[0])))
        guard !logs.contains(where: { $0.log.key == log.key }) else { throw refuse("this log's key stands twice") }
        guard logs.count < TrustPolicy.maximumLogs else { throw refuse("more than \(TrustPolicy.maximumLogs) logs") }
        logs.append(.init(log: log, url: words.count > 1 ? try text(words[1]) : nil))
    }

    private mutating func readWitness(_ words: [Name]) throws(TransparencyLogError) {
        guard (2...3).contains(words.count) else { throw refuse("witness <name> <vkey> [<url>]") }
        let witness = try WitnessVerifier(VerifierKey(parsing: text(words[1])))
        guard !witnesses.contains(where: { $0.witness.key == witness.key }) else {
            throw refuse("this witness's key stands twice")
        }
        guard witnesses.count < TrustPolicy.maximumWitnesses else {
            throw refuse("more than \(TrustPolicy.maximumWitnesses) witnesses")
        }
        try define(words[0], .witness(witness))
        witnesses.append(
            .init(
                name: String(decoding: words[0], as: UTF8.self), witness: witness,
                url: words.count > 2 ? try text(words[2]) : nil))
    }

    private mutating func readGroup(_ words: [Name]) throws(TransparencyLogError) {
        guard words.count >= 3 else { throw refuse("group <name> all|any|<k> <name>…") }
        guard groups < TrustPolicy.maximumGroups else { throw refuse("more than \(TrustPolicy.maximumGroups) groups") }
        groups += 1
        var list: [TrustPolicy.Quorum] = []
        for name in words[2...] {
            guard let member = defined[name] else { throw refuse("a member that no line before defines") }
            guard members.insert(name).inserted else { throw refuse("a name is a member of one group only") }
            list.append(member)
        }
        let threshold: Int
        switch String(decoding: words[1], as: UTF8.self) {
        case "all": threshold = list.count
        case "any": threshold = 1
        case let word:
            guard let k = Decimal.parse(word), (1...UInt64(list.count)).contains(k) else {
                throw refuse("a threshold from 1 to the number of members")
            }
            threshold = Int(k)
        }
        try define(words[0], .group(threshold: threshold, members: list))
    }

    private mutating func readQuorum(_ words: [Name]) throws(TransparencyLogError) {
        guard words.count == 1 else { throw refuse("quorum <name>") }
        guard quorum == nil else { throw refuse("a second quorum line") }
        if words[0] == Name("none".utf8) {
            quorum = .some(nil)
        } else {
            guard let named = defined[words[0]] else { throw refuse("a quorum that no line before defines") }
            quorum = .some(named)
        }
    }

    private mutating func define(_ name: Name, _ quorum: TrustPolicy.Quorum) throws(TransparencyLogError) {
        guard name != Name("none".utf8), defined.updateValue(quorum, forKey: name) == nil else {
            throw refuse("this name stands for something already")
        }
    }

    func finish() throws(TransparencyLogError) -> TrustPolicy {
        guard let quorum else { throw TransparencyLogError(.malformedPolicy, "no quorum line") }
        return TrustPolicy(logLines: logs, witnessLines: witnesses, quorum: quorum)
    }

    private func text(_ word: Name) throws(TransparencyLogError) -> String {
        guard let text = String(validating: word, as: UTF8.self) else { throw refuse("not UTF-8") }
        return text
    }

    private func refuse(_ reason: String) -> TransparencyLogError {
        TransparencyLogError(.malformedPolicy, "line \(number): \(reason)")
    }
}
