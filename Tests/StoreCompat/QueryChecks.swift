import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Testing

extension StoreCompat.Check {
  static let queries: [Self] = [
    .init("Views are as they are described, and show what is where the description says", views),
    .init("Views of living records and of all differ in what is deleted", living),
    .init("The bare name belongs to the connection that had it first", bareName),
    .init("A unified view shows the streams of all connections under the same columns", unified),
    .init("A query gives as many rows as it may, and says whether there are more", limits),
    .init("A query only reads, and sees neither secrets nor what is not there", refused),
    .init("A store tells of its health", health),
  ]

  private static let shown = [
    Column(name: "email", at: "/p/email", kind: .text),
    Column(name: "age", at: "/age", kind: .number),
    Column(name: "vip", at: "/vip", kind: .boolean), Column(name: "born", at: "/born", kind: .time),
    Column(name: "all", at: "/deep", kind: .json), Column(name: "a\"b", at: "/plain", kind: .text),
    Column(name: "select", at: "/a~1b", kind: .text), Column(name: "_key", at: "/~0", kind: .text),
  ]

  private static func views(_ shelf: Shelf) async throws {
    let store = shelf.store
    try await store.connect("o'hub")
    let mapping = ["crm_contacts": ["email": "/p/email", "phone": "/tel"], "own": ["x": "/age"]]
    let one = try await shelf.stream(columns: shown, unified: mapping)
    let two = try await shelf.stream("people", of: "o'hub", unified: ["own": ["y": "/plain"]])
    let raw =
      #"{"id":"1","p":{"email":"é@漢.🙂"},"age":42,"vip":true,"born":"2026-01-31","#
      + #""deep":{"a":[1, "x"]},"plain":"p","a/b":"slash","~":"tilde","tel":5,"at":"c1"}"#
    for stream in [one, two] { try await shelf.commit(stream, [raw]) }
    let views = try await store.views()
    #expect(
      views.map(\.name) == [
        "contacts", "crm__contacts", "crm__contacts_all", "crm_contacts", "crm_contacts_all",
        "o'hub__people", "o'hub__people_all", "own", "own_all", "people",
      ])
    #expect(
      views.filter { $0.kind == .unified }.map(\.name)
        == ["crm_contacts", "crm_contacts_all", "own", "own_all"])
    #expect(views.filter { $0.kind == .alias }.map(\.name) == ["contacts", "people"])
    let record = try JSON(reading: raw)
    for view in views {
      #expect(view.isAll == view.name.hasSuffix("_all"))
      let result = try await store.query(
        "SELECT * FROM \(quoted(view.name))", limits: QueryLimits())
      #expect(result.columns == view.columns.map(\.name), "\(view.name)")
      #expect(result.rows.count == view.streams.count, "\(view.name)")
      for (column, value) in zip(view.columns, result.rows.first ?? []) where column.type == "text"
      {
        guard let pointer = column.sources[view.streams[0]] else { continue }
        #expect(value.string == record.at(pointer)?.plainText, "\(column.name)")
      }
    }
    let own = try #require(views.first { $0.name == "crm__contacts" })
    #expect(own.streams == ["crm/contacts"])
    #expect(
      own.columns.map(\.type)
        == ["text", "number", "boolean", "time", "json", "text", "text", "text", "text", "text"]
        + ["json"])
    let rows = try await shelf.rows("SELECT age, vip, born, \"all\" FROM crm__contacts")
    #expect(rows == [[42, 1, "2026-01-31T00:00:00.000Z", #"{"a":[1, "x"]}"#]])
  }

  private static func living(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream(unified: ["own": ["x": "/v"]])
    try await shelf.commit(stream, [#"{"id":"1","v":1}"#, #"{"id":"2","v":2,"gone":true}"#])
    for view in ["contacts", "crm__contacts"] {
      #expect(try await shelf.rows("SELECT _key FROM \(view)") == [["1"]])
    }
    #expect(
      try await shelf.rows("SELECT _key, _deleted FROM crm__contacts_all ORDER BY _key")
        == [["1", 0], ["2", 1]])
    #expect(try await shelf.rows("SELECT x FROM own") == [["1"]])
    #expect(
      try await shelf.rows("SELECT x, deleted FROM own_all ORDER BY x") == [["1", 0], ["2", 1]])
  }

  private static func bareName(_ shelf: Shelf) async throws {
    try await shelf.store.connect("second")
    let (one, two) = (try await shelf.stream(), try await shelf.stream(of: "second"))
    try await shelf.commit(one, [#"{"id":"1"}"#])
    try await shelf.commit(two, [#"{"id":"2"}"#])
    #expect(try await shelf.rows("SELECT _key FROM contacts") == [["1"]])
    #expect(try await shelf.rows("SELECT _key FROM second__contacts") == [["2"]])
    try await shelf.store.removeConnection("crm")
    #expect(try await shelf.rows("SELECT _key FROM contacts") == [["2"]])
    #expect(
      await shelf.code { _ = try await shelf.rows("SELECT * FROM crm__contacts") } == "query.sql")
  }

  private static func unified(_ shelf: Shelf) async throws {
    try await shelf.store.connect("o'hub")
    let one = try await shelf.stream(unified: [
      "crm_contacts": ["id": "/id", "email": "/p/mail", "unknown": "/x"]
    ])
    let two = try await shelf.stream(
      "people", of: "o'hub", unified: ["crm_contacts": ["email": "/Email", "phone": "/n"]])
    try await shelf.commit(one, [#"{"id":"1","p":{"mail":"a@x"}}"#, #"{"id":"9","gone":true}"#])
    try await shelf.commit(two, [#"{"id":"2","Email":"b@x","n":5}"#])
    let result = try await shelf.store.query(
      "SELECT * FROM crm_contacts ORDER BY key", limits: QueryLimits())
    let offered = try #require(UnifiedView.columns["crm_contacts"])
    #expect(result.columns == ["connection", "stream", "key"] + offered)
    #expect(
      result.rows.map { Array($0.prefix(5)) } == [
        ["crm", "contacts", "1", "1", "a@x"], ["o'hub", "people", "2", .null, "b@x"],
      ])
    #expect(try await shelf.rows("SELECT phone FROM crm_contacts WHERE key = '2'") == [["5"]])
    try await shelf.store.removeConnection("o'hub")
    #expect(try await shelf.rows("SELECT key FROM crm_contacts") == [["1"]])
  }

  private static func limits(_ shelf: Shelf) async throws {
    let stream = try await shelf.stream()
    try await shelf.commit(stream, (1...5).map { "{\"id\":\"\($0)\"}" })
    for (limit, isCut) in [(4, true), (5, false), (0, true)] {
      let result = try await shelf.store.query(
        "SELECT _key FROM contacts ORDER BY _key", limits: QueryLimits(rows: limit))
      #expect(result.rows.count == limit && result.isCut == isCut && result.columns == ["_key"])
    }
  }

  private static func refused(_ shelf: Shelf) async throws {
    let (store, stream) = (shelf.store, try await shelf.stream())
    try await shelf.commit(stream, [#"{"id":"1"}"#])
    try await store.save(.ofTests("crm"), secrets: ["token": Array("sealed".utf8)])
    for (sql, code) in [
      ("CREATE TABLE t (a INTEGER)", "query.refused"), ("DELETE FROM usage", "query.refused"),
      ("SELECT sealed FROM secrets", "query.sql"), ("SELECT a FROM nothing", "query.sql"),
      ("SELECT 1; SELECT 2", "query.several"), ("-- nothing", "query.empty"),
    ] {
      let found = await shelf.code { _ = try await shelf.rows(sql) }
      #expect(found == code || found == "query.refused", "\(sql)")
    }
    #expect(try await shelf.rows("SELECT _key FROM contacts") == [["1"]])
  }

  private static func health(_ shelf: Shelf) async throws {
    #expect(try await shelf.store.health()["schema"]?.integer != nil)
  }
}
