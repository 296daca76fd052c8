internal import CSQLite
internal import Glibc
package import PatchbayCore

/// One SQLite connection. Not Sendable: it belongs to whoever opened it.
@safe package final class SQLiteConnection: SQLConnection {
  // Unsafe: owns the connection, closed in deinit; statements are finalised before it.
  private let handle: OpaquePointer
  private var statements: [String: SQLiteStatement] = [:]
  package let path: String
  /// Waits for whoever holds the database; otherwise it is busy at once.
  var isPatient = true {
    didSet { unsafe sqlite3_busy_handler(handle, isPatient ? waitForOthers : nil, nil) }
  }
  package var dialect: Dialect { .sqlite }

  package enum Mode {
    case readWrite, readOnly
    /// Somebody else's file, which is only read: its schema may do nothing by itself.
    case foreign
  }

  package init(path: String, mode: Mode) throws(Failure) {
    self.path = path
    var handle: OpaquePointer?
    let flags =
      switch mode {
      case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
      case .readOnly: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
      case .foreign: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW
      }
    if mode == .readWrite { Self.makeFile(path) }
    let code = unsafe sqlite3_open_v2(path, &handle, flags, nil)
    guard code == SQLITE_OK, let handle = unsafe handle else {
      let text = unsafe String(cString: sqlite3_errstr(code))
      unsafe sqlite3_close_v2(handle)
      throw Self.notOpen(path, text)
    }
    unsafe self.handle = handle
    unsafe sqlite3_extended_result_codes(handle, 1)
    unsafe sqlite3_busy_handler(handle, waitForOthers, nil)
    // Nothing that a plugin or a vendor names can reach another file.
    unsafe sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0)
    if mode == .foreign {
      try execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0")
      unsafe sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 256 << 20)
    }
  }

  /// A file of one's own, of which all that is committed is on disk.
  package convenience init(atFullDurability path: String) throws(Failure) {
    try self.init(path: path, mode: .readWrite)
    try execute(
      """
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -16000;
      """)
  }

  /// Only its owner may read the database; SQLite gives its other files the same mode. A file that
  /// is there keeps its own, and is not opened here: closing it would give up SQLite's locks.
  private static func makeFile(_ path: String) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 { close(descriptor) }
  }

  private static func notOpen(_ path: String, _ text: String) -> Failure {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."
    return Failure(
      .config, "store.open", "cannot open or write the database \(path): \(text)",
      mend: "make the folder \(folder), and the files \(parts.last ?? "")* in it, writable for "
        + "this user, or choose another folder with --data DIR")
  }

  deinit {
    statements.removeAll()
    unsafe sqlite3_close_v2(handle)
  }

  /// Lets one file be attached during the body.
  func attaching<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R {
    unsafe sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 1)
    defer { unsafe sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0) }
    return try body()
  }

  /// Runs SQL text of any number of statements, for schema and pragmas.
  package func execute(_ sql: String) throws(Failure) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    if code != SQLITE_OK { throw failure(code, sql) }
  }

  /// A prepared statement, kept for the next time.
  package func prepare(_ sql: String) throws(Failure) -> SQLiteStatement {
    if let statement = statements[sql] { return statement }
    let statement = try makeStatement(sql)
    if statements.count > 200 { statements.removeAll() }
    statements[sql] = statement
    return statement
  }

  /// A prepared statement of one's own; SQL text with a second statement is refused.
  package func makeStatement(_ sql: String) throws(Failure) -> SQLiteStatement {
    if sql.utf8.contains(0) {
      throw Failure(.config, "query.sql", "there is U+0000 in the SQL statement")
    }
    var statement: OpaquePointer?
    var rest = ""
    let code = unsafe sql.withCString { text in
      var tail: UnsafePointer<CChar>?
      let code = unsafe sqlite3_prepare_v3(handle, text, -1, 0, &statement, &tail)
      if let tail = unsafe tail { rest = unsafe String(cString: tail) }
      return code
    }
    guard code == SQLITE_OK else { throw failure(code, sql) }
    guard let statement = unsafe statement else {
      throw Failure(.config, "query.empty", "there is no SQL statement in “\(sql.prefix(80))”")
    }
    let made = unsafe SQLiteStatement(statement, of: self)
    if isStatement(rest) {
      throw Failure(
        .config, "query.several", "one statement at a time: “\(rest.prefix(60))” is left over")
    }
    return made
  }

  package func statement(_ sql: String) throws(Failure) -> any SQLStatement { try prepare(sql) }

  package func ownStatement(_ sql: String) throws(Failure) -> any SQLStatement {
    try makeStatement(sql)
  }

  /// Whether there is more in a text than spaces, semicolons and comments.
  private func isStatement(_ text: String) -> Bool {
    var statement: OpaquePointer?
    var rest = text.drop { $0.isWhitespace || $0 == ";" }
    while !rest.isEmpty {
      var tail = ""
      let code = unsafe String(rest).withCString { text in
        var end: UnsafePointer<CChar>?
        let code = unsafe sqlite3_prepare_v3(handle, text, -1, 0, &statement, &end)
        if let end = unsafe end { tail = unsafe String(cString: end) }
        return code
      }
      if unsafe code != SQLITE_OK || statement != nil {
        unsafe sqlite3_finalize(statement)
        return true
      }
      rest = tail.drop { $0.isWhitespace || $0 == ";" }
    }
    return false
  }

  /// Runs the body in a transaction that holds the write lock from its beginning.
  package func transaction<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R {
    try execute("BEGIN IMMEDIATE")
    do {
      let result = try body()
      try execute("COMMIT")
      try checkPlace()
      return result
    } catch {
      try? execute("ROLLBACK")
      throw error
    }
  }

  /// Runs a body that only reads: it sees one state of the database, whatever others write.
  package func snapshot<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R {
    try execute("BEGIN")
    defer { try? execute("COMMIT") }
    return try body()
  }

  /// What is stored into a file that was moved or deleted is lost to everybody else.
  private func checkPlace() throws(Failure) {
    var hasMoved: Int32 = 0
    // Unsafe: SQLite writes its answer during the call.
    unsafe sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
    if hasMoved == 0 { return }
    throw Failure(
      .config, "store.moved", "the database \(path) was moved or deleted while it was in use",
      mend: "put it back and run it again: what was stored since is not in it")
  }

  package func form() throws(Failure) -> Int64 {
    try makeStatement("PRAGMA user_version").first { $0.integer(0) } ?? 0
  }

  package func setForm(_ form: Int64) throws(Failure) {
    try execute("PRAGMA user_version = \(form)")
  }

  package func hasTable(_ name: String) throws(Failure) -> Bool {
    try makeStatement("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
      .bind(.text(name)).first { _ in true } ?? false
  }

  package func describedSchema() throws(Failure) -> String {
    try prepare(
      "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name"
    ).rows { row in (0...3).map { row.text($0) }.joined(separator: "\u{1F}") }
      .joined(separator: "\u{1E}")
  }

  package func schemaVersion() throws(Failure) -> Int64? {
    try prepare("PRAGMA schema_version").first { $0.integer(0) }
  }

  package var changeCount: Int64 { unsafe sqlite3_total_changes64(handle) }

  package var changes: Int64 { unsafe sqlite3_changes64(handle) }
  package var lastRowID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

  func failure(_ code: Int32, _ sql: String) -> Failure {
    let text = unsafe String(cString: sqlite3_errmsg(handle))
    let place = sql.split(separator: "\n").first.map { String($0.prefix(80)) } ?? ""
    switch code & 0xFF {
    case SQLITE_BUSY where Task.isCancelled:
      return Failure(
        .cancelled, "store.cancelled", "stopped while another process held the database")
    case SQLITE_BUSY, SQLITE_LOCKED:
      return Failure(
        .transient, "store.busy", "the database is held by another process (\(text))",
        mend: "try again when that run is over", isRetryable: true)
    case SQLITE_FULL, SQLITE_IOERR:
      return Failure(
        .transient, "store.disk", "the database cannot write: \(text)",
        mend: "free disk space under \(path), then run again: nothing is lost")
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      return Failure(
        .data, "store.corrupt", "\(path) is not a sound database: \(text)",
        mend: "restore it from a backup")
    case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM: return Self.notOpen(path, text)
    case SQLITE_AUTH:
      return Failure(
        .permission, "query.refused",
        "a query may only read, and never the sealed secrets: \(text) (in “\(place)”)",
        mend: "begin it with SELECT")
    case SQLITE_INTERRUPT:
      return Failure(.budget, "query.time", "the query took longer than it may")
    default:
      return Failure(.bug, "store.sql", "\(text) (in “\(place)”)")
    }
  }

  /// Lets a body use the raw connection, for the few calls that need it.
  func withHandle<R>(_ body: (OpaquePointer) -> R) -> R { unsafe body(handle) }
}

/// Waits for whoever holds the database, at most 30 s; a task that is cancelled, 1 s.
private let waitForOthers: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Int32 = { _, count in
  let step = 25
  if Int(count) * step >= (Task.isCancelled ? 1_000 : 30_000) { return 0 }
  usleep(UInt32(count < 10 ? 2_000 : step * 1_000))
  return 1
}
