/// What the store refuses or reports. Equality is by code; the reason is for people and names files, never content.
public struct StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case missing
        case alreadyExists
        /// Another process has the store open.
        case inUse
        case diskFull
        case notWritable
        /// Bytes on disk that this store did not write so.
        case corrupted
        /// A file of secrets that others may read.
        case permissionsTooWide
        case tooLarge
        /// A RocksDB release that this program is not built for.
        case unsupportedLibrary
        case inputOutput

        case keyringMissing
        case keyringDamaged
        case keyringOfAnotherNode
        case wrongPassphrase
        case wrongUnlockMethod

        /// The journal's size is not the one expected. Nothing was written.
        case conflict
        /// The write may or may not be durable: only reopening tells.
        case unknownOutcome
    }

    public let code: Code
    public let reason: String

    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    public static func == (a: Self, b: Self) -> Bool { a.code == b.code }
    public var description: String { reason }
}

extension StorageError {
    /// From RocksDB's text: its C interface tells the kind of a failure in no other way.
    static func rocksDB(_ message: String, doing what: String) -> StorageError {
        let code: Code =
            if message.contains("No space left") || message.contains("Disk quota exceeded") {
                .diskFull
            } else if message.contains("While lock file") || message.contains("lock hold by current process") {
                .inUse
            } else if message.contains("Read-only file system") || message.contains("Permission denied") {
                .notWritable
            } else if message.contains("does not exist (create_if_missing is false)") {
                .missing
            } else if message.contains("Corruption: ") {
                .corrupted
            } else {
                .inputOutput
            }
        return StorageError(code, "\(what): \(hint(code))\(message)")
    }

    /// From a system call's `errno`.
    static func system(_ number: Int32, _ what: String) -> StorageError {
        let code: Code =
            switch number {
            case 2: .missing  // ENOENT
            case 17: .alreadyExists  // EEXIST
            case 28, 122: .diskFull  // ENOSPC, EDQUOT
            case 1, 13, 30: .notWritable  // EPERM, EACCES, EROFS
            default: .inputOutput
            }
        return StorageError(code, "\(what): \(hint(code))\(systemMessage(number))")
    }

    private static func hint(_ code: Code) -> String {
        switch code {
        case .diskFull: "the disk is full; free some space and try again: "
        case .inUse: "another process has it open: "
        case .notWritable: "not permitted here: "
        case .corrupted: "it is damaged; keep the directory as it is and put back the newest copy of what is damaged: "
        default: ""
        }
    }
}
