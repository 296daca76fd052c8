/// A signed token in its compact form (JWS, RFC 7515), such as a JWT: header, payload and signature
/// in base64url, with dots between them.
///
/// Reading one proves nothing. Its header can be looked at, to find the key; its payload is given
/// out by ``payload(provenBy:alg:)`` alone.
package struct CompactJWS: Sendable {
  /// JSON, not proven yet.
  package let header: [UInt8]
  private let payload: [UInt8]
  private let signature: [UInt8]
  private let signedText: [UInt8]

  /// Throws `malformedToken` for what is not three parts of canonical base64url without padding.
  package init(
    _ token: some Collection<UInt8>, limitBytes: Int = 64 << 10
  ) throws(CryptoFault) {
    guard token.count <= limitBytes else { throw .tooLong }
    let parts = token.split(
      separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 3, !token.contains(UInt8(ascii: "=")),
      let header = Base64.decode(parts[0], url: true), !header.isEmpty,
      let payload = Base64.decode(parts[1], url: true),
      let signature = Base64.decode(parts[2], url: true)
    else { throw .malformedToken }
    self.header = header
    self.payload = payload
    self.signature = signature
    signedText = Array(token.prefix(parts[0].count + 1 + parts[1].count))
  }

  /// The payload, if the verifier's key signed it.
  ///
  /// - Parameter alg: the member of the header, as the caller read it. It never chooses the
  ///   algorithm: it must be among those that the verifier was made for. The caller also refuses a
  ///   header with `crit`, or with `b64`, whose meaning this does not know (RFC 7515, 4.1.11).
  /// - Throws: `algorithmNotAllowed`, or `wrongSignature`.
  package func payload(provenBy verifier: JWSVerifier, alg: String) throws(CryptoFault) -> [UInt8] {
    guard let algorithm = verifier.algorithms.first(where: { $0.rawValue == alg }) else {
      throw .algorithmNotAllowed
    }
    guard verifier.verifies(signature, of: signedText, algorithm) else { throw .wrongSignature }
    return payload
  }
}
