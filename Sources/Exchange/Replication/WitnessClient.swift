public import TransparencyLog

/// Gathers the cosignatures of one witness for one of the node's own logs: what to ask next, and what an answer means.
public struct WitnessClient: Sendable {
    /// The largest answer that is read: a few signature lines.
    public static let maximumResponseByteCount = 64 << 10
    /// Requests for one checkpoint before the witness is left alone until there is another.
    public static let maximumRequests = 4

    public enum Outcome: Sendable {
        /// The witness's cosignatures, verified: lines for the checkpoint's note.
        case cosigned([NoteSignature])
        /// Ask again: `request` goes from another old size now.
        case again
        /// The witness has cosigned a larger tree of this log than the node knows: it must not sign (`StartGate`).
        case ahead(size: UInt64)
        /// The witness says it holds another tree of this size, or another beginning: compare checkpoints with it.
        case contradicted
        /// Not now: unknown log, not active, or an answer that makes no sense.
        case refused(status: Int)
    }

    /// Under each of its keys that are good now.
    public let witnesses: [WitnessVerifier]
    /// The size that the witness cosigned last, as far as is known; worth storing, since it saves a request.
    public private(set) var cosignedSize: UInt64
    private var oldSize: UInt64
    private var requests = 0

    public init(witnesses: [WitnessVerifier], cosignedSize: UInt64 = 0) {
        self.witnesses = witnesses
        self.cosignedSize = cosignedSize
        oldSize = cosignedSize
    }

    /// The next request for `checkpoint`. `proof` gives the node's own consistency proof from a size above 0, and
    /// throws as its tiles do.
    public mutating func request(
        for checkpoint: SignedCheckpoint, proof: (_ size1: UInt64, _ size2: UInt64) throws -> ConsistencyProof
    ) rethrows -> AddCheckpoint {
        requests += 1
        let old = min(oldSize, checkpoint.size)
        let hashes = old > 0 && old < checkpoint.size ? try proof(old, checkpoint.size).hashes : []
        return AddCheckpoint(oldSize: old, hashes: hashes, note: checkpoint.note)
    }

    /// `body` is empty where an answer had none.
    public mutating func answered(
        status: Int, body: [UInt8], to request: AddCheckpoint, for checkpoint: SignedCheckpoint
    ) -> Outcome {
        switch status {
        case 200:
            guard let lines = cosignatures(body, checkpoint) else { return give(.refused(status: status)) }
            cosignedSize = checkpoint.size
            oldSize = checkpoint.size
            return give(.cosigned(lines))
        case 409:
            return conflict(body, request, checkpoint)
        case 422:
            return give(.contradicted)
        default:
            return give(.refused(status: status))
        }
    }

    /// A new checkpoint is asked for from the start.
    private mutating func give(_ outcome: Outcome) -> Outcome {
        requests = 0
        return outcome
    }

    private mutating func conflict(
        _ body: [UInt8], _ request: AddCheckpoint, _ checkpoint: SignedCheckpoint
    ) -> Outcome {
        guard requests < Self.maximumRequests else { return give(.refused(status: 409)) }
        guard !body.isEmpty else {
            // Some witnesses do not say their size: the one we know of is tried first, then none.
            guard request.oldSize > 0 else { return give(.refused(status: 409)) }
            oldSize = request.oldSize == cosignedSize ? 0 : cosignedSize
            return .again
        }
        guard body.count <= 21, body.last == UInt8(ascii: "\n"),
            let size = DecimalText.parse(String(decoding: body.dropLast(), as: UTF8.self))
        else { return give(.refused(status: 409)) }
        guard size <= checkpoint.size else { return give(.ahead(size: size)) }
        // From the very size it names, and still a conflict: it holds another root there.
        guard size != request.oldSize else { return give(.contradicted) }
        oldSize = size
        return .again
    }

    /// As tlog-witness advises: the answer behind the note, read as a note.
    private func cosignatures(_ body: [UInt8], _ checkpoint: SignedCheckpoint) -> [NoteSignature]? {
        let own = checkpoint.note.signatures.prefix(1)
        let bare = SignedNote(text: checkpoint.note.text, signatures: Array(own))
        guard let note = try? SignedNote(parsing: bare.encoded + body),
            let verified = try? note.verify(logs: [], witnesses: witnesses), !verified.cosignatures.isEmpty
        else { return nil }
        return note.signatures.dropFirst(own.count).filter { line in
            verified.cosignatures.keys.contains {
                line.name.isSameOrigin(as: $0.vkey.name) && line.keyID == $0.vkey.keyID
            }
        }
    }
}
