internal import PatchbayCore
internal import PatchbayJSON

/// Divides the one file of before, `patchbay.db`, into `hub.db` and `data.db`. Each step can be
/// done again after a crash: until the last the old file counts, and after it the new ones.
struct Division {
  let folder: String
  let nowMS: Int64

  private var old: String { "\(folder)/patchbay.db" }
  private var hub: String { "\(folder)/hub.db" }
  private var data: String { "\(folder)/data.db" }

  func perform() throws(Failure) {
    try divide()
    guard FileBytes.move(old, to: data) else {
      throw Failure(
        .config, "store.open", "cannot rename \(old) to data.db",
        mend: "make the folder \(folder) writable for this user")
    }
  }

  private func divide() throws(Failure) {
    let database = try SQLiteConnection(path: old, mode: .readWrite)
    try database.execute("PRAGMA busy_timeout = 30000")
    if try database.form() < (Migration.data.first?.version ?? 0) {
      _ = try Migration.migrate(database, Migration.single)
      try copyHub(database)
      try database.transaction { () throws(Failure) in try convert(database) }
    }
    // The file is renamed without its journal, and what was removed from it is gone from the disk.
    try database.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")
    try? database.execute("PRAGMA page_size = 16384; VACUUM;")
  }

  /// Written anew each time, for it does not count before the old file is renamed.
  private func copyHub(_ database: SQLiteConnection) throws(Failure) {
    for end in ["", "-wal", "-shm", "-journal"] { FileBytes.removeTree(hub + end) }
    let target = try SQLiteConnection(path: hub, mode: .readWrite)
    _ = try Migration.migrate(target, [Migration.hubTables])
    try database.attaching { () throws(Failure) in
      try database.execute("ATTACH \(Dialect.literal(hub)) AS hub")
      try database.transaction { () throws(Failure) in
        for (table, columns) in [
          ("connections", "name, plugin, settings, created_ms"),
          ("secrets", "connection, name, sealed"),
          ("runs", "id, connection, status, started_ms, finished_ms, cancel_ms, summary"),
          ("trust", "plugin, tier"), ("crashes", "plugin, sha256, count, reason, at_ms"),
          ("audit", "id, at_ms, actor, action, details"),
        ] {
          try database.execute(
            "INSERT INTO hub.\(table) (\(columns)) SELECT \(columns) FROM main.\(table)")
        }
      }
      try database.execute("DETACH hub")
    }
  }

  private func convert(_ database: SQLiteConnection) throws(Failure) {
    let views = try database.makeStatement("SELECT name FROM sqlite_schema WHERE type = 'view'")
      .rows { $0.text(0) }
    for view in views { try database.execute("DROP VIEW \(Dialect.quoted(view))") }
    try database.execute("DROP INDEX dead_letters_text")
    let kept = ["streams", "dead_letters", "usage", "terms"]
    for table in kept { try database.execute("ALTER TABLE \(table) RENAME TO old_\(table)") }
    try database.execute(
      """
      DROP TABLE shared_views; DROP TABLE secrets; DROP TABLE runs; DROP TABLE trust;
      DROP TABLE crashes; DROP TABLE audit;
      """)
    try database.execute(Migration.dataSchema)
    try database.execute(
      """
      INSERT INTO streams (id, connection, stream, phase, pass, state, state_tag, base_state,
        base_tag, completed_ms, columns, unified, sweep_at, seen, unread)
      SELECT id, connection, stream, phase, pass, state, state_tag, base_state, base_tag,
        completed_ms, '[]', unified, sweep_at, seen, unread FROM old_streams;
      INSERT INTO dead_letters (id, stream_id, run, key, reason, raw, at_ms)
      SELECT id, stream_id, run, key, reason, raw, at_ms FROM old_dead_letters;
      INSERT INTO usage SELECT * FROM old_usage;
      INSERT INTO terms SELECT * FROM old_terms;
      """)
    let streams = try database.makeStatement("SELECT id, generation, columns FROM old_streams")
      .rows { (id: $0.integer(0), generation: $0.integer(1), columns: $0.text(2)) }
    for stream in streams {
      try convert(database, stream.id, stream.generation)
      try storeColumns(database, stream.id, stream.columns)
    }
    try database.execute(
      """
      DROP TABLE old_dead_letters; DROP TABLE old_usage; DROP TABLE old_terms;
      DROP TABLE old_streams; DROP TABLE connections;
      PRAGMA user_version = \(Migration.dataTables.version);
      """)
    let made = Views(database)
    for stream in streams { try made.remake(stream.id) }
  }

  /// Records move to their two tables under their row ids; what the pass had seen becomes bits.
  private func convert(_ database: SQLiteConnection, _ id: Int64, _ generation: Int64)
    throws(Failure)
  {
    let old = "old_stream_\(id)"
    try database.execute(
      """
      ALTER TABLE stream_\(id) RENAME TO \(old);
      \(Migration.recordTables(id))
      INSERT INTO \(RecordTables.name(id)) (id, key, cursor, deleted_ms)
      SELECT rowid, key, cursor, iif(deleted, \(nowMS), NULL) FROM \(old) ORDER BY rowid;
      INSERT INTO \(RecordTables.raw(id)) (id, raw)
      SELECT rowid, raw FROM \(old) ORDER BY rowid;
      """)
    let seen = SeenSet(database, stream: id)
    let rows = try database.makeStatement("SELECT rowid FROM \(old) WHERE generation >= ?")
    rows.bind(.integer(generation))
    while try rows.next() { _ = try seen.insert(rows.integer(0)) }
    rows.reset()
    try seen.store()
    try database.execute("DROP TABLE \(old)")
  }

  private func storeColumns(_ database: SQLiteConnection, _ id: Int64, _ text: String)
    throws(Failure)
  {
    let known = StoredColumn.list(try JSON(stored: text, "columns"))
    var columns: [StoredColumn] = []
    for (index, column) in known.enumerated() {
      var column = column
      column.store = "c\(index + 1)"
      columns.append(column)
      try database.execute("ALTER TABLE \(RecordTables.name(id)) ADD COLUMN \(column.store)")
    }
    try database.prepare(
      """
      UPDATE streams SET columns = ?, fill_to =
        (SELECT coalesce(max(id), 0) FROM \(RecordTables.name(id))) WHERE id = ?
      """
    ).bind(.text(StoredColumn.json(columns).text), .integer(id)).run()
  }
}
