internal import Cryptography
internal import Exchange

/// What a partner's release keys are, for its envelopes.
struct PartnerSigners: SignerDirectory {
    let keys: AuthorityKeys
    let origin: String
    /// Where the entry stands in the partner's log.
    let index: UInt64

    func signer(_ id: Digest, origin: String, timeMilliseconds: UInt64) -> Signer? {
        guard origin == self.origin,
            let (key, standing) = keys.release(id, atIndex: index, timeMilliseconds: timeMilliseconds)
        else { return nil }
        let status: Signer.Status =
            switch standing {
            case .active: .active
            case .notYet: .notYet
            case .ended: .ended
            case .revoked: .revoked
            }
        return Signer(key: key.key, status: status)
    }
}
