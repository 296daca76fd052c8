/// The dates of HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110).
public enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Milliseconds since 1970; `nil` for any other form.
  public static func milliseconds(_ text: String) -> Int64? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2]))
    else { return nil }
    let number = String(month + 1)
    let padded = number.count == 1 ? "0" + number : number
    return RFC3339.milliseconds("\(parts[3])-\(padded)-\(parts[1])T\(parts[4])Z")
  }

  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

  /// In whole seconds, rounded down. What lies before the year 1 or behind 9999 is written as the
  /// first or last time that has a name.
  public static func text(_ milliseconds: Int64) -> String {
    let ms = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)
    let text = RFC3339.text(ms)
    let days = ms / 86_400_000 - (ms % 86_400_000 < 0 ? 1 : 0)
    let month = Int(text.dropFirst(5).prefix(2)).map { months[max(0, min(11, $0 - 1))] } ?? ""
    let day = Self.days[Int((days % 7 + 7) % 7)]
    return
      "\(day), \(text.dropFirst(8).prefix(2)) \(month) \(text.prefix(4)) "
      + "\(text.dropFirst(11).prefix(8)) GMT"
  }
}

extension Response {
  /// The vendor's clock when it answered, from the `Date` header, in milliseconds since 1970.
  public var vendorTimeMS: Int64? { headers["date"].flatMap(HTTPDate.milliseconds) }
}
