internal import Exchange

/// Deliveries that are opened batch by batch, ahead of their being recorded.
///
/// Recording takes one processor, and waits for the disk: opening goes on meanwhile, so far ahead that neither waits
/// for the other.
struct OpenedAhead {
    typealias Open = @Sendable (ArraySlice<Delivery>) async throws -> [ExchangeService.Taken]

    /// What is recorded at once.
    struct Batch {
        var taken: [ExchangeService.Taken] = []
        /// The delivery behind them, which has to be fetched again.
        var refused: (position: UInt64, code: String)?
        /// Whether the last of them is an agreement: what comes under it is opened when that is recorded.
        var bringsAgreement = false

        fileprivate init(_ opened: [ExchangeService.Taken]) {
            for one in opened {
                if case .wrong(let delivery, let code) = one {
                    refused = (delivery.position, code)
                    return
                }
                taken.append(one)
                bringsAgreement = one.bringsAgreement
                if bringsAgreement { return }
            }
        }
    }

    private static let batchesAhead = 2

    private let size: Int
    private let open: Open
    private var rest: ArraySlice<Delivery>
    /// Of the first batches of `rest`.
    private var opening: [Task<[ExchangeService.Taken], any Error>] = []

    /// `size`: deliveries in a batch.
    init(_ deliveries: [Delivery], size: Int, open: @escaping Open) {
        (self.size, self.open, rest) = (size, open, deliveries[...])
        openOn()
    }

    /// The next batch; nil behind the last.
    mutating func next() async throws -> Batch? {
        openOn()
        guard !opening.isEmpty else { return nil }
        let batch = Batch(try await opening.removeFirst().value)
        rest = rest.dropFirst(batch.taken.count)
        if batch.bringsAgreement || batch.refused != nil { await drop() } else { openOn() }
        return batch
    }

    /// Forgets what was opened ahead.
    mutating func drop() async {
        for task in opening { _ = await task.result }
        opening = []
    }

    private mutating func openOn() {
        while opening.count < Self.batchesAhead {
            let batch = rest.dropFirst(opening.count * size).prefix(size)
            guard !batch.isEmpty else { return }
            opening.append(Task { [open] in try await open(batch) })
        }
    }
}
