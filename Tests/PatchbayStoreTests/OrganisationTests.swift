import Foundation
import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct OrganisationTests {
  @Test(arguments: [
    "", "A", "acme ", "1st", "a--b", "-a", "a-", "a/b", "a.b", "..", "a_b", "é",
    String(repeating: "a", count: 33),
  ])
  func `A name that could be something else is refused`(name: String) {
    let failure = #expect(throws: Failure.self) { try Organisation(name) }
    #expect(failure?.code == "organisation.name")
  }

  @Test func `Only what was added is opened, and a name is used once`() async throws {
    let folder = try DataFolder()
    let hub = try SQLiteHub(folder: folder.path)
    #expect(try await hub.organisations() == [.standard])
    let acme = try Organisation("acme")
    let unknown = #expect(throws: Failure.self) {
      try SQLiteStore(folder: folder.path, organisation: acme)
    }
    #expect(unknown?.code == "organisation.unknown")
    try await hub.add(acme, nowMS: 1)
    await #expect(throws: Failure.self) { try await hub.add(acme, nowMS: 1) }
    let store = try SQLiteStore(folder: folder.path, organisation: acme)
    try await store.save(
      Connection(name: "crm", plugin: "p", settings: JSONObject(), createdMS: 1), secrets: [:])
    let inUse = await #expect(throws: Failure.self) { try await hub.remove(acme, nowMS: 2) }
    #expect(inUse?.code == "organisation.in_use")
    await #expect(throws: Failure.self) { try await hub.remove(.standard, nowMS: 2) }
    try await store.removeConnection("crm")
    try await hub.remove(acme, nowMS: 2)
    #expect(!FileBytes.exists(acme.folder(in: folder.path)))
    #expect(try await hub.organisations() == [.standard])
    let again = await #expect(throws: Failure.self) { try await hub.add(acme, nowMS: 3) }
    #expect(again?.code == "organisation.exists")
  }

  @Test func `Every table says whose its rows are, but for what is the whole hub's`() throws {
    let folder = try DataFolder()
    _ = try folder.open()
    let ofAll: Set<String> = ["organisations", "trust", "forms", "sqlite_sequence"]
    let ofStreams: Set<String> = [
      "seen", "active", "dead_letters", "shared_views", "terms", "blob_uses", "forms",
      "sqlite_sequence",
    ]
    for (database, without) in [
      (try folder.hubDatabase(), ofAll), (try folder.database(), ofStreams),
    ] {
      let tables = try database.makeStatement(
        """
        SELECT m.name FROM sqlite_schema m WHERE m.type = 'table' AND NOT EXISTS (
          SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'organisation')
        """
      ).rows { $0.text(0) }
      #expect(Set(tables) == without)
    }
  }
}

@Suite struct RightsTests {
  @Test(arguments: [
    ("", 0o770, "go-w"), ("hub.db", 0o640, "go-rwx"), ("data.db", 0o604, "g-w,o-rwx"),
    ("data.db", 0o660, "g-w,o-rwx"), ("hub.db-wal", 0o644, "go-rwx"),
  ])
  func `Rights that are too wide are refused with the command that mends them`(
    file: String, mode: Int, mend: String
  ) throws {
    let folder = try DataFolder()
    let store = try folder.open()
    let path = file.isEmpty ? folder.path : "\(folder.path)/\(file)"
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    let failure = #expect(throws: Failure.self) { try folder.open() }
    #expect(failure?.code == "store.rights" && failure?.kind == .permission)
    #expect(failure?.mend == "chmod \(mend) \(path)")
    try FileManager.default.setAttributes(
      [.posixPermissions: file.isEmpty ? 0o700 : 0o600], ofItemAtPath: path)
    _ = try folder.open()
    withExtendedLifetime(store) {}
  }

