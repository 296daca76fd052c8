package import PatchbayCore

/// One step of the schema. A migration and the version that it leads to are one transaction, so a
/// process that dies in the midst of it leaves the schema of before.
struct Migration: Sendable {
  let version: Int64
  let about: String
  let run: @Sendable (SQLiteConnection) throws(Failure) -> Void

  init(
    _ version: Int64, _ about: String,
    _ run: @escaping @Sendable (SQLiteConnection) throws(Failure) -> Void
  ) {
    self.version = version
    self.about = about
    self.run = run
  }

  /// The forms of the one file that there was at first, which ``StoreFiles`` divides.
  static let single = [first, sweepPositions, passCounts, trust, crashes, usage]

  /// Brings a database up to the last version. Returns what was done.
  static func migrate(_ database: SQLiteConnection, _ migrations: [Migration]) throws(Failure)
    -> [String]
  {
    var done: [String] = []
    let known = migrations.map(\.version).max() ?? 0
    // What is up to date is not locked: other processes may be writing.
    if try database.form() == known { return done }

    for migration in migrations {
      let applied = try database.transaction { () throws(Failure) -> Bool in
        let version = try database.form()
        if version > known {
          throw database.isNewer(version, known: known)
        }
        if version >= migration.version { return false }
        try migration.run(database)
        try database.setForm(migration.version)
        if migration.version == known { try database.noteForm(known) }
        return true
      }
      if applied { done.append("\(migration.version): \(migration.about)") }
    }
    return done
  }
}

extension SQLConnection {
  /// Writes down which version of the program led to a form, for a program that does not know it:
  /// in the transaction that leads there.
  package func noteForm(_ form: Int64) throws(Failure) {
    try execute(
      """
      CREATE TABLE IF NOT EXISTS forms (
        form \(dialect.integer) PRIMARY KEY, program \(dialect.text) NOT NULL
      )
      """)
    try statement("INSERT INTO forms (form, program) VALUES (?, ?) ON CONFLICT (form) DO NOTHING")
      .bind(.integer(form), .text(Product.version)).run()
  }

  /// The refusal of a form that is newer than the newest known one.
  package func isNewer(_ form: Int64, known: Int64) -> Failure {
    // Another program wrote it: it may have no such table, or another one.
    let program = try? statement("SELECT program FROM forms WHERE form = ?").bind(.integer(form))
      .first { $0.text(0) }
    let needed = program.map { "Patchbay \($0) or later" } ?? "the version that wrote it"
    return Failure(
      .config, "store.newer",
      "\(path) was written by a newer Patchbay (form \(form), this one knows \(known))",
      mend: "use \(needed), or another --data folder")
  }
}

extension Migration {
  static let first = Migration(1, "connections, streams, runs, dead letters") {
    database throws(Failure) in
    try database.execute(
      """
      CREATE TABLE connections (
        name TEXT PRIMARY KEY, plugin TEXT NOT NULL, settings TEXT NOT NULL,
        created_ms INTEGER NOT NULL
      );
      CREATE TABLE secrets (
        connection TEXT NOT NULL REFERENCES connections(name) ON DELETE CASCADE,
        name TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (connection, name)
      );
      CREATE TABLE streams (
        id INTEGER PRIMARY KEY,
        connection TEXT NOT NULL REFERENCES connections(name) ON DELETE CASCADE,
        stream TEXT NOT NULL, phase TEXT NOT NULL DEFAULT 'idle', pass TEXT, state TEXT,
        state_tag TEXT, base_state TEXT, base_tag TEXT, generation INTEGER NOT NULL DEFAULT 0,
        completed_ms INTEGER, columns TEXT NOT NULL, unified TEXT NOT NULL,
        UNIQUE (connection, stream)
      );
      CREATE TABLE runs (
        id TEXT PRIMARY KEY, connection TEXT NOT NULL, status TEXT NOT NULL,
        started_ms INTEGER NOT NULL, finished_ms INTEGER, cancel_ms INTEGER, summary TEXT NOT NULL
      );
      CREATE TABLE dead_letters (
        id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL REFERENCES streams(id) ON DELETE CASCADE,
        run TEXT NOT NULL, key TEXT, reason TEXT NOT NULL, raw TEXT NOT NULL, at_ms INTEGER NOT NULL
      );
      CREATE TABLE shared_views (name TEXT PRIMARY KEY);
      CREATE INDEX dead_letters_stream ON dead_letters (stream_id);
      """)
  }

  /// Sweeps remember how far they came; dead letters of the same text stand once.
  static let sweepPositions = Migration(2, "resumable sweeps; one dead letter for each text") {
    database throws(Failure) in
    try database.execute(
      """
      ALTER TABLE streams ADD COLUMN sweep_at INTEGER NOT NULL DEFAULT 0;
      DELETE FROM dead_letters WHERE id NOT IN (
        SELECT min(id) FROM dead_letters GROUP BY stream_id, reason, raw);
      DROP INDEX dead_letters_stream;
      CREATE UNIQUE INDEX dead_letters_text ON dead_letters (stream_id, reason, raw);
      """)
  }

  /// Passes remember what they saw, also those that are interrupted.
  static let passCounts = Migration(3, "passes count the records that they saw") {
    database throws(Failure) in
    try database.execute(
      """
      ALTER TABLE streams ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE streams ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
      """)
  }

  /// What admins decide about plugins, and a log of decisions.
  static let trust = Migration(4, "trust in plugins, and an audit log") {
    database throws(Failure) in
    try database.execute(
      """
      CREATE TABLE trust (plugin TEXT PRIMARY KEY, tier TEXT NOT NULL);
      CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, actor TEXT NOT NULL,
        action TEXT NOT NULL, details TEXT NOT NULL
      );
      """)
  }

  /// Crashes in a row of a plugin's code; another file of the plugin begins anew.
  static let crashes = Migration(5, "crashes of plugins") { database throws(Failure) in
    try database.execute(
      """
      CREATE TABLE crashes (
        plugin TEXT PRIMARY KEY, sha256 TEXT NOT NULL, count INTEGER NOT NULL,
        reason TEXT NOT NULL, at_ms INTEGER NOT NULL
      );
      """)
  }

  /// What is used of plugins, for ever, and the terms by which it is charged.
  static let usage = Migration(6, "usage of plugins") { database throws(Failure) in
    try database.execute(
      """
      CREATE TABLE usage (
        number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL,
        customer TEXT NOT NULL, plugin TEXT NOT NULL, version TEXT NOT NULL, library TEXT NOT NULL,
        terms TEXT NOT NULL, meter TEXT NOT NULL, quantity INTEGER NOT NULL
      );
      CREATE TABLE terms (
        sha256 TEXT NOT NULL, library TEXT NOT NULL, plugin TEXT NOT NULL, version TEXT NOT NULL,
        kind TEXT NOT NULL, platform_ppm INTEGER NOT NULL, terms TEXT NOT NULL,
        PRIMARY KEY (sha256, library)
      );
      """)
  }
}
