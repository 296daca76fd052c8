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
}

extension Response {
  /// The vendor's clock when it answered, from the `Date` header, in milliseconds since 1970.
  public var vendorTimeMS: Int64? { headers["date"].flatMap(HTTPDate.milliseconds) }
}
