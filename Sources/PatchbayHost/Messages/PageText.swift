internal import CLinux
internal import Glibc
internal import PatchbayCore

/// What the bytes of an answer are, by its content type: read as UTF-8, without a byte order mark.
struct PageText: Sendable {
  enum Kind: Sendable { case json, lines, table, other }

  let body: ByteBuffer
  let kind: Kind

  /// Throws where the answer names a character set that it does not keep to.
  init(_ type: String, _ whole: ByteBuffer) throws(Failure) {
    let name = Self.name(type)
    kind = Self.kind(name)
    if let charset = Self.charset(type), charset != "utf-8", charset != "utf8" {
      body = try Self.converted(whole, from: charset)
    } else {
      body = Self.withoutMark(whole)
    }
  }

  /// Whether it may be JSON.
  var isReadable: Bool { kind == .json || kind == .lines }

  /// In lower case, without parameters; empty where there is none.
  static func name(_ type: String) -> String {
    type.prefix { $0 != ";" && $0 != " " }.lowercased()
  }

  /// Vendors send JSON as text, as bytes, or as nothing in particular: there the body itself says
  /// what it is. A type that says that it is something else is believed.
  private static func kind(_ name: String) -> Kind {
    if name == "application/json" { return .json }
    if ["ndjson", "jsonl", "json-seq", "jsonlines"].contains(where: name.contains) {
      return .lines
    }
    if name.contains("json") || ["", "none", "text/plain"].contains(name) { return .json }
    if name == "application/octet-stream" || name == "binary/octet-stream" { return .json }
    if ["text/csv", "text/tab-separated-values", "application/csv"].contains(name) {
      return .table
    }
    return .other
  }

  /// Whether a table may come as this.
  static func isTable(_ type: String) -> Bool {
    let name = name(type)
    return kind(name) == .table || ["text/plain", "application/octet-stream"].contains(name)
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

  // Unsafe: iconv reads one array and writes another, both local, within the call.
  private static func converted(_ whole: ByteBuffer, from charset: String) throws(Failure)
    -> ByteBuffer
  {
    func refused(_ why: String) -> Failure {
      Failure(
        .data, "page.charset", "the answer names the character set “\(charset.prefix(40))”, \(why)",
        mend: "ask the vendor for UTF-8, with a header such as Accept-Charset: utf-8")
    }
    let isName =
      charset.utf8.count <= 40
      && charset.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
      }
    guard isName, let handle = unsafe iconv_open("UTF-8", charset),
      Int(bitPattern: handle) != -1
    else { throw refused("which is not known here") }
    defer { unsafe iconv_close(handle) }
    var input = whole.bytes.map { CChar(bitPattern: $0) }
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
    guard isRead else { throw refused("and is not written in it") }
    return withoutMark(
      ByteBuffer(output.prefix(room - left).map { UInt8(bitPattern: $0) }))
  }
}
