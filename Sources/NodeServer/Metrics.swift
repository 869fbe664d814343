internal import CordonNode
internal import Exchange
internal import Synchronization

/// Counters for Prometheus (text format 0.0.4). Labels are routes, methods, status codes and partners: never content.
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

    /// `gauges`: name, help, value. `now` in milliseconds since 1970-01-01T00:00Z.
    func text(_ gauges: [(String, String, UInt64)], partners: [PartnerReport] = [], now: UInt64) -> String {
        let (routes, inFlight) = state.withLock { ($0.routes, $0.inFlight) }
        var text = ""
        for (name, help, value) in gauges + [
            ("cordon_http_requests_in_flight", "Requests under way.", UInt64(inFlight))
        ] {
            text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name) \(value)\n"
        }
        text += PartnerMetrics.text(partners, now: now)
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

/// A series for each partner.
enum PartnerMetrics {
    private typealias Value = @Sendable (PartnerReport, UInt64) -> UInt64
    private static let series: [(name: String, kind: String, help: String, value: Value)] = [
        (
            "last_sync_timestamp_seconds", "gauge", "When its log was last seen to its end; 0 for never.",
            { report, _ in report.lastSync / 1000 }
        ),
        ("lag_entries", "gauge", "Entries of its log that are not fetched.", { report, _ in report.lag }),
        ("sync_failures", "gauge", "Failures in a row.", { report, _ in UInt64(report.failures) }),
        ("notices_sent_total", "counter", "Notices released to it.", { report, _ in report.figures.sent }),
        ("notices_received_total", "counter", "Notices taken in.", { report, _ in report.figures.received }),
        ("deliveries_refused_total", "counter", "Since the start.", { report, _ in UInt64(report.refused) }),
        (
            "requests_refused_total", "counter", "Its requests that were answered with an error, since the start.",
            { report, _ in UInt64(report.refusedRequests) }
        ),
        (
            "receipts_outstanding", "gauge", "Notices that it has not confirmed.",
            { report, _ in UInt64(report.figures.receiptsOutstanding) }
        ),
        (
            "requests_open", "gauge", "Requests between it and us that wait.",
            { report, _ in UInt64(report.figures.requestsOpen) }
        ),
        (
            "requests_overdue", "gauge", "Of these, past their deadline.",
            { report, now in UInt64(report.figures.requestsOverdue(at: now)) }
        ),
    ]

    static func text(_ partners: [PartnerReport], now: UInt64) -> String {
        guard !partners.isEmpty else { return "" }
        var text = ""
        for one in series {
            let name = "cordon_partner_\(one.name)"
            text += "# HELP \(name) \(one.help)\n# TYPE \(name) \(one.kind)\n"
            // A name prefix has nothing in it that a label must escape.
            for report in partners {
                text += "\(name){partner=\"\(report.partner.prefix)\"} \(one.value(report, now))\n"
            }
        }
        return text
    }
}
