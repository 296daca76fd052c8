/// A point in time as a vendor writes it: RFC 3339, what is near to it, or RFC 1123. Another one
/// can be written in the same form.
struct TimeText {
  /// Since 1970, rounded down.
  let milliseconds: Int64
  /// It names no zone.
  let isNaive: Bool
  private let form: Form
  /// Added to UTC to write it.
  private let shiftMS: Int64

  private enum Form {
    case date
    case rfc1123
    /// What stands between day and time, digits of the fraction, and the zone as it is written.
    case time(separator: Character, hasSeconds: Bool, fraction: Int, zone: String)
  }

  /// `zoneMinutes` is for texts that name no zone; `nil` for UTC.
  init?(_ text: String, zoneMinutes: Int?) {
    let shiftMS = Int64(zoneMinutes ?? 0) * 60_000
    if text.utf8.first.map({ !(0x30...0x39).contains($0) }) ?? true {
      guard let milliseconds = HTTPDate.milliseconds(String(text.dropFirst(0))) else { return nil }
      self.init(milliseconds, isNaive: false, .rfc1123, 0)
      return
    }
    guard text.utf8.count >= 10, text.utf8.count <= 64, text.utf8.allSatisfy({ $0 < 0x80 }) else {
      return nil
    }
    let day = text.prefix(10)
    if text.count == 10 {
      guard let milliseconds = RFC3339.milliseconds("\(day)T00:00:00Z") else { return nil }
      self.init(milliseconds - shiftMS, isNaive: true, .date, shiftMS)
      return
    }
    let rest = text.dropFirst(11)
    let separator = text[text.index(text.startIndex, offsetBy: 10)]
    guard separator == "T" || separator == "t" || separator == " " else { return nil }
    let clock = rest.prefix { $0.isNumber || $0 == ":" || $0 == "." || $0 == "," }
    let zone = String(rest.dropFirst(clock.count))
    let parts = clock.split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "." || $0 == "," })
    guard let whole = parts.first, whole.count == 8 || whole.count == 5,
      let offset = Self.rfc3339(zone)
    else { return nil }
    let fraction = parts.count > 1 ? String(parts[1].prefix(9)) : ""
    if parts.count > 1 && fraction.isEmpty { return nil }
    let full =
      "\(day)T\(whole)" + (whole.count == 5 ? ":00" : "") + (fraction.isEmpty ? "" : "." + fraction)
    guard let milliseconds = RFC3339.milliseconds(full + offset) else { return nil }
    let isNaive = zone.isEmpty
    self.init(
      milliseconds - (isNaive ? shiftMS : 0), isNaive: isNaive,
      .time(
        separator: separator, hasSeconds: whole.count == 8, fraction: fraction.count, zone: zone),
      isNaive ? shiftMS : 0)
  }

  private init(_ milliseconds: Int64, isNaive: Bool, _ form: Form, _ shiftMS: Int64) {
    self.milliseconds = milliseconds
    self.isNaive = isNaive
    self.form = form
    self.shiftMS = shiftMS
  }

  /// The zone as RFC 3339 has it; `nil` for what is none.
  private static func rfc3339(_ zone: String) -> String? {
    if zone.isEmpty || ["Z", "z", " UTC", " GMT"].contains(zone) { return "Z" }
    guard zone.first == "+" || zone.first == "-" else { return nil }
    let digits = zone.dropFirst().filter { $0 != ":" }
    guard digits.allSatisfy(\.isNumber), digits.count == 2 || digits.count == 4 else { return nil }
    let minutes = digits.count == 4 ? digits.suffix(2) : "00"
    return "\(zone.prefix(1))\(digits.prefix(2)):\(minutes)"
  }

  /// Another time in this form; rounded down to what it can say.
  func text(_ timeMS: Int64) -> String {
    let text = RFC3339.text(timeMS + shiftMS)
    switch form {
    case .date: return String(text.prefix(10))
    case .rfc1123: return HTTPDate.text(timeMS)
    case .time(let separator, let hasSeconds, let fraction, let zone):
      let clock = text.dropFirst(11).prefix(hasSeconds ? 8 : 5)
      var result = "\(text.prefix(10))\(separator)\(clock)"
      if fraction > 0 {
        let digits = text.dropFirst(20).prefix(3)
        let written = isStrict(zone) ? 3 : fraction
        result +=
          "." + digits.prefix(written)
          + String(repeating: "0", count: max(0, written - digits.count))
      }
      return result + Self.utc(like: zone)
    }
  }

  private func isStrict(_ zone: String) -> Bool {
    !zone.isEmpty && !zone.hasPrefix(" ") && (zone.count == 1 || zone.count == 6)
  }

  /// UTC, written as the zone was.
  private static func utc(like zone: String) -> String {
    switch zone.count {
    case 3 where zone.first != " ": "+00"
    case 5: "+0000"
    case 6: "Z"
    default: zone
    }
  }
}
