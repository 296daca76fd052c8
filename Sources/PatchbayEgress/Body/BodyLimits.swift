/// Ceilings of what bodies take in memory while they flow, in bytes where nothing else is said.
package enum BodyLimits {
  /// Of a stored body, read at a time to be sent.
  package static let pieceBytes = 256 << 10
  /// One event or line of a framed answer. A batch has no more either.
  package static let frameBytes = 1 << 20
  /// What may wait to be taken; beyond it nothing more is read from the vendor.
  package static let waitingBytes = 256 << 10
  /// As many frames may wait. Those that one read completes are let in together.
  package static let waitingFrames = 1024
  /// What libcurl reads at a time of an answer that flows. Unpacked it may be a thousandfold, which
  /// libcurl keeps while the answer is held back.
  static let readBytes = 16 << 10
  /// Of an answer that refuses a request whose answer would have flowed; the rest is not read.
  static let refusalBytes = 64 << 10
}
