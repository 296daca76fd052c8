package import PatchbayCrypto

extension Failure {
  /// What a fault of cryptography is where the caller knows nothing better: a bug.
  package init(_ fault: CryptoFault) {
    switch fault {
    case .noRandomBytes: self.init(.bug, "crypto.random", "the system gave no random bytes")
    case .unusableKey, .algorithmNotAllowed, .malformedToken, .wrongSignature, .tooLong, .failed:
      self.init(.bug, "crypto.\(fault)", "cryptography failed: \(fault)")
    }
  }
}
