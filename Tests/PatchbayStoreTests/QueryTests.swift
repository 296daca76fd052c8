import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct QueryTests {
  private static func shelf() async throws -> Shelf {
    let shelf = try await Shelf()
    let stream = try await shelf.stream(columns: [Column(name: "v", at: "/v", kind: .number)])
    try await shelf.commit(stream, (1...20).map { "{\"id\":\"\($0)\",\"v\":\($0)}" })
    try await shelf.store.replaceSealedSecrets([
      SealedSecret(connection: "crm", name: "token", sealed: Array("sealed-bytes".utf8))
    ])
    return shelf
  }

  @Test func `Everything that SQLite knows comes back as JSON`() async throws {
    let shelf = try await Self.shelf()
    let result = try await shelf.store.query(
      "SELECT 1 AS one, -9223372036854775808, 1.5, 'é', x'00ff', NULL, 9e999, '' ;\n -- done\n",
      limits: QueryLimits())
    #expect(
      result.rows == [
        [1, .integer(.min), .number("1.5"), "é", "00ff", .null, .null, ""]
      ])
    #expect(result.columns.first == "one" && !result.isCut)
    #expect(try await shelf.rows("SELECT 1") == [[1]])
  }

  @Test func `Reading works in all its forms`() async throws {
    let shelf = try await Self.shelf()
    for sql in [
      "SELECT count(*) FROM contacts", "WITH t AS (SELECT v FROM contacts) SELECT count(*) FROM t",
      "SELECT count(*) FROM (SELECT v FROM contacts UNION ALL SELECT 0 LIMIT 20)",
      "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20) "
        + "SELECT count(*) FROM n",
    ] {
      #expect(try await shelf.rows(sql) == [[20]], "\(sql)")
    }
    #expect(try await shelf.rows("VALUES (1)") == [[1]])
    #expect(try await shelf.rows("SELECT value FROM json_each('[7]')") == [[7]])
    #expect(try await shelf.rows("SELECT count(*) FROM json_tree('{\"a\":[1]}')") == [[3]])
  }

  @Test(arguments: [
    "DELETE FROM streams", "INSERT INTO usage VALUES (1)", "UPDATE streams SET state = NULL",
    "CREATE TABLE t (a)", "CREATE TEMP TABLE t (a)", "CREATE VIEW w AS SELECT 1",
    "DROP TABLE seen", "ALTER TABLE usage ADD COLUMN x", "REINDEX", "ANALYZE", "VACUUM",
    "VACUUM INTO '/tmp/copy.db'", "ATTACH '/etc/passwd' AS x", "ATTACH ':memory:' AS x",
    "DETACH main", "PRAGMA writable_schema = 1", "PRAGMA query_only = OFF", "PRAGMA user_version",
    "BEGIN", "COMMIT", "SAVEPOINT s", "EXPLAIN DELETE FROM usage",
    "WITH t AS (SELECT 1) DELETE FROM usage", "REPLACE INTO usage VALUES (1)",
    "SELECT fts3_tokenizer('simple')", "SELECT hex(FTS3_Tokenizer('porter'))",
    "SELECT load_extension('x')", "SELECT sqlite_log(1, 'x')", "SELECT * FROM dbstat",
    "SELECT * FROM fts3tokenize('simple')", "SELECT * FROM pragma_table_info('usage')",
  ])
  func `What is not reading is refused in plain words, and changes nothing`(sql: String)
    async throws
  {
    let shelf = try await Self.shelf()
    let before = try shelf.folder.texts("SELECT name FROM sqlite_schema ORDER BY 1")
    let failure = await #expect(throws: Failure.self) { try await shelf.rows(sql) }
    #expect(failure?.code == "query.refused", "\(failure?.description ?? "")")
    #expect(failure?.kind == .permission)
    #expect(failure?.message.contains("only read") == true)
    #expect(try shelf.folder.texts("SELECT name FROM sqlite_schema ORDER BY 1") == before)
    #expect(try shelf.folder.integer("SELECT count(*) FROM streams") == 1)
    #expect(try await shelf.rows("SELECT count(*) FROM contacts") == [[20]])
  }

  @Test(arguments: [
    "SELECT sealed FROM secrets", "SELECT count(*) FROM secrets", "SELECT * FROM main.\"SECRETS\"",
    "SELECT 1 FROM streams, secrets", "SELECT (SELECT hex(sealed) FROM secrets)",
    "SELECT rowid FROM secrets", "SELECT 1 WHERE EXISTS (SELECT 1 FROM secrets)",
    "SELECT s.name FROM streams c JOIN secrets s ON s.connection = c.name",
  ])
  func `The sealed secrets are not to be read, whatever the way`(sql: String) async throws {
    let shelf = try await Self.shelf()
    let failure = await #expect(throws: Failure.self) { try await shelf.rows(sql) }
    // They are in another file.
    #expect(failure?.code == "query.sql" && failure?.message.contains("no such table") == true)
  }

  @Test(arguments: [
    ("SELECT 1; SELECT 2", "query.several", "SELECT 2"),
    ("SELECT 1;; -- a\n; /* b */ SELECT 2", "query.several", "SELECT 2"),
    ("SELECT 1; DELETE FROM usage", "query.several", "DELETE FROM usage"),
    ("", "query.empty", "no SQL"), (" ; ", "query.empty", "no SQL"),
    ("-- only words", "query.empty", "no SQL"), ("SELEKT 1", "query.sql", "SELEKT"),
    ("SELECT shoes FROM contacts", "query.sql", "no such column: shoes"),
    ("SELECT * FROM nowhere", "query.sql", "no such table: nowhere"),
    ("SELECT json('nope')", "query.sql", "malformed JSON"),
    ("SELECT abs(-9223372036854775808)", "query.sql", "integer overflow"),
    ("SELECT hex(zeroblob(60000000))", "query.sql", "too big"),
  ])
  func `A mistake in the statement is named, and is the writer's`(
    sql: String, code: String, hint: String
  ) async throws {
    let shelf = try await Self.shelf()
    let failure = await #expect(throws: Failure.self) { try await shelf.rows(sql) }
    #expect(failure?.code == code)
    #expect(failure?.kind == .config)
    #expect(failure?.message.contains(hint) == true, "\(failure?.description ?? "")")
    #expect(code != "query.sql" || failure?.mend.isEmpty == false)
  }

  @Test func `No more rows than the limit come back, and that there are more is said`()
    async throws
  {
    let shelf = try await Self.shelf()
    let sql = "SELECT v FROM contacts ORDER BY v"
    for (limit, count, isCut) in [(0, 0, true), (1, 1, true), (19, 19, true), (20, 20, false)] {
      let result = try await shelf.store.query(sql, limits: QueryLimits(rows: limit))
      #expect(result.rows.count == count && result.isCut == isCut, "\(limit)")
    }
  }

  @Test(arguments: [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0",
  ])
  func `A query without an end is ended`(sql: String) async throws {
    let shelf = try await Self.shelf()
    let failure = await #expect(throws: Failure.self) {
      try await shelf.store.query(sql, limits: QueryLimits(timeMS: 20))
    }
    #expect(failure?.code == "query.time" && failure?.kind == .budget)
    #expect(try await shelf.rows("SELECT count(*) FROM contacts") == [[20]])
  }

  @Test func `A query sees what is stored, never half of a batch, while batches are stored`()
    async throws
  {
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    let counts = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for round in 0..<40 {
          try await shelf.commit(stream, (0..<50).map { "{\"id\":\"\(round)-\($0)\"}" })
        }
      }
      var counts: [Int64] = []
      for _ in 0..<60 {
        counts.append(try await shelf.rows("SELECT count(*) FROM contacts")[0][0].integer ?? -1)
      }
      try await group.waitForAll()
      return counts
    }
    #expect(counts.allSatisfy { $0 >= 0 && $0 % 50 == 0 })
    #expect(counts == counts.sorted())
    #expect(try await shelf.rows("SELECT count(*) FROM contacts") == [[2000]])
  }
}
