internal import PatchbayEgress

/// What is believable of records that a plugin makes itself: they come from what vendors answered.
/// A plugin far outside makes them up.
enum EmittedBound {
  /// Records that need no answer at all.
  private static let free: Int64 = 1000
  /// Records of one answer.
  private static let perRequest: Int64 = 100_000
  /// Why so many records cannot be; `nil` where they may. A byte of an answer, which may be
  /// compressed, is believed to bring one record.
  static func excess(_ records: Int, _ traffic: Traffic) -> String? {
    let count = Int64(clamping: records) - free
    let answers = "\(traffic.requests) requests brought \(traffic.bytesIn) bytes"
    if count / perRequest >= max(1, traffic.requests) {
      return "\(answers): at most \(perRequest) of a request are believed"
    }
    return count > traffic.bytesIn ? "\(answers): at most one of a byte is believed" : nil
  }
}
