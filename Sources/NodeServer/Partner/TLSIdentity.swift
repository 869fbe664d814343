public import Cryptography
internal import enum Crypto.Curve25519
internal import Foundation
internal import NIOSSL
internal import SwiftASN1
internal import X509

/// What a node shows on the line: its TLS key in a certificate that it signed itself. Nobody looks at anything in it but
/// the key, which the authority's card pins.
public struct TLSIdentity: Sendable {
    let certificate: NIOSSLCertificate
    let key: NIOSSLPrivateKey
    /// SHA-256 of the key's SubjectPublicKeyInfo (RFC 7469, section 2.4).
    public let pin: Digest

    /// `name` stands in the certificate for who reads logs of connections.
    public init(_ key: SigningKey<TLSRole>, name: String) throws {
        let seed = key.withTLSSeed { Array($0) }
        let signing = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        let subject = try DistinguishedName { CommonName(name) }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(bytes: key.verifyingKey.bytes.prefix(16)),
            // It ends with the card that pins it: RFC 5280, section 4.1.2.5, has this for "no date". A node with a wrong
            // clock can still be reached.
            publicKey: .init(signing.publicKey), notValidBefore: Date(timeIntervalSince1970: 0),
            notValidAfter: Date(timeIntervalSince1970: 253_402_300_799), issuer: subject, subject: subject,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                SubjectAlternativeNames([.dnsName("localhost"), .ipAddress(.init(contentBytes: [127, 0, 0, 1]))])
            }, issuerPrivateKey: .init(signing))
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        self.certificate = try NIOSSLCertificate(bytes: serializer.serializedBytes, format: .der)
        self.key = try NIOSSLPrivateKey(
            bytes: Array(Certificate.PrivateKey(signing).serializeAsPEM().pemString.utf8), format: .pem)
        pin = try Self.pin(of: self.certificate)
    }

    static func pin(of certificate: NIOSSLCertificate) throws -> Digest {
        Digest.sha256(try certificate.extractPublicKey().toSPKIBytes())
    }

    /// For a listener that asks whoever connects for a certificate. Which ones are taken, a callback decides.
    func serverConfiguration() -> TLSConfiguration {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)], privateKey: .privateKey(key))
        tls.certificateVerification = .noHostnameVerification
        tls.minimumTLSVersion = .tlsv13
        tls.verifySignatureAlgorithms = [.ed25519]
        tls.signingSignatureAlgorithms = [.ed25519]
        return tls
    }

    /// For a connection to the one server that has `certificate`.
    func clientConfiguration(trusting server: NIOSSLCertificate?) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateChain = [.certificate(certificate)]
        tls.privateKey = .privateKey(key)
        tls.certificateVerification = .noHostnameVerification
        if let server { tls.trustRoots = .certificates([server]) }
        tls.minimumTLSVersion = .tlsv13
        tls.verifySignatureAlgorithms = [.ed25519]
        tls.signingSignatureAlgorithms = [.ed25519]
        return tls
    }
}
