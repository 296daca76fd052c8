// Unsafe: libpq lends a list of its options, and the C library the values of variables.
internal import CPQ
internal import Glibc
internal import PatchbayCore

/// The variables that libpq would obey. A connection's settings come from whoever may add one, the
/// environment from the hub's owner: a password of the hub's own must not be sent to a server that
/// somebody names.
enum PostgresEnvironment {
  /// The options of libpq that a variable could set: all of them, whatever its version.
  private static var variables: [String] {
    let options = unsafe PQconninfoParse("", nil)
    defer { unsafe PQconninfoFree(options) }
    var names = ["PGSERVICEFILE", "PGSYSCONFDIR"]
    var index = 0
    while let options = unsafe options, unsafe options[index].keyword != nil {
      if let name = unsafe options[index].envvar { names.append(unsafe String(cString: name)) }
      index += 1
    }
    return names
  }

  /// Forgets them; before there is a second thread.
  static func forget() { for name in variables { unsafe unsetenv(name) } }

  static func refuse() throws(Failure) {
    guard let name = variables.first(where: { unsafe getenv($0) != nil }) else { return }
    throw Failure(
      .config, "sql.environment",
      "the hub was started with the variable \(name), which libpq obeys",
      mend: "start it without: unset \(name)")
  }
}
