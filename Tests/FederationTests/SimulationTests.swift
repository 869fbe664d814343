import Foundation
import TestSupport
import Testing

@Suite struct SimulationTests {
    @Test func aFewSeeds() throws {
        let clock = ContinuousClock()
        for seed in UInt64(1)...10 {
            let simulation = Simulation(seed: seed, keepsTrace: true)
            let time = clock.measure {
                do { try simulation.run() } catch {
                    print("seed \(seed): \(error)")
                    print(simulation.trace.suffix(40).joined(separator: "\n"))
                    Issue.record("seed \(seed)")
                }
            }
            print("seed \(seed) steps \(simulation.steps) forks \(simulation.forksFound) \(time)")
        }
    }
}
