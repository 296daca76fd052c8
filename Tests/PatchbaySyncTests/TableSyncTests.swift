import Built
import Databases
import PatchbayCore
import PatchbayJSON
import PatchbayStore
import PatchbaySync
import Seeded
import Testing

/// Tables of SQLite and PostgreSQL databases, read by the host.
@Suite(.serialized) struct TableSyncTests {
  private static func sqlite(_ schema: String, tables: JSON? = nil) async throws
    -> (SourceBench, SQLiteConnection)
  {
    var bench = SourceBench("sql")
    let path = "\(bench.path)/shop.db"
    let database = try SQLiteConnection(path: path, mode: .readWrite)
    try database.execute(schema)
    bench.settings["database"] = .string("sqlite:\(path)")
    bench.settings["tables"] = tables
    try await bench.save()
    return (bench, database)
  }

  @Test func `Rows of SQLite keep their values, whatever these are`() async throws {
    let (bench, database) = try await Self.sqlite(
      """
      CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, size REAL, at DATETIME, raw BLOB);
      INSERT INTO things VALUES (1, 'a "b" \\ \u{1}', 0.1, '2026-01-02 03:04:05', x'00ff'),
        (9007199254740993, NULL, 1e300, 'never', NULL);
      CREATE TABLE pairs (a TEXT COLLATE NOCASE, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
      INSERT INTO pairs VALUES ('x', 2), ('X', 1), ('y', -1);
      CREATE TABLE loose (x);
      """)
    let summary = try await bench.sync()
    #expect(summary.status == "done", "\(summary.json.text)")
    #expect(try await bench.streams().sorted() == ["pairs", "things"])
    #expect(
      try await bench.living("things") == [
        "1": #"{"id":1,"name":"a \"b\" \\ \u0001","size":0.1,"at":"2026-01-02 03:04:05","#
          + #""raw":"\\x00ff"}"#,
        "9007199254740993": #"{"id":9007199254740993,"name":null,"size":1e+300,"at":"never","#
          + #""raw":null}"#,
      ])
    #expect(
      try await bench.query("SELECT at FROM c__things ORDER BY id")
        == [["2026-01-02T03:04:05.000Z"], [.null]])
    #expect(try await bench.living("pairs").keys.sorted() == ["X\u{1F}1", "x\u{1F}2", "y\u{1F}-1"])
    try database.execute("DELETE FROM pairs WHERE b = -1; UPDATE things SET size = 2 WHERE id = 1")
    let next = try await bench.sync()
    #expect(
      next.counters.deleted == 1 && next.counters.updated == 1 && next.counters.unchanged == 3)
  }

  @Test func `Another database is another stream, and what it has is not passed over`() async throws
  {
    var (bench, database) = try await Self.sqlite(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, u INTEGER); INSERT INTO t VALUES (1, 50)",
      tables: ["t": ["table": "t", "cursor": "u"]])
    try await bench.sync()
    database = try SQLiteConnection(path: "\(bench.path)/two.db", mode: .readWrite)
    try database.execute(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, u INTEGER); INSERT INTO t VALUES (2, 5)")
    bench.settings["database"] = .string("sqlite:\(bench.path)/two.db")
    try await bench.save()
    #expect(try await bench.sync().streams[0].failure?.code == "stream.changed")
    withExtendedLifetime(database) {}
  }

  @Test func `Cursors of several kinds, and keys that are null, lose nothing`() async throws {
    let (bench, database) = try await Self.sqlite(
      """
      CREATE TABLE t (id TEXT PRIMARY KEY, u); INSERT INTO t VALUES ('a', 1), ('b', ''), ('c', 3);
      INSERT INTO t VALUES (NULL, 1);
      """, tables: ["t": ["table": "t", "cursor": "u", "overlap": 0]])
    for _ in 0..<3 { try await bench.sync() }
    try database.execute("UPDATE t SET u = 300 WHERE id = 'a'; INSERT INTO t VALUES ('d', 400)")
    let summary = try await bench.sync()
    #expect(summary.streams[0].pass == .incremental)
    #expect(try await bench.living("t").count == 4)
    #expect(try await bench.living("t")["a"] == #"{"id":"a","u":300}"#)
  }

  private static let wrong: [(JSON?, String, String)] = [
    (["ordres"], "“ordres”, which is not there", "orders"),
    (["s": ["table": "orders", "key": ["idd"]]], "“idd”", "it has: id, v"),
    (["s": ["table": "orders", "cursor": "w"]], "“w”", "it has: id, v"),
    (["s": ["table": "keyless"]], "has no key", "key: [id]"),
    (["s": ["table": "orders", "keys": ["id"]]], "takes no such member", ""),
    (["s": ["table": "orders", "leave_out": ["id"]]], "the key or the cursor", ""),
    ([:], "names none", ""), ([3], "holds 3", ""),
    (["No Name": ["table": "orders"]], "No Name", ""),
  ]

  @Test(arguments: wrong)
  func `What the settings say of tables is checked against the database`(
    tables: JSON?, words: String, mend: String
  ) async throws {
    let refused = await failure {
      _ = try await Self.sqlite(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, v); CREATE TABLE keyless (x)", tables: tables)
    }
    #expect(refused?.message.contains(words) == true, "\(String(describing: refused))")
    #expect(refused?.mend.contains(mend) == true, "\(String(describing: refused))")
  }

  @Test func `A file that is no database, or lies elsewhere, is refused`() async throws {
    var bench = SourceBench("sql")
    try bench.folder?.write(Array("no database at all, and long enough".utf8), to: "x.db")
    bench.settings["database"] = .string("sqlite:\(bench.path)/x.db")
    #expect(await failure { try await bench.save() }?.code == "store.corrupt")
    bench.settings["database"] = "sqlite:/etc/passwd"
    #expect(await failure { try await bench.save() }?.code == "connection.setting")
  }

  private static let addresses: [(String, String)] = [
    ("mysql://u@h/d", "no postgres:// or sqlite: address"), ("postgres://h/d", "names no user"),
    ("postgres://u:pw@h/d", "holds a password"), ("postgres://u@h", "names no database"),
    ("postgres://u@h:99999/d", "no port"), ("postgres://u@%2Ftmp/d", "has no host"),
    ("postgres://u@a,b/d", "has no host"), ("postgres://u@h/d?options=-c", "sslmode alone"),
    ("postgres://u@h/d?sslmode=prefer", "sslmode alone"), ("postgres://u%zz@h/d", "no escape"),
    ("postgres://u@h/d%00", "no text"),
  ]

  @Test(arguments: addresses)
  func `An address of PostgreSQL says who and where, and nothing else`(
    address: String, words: String
  ) async throws {
    var bench = SourceBench("sql")
    bench.settings["database"] = .string(address)
    let refused = await failure { try await bench.save() }
    #expect(refused?.message.contains(words) == true, "\(String(describing: refused))")
    #expect(refused?.description.contains("pw") != true)
  }

  // MARK: PostgreSQL

  private static func postgres(
    _ server: PostgresServer, _ schema: String, tables: JSON? = nil
  ) async throws -> SourceBench {
    try server.sql(schema)
    var bench = SourceBench("sql")
    bench.settings["database"] = .string("postgres://owner@127.0.0.1:\(server.port)/postgres")
    bench.settings["tables"] = tables
    bench.secrets["password"] = server.password
    try await bench.save()
    return bench
  }

  @Test func `Rows of PostgreSQL keep their digits, and a hub that is refused says why`()
    async throws
  {
    let server = try PostgresServer()
    var bench = try await Self.postgres(
      server,
      """
      CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric(40, 20), paid boolean,
        at timestamptz, day date, doc json, tags text[], raw bytea, key uuid, secret text);
      INSERT INTO orders (total, paid, at, day, doc, tags, raw, key) VALUES
        (12345678901234567890.12345678901234567890, true, '2026-01-02 03:04:05.678+02',
         '2026-01-02', E'{"a": 1,\n "b": 2}', '{x,NULL}', '\\xdead',
         '00000000-0000-0000-0000-000000000001');
      CREATE SCHEMA other;
      CREATE TABLE other."Odd ""Name" ("k 1" text, k2 int, PRIMARY KEY (k2, "k 1"));
      INSERT INTO other."Odd ""Name" SELECT 'k' || i, i % 3 FROM generate_series(1, 2500) i;
      CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
      CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
      INSERT INTO parted VALUES (1, 'one');
      CREATE TABLE hidden (id int PRIMARY KEY);
      CREATE ROLE reader LOGIN PASSWORD 'r'; GRANT SELECT ON orders, parted TO reader;
      """)
    let summary = try await bench.sync()
    #expect(summary.status == "done", "\(summary.json.text)")
    #expect(
      try await bench.streams() == ["other.odd__name", "hidden", "orders", "parted"])
    #expect(
      try await bench.living("orders")["1"]
        == #"{"id":1,"total":12345678901234567890.12345678901234567890,"paid":true,"#
        + #""at":"2026-01-02T01:04:05.678+00:00","day":"2026-01-02","doc":{"a": 1,  "b": 2},"#
        + #""tags":["x",null],"raw":"\\xdead","key":"00000000-0000-0000-0000-000000000001","#
        + #""secret":null}"#)
    #expect(try await bench.living("other.odd__name").count == 2500)
    #expect(try await bench.check()?.contains("PostgreSQL") == true)
    // Another user sees other tables; a wrong password, and a server that is gone, are told.
    bench.settings["database"] = .string("postgres://reader@127.0.0.1:\(server.port)/postgres")
    bench.secrets["password"] = "r"
    bench.settings["tables"] = ["orders": ["table": "orders", "leave_out": ["secret"]]]
    try await bench.save()
    #expect(try await bench.sync().streams[0].failure?.code == "stream.changed")
    #expect(try await bench.sync(resets: true).counters.updated == 1)
    #expect(try await bench.living("orders")["1"]?.contains("secret") == false)
    bench.secrets["password"] = "wrong pw"
    let login = await failure { try await bench.save() }
    #expect(login?.code == "sql.login" && login?.description.contains("wrong pw") == false)
    server.stop()
    #expect(await failure { try await bench.sync() }?.code == "sql.connect")
    try server.start()
    #expect(try await bench.sync().status == "done")
  }

  @Test
  func `A server that breaks off in the midst of a table is gone on with behind the last key`()
    async throws
  {
    let server = try PostgresServer()
    let bench = try await Self.postgres(
      server,
      """
      CREATE TABLE many (id int PRIMARY KEY, v text);
      INSERT INTO many SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i;
      CREATE VIEW slow AS SELECT id, v, CASE WHEN id = 15000 AND
        EXISTS (SELECT 1 FROM many WHERE id = 1 AND v = 'stop') THEN 1 / (id - 15000) END AS x
        FROM many ORDER BY id
      """, tables: ["many": ["table": "slow", "key": ["id"]]])
    try server.sql("UPDATE many SET v = 'stop' WHERE id = 1")
    let broken = try await bench.sync()
    #expect(broken.status == "failed" && broken.streams[0].failure?.code == "sql.value")
    let stored = try await bench.living("many").count
    #expect(stored > 1000 && stored < 15000, "\(stored)")
    try server.sql("UPDATE many SET v = 'go' WHERE id = 1; DELETE FROM many WHERE id = 19999")
    let rest = try await bench.sync()
    #expect(rest.status == "done" && rest.counters.read < 20000 - Int64(stored) + 1)
    #expect(try await bench.living("many").count == 19999)
  }

  @Test func `What a transaction under way wrote is found once it commits`() async throws {
    let server = try PostgresServer()
    let bench = try await Self.postgres(
      server,
      """
      CREATE TABLE events (id int PRIMARY KEY, at timestamptz NOT NULL);
      INSERT INTO events VALUES (1, now() - interval '1 day');
      """, tables: ["events": ["table": "events", "cursor": "at", "overlap": 0]])
    try await bench.sync()
    try server.sql("INSERT INTO events VALUES (2, now())")
    // It holds its row from before the next pass until after it.
    let session = try server.session()
    try session.send("BEGIN; INSERT INTO events VALUES (3, now())")
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
    while try server.sql(waiting) != "1" {}
    try server.sql("INSERT INTO events VALUES (4, now())")
    let during = try await bench.sync()
    #expect(during.status == "done" && during.streams[0].pass == .incremental)
    #expect(try await bench.living("events").keys.sorted() == ["1", "2", "4"])
    try session.send("COMMIT")
    try session.end()
    let after = try await bench.sync()
    #expect(after.streams[0].pass == .incremental)
    #expect(try await bench.living("events").keys.sorted() == ["1", "2", "3", "4"])
  }

  @Test func `Random changes between passes leave exactly the rows that there are`() async throws {
    let server = try PostgresServer()
    for seed in Scale.seeds(quick: 2, nightly: 40) {
      for engine in ["sqlite", "postgres"] {
        var draw = Draw(seed)
        let schema = "DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, v int, n int)"
        let tables: JSON = ["t": ["table": "t", "cursor": "n", "overlap": 0]]
        let bench: SourceBench
        let run: (String) throws -> Void
        if engine == "sqlite" {
          let (made, database) = try await Self.sqlite(schema, tables: tables)
          bench = made
          run = { try database.execute($0) }
        } else {
          bench = try await Self.postgres(server, schema, tables: tables)
          run = { try server.sql($0) }
        }
        var rows: [Int: Int] = [:]
        var counter = 0
        for round in 0..<6 {
          var changes: [String] = []
          for _ in 0..<(1 + draw.below(30)) {
            let id = draw.below(40)
            counter += 1
            if draw.below(4) == 0 {
              rows[id] = nil
              changes.append("DELETE FROM t WHERE id = \(id)")
            } else {
              rows[id] = counter
              changes.append(
                "INSERT INTO t VALUES (\(id), \(counter), \(counter)) ON CONFLICT (id) DO UPDATE "
                  + "SET v = excluded.v, n = excluded.n")
            }
          }
          try run(changes.joined(separator: ";"))
          let isFull = draw.below(3) == 0
          let summary = try await bench.sync(full: isFull, accepts: true)
          #expect(summary.status == "done", "\(engine), seed \(seed): \(summary.json.text)")
          let living = try await bench.living("t")
          for (id, value) in rows {
            #expect(
              living["\(id)"]?.contains("\"v\":\(value),") == true,
              "\(engine), seed \(seed), round \(round): \(id)")
          }
          if summary.streams[0].pass == .full { #expect(living.count == rows.count) }
        }
        try await bench.sync(full: true, accepts: true)
        #expect(try await bench.living("t").count == rows.count, "\(engine), seed \(seed)")
      }
    }
  }
}
