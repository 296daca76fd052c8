import PatchbayCore

extension FuzzTarget {
  /// A date-time that is read can be written, and is the same moment when read again.
  static let time = FuzzTarget(
    name: "time",
    seeds: {
      [
        "2026-01-31T09:30:00Z", "1999-12-31t23:59:60.123456+23:59", "0000-01-01T00:00:00.9-00:01",
        "9999-12-31T23:59:59.999z", "2024-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
      ].map { Array($0.utf8) }
    },
    words: ["T", "Z", "+00:00", "-23:59", ".999", "0000-", "9999-"], run: checkTime)
}

private func checkTime(_ bytes: [UInt8]) {
  guard let text = String(validating: bytes, as: UTF8.self) else { return }
  guard let ms = Time.parse(text) else { return }
  let written = Time.format(ms)
  expect(written.utf8.count == 24, "\(text) is written as \(written)")
  // The year 0 can be read, and has no name in what is written.
  expect(
    Time.parse(written) == Time.clamped(ms),
    "\(text) is written as \(written), which is another time")
}
