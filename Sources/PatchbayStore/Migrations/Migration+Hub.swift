internal import PatchbayCore

extension Migration {
  /// The forms of `hub.db`: connections, sealed secrets, runs, and what people decided.
  static let hub = [hubTables]

  static let hubTables = Migration(1, "connections, secrets, runs, trust, audit") {
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
      CREATE TABLE runs (
        id TEXT PRIMARY KEY, connection TEXT NOT NULL, status TEXT NOT NULL,
        started_ms INTEGER NOT NULL, finished_ms INTEGER, cancel_ms INTEGER, summary TEXT NOT NULL
      );
      CREATE TABLE trust (plugin TEXT PRIMARY KEY, tier TEXT NOT NULL);
      CREATE TABLE crashes (
        plugin TEXT PRIMARY KEY, sha256 TEXT NOT NULL, count INTEGER NOT NULL,
        reason TEXT NOT NULL, at_ms INTEGER NOT NULL
      );
      CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, actor TEXT NOT NULL,
        action TEXT NOT NULL, details TEXT NOT NULL
      );
      CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT, act TEXT NOT NULL, details TEXT NOT NULL
      );
      """)
  }
}
