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
    let path = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    guard path.count == 2, let authority = path.first, let name = path.last, !name.isEmpty
    else { throw wrong("names no database") }
    let halves = authority.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2, let user = halves.first, !user.isEmpty else {
      throw wrong("names no user")
    }
    if user.contains(":") {
      throw wrong("holds a password", mend: "give it as a secret: --secret password=env:VARIABLE")
    }
    let place = try HostAndPort.read(halves[1]) { wrong($0) }
    // A name for libpq has no brackets.
    host = place.host.filter { $0 != "[" && $0 != "]" }
    port = place.port ?? 5432
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

  private static func decoded(_ text: Substring, _ wrong: (String) -> Failure) throws(Failure)
    -> String
  {
    guard let bytes = percentDecoded(text) else { throw wrong("has a % that is no escape") }
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
