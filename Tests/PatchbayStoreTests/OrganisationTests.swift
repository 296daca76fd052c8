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

  /// What both write under the same names stays apart.
  @Test func `Two organisations see nothing of each other`() async throws {
    let folder = try DataFolder()
    let acme = try Organisation("acme")
    try await SQLiteHub(folder: folder.path).add(acme, nowMS: 1)
    let (one, two) = (
      try folder.open(), try SQLiteStore(folder: folder.path, organisation: acme)
    )
    for store in [one, two] {
      try await store.save(
        Connection(
          name: "crm", plugin: "p",
          settings: JSONObject([.init("of", .string(store.organisation.name))]), createdMS: 1),
        secrets: ["token": Array(store.organisation.name.utf8)])
      try await store.note(
        AuditEntry(atMS: 1, actor: store.organisation.name, action: "a", details: [:]))
      try await store.noteCrash(store.organisation.name, of: "p", sha256: "s", nowMS: 1)
      let name = store.organisation.name
      try await store.begin(
        RunRecord(
          id: "RUN\(name)", connection: "crm", status: "running", startedMS: 1, finishedMS: nil,
          summary: .string(name)))
      #expect(try await store.claim("scope", "id", untilMS: 10, nowMS: 1))
      #expect(try await !store.claim("scope", "id", untilMS: 10, nowMS: 1))
    }
    for (store, other) in [(one, two), (two, one)] {
      let name = store.organisation.name
      #expect(try await store.connections().map { $0.settings["of"]?.string } == [name])
      #expect(try await store.sealedSecrets(of: "crm") == ["token": Array(name.utf8)])
      #expect(try await store.allSealedSecrets().map(\.organisation.name) == [name])
      #expect(try await store.auditLog(limit: 9).map(\.actor) == [name])
      #expect(try await store.crashes(of: "p", sha256: "s").reason == name)
      #expect(try await store.runs(limit: 9).map(\.id) == ["RUN\(name)"])
      let foreign = "RUN\(other.organisation.name)"
      #expect(try await store.run(foreign) == nil)
      #expect(try await !store.requestCancel(foreign, nowMS: 2))
      #expect(try await other.isCancelRequested(foreign) == false)
    }
    try await two.removeConnection("crm")
    #expect(try await one.connection("crm") != nil)
    #expect(try await one.sealedSecrets(of: "crm").count == 1)
  }

  @Test func `Every table says whose its rows are, but for what is the whole hub's`() throws {
    let folder = try DataFolder()
    _ = try folder.open()
    let ofAll: Set<String> = ["organisations", "trust", "forms", "sqlite_sequence"]
    let ofStreams: Set<String> = [
      "seen", "dead_letters", "shared_views", "terms", "blob_uses", "forms", "sqlite_sequence",
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

  @Test func `An audit entry of an act on data is written once`() async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream()
    try await shelf.commit(stream, [#"{"v":1}"#, #"{"v":2}"#])
    #expect(try await shelf.store.dismissDeadLetters("crm", "contacts", id: nil, .ofTests) == 2)
    #expect(try await shelf.store.dismissDeadLetters("crm", "contacts", id: nil, .ofTests) == 0)
    let log = try await shelf.store.auditLog(limit: 9)
    #expect(log.map(\.action) == ["records.test"] && log.first?.details["count"] == 2)
  }
}

@Suite struct ClaimTests {
  @Test func `One of many that come at once gets it, in all processes`() async throws {
    let shelf = try await Shelf()
    let stores = try (0..<4).map { _ in try shelf.folder.open() }
    let won = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<40 {
        group.addTask {
          var count = 0
          for id in 0..<5
          where try await stores[number % 4].claim("saml", "id \(id)", untilMS: 100, nowMS: 1) {
            count += 1
          }
          return count
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(won == 5)
  }

  @Test func `A claim whose time is over is free again, and forgotten`() async throws {
    let shelf = try await Shelf()
    let store = shelf.store
    #expect(try await store.claim("s", "a", untilMS: 10, nowMS: 1))
    #expect(try await !store.claim("s", "a", untilMS: 20, nowMS: 9))
    #expect(try await store.claim("other", "a", untilMS: 10, nowMS: 1))
    #expect(try await store.claim("s", "a", untilMS: 20, nowMS: 10))
    #expect(try await store.forgetClaims(nowMS: 15) == 1)
    #expect(try await !store.claim("s", "a", untilMS: 30, nowMS: 15))
    await #expect(throws: Failure.self) { try await store.claim("s", "b", untilMS: 1, nowMS: 1) }
    withExtendedLifetime(shelf) {}
  }
}
