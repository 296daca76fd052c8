internal import PatchbayCore

extension Migration {
  /// The forms of `hub.db`: connections, sealed secrets, runs, and what people decided.
  static let hub = [hubTables, organisations, consent]

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

  /// Connections keep what was agreed to for them, and trust holds for one file.
  static let consent = Migration(3, "what connections agreed to, trust in one file") {
    database throws(Failure) in
    try database.execute(
      """
      ALTER TABLE connections ADD COLUMN accepted TEXT;
      ALTER TABLE trust ADD COLUMN sha256 TEXT;
      """)
  }

  /// Every row belongs to an organisation: those that there are, to the one that a hub has from the
  /// start. Trust is the whole hub's.
  static let organisations = Migration(2, "organisations, claims, audit of other files' acts") {
    database throws(Failure) in
    let owned = "organisation TEXT NOT NULL REFERENCES organisations(name)"
    try database.execute(
      """
      CREATE TABLE organisations (
        name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, removed_ms INTEGER
      );
      INSERT INTO organisations (name, created_ms) VALUES ('default', \(Time.nowMS()));

      ALTER TABLE connections RENAME TO old_connections;
      ALTER TABLE secrets RENAME TO old_secrets;
      CREATE TABLE connections (
        \(owned), name TEXT NOT NULL, plugin TEXT NOT NULL, settings TEXT NOT NULL,
        created_ms INTEGER NOT NULL, PRIMARY KEY (organisation, name)
      );
      CREATE TABLE secrets (
        organisation TEXT NOT NULL, connection TEXT NOT NULL, name TEXT NOT NULL,
        sealed BLOB NOT NULL, PRIMARY KEY (organisation, connection, name),
        FOREIGN KEY (organisation, connection) REFERENCES connections(organisation, name)
          ON DELETE CASCADE
      );
      INSERT INTO connections SELECT 'default', name, plugin, settings, created_ms
        FROM old_connections;
      INSERT INTO secrets SELECT 'default', connection, name, sealed FROM old_secrets;
      DROP TABLE old_secrets;
      DROP TABLE old_connections;

      ALTER TABLE crashes RENAME TO old_crashes;
      CREATE TABLE crashes (
        \(owned), plugin TEXT NOT NULL, sha256 TEXT NOT NULL, count INTEGER NOT NULL,
        reason TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (organisation, plugin)
      );
      INSERT INTO crashes SELECT 'default', plugin, sha256, count, reason, at_ms FROM old_crashes;
      DROP TABLE old_crashes;

      ALTER TABLE runs ADD COLUMN organisation TEXT NOT NULL DEFAULT 'default';
      CREATE INDEX runs_organisation ON runs (organisation, id);
      ALTER TABLE audit ADD COLUMN organisation TEXT NOT NULL DEFAULT 'default';
      ALTER TABLE audit ADD COLUMN origin TEXT;
      CREATE UNIQUE INDEX audit_origin ON audit (origin);
      CREATE INDEX audit_organisation ON audit (organisation, id);
      ALTER TABLE outbox ADD COLUMN organisation TEXT NOT NULL DEFAULT 'default';

      CREATE TABLE keys (
        \(owned), name TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (organisation, name)
      );
      CREATE TABLE claims (
        \(owned), scope TEXT NOT NULL, id TEXT NOT NULL, until_ms INTEGER NOT NULL,
        PRIMARY KEY (organisation, scope, id)
      ) WITHOUT ROWID;
      CREATE INDEX claims_until ON claims (organisation, until_ms);
      """)
  }
}