  @Test func `A group may read data, such as a program for reports`() throws {
    let folder = try DataFolder()
    _ = try folder.open()
    for name in ["data.db", "data.db-wal", "data.db-shm"] {
      try? FileManager.default.setAttributes(
        [.posixPermissions: 0o640], ofItemAtPath: "\(folder.path)/\(name)")
    }
    _ = try folder.open()
  }
}

/// Names come from plugins and vendors.
@Suite struct HostileNameTests {
  @Test(arguments: [
    "x\u{600}\" FROM stream_1;ATTACH'/tmp/other.db'AS h;/*", "a\"\u{301}b",
    "'; DROP TABLE usage; --",
    "\"", "\u{600}\"", "é\"\u{0301}\u{0301}'", "--", "/*",
  ])
  func `A name is a name, whatever is in it`(name: String) async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream(
      name, columns: [Column(name: name, at: "/v", kind: .text)], unified: ["crm_x": [name: "/v"]])
    try await shelf.commit(stream, [#"{"id":"1","v":"there"}"#])
    let view = try #require(
      try await shelf.store.views().first { $0.kind == .stream && !$0.isAll })
    #expect(view.columns.map(\.name).contains(name))
    #expect(view.columns.first { $0.name == name }?.sources == ["crm/\(name)": "/v"])
    let rows = try await shelf.rows(
      "SELECT \(Dialect.quoted(name)) FROM \(Dialect.quoted(view.name))")
    #expect(rows == [["there"]])
    #expect(try await shelf.rows("SELECT count(*) FROM usage") == [[0]])
    let unified = try await shelf.rows(
      "SELECT stream FROM crm_x WHERE stream = \(Dialect.literal(name))")
    #expect(unified == [[.string(name)]])
  }

  @Test(arguments: ["outbox", "blobs", "blob_uses", "owner", "forms", "streams", "usage"])
  func `A stream may be called like a table of the store`(name: String) async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream(name)
    try await shelf.commit(stream, [#"{"id":"1"}"#])
    #expect(try await shelf.rows("SELECT _key FROM \(Dialect.quoted("crm__\(name)"))") == [["1"]])
    _ = try shelf.folder.open()
  }

  @Test func `Nothing can be attached to the files that are written`() throws {
    let folder = try DataFolder()
    _ = try folder.open()
    for database in [try folder.database(), try folder.hubDatabase()] {
      #expect(throws: Failure.self) { try database.execute("ATTACH ':memory:' AS other") }
    }
  }
}

@Suite struct OutboxTests {
  @Test func `What was left of an act is done before a stream is used, and once`() async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    try await shelf.commit(stream, [#"{"id":"1"}"#])
    // Another process holds the data: the act is done, and the rest is for later.
    let other = try shelf.folder.database()
    try other.execute("BEGIN IMMEDIATE")
    try await shelf.store.removeConnection("crm")
    #expect(try shelf.folder.integer("SELECT count(*) FROM outbox", inHub: true) == 1)
    // Nobody waits for it who only looks.
    let second = try shelf.folder.open()
    #expect(try await second.connections().isEmpty)
    try other.execute("COMMIT")
    try await shelf.connect("crm")
    let again = try await shelf.stream()
    #expect(try await shelf.store.records(again.id, limit: 9).isEmpty)
    try await shelf.commit(again, [#"{"id":"2"}"#])
    _ = try shelf.folder.open()
    #expect(try await shelf.store.records(again.id, limit: 9).map(\.key) == ["2"])
    #expect(try shelf.folder.integer("SELECT count(*) FROM outbox", inHub: true) == 0)
  }

  @Test func `An act of another version waits for that`() async throws {
    let shelf = try await Shelf()
    try shelf.folder.hubDatabase().execute(
      "INSERT INTO outbox (organisation, act, details) VALUES ('default', 'later', '{}')")
    let store = try shelf.folder.open()
    #expect(try await store.connections().count == 1)
    #expect(try shelf.folder.integer("SELECT count(*) FROM outbox", inHub: true) == 1)
  }
}
