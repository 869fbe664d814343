internal import CSodium

/// Passwords of officers, as PHC strings (`$argon2id$v=19$m=65536,t=2,p=1$…`): Argon2id at libsodium's interactive cost,
/// 2 passes over 64 MiB.
public enum PasswordHash {
    public static let minimumPasswordByteCount = 10
    public static let maximumPasswordByteCount = 1024

    /// Throws `.outOfSecretMemory`.
    public static func make(_ password: SecretBytes) throws(CryptographyError) -> String {
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let status = password.withUnsafeBytes {
            crypto_pwhash_str(
                &text, $0.baseAddress!.assumingMemoryBound(to: CChar.self), UInt64($0.count),
                UInt64(crypto_pwhash_OPSLIMIT_INTERACTIVE), Int(crypto_pwhash_MEMLIMIT_INTERACTIVE))
        }
        guard status == 0 else {
            throw CryptographyError(.outOfSecretMemory, "Argon2id needs 64 MiB of memory that the system refused")
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A string that no password matches, as costly to try as any other: for logins that do not exist.
    public static let none: String = (try? make(.random(count: 32))) ?? ""

    public static func verify(_ password: SecretBytes, _ hash: String) -> Bool {
        password.withUnsafeBytes {
            crypto_pwhash_str_verify(
                hash, $0.baseAddress!.assumingMemoryBound(to: CChar.self), UInt64($0.count)) == 0
        }
    }
}
