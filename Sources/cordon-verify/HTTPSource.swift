internal import Foundation
internal import FoundationNetworking
internal import Synchronization

/// A log served over HTTP (C2SP tlog-tiles). Bodies are bounded as they arrive, and a fetch that fails for the moment
/// is tried again.
final class HTTPSource: LogSource {
    static let attempts = 4
    /// Without a byte.
    static let timeoutSeconds: TimeInterval = 30
    /// For one whole file.
    static let fileTimeoutSeconds: TimeInterval = 300

    let parallelism = 16
    private let base: String
    private let session: URLSession
    private let collector = Collector()

    /// `base`: the log's prefix, http or https.
    init(_ base: String) {
        self.base = base.hasSuffix("/") ? base : base + "/"
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = Self.timeoutSeconds
        configuration.timeoutIntervalForResource = Self.fileTimeoutSeconds
        configuration.httpMaximumConnectionsPerHost = parallelism
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        session = URLSession(configuration: configuration, delegate: collector, delegateQueue: nil)
    }

    func read(_ path: String, limit: Int) async throws -> [UInt8] {
        guard let url = URL(string: base + path) else { throw SourceError.unreachable("\(base)\(path) is not a URL") }
        var pauseMilliseconds: UInt64 = 250
        for attempt in 1... {
            do {
                return try await fetch(url, path, limit: limit)
            } catch SourceError.unreachable(let reason) {
                guard attempt < Self.attempts else { throw SourceError.unreachable(reason) }
                try await Task.sleep(for: .milliseconds(pauseMilliseconds))
                pauseMilliseconds *= 4
            }
        }
        fatalError("the loop has no other end")
    }

    private func fetch(_ url: URL, _ path: String, limit: Int) async throws -> [UInt8] {
        let task = session.dataTask(with: url)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                collector.add(task, .init(path: path, limit: limit, continuation: continuation))
                task.resume()
                // Cancelled before it was known here: nobody else will end it.
                if Task.isCancelled { collector.cancel(task) }
            }
        } onCancel: {
            task.cancel()
        }
    }
}

/// Gathers the bodies of the fetches under way.
private final class Collector: NSObject, URLSessionDataDelegate, Sendable {
    struct Fetch {
        let path: String
        let limit: Int
        let continuation: CheckedContinuation<[UInt8], any Error>
        var body: [UInt8] = []
        var failure: SourceError?
    }

    private let fetches = Mutex<[Int: Fetch]>([:])

    func add(_ task: URLSessionTask, _ fetch: Fetch) {
        fetches.withLock { $0[task.taskIdentifier] = fetch }
    }

    func cancel(_ task: URLSessionTask) {
        task.cancel()
        let fetch = fetches.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        fetch?.continuation.resume(throwing: CancellationError())
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        let accepted = fetches.withLock { fetches in
            guard let path = fetches[dataTask.taskIdentifier]?.path else { return false }
            if status == 200 { return true }
            fetches[dataTask.taskIdentifier]?.failure =
                status == 404 || status == 410
                ? .missing(path) : .unreachable("\(path): the server answers with status \(status)")
            return false
        }
        completionHandler(accepted ? .allow : .cancel)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let tooLarge = fetches.withLock { fetches in
            // Not the whole fetch: a second hold on its body would copy it with every piece that arrives.
            guard let path = fetches[dataTask.taskIdentifier]?.path,
                let limit = fetches[dataTask.taskIdentifier]?.limit,
                let count = fetches[dataTask.taskIdentifier]?.body.count
            else { return false }
            guard count + data.count <= limit else {
                fetches[dataTask.taskIdentifier]?.failure = .tooLarge(path)
                return true
            }
            fetches[dataTask.taskIdentifier]?.body.append(contentsOf: data)
            return false
        }
        if tooLarge { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let fetch = fetches.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        if let failure = fetch.failure {
            fetch.continuation.resume(throwing: failure)
        } else if let error {
            fetch.continuation.resume(throwing: SourceError.unreachable("\(fetch.path): \(error.localizedDescription)"))
        } else {
            fetch.continuation.resume(returning: fetch.body)
        }
    }
}
