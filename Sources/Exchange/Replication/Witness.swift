public import TransparencyLog

/// A node as a witness of one log (C2SP tlog-witness): cosigns a checkpoint when it goes on from the last one held.
///
/// The node holds one checkpoint of each log, whether it came to it as a witness or as a mirror, so that what the one
/// was shown binds the other. The same holds for logs whose entries a node never sees.
public struct Witness: Sendable {
    /// An answer to an add-checkpoint request.
    public struct Response: Hashable, Sendable {
        /// 200, 400, 403, 404, 409, 422 or 503.
        public let status: Int
        /// `text/x.tlog.size` with 409, otherwise nil for plain text.
        public let contentType: String?
        public let body: [UInt8]
    }

    public struct Decision: Sendable {
        public let response: Response
        /// What to hold from now on: durable before the response is given, and only if `held` has not changed since.
        public let accepted: SignedCheckpoint?
        /// A checkpoint that the log has signed and that could not be cosigned: for the log's replica to compare with
        /// the entries it holds.
        public let suspect: SignedCheckpoint?
        /// The log has signed two trees of one size.
        public let evidence: ForkEvidence?

        init(
            _ response: Response, accepted: SignedCheckpoint? = nil, suspect: SignedCheckpoint? = nil,
            evidence: ForkEvidence? = nil
        ) {
            self.response = response
            self.accepted = accepted
            self.suspect = suspect
            self.evidence = evidence
        }
    }

    /// A log that this node witnesses, as it stands when a request comes in.
    public struct Log: Sendable {
        /// Its keys that count now, all of one origin.
        public let verifiers: [LogVerifier]
        public let standing: PartnerState
        /// The checkpoint held; nil when none was seen yet.
        public let held: SignedCheckpoint?

        public init(verifiers: [LogVerifier], standing: PartnerState, held: SignedCheckpoint?) {
            self.verifiers = verifiers
            self.standing = standing
            self.held = held
        }
    }

    private let signer: WitnessSigner

    public init(signer: WitnessSigner) { self.signer = signer }

    /// The origin that a request is about, to find its log by; nil for a body that is malformed.
    public static func origin(of body: [UInt8]) -> String? {
        (try? AddCheckpoint(parsing: body))?.note.claimedOrigin
    }

    /// `log` is the one that `origin(of:)` names, nil when it is unknown. `time` in seconds since
    /// 1970-01-01T00:00Z.
    public func decide(_ body: [UInt8], log: Log?, time: UInt64) -> Decision {
        let request: AddCheckpoint
        do {
            request = try AddCheckpoint(parsing: body)
        } catch {
            return Self.refuse(400, error.reason)
        }
        guard let log, log.verifiers.allSatisfy({ $0.origin.isSameOrigin(as: request.note.claimedOrigin) }) else {
            return Self.refuse(404, "this log is not witnessed here")
        }
        guard log.standing == .active else {
            return Self.refuse(403, "this log's authority is \(log.standing.rawValue)")
        }
        let signed: SignedCheckpoint
        do {
            signed = try SignedCheckpoint(verifying: request.note, logs: log.verifiers)
        } catch  where error.code == .malformedCheckpoint {
            return Self.refuse(400, error.reason)
        } catch {
            return Self.refuse(403, error.reason)
        }
        guard request.oldSize <= signed.size else { return Self.refuse(400, "the old size is beyond the checkpoint") }
        return decide(request, signed, held: log.held, time: time)
    }

    /// The checks against what is held, in the order of tlog-witness.
    private func decide(
        _ request: AddCheckpoint, _ signed: SignedCheckpoint, held: SignedCheckpoint?, time: UInt64
    ) -> Decision {
        let size = held?.size ?? 0
        if let held, held.size == signed.size, held.root != signed.root {
            return Decision(
                Self.conflict(size), suspect: signed, evidence: try? ForkEvidence(held, signed))
        }
        guard request.oldSize == size else { return Decision(Self.conflict(size), suspect: signed) }
        guard size < signed.size else {
            guard request.hashes.isEmpty else { return Self.refuse(422, "a proof between equal sizes is empty") }
            // The cosignature is given again: the answer to the first request may have been lost.
            return Decision(cosignature(signed, time), accepted: held == nil ? signed : nil)
        }
        do {
            if let held, held.size > 0 {
                try ConsistencyProof(size1: held.size, size2: signed.size, hashes: request.hashes)
                    .verify(root1: held.root, root2: signed.root)
            } else if !request.hashes.isEmpty {
                return Self.refuse(422, "a proof from size 0 is empty")
            }
        } catch {
            return Decision(Self.refuse(422, error.reason).response, suspect: signed)
        }
        return Decision(cosignature(signed, time), accepted: signed)
    }

    private func cosignature(_ signed: SignedCheckpoint, _ time: UInt64) -> Response {
        Response(status: 200, contentType: nil, body: Array(signer.cosign(signed, timestamp: time).line.utf8))
    }

    private static func conflict(_ size: UInt64) -> Response {
        Response(status: 409, contentType: "text/x.tlog.size", body: Array("\(size)\n".utf8))
    }

    /// Nothing can be said yet.
    public var later: Decision { Self.refuse(503, "later") }

    private static func refuse(_ status: Int, _ reason: String) -> Decision {
        Decision(Response(status: status, contentType: nil, body: Array("\(reason)\n".utf8)))
    }
}
