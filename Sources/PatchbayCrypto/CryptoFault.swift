/// Why a cryptographic operation was refused or failed. Holds no secret; callers add the words.
package enum CryptoFault: Error, Sendable, Equatable {
  /// The system gave no random bytes.
  case noRandomBytes
  /// What was given is not a key of a kind and strength that is taken.
  case unusableKey
  /// The key is not of the kind that the algorithm needs, or the algorithm is not allowed.
  case algorithmNotAllowed
  /// The token does not have the form that it must have.
  case malformedToken
  /// The signature was not made over these bytes with this key.
  case wrongSignature
  /// There are more bytes than the operation takes.
  case tooLong
  /// OpenSSL failed at what should not fail: a bug, or a library without the algorithm.
  case failed

  /// What went wrong, in the words of a message; the caller knows of which key or token it speaks.
  package var reason: String {
    switch self {
    case .noRandomBytes: "the system gave no random bytes"
    case .unusableKey: "the key is not of a kind and strength that is taken"
    case .algorithmNotAllowed: "the algorithm is not allowed for this key"
    case .malformedToken: "the token is not in the compact form of a JWS"
    case .wrongSignature: "the signature is wrong"
    case .tooLong: "there are more bytes than the operation takes"
    case .failed: "OpenSSL failed"
    }
  }
}
