import Cryptography
import TestSupport
import Testing

@testable import TransparencyLog

@Suite struct PolicyTests {
    let log: LogVerifier
    let witnesses: [WitnessVerifier]
    private var keys: String { witnesses.enumerated().map { "witness w\($0) \($1.vkey)\n" }.joined() }

    init() throws {
        log = try LogVerifier(origin: "example.org/log", key: SigningKey.generate().verifyingKey)
        witnesses = try (0..<6).map { try WitnessVerifier(name: "w\($0)", key: SigningKey.generate().verifyingKey) }
    }

    private func policy(_ lines: String) throws -> TrustPolicy {
        try TrustPolicy(parsing: Array("log \(log.vkey)\n\(keys)\(lines)\n".utf8))
    }

    private func isMet(_ policy: TrustPolicy, _ indexes: Set<Int>) -> Bool {
        (try? policy.requireQuorum(of: Set(indexes.map { witnesses[$0] }))) != nil
    }

    /// The example of C2SP tlog-policy.
    @Test func example() throws {
        let policy = try policy(
            """
            # two organisations
            group X-witnesses 2 w0 w1 w2
              group \t Y-witnesses any w3 w4 w5
            group X-and-Y all X-witnesses Y-witnesses

            quorum X-and-Y
            """)
        #expect(policy.logs == [log] && policy.witnesses == witnesses)
        #expect(isMet(policy, [0, 1, 3]) && isMet(policy, [0, 2, 5]) && isMet(policy, [0, 1, 2, 3, 4, 5]))
        #expect(!isMet(policy, [0, 3, 4, 5]) && !isMet(policy, [0, 1, 2]) && !isMet(policy, []))
    }

    /// The count of dishonest witnesses, against trying every way to show two halves of the world two logs.
    @Test(arguments: [
        ("quorum none", 0), ("quorum w0", 1), ("group g any w0 w1 w2\nquorum g", 0),
        ("group g 2 w0 w1 w2\nquorum g", 1), ("group g all w0 w1 w2\nquorum g", 3),
        ("group g 4 w0 w1 w2 w3 w4 w5\nquorum g", 2), ("group g 5 w0 w1 w2 w3 w4 w5\nquorum g", 4),
        ("group a 2 w0 w1 w2\ngroup b any w3 w4 w5\ngroup c all a b\nquorum c", 1),
        ("group a all w0 w1 w2\ngroup b 2 w3 w4 w5\ngroup c any a b\nquorum c", 0),
        ("group a all w0 w1\ngroup b all w2 w3\ngroup c all w4 w5\ngroup d 2 a b c\nquorum d", 2),
        ("group a 2 w0 w1 w2\ngroup b 2 w3 w4 w5\ngroup c all a b\nquorum c", 2),
    ])
    func dishonestWitnesses(lines: String, needed: Int) throws {
        let policy = try policy(lines)
        #expect(policy.witnessesNeededForSplitView == needed)
        #expect(policy.toleratedDishonestWitnesses == (needed > 0 ? needed - 1 : nil))
        guard lines != "quorum none" else { return }

        var smallestOverlap = 6
        var largestOutage = 0
        let quorums = (0..<64).filter { set in isMet(policy, Set((0..<6).filter { set >> $0 & 1 == 1 })) }
        for one in quorums {
            for other in quorums { smallestOverlap = min(smallestOverlap, (one & other).nonzeroBitCount) }
        }
        #expect(smallestOverlap == needed)
        for count in 0...6 {
            let allSurvive = (0..<64).filter { $0.nonzeroBitCount == count }.allSatisfy { quorums.contains(63 & ~$0) }
            if allSurvive { largestOutage = count }
        }
        #expect(policy.toleratedUnreachableWitnesses == largestOutage)
    }

    @Test(arguments: [
        "", "quorum w9", "quorum", "quorum w0 w1", "quorum w0\nquorum w0", "group g 0 w0\nquorum g",
        "group g 2 w0\nquorum g", "group g 01 w0\nquorum g", "group g any\nquorum g", "group g any w9\nquorum g",
        "group g any w0 w0\nquorum g", "group g any w0\ngroup h any w0\nquorum g", "group w0 any w1\nquorum w0",
        "group none any w1\nquorum none", "group g any none\nquorum g", "group g any g\nquorum g",
        "loge x\nquorum none",
        "quorum none\u{7F}", "quorum none\r", "quorum w0\u{0}", "log\nquorum none", "witness a\nquorum none",
    ])
    func malformed(lines: String) {
        #expect(throws: TransparencyLogError(.malformedPolicy, ""), "\(lines.debugDescription)") { try policy(lines) }
    }

    @Test func keysHaveTheirPlace() throws {
        #expect(throws: TransparencyLogError(.wrongKeyType, "")) {
            try TrustPolicy(parsing: Array("log \(witnesses[0].vkey)\nquorum none\n".utf8))
        }
        #expect(throws: TransparencyLogError(.wrongKeyType, "")) {
            try TrustPolicy(parsing: Array("witness w \(log.vkey)\nquorum none\n".utf8))
        }
        #expect(throws: TransparencyLogError(.malformedPolicy, "")) { try policy("log \(log.vkey)\nquorum none") }
        // The same key under another name is still the same key.
        let renamed = try WitnessVerifier(name: "other", key: witnesses[0].key)
        #expect(throws: TransparencyLogError(.malformedPolicy, "")) {
            try policy("witness other \(renamed.vkey)\nquorum none")
        }
        #expect(throws: TransparencyLogError(.malformedPolicy, "no newline at the end")) {
            try TrustPolicy(parsing: Array("quorum none".utf8))
        }
        let withURLs = try TrustPolicy(
            parsing: Array("log \(log.vkey) https://a\nwitness w \(witnesses[0].vkey) https://b\nquorum w\n".utf8))
        #expect(withURLs.logLines[0].url == "https://a" && withURLs.witnessLines[0].url == "https://b")
    }
}
