/// The kinds of key pairs that are taken.
package enum KeyKind: Sendable, CaseIterable {
  /// From 2048 to 16,384 bits.
  case rsa
  /// On NIST's curve P-256 (prime256v1).
  case p256
  case ed25519
}
