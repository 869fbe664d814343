/// What an entry of the exchange log says (`Protocols/entries.md`).
public enum EntryKind: UInt8, Sendable, CaseIterable {
    /// Something was released: the entry commits to a sealed envelope and to whom it is sealed.
    case notice = 1
    /// Keys of the authority take effect or end: the statement is in the entry, signed by the identity key.
    case keys = 2
    /// An earlier release's envelope was destroyed by its authority: the statement is in the entry.
    case erasure = 3
}
