/// What the store of attachments refuses or reports. Equality is by code; the reason is for people and holds no content.
public struct BlobError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case badArgument
        /// The declared size is over `BlobLimits.maximumBlobByteCount`. Nothing was written.
        case tooLarge
        /// The disk has no room for what is declared, or for what is being written.
        case diskFull
        /// As many uploads are under way as `BlobLimits.maximumUploadCount` allows.
        case tooManyUploads
        case unknownUpload
        /// Somebody else is at work on this upload. Nothing was taken; ask for its status and go on.
        case busy
        /// Bytes for another place than the next one: `receivedByteCount` says which that is. Nothing was taken.
        case wrongOffset
        /// More bytes than the upload was declared with. Nothing was taken.
        case beyondDeclaredSize
        /// The upload cannot be finished yet: `receivedByteCount` bytes are there.
        case incomplete
        /// The content received is not the one that was announced. Discard the upload and begin again.
        case contentMismatch
        /// The upload is finished and takes no more bytes.
        case alreadyFinished
        case unknownBlob
        /// A range that goes beyond the content.
        case badRange
        /// Bytes on disk that this store did not write so, or not under this key.
        case damaged
        case inputOutput
    }

    public let code: Code
    public let reason: String
    /// With `wrongOffset` and `incomplete`: where to go on.
    public let receivedByteCount: Int?

    public init(_ code: Code, _ reason: String, receivedByteCount: Int? = nil) {
        self.code = code
        self.reason = reason
        self.receivedByteCount = receivedByteCount
    }

    public static func == (a: Self, b: Self) -> Bool { a.code == b.code }
    public var description: String { reason }
}
