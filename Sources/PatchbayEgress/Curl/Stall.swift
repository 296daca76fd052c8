/// How long a transfer may be without a byte in either direction. The time in which this side holds
/// it back does not count: libcurl's own timer would take it into account afterwards.
struct Stall: Sendable {
  let limitMS: Int64
  private var lastMS: Int64
  private(set) var isHeldBack = false

  init(limitMS: Int64, now nowMS: Int64) { (self.limitMS, lastMS) = (limitMS, nowMS) }

  /// Something came or went.
  mutating func note(now nowMS: Int64) { lastMS = nowMS }

  mutating func hold() { isHeldBack = true }

  mutating func goOn(now nowMS: Int64) { (isHeldBack, lastMS) = (false, nowMS) }

  /// How long from now it may still be silent, 0 where that is over; `nil` while it is held back.
  func leftMS(now nowMS: Int64) -> Int64? {
    isHeldBack ? nil : max(0, limitMS - (nowMS - lastMS))
  }
}
