/// Comma-separated values (RFC 4180).
package enum CSVRow {
  /// A row with its end. Fields with quotation marks, commas or line ends stand between quotation
  /// marks, and so does the only field of a row where it is empty: a line of nothing is no row.
  package static func text(_ fields: [String]) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(fields.count * 16)
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      let isPlain = field.utf8.allSatisfy { $0 != 0x22 && $0 != 0x2C && $0 != 0x0A && $0 != 0x0D }
      if isPlain && !(field.isEmpty && fields.count == 1) {
        bytes.append(contentsOf: field.utf8)
      } else {
        bytes.append(contentsOf: field.enclosed(by: "\"").utf8)
      }
    }
    bytes.append(0x0D)
    bytes.append(0x0A)
    return String(decoding: bytes, as: UTF8.self)
  }
}
