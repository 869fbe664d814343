/// What a key pair is for. Each role is a type, so that a key of one role cannot stand where another is asked for.
/// `Keys/README.md` says who holds each key and how it is made, rotated and revoked.
public protocol KeyRole: Sendable {
    /// The role's name, in key names and file names.
    static var name: String { get }
    /// The role's code in a sealed key file.
    static var code: UInt8 { get }
}

/// Signs the authority's card and its later key changes. Used rarely.
public enum IdentityRole: KeyRole {
    public static let name = "identity"
    public static let code: UInt8 = 1
}

/// Signs entries of the exchange log.
public enum ReleaseRole: KeyRole {
    public static let name = "release"
    public static let code: UInt8 = 2
}

/// Signs the checkpoints of one log. A node has two: one for the exchange log, one for the journal.
public enum LogRole: KeyRole {
    public static let name = "log"
    public static let code: UInt8 = 3
}

/// Cosigns partners' checkpoints.
public enum WitnessRole: KeyRole {
    public static let name = "witness"
    public static let code: UInt8 = 4
}

/// Authenticates the node on a connection.
public enum TLSRole: KeyRole {
    public static let name = "tls"
    public static let code: UInt8 = 5
}
