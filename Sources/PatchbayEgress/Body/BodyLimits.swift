/// Ceilings of what bodies take in memory while they flow, in bytes where nothing else is said.
package enum BodyLimits {
  /// Of a stored body, read at a time to be sent.
  package static let pieceBytes = 256 << 10
}
