internal import CLinux
internal import Glibc
internal import PatchbayCore

/// What the bytes of an answer are, by its content type: read as UTF-8, without a byte order mark.
package struct PageText: Sendable {
  enum Kind: Sendable { case json, lines, table, xml, other }

  let body: ByteBuffer
  let kind: Kind
  /// A character set or a byte order mark said what the bytes were, and they are UTF-8 now,
  /// whatever stands in them.
  let isUTF8: Bool

  /// Throws where the answer names a character set that it does not keep to.
  init(_ type: String, _ whole: ByteBuffer) throws(Failure) {
    let name = Self.name(type)
    kind = Self.kind(name)
    let charset = Self.charset(type)
    if let charset, charset != "utf-8", charset != "utf8" {
      body = try Self.utf8(whole, from: charset)
    } else {
      body = Self.withoutMark(whole)
    }
    isUTF8 = charset != nil || body.count < whole.count
  }

  /// In lower case, without parameters; empty where there is none.
  static func name(_ type: String) -> String {
    type.prefix { $0 != ";" && $0 != " " }.lowercased()
  }

  private static func saysNothing(_ name: String) -> Bool {
    ["", "none", "text/plain", "application/octet-stream", "binary/octet-stream"].contains(name)
  }

  /// Vendors send JSON as text, as bytes, or as nothing in particular: there the body itself says
  /// what it is. A type that says that it is something else is believed.
  private static func kind(_ name: String) -> Kind {
    if name == "application/json" { return .json }
    if ["ndjson", "jsonl", "json-seq", "jsonlines"].contains(where: name.contains) {
      return .lines
    }
    if name.contains("json") || saysNothing(name) { return .json }
    if ["text/csv", "text/tab-separated-values", "application/csv"].contains(name) {
      return .table
    }
    if ["application/xml", "text/xml"].contains(name) || name.hasSuffix("+xml") { return .xml }
    return .other
  }

  /// Whether a page that a plan of this format cuts may come as this.
  static func may(_ type: String, be format: ExtractPlan.Format) -> Bool {
    let kind = kind(name(type))
    switch format {
    case .json, .ndjson: return kind == .json || kind == .lines
    case .csv, .tsv:
      return kind == .table || ["text/plain", "application/octet-stream"].contains(name(type))
    case .xml: return kind == .xml || saysNothing(name(type))
    }
  }

  private static func charset(_ type: String) -> String? {
    for parameter in type.lowercased().split(separator: ";").dropFirst() {
      let parts = parameter.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != " " }) == "charset" else { continue }
      let value = parts[1].filter { $0 != "\"" && $0 != " " && $0 != "'" }
      return value.isEmpty ? nil : String(value)
    }
    return nil
  }

  private static func withoutMark(_ whole: ByteBuffer) -> ByteBuffer {
    guard whole.count >= 3, whole.bytes(0..<3) == [0xEF, 0xBB, 0xBF] else { return whole }
    return ByteBuffer(whole.bytes(3..<whole.count))
  }

  /// Without a byte order mark. The name of the character set is in lower case.
  static func utf8(_ whole: ByteBuffer, from charset: String) throws(Failure) -> ByteBuffer {
    guard let bytes = utf8(whole.bytes, from: charset) else {
      throw Failure(
        .data, "page.charset",
        "the answer names the character set “\(charset.beginning(bytes: 40))”, which is not known "
          + "here, or in which it is not written",
        mend: "ask the vendor for UTF-8, with a header such as Accept-Charset: utf-8")
    }
    return withoutMark(ByteBuffer(bytes))
  }

  /// Text in UTF-8; `nil` where the character set is not known, or the bytes are not written in it.
  // Unsafe: iconv reads one array and writes another, both local, within the call.
  package static func utf8(_ bytes: [UInt8], from charset: String) -> [UInt8]? {
    let isName =
      charset.utf8.count <= 40
      && charset.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
      }
    guard isName, let handle = unsafe iconv_open("UTF-8", charset),
      Int(bitPattern: handle) != -1
    else { return nil }
    defer { unsafe iconv_close(handle) }
    var input = bytes.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: input.count * 4 + 16)
    let room = output.count
    var left = room
    let isRead = unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        var (from, to) = (source.baseAddress, target.baseAddress)
        var count = source.count
        return unsafe iconv(handle, &from, &count, &to, &left) != Int.max && count == 0
      }
    }
    return isRead ? output.prefix(room - left).map { UInt8(bitPattern: $0) } : nil
  }
}
