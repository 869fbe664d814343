internal import Cryptography
internal import Foundation
internal import Glibc
internal import TransparencyLog

/// The last checkpoint that an auditor saw and believed, in a file: the note itself.
struct RememberedState {
    let path: String
    /// Nil when there is no file yet.
    let last: SignedCheckpoint?

    /// Throws a usage error when the file is there but is not a checkpoint of a log that `policy` names.
    init(_ path: String, policy: TrustPolicy) throws {
        self.path = path
        do {
            let bytes = try DirectorySource.read(file: path, limit: SignedNote.maximumByteCount)
            last = try SignedCheckpoint(verifying: bytes, logs: policy.logs, witnesses: policy.witnesses)
        } catch SourceError.missing {
            last = nil
        } catch let error as TransparencyLogError {
            throw UsageFailure("\(path) is not a checkpoint of this log: \(error)")
        } catch {
            throw UsageFailure("\(error)")
        }
    }

    /// Remembers `checkpoint` from now on.
    func remember(_ checkpoint: SignedCheckpoint) throws {
        try Self.write(path, checkpoint.note.encoded)
    }

    /// Keeps the remembered note and the one that contradicts it, side by side. Both are signed by the log. Of the same
    /// size, they prove a split view to anyone by themselves; a smaller one may be an old copy, and a fork is proved
    /// together with the larger tree's files. Returns the directory.
    func keepEvidence(against presented: SignedCheckpoint) throws -> String {
        let directory = path + ".evidence"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for (what, checkpoint) in [("remembered", last!), ("presented", presented)] {
            let name = "\(what)-\(checkpoint.size)-\(checkpoint.root.hex.prefix(16)).checkpoint"
            try Self.write(directory + "/" + name, checkpoint.note.encoded)
        }
        return directory
    }

    /// All of it or nothing, and durable; under a name that nobody can have prepared.
    private static func write(_ path: String, _ bytes: [UInt8]) throws {
        let temporary = "\(path).\(Hex.encode(randomBytes(count: 8))).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        var isWritten = descriptor >= 0
        if isWritten {
            isWritten =
                Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
                && rename(temporary, path) == 0
            close(descriptor)
        }
        guard isWritten else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            throw UsageFailure("\(path) cannot be written: \(reason)")
        }
        let directory = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }
}

/// The caller asked for something that cannot be done.
struct UsageFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
