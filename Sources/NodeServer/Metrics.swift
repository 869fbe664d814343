internal import Synchronization

/// Counters for Prometheus (text format 0.0.4). Labels are routes, methods and status codes: never content.
final class Metrics: Sendable {
    /// Upper bounds of the histogram's buckets, in seconds.
    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

    private struct Route: Hashable {
        let method: String
        let path: String
        let status: Int
    }
    private struct Times {
        var buckets = [UInt64](repeating: 0, count: Metrics.bounds.count)
        var count: UInt64 = 0
        var sum = 0.0
    }
    private struct State {
        var routes: [Route: Times] = [:]
        var inFlight = 0
    }
    /// Held for moments only.
    private let state = Mutex(State())

    func begin() { state.withLock { $0.inFlight += 1 } }

    func end(method: String, path: String, status: Int, seconds: Double) {
        state.withLock { state in
            state.inFlight -= 1
            let route = Route(method: method, path: path, status: status)
            var times = state.routes[route] ?? Times()
            for (index, bound) in Self.bounds.enumerated() where seconds <= bound { times.buckets[index] += 1 }
            times.count += 1
            times.sum += seconds
            state.routes[route] = times
        }
    }

    /// `gauges`: name, help, value.
    func text(_ gauges: [(String, String, UInt64)]) -> String {
        let (routes, inFlight) = state.withLock { ($0.routes, $0.inFlight) }
        var text = ""
        for (name, help, value) in gauges + [
            ("cordon_http_requests_in_flight", "Requests under way.", UInt64(inFlight))
        ] {
            text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name) \(value)\n"
        }
        let name = "cordon_http_request_duration_seconds"
        text += "# HELP \(name) Time from a request's head to its answer's head.\n# TYPE \(name) histogram\n"
        for (route, times) in routes.sorted(by: { ($0.key.path, $0.key.method) < ($1.key.path, $1.key.method) }) {
            let labels = "method=\"\(route.method)\",route=\"\(route.path)\",status=\"\(route.status)\""
            for (bound, count) in zip(Self.bounds, times.buckets) {
                text += "\(name)_bucket{\(labels),le=\"\(bound)\"} \(count)\n"
            }
            text += "\(name)_bucket{\(labels),le=\"+Inf\"} \(times.count)\n"
            text += "\(name)_sum{\(labels)} \(times.sum)\n\(name)_count{\(labels)} \(times.count)\n"
        }
        return text
    }
}
