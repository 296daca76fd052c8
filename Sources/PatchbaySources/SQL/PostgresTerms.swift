internal import Glibc
internal import PatchbayCore

/// Where a PostgreSQL database is, and who asks: read from a URL, whose parts are given to libpq
/// one by one. Nothing else that libpq would look for (its environment, password and service files)
/// has a say.
struct PostgresTerms: Sendable {
  let host: String
  let port: Int
  let user: String
  let database: String
  let password: String?
  let sslMode: String
  /// Certificates (PEM) of the authorities to believe instead of the system's.
  let ca: String?

  private static let modes = ["disable", "require", "verify-ca", "verify-full"]
  private static let example = "write postgres://user@host:5432/name"

  init(_ text: String, password: String?, ca: String?) throws(Failure) {
    func wrong(_ what: String, mend: String = Self.example) -> Failure {
      .setting("database", what, mend: mend)
    }
    let schemes = ["postgres://", "postgresql://"]
    guard let scheme = schemes.first(where: { text.hasPrefix($0) }) else {
      throw wrong("is no postgres:// or sqlite: address")
    }
    let parts = text.dropFirst(scheme.count).split(
      separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let place = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    guard place.count == 2, let authority = place.first, let name = place.last, !name.isEmpty
    else { throw wrong("names no database") }
    let halves = authority.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2, let user = halves.first, !user.isEmpty else {
      throw wrong("names no user")
    }
    if user.contains(":") {
      throw wrong("holds a password", mend: "give it as a secret: --secret password=env:VARIABLE")
    }
    let (host, port) = try Self.host(halves[1]) { wrong($0) }
    self.host = host
    self.port = port
    self.user = try Self.decoded(user) { wrong($0) }
    database = try Self.decoded(name) { wrong($0) }
    self.password = password
    self.ca = ca
    let isNear = ["localhost", "127.0.0.1", "::1"].contains(host)
    let options = parts.count > 1 ? parts[1] : ""
    guard !options.isEmpty else {
      sslMode = isNear ? "prefer" : "verify-full"
      return
    }
    guard options.hasPrefix("sslmode="),
      let mode = Self.modes.first(where: { options.dropFirst("sslmode=".count) == $0 })
    else { throw wrong("takes sslmode alone: \(Self.modes.joined(separator: ", "))") }
    sslMode = mode
  }

  private static func host(_ text: Substring, _ wrong: (String) -> Failure) throws(Failure)
    -> (String, Int)
  {
    var (host, port) = (text, 5432)
    let colon = text.lastIndex(of: ":")
    if let colon, !text[colon...].contains("]") {
      guard let number = Int(text[text.index(after: colon)...]), (1...65535).contains(number) else {
        throw wrong("has no port from 1 to 65535")
      }
      (host, port) = (text[..<colon], number)
    }
    if host.hasPrefix("[") && host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    // A path would be a socket, a comma several hosts.
    let isName = host.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"), UInt8(ascii: ":"):
        true
      default: false
      }
    }
    guard isName, !host.isEmpty else { throw wrong("names no host") }
    return (String(host), port)
  }

  private static func decoded(_ text: Substring, _ wrong: (String) -> Failure) throws(Failure)
    -> String
  {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else { throw wrong("has a % that is no escape") }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw wrong("holds what is no text")
    }
    return text
  }

  /// What libpq is given, by name. `authorities` is the file that certificates are checked by.
  func parameters(authorities: String) -> [(name: String, value: String)] {
    var list = [
      (name: "host", value: host), (name: "port", value: String(port)),
      (name: "user", value: user), (name: "dbname", value: database),
      (name: "sslmode", value: sslMode), (name: "sslrootcert", value: authorities),
      (name: "connect_timeout", value: "10"), (name: "passfile", value: "/dev/null"),
      (name: "application_name", value: "patchbay"), (name: "client_encoding", value: "UTF8"),
      (name: "gssencmode", value: "disable"), (name: "target_session_attrs", value: "any"),
      (name: "sslcert", value: "/dev/null"), (name: "sslkey", value: ""),
      (name: "tcp_user_timeout", value: "60000"),
      (
        name: "options",
        value: "-c default_transaction_read_only=on -c statement_timeout=0 -c DateStyle=ISO "
          + "-c IntervalStyle=iso_8601 -c extra_float_digits=1 -c bytea_output=hex"
      ),
    ]
    if let password { list.append((name: "password", value: password)) }
    return list
  }
}
