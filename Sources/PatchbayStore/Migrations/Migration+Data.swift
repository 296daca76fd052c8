internal import PatchbayCore

extension Migration {
  /// The forms of `data.db`: streams with their records and checkpoints, dead letters, usage. They
  /// begin above those of the one file of before, so that a program of then refuses this one.
  static let data = [dataTables, latestPlan, owned, changes, writes]

  static let dataTables = Migration(10, "streams, records, dead letters, usage") {
    database throws(Failure) in
    try database.execute(dataSchema)
  }

  /// By which records that were set aside are tried again.
  static let latestPlan = Migration(11, "how records were last cut") { database throws(Failure) in
    try database.execute("ALTER TABLE streams ADD COLUMN plan TEXT")
  }

  /// Whose the file is stands in its rows, too; and acts that begin here may have to do something
  /// in `hub.db`.
  static let owned = Migration(12, "organisations, blobs, acts of other files") {
    database throws(Failure) in
    // A stream may have the name that a table is to have.
    let views = try database.makeStatement(
      """
      SELECT name FROM sqlite_schema WHERE type = 'view'
        AND lower(name) IN ('outbox', 'blobs', 'blob_uses', 'forms', 'owner')
      """
    ).rows { $0.text(0) }
    for name in views {
      try database.execute("DROP VIEW \(Dialect.quoted(name))")
      try database.prepare("DELETE FROM shared_views WHERE name = ?").bind(.text(name)).run()
    }
    try database.execute(
      """
      CREATE TABLE owner (
        one INTEGER PRIMARY KEY CHECK (one = 1), organisation TEXT NOT NULL
      );
      ALTER TABLE streams ADD COLUMN organisation TEXT NOT NULL DEFAULT 'default';
      ALTER TABLE usage ADD COLUMN organisation TEXT NOT NULL DEFAULT 'default';
      CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT, organisation TEXT NOT NULL, act TEXT NOT NULL,
        details TEXT NOT NULL
      );
      CREATE TABLE blobs (
        id TEXT PRIMARY KEY, organisation TEXT NOT NULL, size INTEGER NOT NULL,
        stored_ms INTEGER NOT NULL
      );
      CREATE TABLE blob_uses (
        blob TEXT NOT NULL REFERENCES blobs(id), stream_id INTEGER NOT NULL, row INTEGER NOT NULL,
        PRIMARY KEY (blob, stream_id, row)
      ) WITHOUT ROWID;
      CREATE INDEX blob_uses_row ON blob_uses (stream_id, row);
      """)
  }

  static let changes = Migration(13, "what a month changed, and what plugins made themselves") {
    database throws(Failure) in
    try database.execute(
      """
      CREATE TABLE active (
        stream_id INTEGER NOT NULL REFERENCES streams(id) ON DELETE CASCADE, part INTEGER NOT NULL,
        month INTEGER NOT NULL, bits BLOB NOT NULL, PRIMARY KEY (stream_id, part)
      ) WITHOUT ROWID;
      ALTER TABLE streams ADD COLUMN emits INTEGER NOT NULL DEFAULT 0;
      """)
  }

  /// What is on its way to vendors.
  static let writes = Migration(14, "records to write") { database throws(Failure) in
    try database.execute(
      """
      CREATE TABLE writes (
        id INTEGER PRIMARY KEY AUTOINCREMENT, organisation TEXT NOT NULL, connection TEXT NOT NULL,
        stream TEXT NOT NULL, source TEXT NOT NULL, action TEXT NOT NULL, key TEXT,
        record TEXT NOT NULL, base TEXT NOT NULL, idempotency_key TEXT NOT NULL,
        state TEXT NOT NULL, outcome TEXT NOT NULL, attempts INTEGER NOT NULL,
        changed_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL,
        UNIQUE (organisation, connection, stream, source)
      );
      CREATE INDEX writes_state ON writes (organisation, connection, state, id);
      """)
  }

  static let dataSchema = """
    CREATE TABLE streams (
      id INTEGER PRIMARY KEY, connection TEXT NOT NULL, stream TEXT NOT NULL,
      phase TEXT NOT NULL DEFAULT 'idle', pass TEXT, state TEXT, state_tag TEXT, base_state TEXT,
      base_tag TEXT, completed_ms INTEGER, fingerprint TEXT, columns TEXT NOT NULL DEFAULT '[]',
      unified TEXT NOT NULL DEFAULT '{}', fill_at INTEGER NOT NULL DEFAULT 0,
      fill_to INTEGER NOT NULL DEFAULT 0, sweep_at INTEGER NOT NULL DEFAULT 0,
      seen INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0,
      UNIQUE (connection, stream)
    );
    CREATE TABLE seen (
      stream_id INTEGER NOT NULL REFERENCES streams(id) ON DELETE CASCADE, part INTEGER NOT NULL,
      bits BLOB NOT NULL, PRIMARY KEY (stream_id, part)
    ) WITHOUT ROWID;
    CREATE TABLE dead_letters (
      id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL REFERENCES streams(id) ON DELETE CASCADE,
      run TEXT NOT NULL, key TEXT, reason TEXT NOT NULL, raw TEXT NOT NULL, at_ms INTEGER NOT NULL,
      request TEXT, pointer TEXT
    );
    CREATE UNIQUE INDEX dead_letters_text ON dead_letters (stream_id, reason, raw);
    CREATE TABLE shared_views (name TEXT PRIMARY KEY);
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
    """

  /// The two tables of one stream's records.
  static func recordTables(_ id: Int64) -> String {
    """
    CREATE TABLE \(RecordTables.name(id)) (
      id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, cursor TEXT, deleted_ms INTEGER
    );
    CREATE TABLE \(RecordTables.raw(id)) (id INTEGER PRIMARY KEY, raw TEXT NOT NULL);
    """
  }
}
