/// The host of a URL and its port, as they stand between the slashes. Names alone are looked at:
/// nothing is resolved.
package struct HostAndPort: Sendable, Equatable {
  /// In lower case; IPv6 with its brackets.
  package let host: String
  /// 1...65535; `nil` where there is none.
  package let port: Int?

  package enum Fault: Error { case host, port }

  package init(_ text: some StringProtocol) throws(Fault) {
    var name = text[...]
    var port: Int?
    // A colon inside the brackets of IPv6 is not before a port.
    if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
      name = text[..<colon]
      let digits = text[text.index(after: colon)...]
      guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits),
        (1...65535).contains(number)
      else { throw .port }
      port = number
    }
    host = name.lowercased()
    self.port = port
    guard Self.isHost(host) else { throw .host }
  }

  /// As ``init(_:)``, with what is wrong in words: “has no host”.
  package static func read(
    _ text: some StringProtocol, _ wrong: (String) -> Failure
  ) throws(Failure) -> HostAndPort {
    do throws(Fault) {
      return try HostAndPort(text)
    } catch {
      switch error {
      case .host: throw wrong("has no host")
      case .port: throw wrong("has no port from 1 to 65535")
      }
    }
  }

  /// Whether it is this machine, whatever a name server would say.
  package var isLoopback: Bool { Self.isLoopback(host) }

  /// The same of a host in lower case.
  package static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]"
      || host.hasPrefix("127.")
        && host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
  }

  private static func isHost(_ host: String) -> Bool {
    if host.hasPrefix("[") {
      let inner = host.dropFirst().dropLast()
      return host.hasSuffix("]") && inner.contains(":")
        && inner.utf8.allSatisfy { "0123456789abcdef:.".utf8.contains($0) }
    }
    return host.contains { $0 != "." }
      && host.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: ".-_".utf8.contains($0)
        }
      }
  }
}
