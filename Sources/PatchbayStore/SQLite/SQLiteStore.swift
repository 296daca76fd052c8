public import PatchbayCore
internal import PatchbayJSON

/// The embedded store: two SQLite files in WAL mode. One writer, on a thread of its own.
public actor SQLiteStore: Store {
  private let executor: SerialQueue
  nonisolated let files: StoreFiles
  let hub: Database
  let data: Database
  /// What writes the records of a stream, by its id.
  var writers: [Int64: RecordWriter] = [:]

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Unsafe: the executor lives as long as the actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Opens (or makes) the databases of a data folder, and brings their schemas up to date.
  public init(folder: String) throws(Failure) {
    try self.init(folder: folder, hubForms: Migration.hub, dataForms: Migration.data)
  }

  init(folder: String, hubForms: [Migration], dataForms: [Migration]) throws(Failure) {
    files = StoreFiles(folder: folder)
    (hub, data) = try files.open(
      hubForms: hubForms, dataForms: dataForms, nowMS: Time.nowMS())
    executor = SerialQueue("patchbay.store")
    try Outbox(hub: hub, data: data).deliver()
  }

  // MARK: Secrets

  public func sealedSecrets(of connection: String) throws(Failure) -> [String: [UInt8]] {
    let rows = try hub.prepare("SELECT name, sealed FROM secrets WHERE connection = ?")
      .bind(.text(connection)).rows { ($0.text(0), $0.bytes(1)) }
    return Dictionary(rows) { first, _ in first }
  }

  public func allSealedSecrets() throws(Failure) -> [SealedSecret] {
    try hub.prepare("SELECT connection, name, sealed FROM secrets").bind()
      .rows { SealedSecret(connection: $0.text(0), name: $0.text(1), sealed: $0.bytes(2)) }
  }

  public func replaceSealedSecrets(_ secrets: [SealedSecret]) throws(Failure) {
    // On disk before this returns: what they replace may be gone for good, such as a master key or
    // a refresh token that is good for one use.
    try hub.execute("PRAGMA synchronous = FULL")
    defer { try? hub.execute("PRAGMA synchronous = NORMAL") }
    try hub.transaction { () throws(Failure) in
      for secret in secrets { try replaceSecret(secret) }
    }
  }

  func replaceSecret(_ secret: SealedSecret) throws(Failure) {
    try hub.prepare(
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
  static func rawTable(_ id: Int64) -> String { "raw_\(id)" }

  static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  static func literal(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
