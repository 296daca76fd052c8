// Unsafe: libpq takes C strings for the call, and lends what its results hold.
internal import CPQ
internal import Glibc
internal import PatchbayCore

/// One connection to a PostgreSQL server. It belongs to whoever made it, and blocks; a reader that
/// is cancelled is let go within a second.
@safe final class PostgresLink {
  // Unsafe: owns the connection, closed in deinit.
  private let handle: OpaquePointer
  private let isCancelled: @Sendable () -> Bool
  /// Milliseconds that a small answer may take, and rows that it may have.
  private static let answerMS: Int64 = 30_000
  private static let answerRows = 200_000

  init(_ terms: PostgresTerms, isCancelled: @escaping @Sendable () -> Bool = { false })
    throws(Failure)
  {
    self.isCancelled = isCancelled
    try PostgresEnvironment.refuse()
    let folder = try terms.ca.map { (pem) throws(Failure) in try TemporaryFolder(holding: pem) }
    let authorities = folder.map { "\($0.path)/ca.pem" } ?? "/etc/ssl/certs/ca-certificates.crt"
    let parameters = terms.parameters(authorities: authorities)
    let names = parameters.map(\.name)
    let values = parameters.map(\.value)
    let opened = unsafe Self.withCStrings(names) { names in
      unsafe Self.withCStrings(values) { values in
        unsafe PQconnectdbParams(names, values, 0)
      }
    }
    withExtendedLifetime(folder) {}
    guard let opened = unsafe opened else {
      throw Failure(.transient, "sql.memory", "there is no memory for a connection")
    }
    unsafe handle = opened
    guard unsafe PQstatus(opened) == CONNECTION_OK else {
      // What is thrown from here on ends in deinit, which closes it.
      throw Self.refusal(unsafe Self.text(PQerrorMessage(opened)), terms)
    }
  }

  deinit { unsafe PQfinish(handle) }

