/// How an authority stands towards a partner.
public enum PartnerState: String, Sendable, CaseIterable {
    /// Its card was confirmed: exchange takes place as agreements say.
    case active
    /// Nothing is sent, nothing is taken in, until a person lifts it.
    case suspended
    /// For good: no stanza, no delivery, no cosignature; what it signs from then on is refused.
    case revoked
    /// It showed two logs, or an older one: frozen until a person has looked at the evidence.
    case frozen
}
