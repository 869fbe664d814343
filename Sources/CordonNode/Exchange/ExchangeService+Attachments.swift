public import Casework
internal import Cryptography
internal import Exchange
internal import FoundationEssentials
public import Schema
internal import Storage
internal import SwiftProtobuf
internal import Synchronization

/// Attachments of received notices: fetched sealed, when an officer wants them.
extension ExchangeService {
    /// Fetches an attachment of the notice that made a case, and makes it one of the case; `place` counts from 1. What came
    /// before an interruption is not asked for again. Asked for again, it gives the same.
    ///
    /// Throws `.notFound` where there is no such attachment here, or none at the partner any more, `.overloaded` where the
    /// partner cannot be reached, `.invalid` where what it gives is not what its notice says.
    public func fetchAttachment(
        _ place: Int, of caseID: String, by credentials: Credentials
    ) async throws -> (attachment: AttachmentAdded, file: CaseFile) {
        try credentials.require(.changeCase)
        let file = try await cases.visibleCase(caseID, credentials)
        guard let (received, notice) = receivedState(of: file), notice.attachments.indices.contains(place - 1)
        else { throw CaseError(.notFound, "the notice has no such attachment") }
        try file.requireAllowed(.read, at: now)
        let wanted = notice.attachments[place - 1]
        guard let blob = Digest(wanted.blob) else { throw NodeError(.corrupted, "an attachment has no blob") }
        if let added = file.attachments.first(where: { $0.attachment.blob == wanted.blob }) {
            return (added.attachment, file)
        }
        try await bring(blob, size: wanted.size, from: received.sender)
        // An erasure of another case that has it does not take it away in between.
        return try await cases.blobQueue.run(CaseService.lane(of: blob)) {
            guard try await cases.mapped({ [cases] in cases.blobs.contains(blob) }) else {
                throw CaseError(.overloaded, "the attachment was just erased with another case: try again")
            }
            let content = try await digest(of: wanted, blob)
            let change = try await cases.change(caseID, [Self.event(wanted, content)], by: credentials)
            return (change.events[0].attachmentAdded, change.file)
        }
    }

    private static func event(_ wanted: NoticeAttachment, _ content: Digest) -> CaseEvent {
        .with {
            $0.attachmentAdded.fileName = wanted.fileName
            $0.attachmentAdded.mediaType = wanted.mediaType
            $0.attachmentAdded.size = wanted.size
            $0.attachmentAdded.description_p = wanted.description_p
            $0.attachmentAdded.sha256 = Data(content.bytes)
            $0.attachmentAdded.blob = wanted.blob
            $0.attachmentAdded.key = wanted.key
        }
    }

    /// The sealed blob is here when this returns.
    private func bring(_ blob: Digest, size: UInt64, from sender: String) async throws {
        let blobs = cases.blobs
        guard try await !cases.mapped({ blobs.contains(blob) }) else { return }
        guard size <= UInt64(blobs.limits.maximumBlobByteCount) else {
            throw CaseError(.tooLarge, "the attachment has \(size) bytes, more than this node takes")
        }
        guard let partner = directory.partners[sender], partner.state == .active,
            let transport = try syncs.withLock({ try $0.connect?(partner) })
        else { throw CaseError(.overloaded, "there is no line to \(sender): take its stick in, or try again later") }
        do {
            try await fetch(blob, ChunkedEncryption.sealedByteCount(of: Int(size)), over: transport)
            await transport.stop()
        } catch {
            await transport.stop()
            throw error
        }
        try await finish(blob)
    }

    func finish(_ blob: Digest) async throws {
        let blobs = cases.blobs
        do {
            try await readers.run { try blobs.finishIncoming(blob) }
        } catch let error as BlobError where error.code == .damaged {
            throw CaseError(.invalid, "what came is not the attachment that the notice speaks of: try again")
        }
    }

    private func fetch(_ blob: Digest, _ total: Int, over transport: any PartnerTransport) async throws {
        let blobs = cases.blobs
        var offset = blobs.incomingByteCount(blob)
        if offset > total {
            try await cases.mapped { try blobs.removeIncoming(blob) }
            offset = 0
        }
        while offset < total {
            let reply: PartnerReply
            do {
                reply = try await transport.send(
                    PartnerRequest(.get, "/blobs/\(blob.hex)", query: ["offset": "\(offset)"]),
                    limit: min(limits.blobPieceByteCount, total - offset) + 4096, timeoutSeconds: 120)
            } catch is PartnerTransportError {
                throw CaseError(.overloaded, "the sender cannot be reached now: try again, and it goes on from here")
            }
            switch reply.status {
            case 200 where !reply.body.isEmpty && reply.body.count <= total - offset: break
            case 200: throw CaseError(.invalid, "what came is not the attachment that the notice speaks of")
            case 403, 404: throw CaseError(.notFound, "the sender does not give this attachment out any more")
            default: throw CaseError(.overloaded, "the sender does not answer now: try again, and it goes on from here")
            }
            let at = offset
            try await cases.mapped { try blobs.receive(blob, at: at, reply.body) }
            offset += reply.body.count
        }
    }

    /// Of the content, every byte authenticated on the way.
    private func digest(of wanted: NoticeAttachment, _ blob: Digest) async throws -> Digest {
        let blobs = cases.blobs
        return try await readers.run {
            do {
                var key = [UInt8](wanted.key)
                let reader = try blobs.open(blob, key: SymmetricKey(SecretBytes(moving: &key)))
                guard reader.byteCount == wanted.size else { throw BlobError(.damaged, "another size") }
                var digest = RunningDigest()
                try reader.read(0..<reader.byteCount) { digest.update($0) }
                return digest.digest()
            } catch let error as BlobError where error.code == .damaged {
                throw CaseError(.invalid, "the attachment does not open with the key that its notice gives")
            }
        }
    }

    // MARK: On a stick

    /// The attachments that notices of a partner speak of and that are not here.
    func missingAttachments(from partner: Partner) throws -> [Digest: UInt64] {
        var missing: [Digest: UInt64] = [:]
        try store.database.forEach(
            .exchange, from: ExchangeRow.entry(partner.number, []), upTo: ExchangeRow.entry(partner.number + 1, [])
        ) { _, value in
            guard let stream = UInt64(bigEndianBytes: [UInt8](value)), stream != 0,
                try store.keys.key(stream) != nil, let (_, notice) = receivedState(of: try store.caseFile(stream))
            else { return true }
            for attachment in notice.attachments {
                guard let blob = Digest(attachment.blob), !cases.blobs.contains(blob) else { continue }
                missing[blob] = attachment.size
            }
            return true
        }
        return missing
    }
}
