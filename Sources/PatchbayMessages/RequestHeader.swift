/// What a header of a plugin's request may be. Some belong to the transport, which frames requests
/// by them, and some to the credential: the hub writes those itself.
public enum RequestHeader {
  /// Why a header is not sent.
  public enum Objection: Sendable, Equatable {
    /// The name is no token of RFC 9110, or the value holds a control character.
    case malformed
    /// `Host`, `Content-Length` and the like.
    case transport
    /// `Authorization`, `Cookie`, or the header in which the connection's API key stands.
    case credential
    /// The same name stands there twice.
    case twice

    /// In words, after the header's name.
    public var text: String {
      switch self {
      case .malformed: "is malformed: a name has letters, digits and dashes, a value no line break"
      case .transport: "belongs to the transport, and is written by the hub alone"
      case .credential: "carries a credential, and is written by the hub alone"
      case .twice: "is given twice"
      }
    }
  }

  /// The first header that may not be sent, and why. `content_type` counts as one of them.
  /// `credential` are names of headers in which an API key stands.
  public static func objection(
    to headers: [(name: String, value: String)], contentType: String? = nil,
    credential: [String] = []
  ) -> (name: String, objection: Objection)? {
    let type = contentType.map { [(name: "Content-Type", value: $0)] } ?? []
    let keys = Set(credential.map(canonical))
    var seen: Set<[UInt8]> = []
    for header in headers + type {
      let name = canonical(header.name)
      if let objection = objection(to: header.name, header.value) {
        return (header.name, objection)
      }
      if keys.contains(name) { return (header.name, .credential) }
      if !seen.insert(name).inserted { return (header.name, .twice) }
    }
    return nil
  }

  /// What is wrong with one header, whatever scheme a connection has.
  public static func objection(to name: String, _ value: String) -> Objection? {
    let isValue = value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    if !isValue || name.isEmpty || !name.utf8.allSatisfy(isToken) { return .malformed }
    let name = canonical(name)
    if transport.contains(name) || name.starts(with: proxy) { return .transport }
    return credentials.contains(name) ? .credential : nil
  }

  /// Servers that hand headers on as variables take `_` for `-`, and some other characters too.
  private static func canonical(_ name: String) -> [UInt8] {
    name.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
      default: UInt8(ascii: "-")
      }
    }
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: marks.contains(byte)
    }
  }

  private static let marks = Set("!#$%&'*+-.^_`|~".utf8)
  private static let proxy = Array("proxy-".utf8)
  private static let transport = names(
    "host content-length transfer-encoding connection keep-alive upgrade http2-settings te trailer "
      + "trailers expect")
  private static let credentials = names("authorization cookie cookie2")

  private static func names(_ text: String) -> Set<[UInt8]> {
    Set(text.utf8.split(separator: UInt8(ascii: " ")).map(Array.init))
  }
}
