/// The head of an answer, taken in line by line as libcurl hands it out.
struct ResponseHead: Sendable {
  /// Names in lower case; several values of one name joined by ", ".
  private(set) var fields: [String: String] = [:]
  /// Of the last head; 0 before one.
  private(set) var status = 0
  /// Bytes of all lines so far.
  private(set) var size = 0

  /// The size that the vendor says the body has; `nil` where it says none, or what cannot be.
  var bodySize: Int? { fields["content-length"].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 } }

  // Unsafe: the line is lent for the call, and copied.
  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    size += bytes.count
    let line = unsafe String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      // A new head (after 100 Continue) replaces the old one.
      fields = [:]
      status = line.split(separator: " ").dropFirst().first.flatMap { Int($0.trimmed) } ?? 0
    } else if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) {
      let name = line[..<colon].lowercased()
      let value = line[line.utf8.index(after: colon)...].trimmed
      if fields[name] == nil { fields[name] = value } else { fields[name]?.append(", \(value)") }
    }
  }
}

extension Substring {
  var trimmed: String {
    var part = self
    while let last = part.last, last.isWhitespace { part.removeLast() }
    while let first = part.first, first.isWhitespace { part.removeFirst() }
    return String(part)
  }
}
