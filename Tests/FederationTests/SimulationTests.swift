import Foundation
import TestSupport
import Testing

/// `CORDON_SEED` is the first seed, `CORDON_SEEDS` how many are run.
@Suite struct SimulationTests {
    static let seeds: Range<UInt64> = {
        let count = ProcessInfo.processInfo.environment["CORDON_SEEDS"].flatMap { UInt64($0) }
        let first = Places.seed % (1 << 62)
        return first..<first + (count ?? (Places.isSoak ? 10_000 : 500))
    }()

    /// What happens in a run, until it fails. Also names its end.
    private static func trace(_ seed: UInt64) -> [String] {
        let simulation = Simulation(seed: seed, keepsTrace: true)
        do {
            try simulation.run()
            return simulation.trace + ["good"]
        } catch {
            return simulation.trace + ["\(error)"]
        }
    }

    /// In four parts, which run side by side where there are processors for it.
    @Test(arguments: 0..<UInt64(4)) func federationsKeepTheirInvariants(_ part: UInt64) {
        var forks = 0
        let seeds = Self.seeds.filter { $0 % 4 == part }
        for seed in seeds {
            let simulation = Simulation(seed: seed)
            do {
                try simulation.run()
                forks += simulation.forksFound
            } catch {
                print("Seed \(seed), replay with CORDON_SEED=\(seed) CORDON_SEEDS=1:")
                for line in Self.trace(seed).suffix(100) { print(line) }
                Issue.record("seed \(seed): \(error)")
                return
            }
        }
        #expect(forks > 0 || seeds.count < 50, "no two nodes were ever shown two histories")
    }

    @Test func aSeedIsReplayedToTheLetter() {
        for seed in Self.seeds.prefix(4) {
            let first = Self.trace(seed)
            #expect(first.count > 300)
            #expect(first == Self.trace(seed), "seed \(seed)")
        }
    }

    /// The invariants notice what each mutant does wrong: a simulator in which nothing can fail shows nothing.
    @Test(arguments: Simulation.Mutation.allCases) func mutantsAreCaught(_ mutation: Simulation.Mutation) {
        let caught = (1...UInt64(80)).first { seed in
            (try? Simulation(seed: seed, mutation: mutation).run()) == nil
        }
        #expect(caught != nil, "the mutant \(mutation) survives")
    }
}
