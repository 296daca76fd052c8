/// A whole number with its thousands apart: `1,234,567`.
package func formatCount(_ n: Int64) -> String {
  let digits = Array(String(n.magnitude))
  var text = n < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return text
}

/// An amount of memory or data in powers of 1024: `512 B`, `1.5 KiB`, `12 GiB`.
package func formatBytes(_ bytes: Int64) -> String {
  let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  var value = Double(bytes.magnitude)
  var unit = 0
  // What would round to 1024 belongs to the next unit.
  while unit < units.count - 1 && value >= (unit == 0 ? 1024 : 1023.5) {
    value /= 1024
    unit += 1
  }
  let number = unit == 0 ? String(bytes.magnitude) : formatShort(value)
  return (bytes < 0 ? "-" : "") + number + " " + units[unit]
}

/// A span of time in milliseconds with two units at most: `850 ms`, `12.3 s`, `3 min 05 s`,
/// `2 h 07 min`, `4 d 3 h`.
package func formatDuration(_ milliseconds: Int64) -> String {
  let sign = milliseconds < 0 ? "-" : ""
  let ms = milliseconds.magnitude
  if ms < 1000 { return "\(sign)\(ms) ms" }
  if ms < 60_000 { return "\(sign)\(ms / 1000).\(ms % 1000 / 100) s" }
  let seconds = ms / 1000
  let minutes = seconds / 60
  let hours = minutes / 60
  if hours == 0 { return "\(sign)\(minutes) min \(twoDigits(seconds % 60)) s" }
  if hours < 24 { return "\(sign)\(hours) h \(twoDigits(minutes % 60)) min" }
  return "\(sign)\(formatCount(Int64(hours / 24))) d \(hours % 24) h"
}

/// A speed in things per second: `0.4/s`, `12.3/s`, `1,234/s`, `5.2M/s`. What is not a number is
/// shown as `0/s`.
package func formatRate(_ perSecond: Double) -> String {
  guard perSecond.isFinite, perSecond > 0 else { return "0/s" }
  if perSecond < 0.05 { return "<0.1/s" }
  if perSecond >= 1e15 { return ">1,000T/s" }
  for (limit, unit) in [(1e12, "T"), (1e9, "G"), (1e6, "M")] where perSecond >= limit {
    return "\(formatShort(perSecond / limit))\(unit)/s"
  }
  return "\(formatShort(perSecond))/s"
}

/// One decimal below 100, none from there on.
private func formatShort(_ value: Double) -> String {
  let tenths = Int64((value * 10).rounded())
  if tenths >= 1000 { return formatCount(Int64(value.rounded())) }
  return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
}

private func twoDigits(_ value: UInt64) -> String {
  value < 10 ? "0\(value)" : "\(value)"
}
