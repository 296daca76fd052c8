public import PatchbayCore
internal import PatchbayJSON

/// The embedded store: one SQLite file in WAL mode. One writer, on a thread of its own.
public actor SQLiteStore: Store {
  private let executor: SerialQueue
  nonisolated let path: String
  let database: Database
  /// Upsert statements by stream id.
  var writers: [Int64: RecordWriter] = [:]

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Unsafe: the executor lives as long as the actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Opens (or makes) the database and brings its schema up to date.
  public init(path: String) throws(Failure) {
    try self.init(path: path, migrations: Migration.all)
  }

  init(path: String, migrations: [Migration]) throws(Failure) {
    let database = try Database(path: path, mode: .readWrite)
    try database.execute(
      """
      PRAGMA page_size = 8192;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA foreign_keys = ON;
      PRAGMA cache_size = -8000;
      PRAGMA wal_autocheckpoint = 2000;
      PRAGMA temp_store = MEMORY;
      """)
    _ = try Migration.migrate(database, migrations)
    self.database = database
    self.path = path
    executor = SerialQueue("patchbay.store")
  }

  // MARK: Secrets

  public func sealedSecrets(of connection: String) throws(Failure) -> [String: [UInt8]] {
    let rows = try database.prepare("SELECT name, sealed FROM secrets WHERE connection = ?")
      .bind(.text(connection)).rows { ($0.text(0), $0.bytes(1)) }
    return Dictionary(rows) { first, _ in first }
  }

  public func allSealedSecrets() throws(Failure) -> [SealedSecret] {
    try database.prepare("SELECT connection, name, sealed FROM secrets").bind()
      .rows { SealedSecret(connection: $0.text(0), name: $0.text(1), sealed: $0.bytes(2)) }
  }

  public func replaceSealedSecrets(_ secrets: [SealedSecret]) throws(Failure) {
    // On disk before this returns: what they replace may be gone for good, such as a master key or
    // a refresh token that is good for one use.
    try database.execute("PRAGMA synchronous = FULL")
    defer { try? database.execute("PRAGMA synchronous = NORMAL") }
    try database.transaction { () throws(Failure) in
      for secret in secrets { try replaceSecret(secret) }
    }
  }

  func replaceSecret(_ secret: SealedSecret) throws(Failure) {
    try database.prepare(
      "INSERT OR REPLACE INTO secrets (connection, name, sealed) VALUES (?, ?, ?)"
    ).bind(.text(secret.connection), .text(secret.name), .blob(secret.sealed)).run()
  }

  /// Reads JSON that this store wrote.
  static func stored(_ text: String, _ what: String) throws(Failure) -> JSON {
    do {
      return try JSON(reading: text)
    } catch {
      throw Failure(
        .data, "store.json", "the \(what) in the database cannot be read: \(error)",
        mend: "the file was changed by other hands; restore it from a backup")
    }
  }

  static func table(_ id: Int64) -> String { "stream_\(id)" }

  static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  static func literal(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
