package import PatchbayCore
internal import PatchbayJSON

/// The embedded store of one organisation: two SQLite files in WAL mode. One writer, on a thread of
/// its own.
///
/// `hub.db` is that of the whole hub, and each statement names the organisation. `data.db` is the
/// organisation's own file: no query of another one can reach it, whatever it says.
package actor SQLiteStore: Store {
  package nonisolated let organisation: Organisation
  private let executor: SerialQueue
  nonisolated let files: StoreFiles
  nonisolated let reader: DataReader
  let hub: SQLiteConnection
  let data: SQLiteConnection
  /// What writes the records of a stream, by its id.
  var writers: [Int64: RecordWriter] = [:]

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Unsafe: the executor lives as long as the actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Opens (or makes) the databases of a data folder, and brings their schemas up to date. Throws
  /// `organisation.unknown` for an organisation that was not added, `store.rights` where others may
  /// read or change the files.
  package init(folder: String, organisation: Organisation = .standard) throws(Failure) {
    try self.init(
      folder: folder, organisation: organisation, hubForms: Migration.hub,
      dataForms: Migration.data)
  }

  init(
    folder: String, organisation: Organisation = .standard, hubForms: [Migration],
    dataForms: [Migration]
  ) throws(Failure) {
    self.organisation = organisation
    files = StoreFiles(folder: folder, organisation: organisation)
    (hub, data) = try files.open(hubForms: hubForms, dataForms: dataForms, nowMS: Time.nowMS())
    executor = SerialQueue("patchbay.store")
    reader = DataReader(path: files.data)
    try Outbox(hub: hub, data: data, organisation: organisation).deliverIfFree()
  }

  // MARK: hub.db

  private var secrets: SecretTable { SecretTable(database: hub, organisation: organisation) }
  private var keys: KeyTable { KeyTable(database: hub, organisation: organisation) }
  var connectionTable: ConnectionTable {
    ConnectionTable(database: hub, organisation: organisation)
  }
  var runTable: RunTable { RunTable(database: hub, organisation: organisation) }
  private var trust: TrustTable { TrustTable(database: hub, organisation: organisation) }
  var audit: AuditTable { AuditTable(database: hub, organisation: organisation) }
  private var claims: ClaimTable { ClaimTable(database: hub, organisation: organisation) }
  var usageTable: UsageTable { UsageTable(database: data, organisation: organisation) }
  var outbox: Outbox { Outbox(hub: hub, data: data, organisation: organisation) }

  package func sealedSecrets(of connection: String) throws(Failure) -> [String: [UInt8]] {
    try secrets.all(of: connection)
  }

  package func allSealedSecrets() throws(Failure) -> [SealedSecret] { try secrets.all() }

  package func replaceSealedSecrets(_ secrets: [SealedSecret]) throws(Failure) {
    try hub.durably { () throws(Failure) in
      for secret in secrets { try self.secrets.replace(secret) }
    }
  }

  package func anySealedValue() throws(Failure) -> [UInt8]? { try KeyTable.anySealed(hub) }

  package func sealedKey(_ name: String) throws(Failure) -> [UInt8]? { try keys.find(name) }

  package func keepKey(_ name: String, sealed: [UInt8]) throws(Failure) -> [UInt8] {
    try hub.durably { () throws(Failure) in try keys.keep(name, sealed: sealed) }
  }

  package func trust(in plugin: String) throws(Failure) -> TrustDecision? {
    try trust.decision(on: plugin)
  }

  package func setTrust(_ decision: TrustDecision, in plugin: String, _ entry: AuditEntry)
    throws(Failure)
  {
    try hub.transaction { () throws(Failure) in
      try trust.set(decision, on: plugin)
      try audit.add(entry)
    }
  }

  package func noteCrash(_ reason: String?, of plugin: String, sha256: String, nowMS: Int64)
    throws(Failure)
  {
    try trust.noteCrash(reason, of: plugin, sha256: sha256, nowMS: nowMS)
  }

  package func crashes(of plugin: String, sha256: String) throws(Failure)
    -> (count: Int64, reason: String)
  {
    try trust.crashes(of: plugin, sha256: sha256)
  }

  package func note(_ entry: AuditEntry) throws(Failure) { try audit.add(entry) }

  package func auditLog(limit: Int) throws(Failure) -> [AuditEntry] { try audit.latest(limit) }

  package func claim(_ scope: String, _ id: String, untilMS: Int64, nowMS: Int64)
    throws(Failure) -> Bool
  {
    // On disk before this returns: what was used once stays used, whatever fails afterwards.
    try hub.durably { () throws(Failure) in
      try claims.claim(scope, id, untilMS: untilMS, nowMS: nowMS)
    }
  }

  package func forgetClaims(nowMS: Int64) throws(Failure) -> Int64 {
    try claims.forget(nowMS: nowMS)
  }
}

extension SQLiteConnection {
  /// A transaction that is on disk when this returns, whatever the power does.
  func durably<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R {
    try execute("PRAGMA synchronous = FULL")
    defer { try? execute("PRAGMA synchronous = NORMAL") }
    return try transaction(body)
  }
}
