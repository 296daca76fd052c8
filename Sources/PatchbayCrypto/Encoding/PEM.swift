/// Binary data between lines that say what it is (RFC 7468).
package enum PEM {
  /// The data of the first block with this label; `nil` if there is none that is whole.
  package static func decode(_ bytes: some Collection<UInt8>, label: String) -> [UInt8]? {
    let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    let begin = Array("-----BEGIN \(label)-----".utf8)
    let end = Array("-----END \(label)-----".utf8)
    guard let first = lines.firstIndex(where: { $0.elementsEqual(begin) }),
      let last = lines[first...].firstIndex(where: { $0.elementsEqual(end) })
    else { return nil }
    return Base64.decode(lines[(first + 1)..<last].flatMap { $0 })
  }

  package static func encode(_ data: [UInt8], label: String) -> [UInt8] {
    let letters = Array(Base64.encode(data).utf8)
    var output = Array("-----BEGIN \(label)-----\n".utf8)
    for start in stride(from: 0, to: letters.count, by: 64) {
      output += letters[start..<min(start + 64, letters.count)]
      output.append(UInt8(ascii: "\n"))
    }
    return output + Array("-----END \(label)-----\n".utf8)
  }
}
