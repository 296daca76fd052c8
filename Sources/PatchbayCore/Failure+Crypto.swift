package import PatchbayCrypto

extension Failure {
  /// A fault of cryptography where the caller knows nothing better: then it is a bug, or a system
  /// without randomness.
  package init(_ fault: CryptoFault) {
    let code =
      switch fault {
      case .noRandomBytes: "crypto.random"
      case .unusableKey: "crypto.key"
      case .algorithmNotAllowed: "crypto.algorithm"
      case .malformedToken: "crypto.token"
      case .wrongSignature: "crypto.signature"
      case .tooLong: "crypto.size"
      case .failed: "crypto.failed"
      }
    self.init(.bug, code, fault.reason)
  }
}
