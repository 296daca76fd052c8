internal import PatchbayCore
internal import PatchbayJSON

/// Acts that need both files: `hub.db` and `data.db` of an organisation. Each begins in one of
/// them, in whose outbox it says what is left to do in the other.
struct Outbox {
  let hub: SQLiteConnection
  let data: SQLiteConnection
  let organisation: Organisation

  private var ofHub: OutboxTable { OutboxTable(database: hub, owner: organisation.name) }
  private var ofData: OutboxTable { OutboxTable(database: data, owner: organisation.name) }

  // MARK: Begun in hub.db

  /// The connection is gone: its streams go.
  func addRemoval(of connection: String) throws(Failure) {
    try ofHub.add("remove", ["connection": .string(connection)])
  }

  /// Records so far belong to another account: checkpoints are forgotten, the next pass over each
  /// stream is a full one, and streams that nobody will read again are marked as deleted.
  func addReset(of connection: String, knownStreams: Set<String>) throws(Failure) {
    try ofHub.add(
      "reset",
      [
        "connection": .string(connection),
        "streams": .array(knownStreams.sorted().map { .string($0) }),
      ])
  }

  // MARK: Begun in data.db

  /// Somebody changed what is stored, which belongs into the audit log.
  func addAudit(_ entry: AuditEntry) throws(Failure) {
    try ofData.add(
      "audit",
      [
        "at_ms": .integer(entry.atMS), "actor": .string(entry.actor),
        "action": .string(entry.action), "details": entry.details,
      ])
  }

  // MARK: Delivery

  /// Whether something is left to do.
  func hasPending() throws(Failure) -> Bool {
    let toData = try ofHub.entries()
    let toHub = try ofData.entries()
    return !toData.isEmpty || !toHub.isEmpty
  }

  /// Does what is left to do, in both directions: each act while the file where it began is held,
  /// so that nobody else does it meanwhile and what comes after it waits.
  func deliver() throws(Failure) {
    if try !ofHub.entries().isEmpty {
      try hub.transaction { () throws(Failure) in
        for entry in try ofHub.entries() {
          let isKnown = try data.transaction { () throws(Failure) in try perform(entry) }
          if isKnown { try ofHub.done(entry) }
        }
      }
    }
    if try !ofData.entries().isEmpty {
      try data.transaction { () throws(Failure) in
        for entry in try ofData.entries() {
          try note(entry)
          try ofData.done(entry)
        }
      }
    }
  }

  /// The same, unless another process holds a file: the act is done, and what is left of it comes
  /// with the next start, or before a stream is used.
  func deliverIfFree() throws(Failure) {
    for database in [hub, data] { database.isPatient = false }
    defer { for database in [hub, data] { database.isPatient = true } }
    do throws(Failure) {
      try deliver()
    } catch  where error.code == "store.busy" {}
  }

  /// Returns `false` for an act that another version knows.
  private func perform(_ entry: OutboxTable.Entry) throws(Failure) -> Bool {
    let name = entry.details["connection"]?.string ?? ""
    switch entry.act {
    case "remove": try remove(name)
    case "reset":
      try reset(name, Set((entry.details["streams"]?.array ?? []).compactMap(\.string)))
    default: return false
    }
    return true
  }

  /// Its number is given once only, so that it is written once.
  private func note(_ entry: OutboxTable.Entry) throws(Failure) {
    let details = entry.details
    try AuditTable(database: hub, organisation: organisation).add(
      AuditEntry(
        atMS: details["at_ms"]?.integer ?? 0, actor: details["actor"]?.string ?? "",
        action: details["action"]?.string ?? "", details: details["details"] ?? .null),
      origin: "\(organisation.name)/data/\(entry.number)/\(details["at_ms"]?.integer ?? 0)")
  }

  private func streams(of name: String) throws(Failure) -> [(id: Int64, stream: String)] {
    try data.prepare("SELECT id, stream FROM streams WHERE connection = ?").bind(.text(name))
      .rows { ($0.integer(0), $0.text(1)) }
  }

  private func remove(_ name: String) throws(Failure) {
    let views = Views(data)
    for (id, stream) in try streams(of: name) {
      try views.drop(name, stream)
      try BlobTable(database: data, organisation: organisation).forgetUses(in: id)
      try data.execute(
        """
        DROP TABLE IF EXISTS \(RecordTables.name(id));
        DROP TABLE IF EXISTS \(RecordTables.raw(id));
        """)
    }
    try data.prepare("DELETE FROM streams WHERE connection = ?").bind(.text(name)).run()
    try WriteTable(database: data, organisation: organisation).removeAll(of: name)
    try views.makeShared()
  }

  private func reset(_ name: String, _ known: Set<String>) throws(Failure) {
    for (id, stream) in try streams(of: name) {
      try data.prepare(
        """
        UPDATE streams SET phase = 'idle', pass = NULL, state = NULL, state_tag = NULL,
          base_state = NULL, base_tag = NULL, completed_ms = NULL, fingerprint = NULL, sweep_at = 0
        WHERE id = ?
        """
      ).bind(.integer(id)).run()
      if known.contains(stream) { continue }
      try data.prepare(
        "UPDATE \(RecordTables.name(id)) SET deleted_ms = ? WHERE deleted_ms IS NULL"
      ).bind(.integer(Time.nowMS())).run()
    }
  }
}
