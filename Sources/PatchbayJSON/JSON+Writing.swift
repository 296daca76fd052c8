extension JSON {
  /// The value as compact JSON text: UTF-8, members in order, only what must be escaped escaped.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  public var bytes: [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(256)
    write(into: &output)
    return output
  }

  /// The value over several lines, for people.
  public var prettyText: String {
    var output: [UInt8] = []
    writePretty(into: &output, indent: 0)
    return String(decoding: output, as: UTF8.self)
  }

  public func write(into output: inout [UInt8]) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
    case .integer(let value): output.append(contentsOf: String(value).utf8)
    case .number(let text): output.append(contentsOf: text.utf8)
    case .string(let text): JSON.write(text, into: &output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        element.write(into: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let object):
      output.append(UInt8(ascii: "{"))
      let members = object.members
      for index in members.indices {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        JSON.write(members[index].name, into: &output)
        output.append(UInt8(ascii: ":"))
        members[index].value.write(into: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  private func writePretty(into output: inout [UInt8], indent: Int) {
    func newLine(_ depth: Int) {
      output.append(UInt8(ascii: "\n"))
      output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }
    switch self {
    case .array(let elements) where !elements.isEmpty:
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        newLine(indent + 1)
        element.writePretty(into: &output, indent: indent + 1)
      }
      newLine(indent)
      output.append(UInt8(ascii: "]"))
    case .object(let object) where !object.isEmpty:
      output.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        newLine(indent + 1)
        JSON.write(member.name, into: &output)
        output.append(contentsOf: ": ".utf8)
        member.value.writePretty(into: &output, indent: indent + 1)
      }
      newLine(indent)
      output.append(UInt8(ascii: "}"))
    default: write(into: &output)
    }
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)

  /// Writes a string with its quotes.
  public static func write(_ text: String, into output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    // Unsafe: the text's bytes are read during the call.
    let isWritten = unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
      guard unsafe bytes.allSatisfy(isPlain) else { return false }
      unsafe output.append(contentsOf: bytes)
      return true
    }
    if isWritten != true { writeEscaped(text, into: &output) }
    output.append(UInt8(ascii: "\""))
  }

  /// Whether a byte of a string is written as it is.
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  private static func writeEscaped(_ text: String, into output: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(UInt8(ascii: "\\"))
        output.append(byte)
      case 0x0A: output.append(contentsOf: "\\n".utf8)
      case 0x0D: output.append(contentsOf: "\\r".utf8)
      case 0x09: output.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        output.append(contentsOf: "\\u00".utf8)
        output.append(hexDigits[Int(byte >> 4)])
        output.append(hexDigits[Int(byte & 15)])
      default: output.append(byte)
      }
    }
  }
}
