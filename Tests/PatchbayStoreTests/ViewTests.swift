import PatchbayCore
import PatchbayJSON
import Testing

@testable import PatchbayStore

@Suite struct ViewTests {
  private func columns(_ shelf: Shelf, _ view: String) async throws -> [String] {
    try await shelf.store.query("SELECT * FROM \"\(view)\"", limits: QueryLimits()).columns
  }

  @Test func `A stream has a view by its full name and one by its own`() async throws {
    let shelf = try await Shelf()
    let columns = [
      Column(name: "email", at: "/properties/email", kind: .text),
      Column(name: "age", at: "/age", kind: .number),
      Column(name: "vip", at: "/vip", kind: .boolean),
      Column(name: "born", at: "/born", kind: .time), Column(name: "all", at: "/deep", kind: .json),
    ]
    let stream = try await shelf.stream(columns: columns)
    try await shelf.commit(
      stream,
      [
        #"{"id":"1","properties":{"email":"é@漢.🙂"},"age":42,"vip":true,"born":"2026-01-31","#
          + #""deep":{"a":[1, "x"]},"at":"c1"}"#,
        #"{"id":"2","properties":{"email":null},"age":"7.50","vip":"false","deep":[]}"#,
        #"{"id":"3","age":"","vip":"maybe"}"#, #"{"id":"4","gone":true}"#,
      ])
    for view in ["crm__contacts", "contacts"] {
      let result = try await shelf.store.query(
        "SELECT * FROM \(view) ORDER BY _key", limits: QueryLimits())
      #expect(
        result.columns == ["email", "age", "vip", "born", "all", "_key", "_cursor", "_raw"])
      let rows = result.rows.map { Array($0.dropLast()) }
      #expect(
        rows == [
          ["é@漢.🙂", 42, 1, "2026-01-31T00:00:00.000Z", #"{"a":[1, "x"]}"#, "1", "c1"],
          [.null, .number("7.5"), 0, .null, "[]", "2", .null],
          [.null, .null, .null, .null, .null, "3", .null],
        ])
    }
  }

  @Test func `Big integers keep their digits`() async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream(columns: [
      Column(name: "n", at: "/n", kind: .number), Column(name: "t", at: "/n", kind: .text),
      Column(name: "j", at: "/n", kind: .json),
    ])
    let big = "123456789012345678901234567890"
    let numbers = ["9007199254740993", "9223372036854775807", "-9223372036854775808"]
    try await shelf.commit(stream, (numbers + [big]).map { "{\"id\":\"\($0)\",\"n\":\($0)}" })
    for number in numbers {
      let rows = try await shelf.rows("SELECT n, t, j FROM contacts WHERE _key = '\(number)'")
      #expect(rows.first?.map(\.plainText) == [number, number, number])
    }
    // What neither 64 bits nor a double hold is kept by its digits.
    let rows = try await shelf.rows("SELECT n, t, j, _raw FROM contacts WHERE _key = '\(big)'")
    let kept = JSON.string(big)
    #expect(rows == [[kept, kept, kept, .string("{\"id\":\"\(big)\",\"n\":\(big)}")]])
  }

  @Test func `Awkward names and pointers neither break a view nor another column`() async throws {
    let shelf = try await Shelf()
    let columns = [
      Column(name: "a\"b", at: "/plain", kind: .text), Column(name: "x'y", at: "/x'y", kind: .text),
      Column(name: "select", at: "/a.b", kind: .text), Column(name: "", at: "/", kind: .text),
      Column(name: "SELECT", at: "/a~1b", kind: .text),
      Column(name: "_key", at: "/~0", kind: .text),
      Column(name: "Größe 漢", at: "/ö/0", kind: .text),
      Column(name: "; DROP TABLE runs; --", at: "/[0]", kind: .text),
      Column(name: "lost", at: "/quo\"te", kind: .text),
      Column(name: "lost too", at: "/back\\slash", kind: .text),
    ]
    let stream = try await shelf.stream(columns: columns)
    let record =
      #"{"id":"1","plain":"p","x'y":"q","a.b":"dot","":"empty","a/b":"slash","~":"tilde","#
      + #""ö":{"0":"zero"},"[0]":"bracket","a":{"b":"no"},"quo\"te":"quote","#
      + #""back\\slash":"slash"}"#
    try await shelf.commit(stream, [record])
    let result = try await shelf.store.query("SELECT * FROM contacts", limits: QueryLimits())
    #expect(
      result.columns == [
        "a\"b", "x'y", "select", "", "SELECT_2", "_key_2", "Größe 漢", "; DROP TABLE runs; --",
        "lost", "lost too", "_key", "_cursor", "_raw",
      ])
    #expect(
      result.rows.map { Array($0.prefix(10)) } == [
        ["p", "q", "dot", "empty", "slash", "tilde", "zero", "bracket", "quote", "slash"]
      ])
    #expect(try await shelf.store.runs(limit: 1).isEmpty)
  }

  @Test(arguments: [
    "runs", "streams", "secrets", "stream_2", "sqlite_master", "sqlite_orders", "a.b-c",
  ])
  func `A stream may be called like a table of the store's own`(name: String) async throws {
    let shelf = try await Shelf()
    let stream = try await shelf.stream(name)
    let other = try await shelf.stream("other")
    try await shelf.commit(stream, [#"{"id":"1"}"#])
    try await shelf.commit(other, [#"{"id":"2"}"#])
    #expect(try await shelf.rows("SELECT _key FROM \"crm__\(name)\"") == [["1"]])
    #expect(try await shelf.rows("SELECT _key FROM other") == [["2"]])
    #expect(try await shelf.store.runs(limit: 1).isEmpty)
  }

  @Test func `Streams with different columns share a view that nobody standardised`() async throws {
    let shelf = try await Shelf()
    let one = try await shelf.stream("a", unified: ["orders": ["total": "/t", "who": "/w"]])
    let two = try await shelf.stream("b", unified: ["orders": ["total": "/sum", "when": "/d"]])
    try await shelf.commit(one, [#"{"id":"1","t":5,"w":"x"}"#])
    try await shelf.commit(two, [#"{"id":"2","sum":6,"d":"y"}"#])
    #expect(
      try await shelf.rows("SELECT stream, total, who, \"when\" FROM orders ORDER BY key") == [
        ["a", "5", "x", .null], ["b", "6", .null, "y"],
      ])
  }
}
