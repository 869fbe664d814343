public import Cryptography

/// What a node knows of release keys.
public protocol SignerDirectory: Sendable {
    /// The release key with this id of the authority whose exchange log has this origin, and how it stood at this time.
    /// Nil when no such key was ever announced: also for another authority's key.
    ///
    /// The time is what the signer wrote. A directory that knows a key to be stolen answers `.revoked` whatever the
    /// time, unless the entry is known to have been in the log before.
    func signer(_ id: Digest, origin: String, timeMilliseconds: UInt64) throws -> Signer?
}

public struct Signer: Sendable {
    public enum Status: Sendable {
        case active
        /// It takes effect later.
        case notYet
        /// Another took its place before.
        case ended
        /// It, or its authority, was revoked.
        case revoked
    }

    public let key: VerifyingKey<ReleaseRole>
    public let status: Status

    public init(key: VerifyingKey<ReleaseRole>, status: Status) {
        self.key = key
        self.status = status
    }
}
