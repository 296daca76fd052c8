package import PatchbayCore

extension XMLPage {
  /// The character set that a document says its bytes are in, in lower case: by a byte order mark
  /// of UTF-16, by the form of its first bytes, or in its declaration. `nil` where that is UTF-8,
  /// or could not be.
  package static func encoding(of page: ByteBuffer) -> String? {
    let head = page.bytes(0..<min(page.count, 1_024))
    switch head.prefix(2) {
    case [0xFE, 0xFF], [0x00, 0x3C]: return "utf-16be"
    case [0xFF, 0xFE], [0x3C, 0x00]: return "utf-16le"
    default: break
    }
    guard let name = declared(in: head)?.lowercased() else { return nil }
    // It was read as letters of one byte each.
    let isWide = ["utf-16", "utf-32", "ucs-", "iso-10646-"].contains { name.hasPrefix($0) }
    return isWide || ["utf-8", "utf8", "us-ascii"].contains(name) ? nil : name
  }

  /// What stands in quotes behind `encoding` in the declaration that begins a document.
  private static func declared(in head: [UInt8]) -> String? {
    let text = String(decoding: head.prefix { $0 < 0x80 }, as: UTF8.self).unicodeScalars
    guard text.starts(with: "<?xml".unicodeScalars),
      let end = text.indices.first(where: { text[$0...].starts(with: "?>".unicodeScalars) })
    else { return nil }
    let words = text[..<end].split { $0.properties.isWhitespace || $0 == "=" || $0 == "\t" }
    guard let at = words.firstIndex(where: { $0.elementsEqual("encoding".unicodeScalars) }),
      words.indices.contains(at + 1)
    else { return nil }
    let name = words[at + 1].filter { $0 != "\"" && $0 != "'" }
    return name.isEmpty ? nil : String(String.UnicodeScalarView(name))
  }
}
