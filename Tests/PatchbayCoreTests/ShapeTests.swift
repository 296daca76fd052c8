import PatchbayCore
import PatchbayJSON
import Testing

@Suite struct ShapeTests {
  private let shape = Shape.object([
    .required("name", .text(.init(length: 1...5))),
    .optional("size", .integer(1...10)),
    .optional("kind", .choice("one", "two")),
    .optional("at", .pointer),
    .optional("rate", .number),
    .optional("on", .flag),
    .optional("rows", .list(of: .object([.required("id", .integer())]), count: 0...3)),
    .optional("tags", .map(of: .text())),
    .optional("key", .either([.pointer, .list(of: .pointer)])),
  ])

  private func places(_ text: String) throws -> [String] {
    shape.problems(in: try JSON(reading: text)).map(\.at)
  }

  @Test func `A value that fits has no problems`() throws {
    #expect(
      try places(
        """
        {"name":"a","size":10,"kind":"two","at":"/x","rate":1.5,"on":false,"rows":[{"id":1}],
         "tags":{"x":"y"},"key":["/a","/b"]}
        """) == [])
  }

  @Test(arguments: [
    (#"{}"#, "/name"), (#"{"name":1}"#, "/name"), (#"{"name":""}"#, "/name"),
    (#"{"name":"toolong"}"#, "/name"), (#"{"name":"a","size":0}"#, "/size"),
    (#"{"name":"a","size":1.5}"#, "/size"), (#"{"name":"a","size":99999999999999999999}"#, "/size"),
    (#"{"name":"a","kind":"three"}"#, "/kind"), (#"{"name":"a","at":"x"}"#, "/at"),
    (#"{"name":"a","rate":"1"}"#, "/rate"), (#"{"name":"a","on":"true"}"#, "/on"),
    (#"{"name":"a","rows":{}}"#, "/rows"), (#"{"name":"a","rows":[1,2,3,4]}"#, "/rows"),
    (#"{"name":"a","rows":[{"id":1},{"id":null}]}"#, "/rows/1/id"),
    (#"{"name":"a","rows":[{}]}"#, "/rows/0/id"), (#"{"name":"a","tags":{"x":1}}"#, "/tags/x"),
    (#"{"name":"a","tags":{"x/y~z":1}}"#, "/tags/x~1y~0z"), (#"{"name":"a","key":1}"#, "/key"),
    (#"{"name":"a","extra":1}"#, "/extra"), (#"{"name":"a","rows":[{"id":1,"b":2}]}"#, "/rows/0/b"),
    (#"[]"#, ""),
  ])
  func `A problem names the member`(text: String, place: String) throws {
    #expect(try places(text) == [place])
  }

  @Test func `The text of a problem says what was wanted and what was found`() throws {
    let problems = shape.problems(in: ["name": "a", "kind": "three", "size": 11])
    #expect(
      problems.map(\.description) == [
        "/size: expected a whole number from 1 to 10, found 11",
        "/kind: expected one of one, two, found “three”",
      ])
    let unknown = shape.problems(in: ["name": "a", "extra": 1])
    #expect(
      unknown.first?.description.hasPrefix("/extra: expected no such member (known: name") == true)
  }

  @Test func `Unknown members pass where the sender marks them optional`() throws {
    #expect(try places(#"{"name":"a","extra":1,"optional":["extra"]}"#) == [])
    #expect(try places(#"{"name":"a","extra":1,"more":2,"optional":["extra"]}"#) == ["/more"])
  }

  @Test func `Where an object has an optional of its own it is that, or a list of members`() {
    let own = Shape.object([.required("at", .pointer), .optional("optional", .flag)])
    #expect(own.problems(in: ["at": "/a", "optional": true]).isEmpty)
    #expect(own.problems(in: ["at": "/a", "optional": ["b"], "b": 1]).isEmpty)
    #expect(own.problems(in: ["at": "/a", "optional": 1]).map(\.at) == ["/optional"])
    #expect(own.problems(in: ["at": "/a", "optional": true, "b": 1]).map(\.at) == ["/b"])
    let types = own.schema(title: "own")["properties"]?["optional"]?["anyOf"]?.array
    #expect(types?.compactMap { $0["type"]?.string } == ["boolean", "array"])
  }

  @Test func `An open object takes other members but still checks its own`() throws {
    let open = Shape.object([.required("a", .flag)], isOpen: true)
    #expect(open.problems(in: ["a": true, "b": 1]).isEmpty)
    #expect(open.problems(in: ["a": 1, "b": 1]).map(\.at) == ["/a"])
  }

  @Test func `A list of problems ends after ten`() {
    let list = Shape.list(of: .flag)
    #expect(list.problems(in: .array(Array(repeating: 1, count: 500))).count == 10)
  }
}

@Suite struct ExtractPlanTests {
  @Test(arguments: [
    (#"{"format":"yaml"}"#, "format yaml"),
    (
      #"{"format":"xml","records":""}"#,
      "map or records \"\" in XML, whose outermost element is no list"
    ),
    (
      #"{"format":"xml","records":"/a","map":true}"#,
      "map or records \"\" in XML, whose outermost element is no list"
    ),
    (
      #"{"format":"csv","records":"/rows"}"#,
      "records, map, item or each in a table, whose rows are its records"
    ),
    (#"{"match":"/id"}"#, "match"), (#"{"ids":[1]}"#, "match"),
    (#"{"fail_if":[{"at":"/e","class":"data","in":"element"}]}"#, "fail_if inside elements"),
    (#"{"stream":"other"}"#, "records of another stream"),
    (
      #"{"inject":{"a":"","b":"","c":"","d":"","e":"","f":"","g":"","h":"","i":""}}"#,
      "more than 8 injected members"
    ),
  ])
  func `What this host cannot extract is refused by name`(head: String, what: String) throws {
    let json = try JSON(reading: head)
    let failure = #expect(throws: Failure.self) { try ExtractPlan(head: json) }
    #expect(failure?.code == "extract.unsupported")
    #expect(failure?.kind == .unsupported)
    #expect(failure?.message.hasSuffix("with \(what)") == true)
  }

  @Test func `A full plan is read member for member`() throws {
    let plan = try ExtractPlan(
      head: JSON(
        reading: """
          {"format":"ndjson","records":"/r","item":"/node","key":["/a","/b"],
           "cursor":{"at":"/u","type":"time"},"deleted":"/d","keep":["/k"],"inject":{"p":"/id"},
           "total":"/t","total_of":"rest",
           "fail_if":[{"at":"/error","class":"auth","equals":1},{"at":"/e2","class":"data"}]}
          """))
    var wanted = ExtractPlan(records: "/r", keys: ["/a", "/b"])
    wanted.format = .ndjson
    wanted.item = "/node"
    wanted.cursor = "/u"
    wanted.cursorType = .time
    wanted.deleted = "/d"
    wanted.keep = ["/k"]
    wanted.total = "/t"
    wanted.totalIsOfRest = true
    #expect(plan.inject.map(\.name) == ["p"] && plan.inject.map(\.from) == ["/id"])
    #expect(plan.failIf.map(\.at) == ["/error", "/e2"])
    #expect(plan.failIf.map(\.kind) == [.auth, .data])
    #expect(plan.failIf.map(\.equals) == [1, nil])
    wanted.inject = plan.inject
    wanted.failIf = plan.failIf
    #expect(plan == wanted)
  }

  @Test func `In XML an error is a text, whatever it is compared with`() throws {
    let plan = try ExtractPlan(
      head: JSON(
        reading: """
          {"format":"xml","records":"/r/o","each":"/p/q","key":"/id",
           "fail_if":[{"at":"/a","equals":false,"class":"data"},
                      {"at":"/b","not_equals":0,"class":"data"}]}
          """))
    #expect(plan.failIf.map(\.equals) == ["false", nil])
    #expect(plan.failIf.map(\.notEquals) == [nil, "0"])
    #expect(plan.xmlLists == ["/r/o", "/r/o/p/q"])
  }

  @Test func `One key may stand without a list`() throws {
    #expect(try ExtractPlan(head: ["records": "", "key": "/id"]).keys == ["/id"])
  }
}