  private static func withCStrings<R>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R
  ) -> R {
    let copies = unsafe texts.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    var pointers: [UnsafePointer<CChar>?] = unsafe copies.map { unsafe UnsafePointer($0) }
    unsafe pointers.append(nil)
    return unsafe pointers.withUnsafeBufferPointer {
      unsafe body($0.baseAddress.unsafelyUnwrapped)
    }
  }

  private static func text(_ message: UnsafeMutablePointer<CChar>?) -> String {
    let text = unsafe message.map { unsafe String(cString: $0) } ?? ""
    let lines = text.split(whereSeparator: { $0 == "\n" || $0 == "\t" })
    return String(lines.joined(separator: " ").prefix(500))
  }

  private static func refusal(_ text: String, _ terms: PostgresTerms) -> Failure {
    let place = "\(terms.host):\(terms.port)"
    if text.contains("authentication failed") || text.contains("no password supplied") {
      return Failure(
        .auth, "sql.login", "PostgreSQL at \(place) refuses the user \(terms.user): \(text)",
        mend: "give the right one: patchbay secret set NAME password")
    }
    if text.lowercased().contains("certificate") || text.contains("SSL") {
      return Failure(
        .config, "sql.tls", "PostgreSQL at \(place) is not believed to be it: \(text)",
        mend: "give its authority: --set ca=@FILE; or where the network is your own, "
          + "?sslmode=disable at the end of the address")
    }
    return Failure(
      .transient, "sql.connect", "PostgreSQL at \(place) cannot be reached: \(text)",
      mend: "nothing is lost; look whether it runs, then run it again", isRetryable: true)
  }

  var version: Int { unsafe Int(PQserverVersion(handle)) }

  /// Reads all rows of a small answer, each as texts; `nil` for null.
  func query(_ sql: String, _ values: [String] = []) throws(Failure) -> [[String?]] {
    let rows = try stream(sql, values, untilMS: Time.monotonicMS() + Self.answerMS)
    var all: [[String?]] = []
    while let row = try rows.next() {
      all.append(row.map { bytes in bytes.map { String(decoding: $0, as: UTF8.self) } })
      if all.count > Self.answerRows {
        throw Failure(
          .data, "sql.answer", "PostgreSQL gives more than \(Self.answerRows) columns of tables",
          mend: "give the user fewer tables to see")
      }
    }
    return all
  }

  /// Sends a query whose rows come one by one. They are read to the end before another is sent;
  /// where they are not, the link is of no use any more.
  func stream(_ sql: String, _ values: [String] = [], untilMS: Int64 = .max) throws(Failure)
    -> PostgresRows
  {
    let count = Int32(values.count)
    let isSent = unsafe Self.withCStrings(values) { values in
      unsafe PQsendQueryParams(handle, sql, count, nil, values, nil, nil, 0)
    }
    guard isSent == 1, unsafe PQsetSingleRowMode(handle) == 1 else { throw unsafe failure() }
    return PostgresRows(self, untilMS: untilMS)
  }

  /// The next result; `nil` behind the last.
  fileprivate func next(untilMS: Int64) throws(Failure) -> OpaquePointer? {
    while unsafe PQisBusy(handle) == 1 {
      if isCancelled() { throw Failure(.cancelled, "sync.cancelled", "cancelled") }
      if Time.monotonicMS() > untilMS {
        throw Failure(
          .transient, "sql.silent", "PostgreSQL says nothing for \(Self.answerMS / 1000) s",
          mend: "look whether it is overloaded, then try again", isRetryable: true)
      }
      var wait = pollfd(fd: unsafe PQsocket(handle), events: Int16(POLLIN), revents: 0)
      unsafe poll(&wait, 1, 250)
      if unsafe PQconsumeInput(handle) == 0 { throw unsafe failure() }
    }
    return unsafe PQgetResult(handle)
  }

  fileprivate func failure(_ result: OpaquePointer? = nil) -> Failure {
    let state = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "C")))
    let code = unsafe state.map { unsafe String(cString: $0) } ?? ""
    let text = unsafe Self.text(
      result == nil ? PQerrorMessage(handle) : unsafe PQresultErrorMessage(result))
    switch code.prefix(2) {
    case "42":
      return Failure(
        code == "42501" ? .permission : .config, "sql.refused",
        "PostgreSQL refuses the query: \(text)",
        mend: code == "42501"
          ? "grant SELECT to the user" : "correct the table, key or cursor in the settings")
    case "22":
      return Failure(
        .data, "sql.value", "PostgreSQL cannot compare with what was stored: \(text)",
        mend: "read everything anew: patchbay sync run NAME --reset")
    default:
      return Failure(
        .transient, "sql.broken", "PostgreSQL broke the query off: \(text)",
        mend: "what was covered is stored, and the next run goes on from there",
        isRetryable: true)
    }
  }
}

/// The rows of one query.
@safe final class PostgresRows {
  private let link: PostgresLink
  private let untilMS: Int64
  private var isOver = false

  fileprivate init(_ link: PostgresLink, untilMS: Int64) {
    (self.link, self.untilMS) = (link, untilMS)
  }

  /// The fields of the next row, as texts; `nil` at the end.
  func next() throws(Failure) -> [[UInt8]?]? {
    while !isOver {
      guard let result = try unsafe link.next(untilMS: untilMS) else {
        isOver = true
        return nil
      }
      defer { unsafe PQclear(result) }
      switch unsafe PQresultStatus(result) {
      case PGRES_SINGLE_TUPLE:
        return unsafe (0..<PQnfields(result)).map { unsafe Self.field(result, $0) }
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK: continue
      default:
        let failure = unsafe link.failure(result)
        throw failure
      }
    }
    return nil
  }

  private static func field(_ result: OpaquePointer, _ column: Int32) -> [UInt8]? {
    if unsafe PQgetisnull(result, 0, column) == 1 { return nil }
    let count = unsafe Int(PQgetlength(result, 0, column))
    let start = unsafe PQgetvalue(result, 0, column)
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}

extension TemporaryFolder {
  /// A folder with certificates, for a library that takes them from a file alone.
  fileprivate convenience init(holding pem: String) throws(Failure) {
    try self.init()
    try FileBytes.replace("\(path)/ca.pem", with: Array(pem.utf8))
  }
}
