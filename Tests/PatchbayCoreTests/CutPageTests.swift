import PatchbayCore
import PatchbayJSON
import Testing

@Suite struct CutPageTests {
  @Test func `Records are cut as they stand, and the rest is the residue`() {
    let cut = page(
      #"{"total":2,"results": [ {"id":"a","n":1.50}, {"id":7,"n":[ ]} ] ,"next":{"after":"x"}}"#,
      plan())
    #expect(cut.fault == nil)
    #expect(
      cut.rows == [
        Cut(raw: #"{"id":"a","n":1.50}"#, key: "a"), Cut(raw: #"{"id":7,"n":[ ]}"#, key: "7"),
      ])
    #expect(cut.residueText == #"{"total":2,"results": [] ,"next":{"after":"x"}}"#)
    #expect(cut.keptText == "[]")
    #expect(cut.lastKey == "7")
    #expect(cut.maxCursor == nil)
  }

  @Test func `A bare array and an empty one are pages`() {
    let bare = page(#"[{"id":1},{"id":2}]"#, plan(""))
    #expect(bare.fault == nil)
    #expect(bare.keys == ["1", "2"])
    #expect(bare.residueText == "[]")
    let empty = page(#"{"results":[]}"#, plan())
    #expect(empty.fault == nil)
    #expect(empty.count == 0)
    #expect(empty.lastKey == nil)
  }

  @Test func `Records may be the members of an object`() {
    let cut = page(#"{"r":{"x":{"id":1},"y":{"id":2}},"more":true}"#, mapPlan("/r"))
    #expect(cut.fault == nil)
    #expect(cut.keys == ["1", "2"])
    #expect(cut.residueText == #"{"r":{},"more":true}"#)
  }

  @Test func `An item lies inside its element`() {
    var plan = plan("/data/edges")
    plan.item = "/node"
    let cut = page(
      #"{"data":{"edges":[{"cursor":"c","node":{"id":"a"}},{"node":{"id":"b"}},{"x":1}]}}"#, plan)
    #expect(cut.rows.map(\.raw) == [#"{"id":"a"}"#, #"{"id":"b"}"#, #"{"x":1}"#])
    #expect(cut.keys == ["a", "b"])
    #expect(cut.rows.last?.dead == .missing)
    #expect(cut.residueText == #"{"data":{"edges":[]}}"#)
  }

  @Test func `Each takes several records from an element`() {
    var plan = plan("")
    plan.each = "/to"
    let cut = page(#"[{"to":[{"id":1},{"id":2}]},{"to":[]},{"to":[{"id":3}]},{"to":4}]"#, plan)
    #expect(cut.keys == ["1", "2", "3"])
    #expect(cut.rows.last == Cut(raw: #"{"to":4}"#, dead: .type))
    #expect(cut.residueText == #"[{"to":[]},{"to":[]},{"to":[]},null]"#)
  }

  @Test func `What stands around the records of an element stays in the residue`() {
    var plan = plan("/r")
    plan.each = "/a/to"
    let cut = page(
      #"{"r" : [ {"n":1,"a":{"to": [ {"id":1}, {"id":"]"} ] ,"next":"x"}} , {"a":{}}, 7 ],"m":2}"#,
      plan)
    #expect(cut.keys == ["1", "]"] && cut.deadCount == 2)
    #expect(
      cut.residueText == #"{"r" : [ {"n":1,"a":{"to": [] ,"next":"x"}} , null, null ],"m":2}"#)
    // A record that is no JSON is set aside, and the rest is still JSON.
    let broken = page(#"{"r":[{"a":{"to":[{"id":1},nope]}},{"a":{"to":[{"id":2}]}}]}"#, plan)
    #expect(broken.fault == nil && broken.keys == ["2"])
    #expect(broken.residueText == #"{"r":[null,{"a":{"to":[]}}]}"#)
  }

  @Test func `Injected members come from the element and may be keys`() throws {
    var plan = plan("", keys: ["/parent", "/id"])
    plan.each = "/to"
    plan.inject = try ExtractPlan(
      head: ["records": "", "inject": ["parent": "/from/id", "kind": "/k"]]
    ).inject
    let cut = page(
      #"[{"from":{"id":"p"},"k":null,"to":[{"id":1}, { }]},{"to":[{"id":2}]}]"#, plan)
    #expect(cut.rows.count == 3)
    #expect(
      cut.rows[0] == Cut(raw: #"{"parent":"p","kind":null,"id":1}"#, key: "p\u{1F}1"))
    #expect(cut.rows[1] == Cut(raw: #"{"parent":"p","kind":null }"#, dead: .missing))
    #expect(cut.rows[2].dead == .missing, "an element without the injected value is dead")
  }

  @Test func `An injected name is written as JSON`() throws {
    var plan = plan("")
    let name = "a\"b\\\n"
    plan.inject = try ExtractPlan(
      head: ["records": "", "inject": .object(.init([.init(name, "/id")]))]
    ).inject
    let cut = page(#"[{"id":1}]"#, plan)
    #expect(try JSON(reading: cut.rows[0].raw)[name] == 1)
    #expect(cut.keys == ["1"])
  }

  @Test func `A composite key joins its parts, and none may be taken for another`() {
    let cut = page(
      ##"[{"a":"x","b":1},{"a":"x"},{"a":"x\u001f1","b":2},{"a":"x","b":"1\u001f2"}]"##,
      plan("", keys: ["/a", "/b"]))
    #expect(cut.keys == ["x\u{1F}1"])
    #expect(cut.rows.map(\.dead) == [nil, .missing, .type, .type])
  }

  @Test(
    arguments: [
      (.text, #"["b","a","c","","9"]"#, "c"), (.text, "[10,9]", "9"),
      (.number, "[9,10,-3,2.5e0]", "10"), (.number, "[-3,-20]", "-3"),
      (.number, #"["9","10"]"#, "10"),
      (
        .time, #"["2026-01-01T00:00:00+02:00","2025-12-31T23:00:00Z","nope",null]"#,
        "2025-12-31T23:00:00Z"
      ), (.text, "[null,{}]", nil), (.time, #"["x"]"#, nil), (.text, #"["caf\u00e9"]"#, "café"),
    ] as [(ExtractPlan.CursorType, String, String?)])
  func `The greatest cursor is found by its type`(
    type: ExtractPlan.CursorType, cursors: String, greatest: String?
  ) throws {
    var plan = plan("")
    plan.cursor = "/c"
    plan.cursorType = type
    let values = try #require(JSON(reading: cursors).array)
    let records = values.enumerated().map { #"{"id":\#($0),"c":\#($1.text)}"# }
    let cut = page("[" + records.joined(separator: ",") + "]", plan)
    #expect(cut.maxCursor == greatest)
    #expect(cut.live.count == values.count, "a record without a cursor is a record")
  }

  @Test func `Deleted marks are true or a value that is not empty`() {
    var plan = plan("")
    plan.deleted = "/d"
    let marks = ["true", "1", #""2026""#, "false", "null", "0", #""""#]
    let records = marks.enumerated().map { #"{"id":\#($0),"d":\#($1)}"# } + [#"{"id":9}"#]
    let cut = page("[" + records.joined(separator: ",") + "]", plan)
    #expect(cut.rows.map(\.isDeleted) == [true, true, true, false, false, false, false, false])
  }

  @Test func `Kept values come back for each live record`() throws {
    var plan = plan("")
    plan.keep = ["/id", "/o/x", "/none"]
    let cut = page(#"[{"id":1,"o":{"x":[1, 2]}},{"o":1},{"id":"é","o":{}}]"#, plan)
    #expect(
      try JSON(reading: cut.kept) == [[1, [1, 2], nil], ["é", nil, nil]])
    #expect(cut.keys == ["1", "é"])
  }

  @Test func `Keys are unescaped, numbers keep their digits`() {
    let cut = page(
      #"[{"id":"\u00e9\n\ud83d\ude42"},{"id":123456789012345678901234567890},{"id":"1.0"}]"#,
      plan(""))
    #expect(cut.keys == ["é\n🙂", "123456789012345678901234567890", "1.0"])
  }

  @Test(arguments: ["1.0", "1e0", "10E-1", "-0", "0.5"])
  func `A number that can be written in other ways is no key`(number: String) {
    #expect(page("[{\"id\":\(number)},{\"id\":2}]", plan("")).rows.map(\.dead) == [.type, nil])
  }

  @Test func `An object where an array is wanted holds no records`() {
    #expect(page(#"{"results":{"error":{"id":1}}}"#, plan()).fault?.reason == .type)
    #expect(page(#"{"results":{}}"#, plan()).fault?.reason == .type)
    #expect(page(#"{"results":[{"id":1}]}"#, mapPlan("/results")).fault?.reason == .type)
  }

  @Test func `A page has so many records at most`() {
    let many = "[" + String(repeating: "{\"id\":1},", count: 250_000) + "{\"id\":2}]"
    #expect(page(many, plan("")).fault?.reason == .size)
    var inner = plan("")
    inner.each = "/a"
    #expect(page("[{\"a\":\(many)}]", inner).fault?.reason == .size)
    var lines = plan("")
    lines.format = .ndjson
    let text = String(repeating: "{\"id\":1}\n", count: 250_001)
    #expect(page(text, lines).fault?.reason == .size)
  }

  @Test func `A long text may be key and cursor several times over`() {
    let long = String(repeating: "x", count: 400_000)
    var plan = plan("", keys: Array(repeating: "/id", count: 8))
    plan.cursor = "/id"
    let cut = page(#"[{"id":"\#(long)"}]"#, plan)
    #expect(cut.maxCursor?.utf8.count == 400_000)
    #expect(cut.keys.first?.utf8.count == 8 * 400_000 + 7)
    #expect(cut.keys.first?.utf8.allSatisfy { $0 == 0x78 || $0 == 0x1F } == true)
  }

  @Test func `Lines of NDJSON are elements, and a bad line stands alone`() {
    var plan = plan("")
    plan.format = .ndjson
    let cut = page(
      "{\"id\":1}\r\n\n  {\"id\":2} \n{\"id\":3\n[]\n{\"id\":01}\n{\"id\":4}{}\n{\"id\":5}", plan)
    #expect(cut.fault == nil)
    #expect(cut.keys == ["1", "2", "5"])
    #expect(cut.rows.compactMap(\.dead) == [.syntax, .type, .syntax, .syntax])
    #expect(cut.residue == [])
  }

  @Test func `A last line that is cut short is dead, not gone`() {
    var plan = plan("")
    plan.format = .ndjson
    let cut = page("{\"id\":1}\n{\"id\":2", plan)
    #expect(cut.rows == [Cut(raw: #"{"id":1}"#, key: "1"), Cut(raw: #"{"id":2"#, dead: .syntax)])
  }

  @Test func `What is injected into many records does not swell without end`() throws {
    let items = Array(repeating: #"{"id":1}"#, count: 300).joined(separator: ",")
    let text = String(repeating: "t", count: 1 << 20)
    let plan = try ExtractPlan(head: [
      "records": "/data", "key": "/id", "each": "/items", "inject": ["text": "/text"],
    ])
    let cut = page(#"{"data":[{"text":"\#(text)","items":[\#(items)]}]}"#, plan)
    #expect(cut.fault?.reason == .size)
  }
}
