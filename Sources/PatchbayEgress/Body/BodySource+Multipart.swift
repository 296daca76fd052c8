internal import Glibc
package import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayMessages

/// One part of a multipart body.
package struct BodyPart: Sendable {
  package var body: BodySource
  /// Of the form's field. A form's part has one, and no other kind's.
  package var name: String?
  package var fileName: String?
  /// `nil`: it is left to the receiver.
  package var contentType: String?

  package init(
    _ body: BodySource, name: String? = nil, fileName: String? = nil, contentType: String? = nil
  ) {
    (self.body, self.name, self.fileName, self.contentType) = (body, name, fileName, contentType)
  }
}

extension BodySource {
  /// Parts one after the other (RFC 2046), with a boundary of 128 random bits that does not stand
  /// in any part that is in memory.
  ///
  /// - Parameter contentType: the kind, as in `multipart/form-data`, with its parameters but for
  ///   the boundary. It is what ``contentType`` says, with the boundary.
  ///
  /// Throws `egress.multipart` for a kind that is not multipart or has a boundary already, for no
  /// parts, for a form's part without a name, a name elsewhere, and control characters in names and
  /// types. In names `"` and `\` are percent-encoded (RFC 7578, 2): readers differ in how they
  /// take a backslash.
  package static func multipart(_ parts: [BodyPart], contentType: String) throws(Failure)
    -> BodySource
  {
    try multipart(parts, contentType: contentType) { () throws(Failure) in
      do throws(CryptoFault) {
        return "patchbay-" + Hex.encode(try RandomBytes.make(16))
      } catch {
        throw Failure(error)
      }
    }
  }

  /// With boundaries of the caller's, asked for until one stands in no part.
  static func multipart(
    _ parts: [BodyPart], contentType: String, boundary draw: () throws(Failure) -> String
  ) throws(Failure) -> BodySource {
    let kind = contentType.lowercased()
    guard kind.hasPrefix("multipart/"), !kind.contains("boundary"),
      RequestHeader.objection(to: "Content-Type", contentType) == nil
    else {
      throw refused(
        "“\(contentType.beginning(bytes: 80))” is not a multipart type without a boundary")
    }
    if parts.isEmpty { throw refused("it has no parts") }
    let isForm = kind.split(separator: ";").first.map { $0.trimmed } == "multipart/form-data"
    var heads: [[UInt8]] = []
    for part in parts { heads.append(try part.head(isForm: isForm)) }
    for _ in 0..<8 {
      let boundary = try draw()
      let mark = Array("--\(boundary)".utf8)
      if parts.contains(where: { $0.body.holds(mark) }) { continue }
      var pieces: [Piece] = []
      var identity = Array(contentType.utf8)
      for (part, head) in zip(parts, heads) {
        pieces += [.bytes(mark + [0x0D, 0x0A] + head)] + part.body.pieces + [.bytes([0x0D, 0x0A])]
        identity += [0] + head + part.body.identity
      }
      pieces.append(.bytes(mark + Array("--\r\n".utf8)))
      return BodySource(
        pieces, contentType: "\(contentType); boundary=\(boundary)", identity: identity)
    }
    throw refused("no boundary was found that stands in none of its parts")
  }

  /// Whether a mark stands in what is in memory.
  private func holds(_ mark: [UInt8]) -> Bool {
    pieces.contains { piece in
      guard case .bytes(let bytes) = piece else { return false }
      // Unsafe: both arrays are lent for the call, and looked at within their bounds.
      return unsafe bytes.withUnsafeBytes { bytes in
        unsafe mark.withUnsafeBytes { unsafe Self.stands($0, in: bytes) }
      }
    }
  }

  private static func stands(_ mark: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer)
    -> Bool
  {
    guard let base = bytes.baseAddress, let wanted = mark.baseAddress else { return false }
    var start = 0
    while start + mark.count <= bytes.count {
      let left = bytes.count - mark.count + 1 - start
      guard let found = unsafe memchr(base + start, Int32(mark[0]), left) else { return false }
      if unsafe memcmp(found, wanted, mark.count) == 0 { return true }
      start = unsafe UnsafeRawPointer(found) - base + 1
    }
    return false
  }

  fileprivate static func refused(_ why: String) -> Failure {
    Failure(
      .bug, "egress.multipart", "a multipart body cannot be sent: \(why)",
      mend: "correct the parts of the plugin's request")
  }
}

extension BodyPart {
  /// Its header lines, with the empty one at their end.
  fileprivate func head(isForm: Bool) throws(Failure) -> [UInt8] {
    var lines = ""
    if isForm {
      guard let name else { throw BodySource.refused("a part of a form has no name") }
      lines = "Content-Disposition: form-data; name=\(try Self.quoted(name))"
    } else if let name {
      throw BodySource.refused("“\(name.beginning(bytes: 80))” is a name, which only a form has")
    } else if fileName != nil {
      lines = "Content-Disposition: attachment"
    }
    if let fileName { lines += "; filename=\(try Self.quoted(fileName))" }
    if !lines.isEmpty { lines += "\r\n" }
    if let type = body.contentType ?? contentType {
      guard RequestHeader.objection(to: "Content-Type", type) == nil else {
        throw BodySource.refused("the type of a part holds a control character")
      }
      lines += "Content-Type: \(type)\r\n"
    }
    return Array("\(lines)\r\n".utf8)
  }

  private static func quoted(_ name: String) throws(Failure) -> String {
    guard name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw BodySource.refused("the name of a part holds a control character")
    }
    var bytes: [UInt8] = []
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += Array("%22".utf8)
      case UInt8(ascii: "\\"): bytes += Array("%5C".utf8)
      default: bytes.append(byte)
      }
    }
    return "\"\(String(decoding: bytes, as: UTF8.self))\""
  }
}
