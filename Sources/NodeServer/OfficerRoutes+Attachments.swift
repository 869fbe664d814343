internal import Casework
internal import CordonNode
internal import FoundationEssentials
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Schema
internal import SwiftProtobuf

extension OfficerRoute {
    static let attachments: [OfficerRoute] = [
        OfficerRoute("POST", "/cases/{id}/attachments", .permission(.changeCase)) { call in
            let description = try await call.message(AttachmentUpload.self, upTo: 64 << 10)
            let upload = try await call.service.beginUpload(
                description, to: try call.parameter("id"), by: try call.credentials)
            return try .json(upload.view, .created, location: "\(prefix)/uploads/\(upload.id)")
        },
        OfficerRoute("GET", "/uploads/{id}", .permission(.changeCase)) { call in
            try .json(await call.service.uploadState(try call.parameter("id"), by: try call.credentials).view)
        },
        // The bytes from `offset` on, as many as the client likes to send at once.
        OfficerRoute("PUT", "/uploads/{id}", .permission(.changeCase)) { call in
            guard let offset = try call.queryNumber("offset") else {
                throw CaseError.invalid("/offset", "say where the bytes belong: ?offset=0")
            }
            let upload = try await call.service.append(
                to: try call.parameter("id"), at: offset, call.request.body.map { [UInt8](buffer: $0) },
                by: try call.credentials)
            return try .json(upload.view)
        },
        OfficerRoute("POST", "/uploads/{id}/finish", .permission(.changeCase)) { call in
            let (attachment, file) = try await call.service.finishUpload(
                try call.parameter("id"), by: try call.credentials)
            let added = file.attachments.first { $0.attachment.id == attachment.id }
            return try .json(
                attachment.view(by: added?.by ?? 0, at: added?.at ?? 0), .created, version: file.version,
                location: "\(prefix)/attachments/\(attachment.id)")
        },
        OfficerRoute("POST", "/cases/{id}/notice-attachments/{place}", .permission(.changeCase)) { call in
            let (exchange, credentials) = try call.exchange(.changeCase)
            guard let place = Int(try call.parameter("place")), place > 0 else {
                throw CaseError(.notFound, "the notice has no such attachment")
            }
            let (attachment, file) = try await exchange.fetchAttachment(
                place, of: try call.parameter("id"), by: credentials)
            let added = file.attachments.first { $0.attachment.id == attachment.id }
            return try .json(
                attachment.view(by: added?.by ?? 0, at: added?.at ?? 0), .created, version: file.version,
                location: "\(prefix)/attachments/\(attachment.id)")
        },
        OfficerRoute("DELETE", "/uploads/{id}", .permission(.changeCase)) { call in
            try await call.service.discardUpload(try call.parameter("id"), by: try call.credentials)
            return .nothing
        },
        OfficerRoute("GET", "/attachments/{id}", .permission(.readCase)) { call in
            let download = try await call.service.download(try call.parameter("id"), by: try call.credentials)
            let range = try byteRange(call.request.headers[.range], download.size)
            let wanted = range ?? 0..<download.size
            var answer = Answer(
                body: ResponseBody(contentLength: wanted.count) { writer in
                    var position = wanted.lowerBound
                    while position < wanted.upperBound {
                        let end = min(position + CaseService.pieceByteCount, wanted.upperBound)
                        // It may be less: what is read at once are whole chunks.
                        let piece = try await download.piece(position..<end)
                        try await writer.write(ByteBuffer(bytes: piece))
                        position += piece.count
                    }
                    try await writer.finish(nil)
                })
            // Whatever it claims to be, it is never shown within the API's own pages.
            answer.headers[.contentType] = "application/octet-stream"
            answer.headers[.contentDisposition] = disposition(download.attachment.fileName)
            // Of the whole, whatever the range (RFC 9530, section 3): what a client that goes on later holds it against.
            answer.headers[.reprDigest] = "sha-256=:\(download.attachment.sha256.base64EncodedString()):"
            answer.headers[.acceptRanges] = "bytes"
            if let range {
                answer.status = .partialContent
                answer.headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(download.size)"
            }
            return answer
        },
    ]

    /// The name as it is in UTF-8 (RFC 6266, section 4.1; RFC 8187, section 3.2).
    private static func disposition(_ fileName: String) -> String {
        let digits = Array("0123456789ABCDEF")
        let escaped = fileName.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            return isPlain || ".-_~".utf8.contains(byte)
                ? String(scalar) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
        return "attachment; filename*=UTF-8''\(escaped.joined())"
    }

    /// One range of bytes (RFC 9110, section 14.1.2); nil where none is asked for. Throws where it cannot be had.
    static func byteRange(_ header: String?, _ size: Int) throws -> Range<Int>? {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else { return nil }
        let parts = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        let refusal = ProblemError(.rangeNotSatisfiable, "range", "the attachment has \(size) bytes")
        guard parts.count == 2 else { throw refusal }
        if parts[0].isEmpty {
            guard let count = Int(parts[1]), count > 0, size > 0 else { throw refusal }
            return max(0, size - count)..<size
        }
        guard let first = Int(parts[0]), first < size, let last = parts[1].isEmpty ? size - 1 : Int(parts[1]),
            last >= first
        else { throw refusal }
        return first..<min(last, size - 1) + 1
    }
}

extension HTTPField.Name {
    fileprivate static let reprDigest = HTTPField.Name("Repr-Digest")!
}

extension CaseService.UploadState {
    fileprivate var view: UploadView {
        .with {
            $0.id = id
            $0.offset = offset
            $0.size = size
        }
    }
}
