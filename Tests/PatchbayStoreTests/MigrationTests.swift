import Foundation
import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct MigrationTests {
  private static let newest = Migration.data.map(\.version).max() ?? 0

  /// Table, index and column names: what a schema is.
  private func schema(_ folder: DataFolder) throws -> [String] {
    try folder.texts(
      """
      SELECT m.type || ' ' || m.name || ' ' || coalesce(c.name || ' ' || c.type, '')
      FROM sqlite_schema m LEFT JOIN pragma_table_info(m.name) c ORDER BY 1
      """)
  }

  @Test func `Versions rise by one and each is stated once`() {
    #expect(Migration.single.map(\.version) == Array(1...6))
    #expect(Migration.hub.map(\.version) == Array(1...Int64(Migration.hub.count)))
    #expect(Migration.data.map(\.version) == Array(10...Self.newest))
  }

  @Test func `A fresh database is at the newest version and sound`() async throws {
    let folder = try DataFolder()
    let store = try folder.open()
    let health = try await store.health()
    #expect(health["schema"] == .integer(Self.newest))
    #expect(health["quick_check"] == "ok")
    #expect(health["journal_mode"] == "wal")
  }

  @Test func `Opening again changes nothing`() throws {
    let folder = try DataFolder()
    _ = try folder.open()
    let before = try schema(folder)
    _ = try folder.open()
    #expect(try schema(folder) == before)
    #expect(try Migration.migrate(folder.database(), Migration.data) == [])
  }

  @Test func `A migration says what it did`() throws {
    let folder = try DataFolder()
    let done = try Migration.migrate(folder.database(), Migration.data)
    #expect(done == Migration.data.map { "\($0.version): \($0.about)" })
  }

  @Test func `An older database is brought up to date with all it holds`() async throws {
    let folder = try DataFolder()
    try OldDatabase.make(folder, records: 50, deadLetters: 30)
    let store = try folder.open()
    #expect(try await store.health()["schema"] == .integer(Self.newest))
    #expect(try await store.connections().map(\.name) == ["crm"])
    #expect(try await store.sealedSecrets(of: "crm") == ["token": [1, 2, 3]])
    let stream = try #require(try await store.stream("crm", "contacts"))
    #expect(stream.state == ["after": "17"])
    #expect(try await store.records(stream.id, limit: 100).count == 50)
    #expect(try await store.runs(limit: 10).map(\.id) == ["OLDRUN"])
    // Three letters of the same text stand once, the oldest of them.
    let letters = try await store.deadLetters("crm", limit: 100)
    #expect(letters.map(\.raw) == (1...10).map { "text \($0)" })
    #expect(letters.map(\.atMS) == Array(1...10))
    let fresh = try DataFolder()
    let shelf = try fresh.open()
    try await shelf.save(
      Connection(name: "crm", plugin: "p", settings: JSONObject(), createdMS: 1), secrets: [:])
    _ = try await shelf.prepare(
      StreamDescription(connection: "crm", stream: "contacts", columns: [], unified: [:]))
    _ = try await store.prepare(
      StreamDescription(connection: "crm", stream: "contacts", columns: [], unified: [:]))
    #expect(
      try schema(folder).filter { !$0.contains("contacts") }
        == schema(fresh).filter { !$0.contains("contacts") })
  }

  @Test func `A newer database is refused with a way out, and left as it is`() throws {
    let folder = try DataFolder()
    _ = try folder.open()
    try folder.database().execute("PRAGMA user_version = 99")
    let failure = #expect(throws: Failure.self) { try folder.open() }
    #expect(failure?.code == "store.newer")
    #expect(failure?.message.contains("99") == true)
    #expect(failure?.message.contains("\(Self.newest)") == true)
    #expect(failure?.mend.contains("--data") == true)
    #expect(try folder.integer("PRAGMA user_version") == 99)
  }

  @Test func `A migration that fails leaves the version and the schema of before`() throws {
    let folder = try DataFolder()
    _ = try folder.open()
    let before = try schema(folder)
    let broken = Migration(Self.newest + 1, "breaks") { database throws(Failure) in
      try database.execute("CREATE TABLE half (a); INSERT INTO half VALUES (1)")
      try database.execute("ALTER TABLE nowhere ADD COLUMN b")
    }
    #expect(throws: Failure.self) {
      try SQLiteStore(
        folder: folder.path, hubForms: Migration.hub, dataForms: Migration.data + [broken])
    }
    #expect(try folder.integer("PRAGMA user_version") == Self.newest)
    #expect(try schema(folder) == before)
    _ = try folder.open()
  }

  @Test func `A file that is no database is told as such`() throws {
    let folder = try DataFolder()
    try Data("this is not a database, whatever its name says".utf8)
      .write(to: URL(fileURLWithPath: folder.file))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder.file)
    let failure = #expect(throws: Failure.self) { try folder.open() }
    #expect(failure?.code == "store.corrupt")
    #expect(failure?.message.contains(folder.file) == true)
    #expect(throws: Failure.self) { try SQLiteStore(folder: folder.path + "/no/such/folder") }
  }
}

/// A database as the first version of the schema left it.
enum OldDatabase {
  /// Each dead letter stands there three times.
  static func make(_ folder: DataFolder, records: Int, deadLetters: Int, padding: Int = 0) throws {
    let database = try SQLiteConnection(path: folder.path + "/patchbay.db", mode: .readWrite)
    try database.execute("PRAGMA journal_mode = WAL")
    _ = try Migration.migrate(database, [Migration.first])
    try database.transaction { () throws(Failure) in
      try database.execute(
        """
        INSERT INTO connections VALUES ('crm', 'p', '{}', 1);
        INSERT INTO secrets VALUES ('crm', 'token', x'010203');
        INSERT INTO runs VALUES ('OLDRUN', 'crm', 'done', 1, 2, NULL, '{}');
        INSERT INTO streams (connection, stream, columns, unified, state)
          VALUES ('crm', 'contacts', '[]', '{}', '{"after":"17"}');
        CREATE TABLE stream_1 (
          key TEXT PRIMARY KEY NOT NULL, cursor TEXT, deleted INTEGER NOT NULL DEFAULT 0,
          generation INTEGER NOT NULL, raw TEXT NOT NULL);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(records))
        INSERT INTO stream_1 (key, generation, raw)
          SELECT 'k' || i, 0, '{"id":"k' || i || '"}' FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(deadLetters))
        INSERT INTO dead_letters (stream_id, run, reason, raw, at_ms)
          SELECT 1, 'OLDRUN', 'r', 'text ' || ((i - 1) % \(deadLetters / 3) + 1)
            || substr(hex(zeroblob(\(padding))), 1, \(padding)), i FROM n;
        """)
    }
  }
}
