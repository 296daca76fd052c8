import PatchbayCore
import PatchbayJSON
import PatchbaySDK
import PatchbaySDKTesting
import REST
import Testing

@Suite("Streams that the settings describe") struct StreamTests {
  private func read(
    _ changes: [(String, JSON?)], _ mode: TestHost.Mode = .full, state: JSON? = nil,
    more: [(String, JSON)] = [], answers: [Answer]
  ) throws -> Run {
    let config = ConfigurationTests.config(ConfigurationTests.orders(changes), more)
    return try TestHost.rest().read("orders", mode, state: state, config: config, answers: answers)
  }

  private func page(_ ids: [Int], _ more: [(String, JSON)] = [], headers: [String: String] = [:])
    -> Answer
  {
    var body = JSONObject([.init("data", .array(ids.map { ["id": .integer(Int64($0))] }))])
    for (name, value) in more { body[name] = value }
    return .json(.object(body), headers: headers)
  }

  @Test("each kind of pagination asks for the pages as it should, and ends where it should")
  func pagination() throws {
    let kinds: [(JSON, [Answer], [String])] = [
      (
        ["kind": "cursor", "at": "/next", "parameter": "after"],
        [page([1], [("next", "b")]), page([2], [("next", .null)])], ["", "?after=b"]
      ),
      (
        ["kind": "next_link", "at": "/links/next"],
        [
          page([1], [("links", ["next": "https://api.shop.example/orders?p=2"])]),
          page([2], [("links", [:])]),
        ], ["", "https://api.shop.example/orders?p=2"]
      ),
      (
        "link_header",
        [
          page([1], headers: ["link": "<https://api.shop.example/x?p=2>; rel=\"next\""]), page([2]),
        ], ["", "https://api.shop.example/x?p=2"]
      ),
      (
        ["kind": "last_key", "parameter": "starting_after", "more": "/has_more"],
        [page([1, 7], [("has_more", true)]), page([2], [("has_more", false)])],
        ["", "?starting_after=7"]
      ),
      (
        ["kind": "page", "size": 2, "size_parameter": "limit"],
        [page([1, 2]), page([3]), page([])],
        ["?limit=2&page=1", "?limit=2&page=2", "?limit=2&page=3"]
      ),
      (
        ["kind": "page", "parameter": "p", "first": 0, "count": "/pages"],
        [page([1], [("pages", 2)]), page([2], [("pages", 2)])], ["?p=0", "?p=1"]
      ),
      (
        ["kind": "offset", "parameter": "skip", "size": 2],
        [page([1, 2]), page([2, 3]), page([3]), page([])],
        ["?skip=0", "?skip=1", "?skip=2", "?skip=3"]
      ),
      ("none", [page([1])], [""]),
    ]
    for (pagination, answers, asked) in kinds {
      let run = try read([("pagination", pagination)], answers: answers)
      #expect(run.problem == nil, "\(pagination): \(String(describing: run.problem))")
      #expect(run.unproven == nil && run.done?["snapshot"] == true, "\(pagination)")
      let wanted = asked.map { $0.hasPrefix("https") ? "GET \($0)" : "GET {base_url}/orders\($0)" }
      #expect(run.requests.map(\.description) == wanted)
    }
  }

  @Test("a page that does not say how it goes on fails the stream")
  func unclearEnds() throws {
    let lastKey: JSON = ["kind": "last_key", "parameter": "after", "more": "/has_more"]
    let count: JSON = ["kind": "page", "count": "/pages"]
    for (pagination, answer, code) in [
      (lastKey, page([1]), "page.more"), (lastKey, page([], [("has_more", true)]), "page.more"),
      (count, page([1], [("pages", "many")]), "page.count"), (count, page([1]), "page.count"),
    ] {
      #expect(try read([("pagination", pagination)], answers: [answer]).problem?.code == code)
    }
  }

  @Test("paths, query, headers and a body are sent as they are written")
  func requests() throws {
    let run = try read(
      [
        ("path", "/{shop}/orders/{kind}"), ("parameters", ["kind": "a/b ü"]),
        ("query", ["state": ["open", "paid"], "limit": 5]), ("method", "POST"),
        ("body", ["filter": ["x": true]]),
        ("pagination", ["kind": "offset", "size": 1]),
      ], more: [("parameters", ["shop": 7, "kind": "x"]), ("headers", ["X-Version": 2])],
      answers: [page([1]), page([])])
    #expect(run.problem == nil)
    let first = try #require(run.requests.first)
    #expect(first.method == "POST" && first.url == "{base_url}/7/orders/a%2Fb%20%C3%BC")
    #expect(first.query.map { "\($0)=\($1)" } == ["state=open", "state=paid", "limit=5"])
    #expect(first.headers.map { "\($0): \($1)" } == ["X-Version: 2"])
    #expect(
      run.requests.map(\.json) == [
        ["filter": ["x": true], "offset": 0], ["filter": ["x": true], "offset": 1],
      ])
    #expect(first.message.head["idempotent"] == true)
  }

  @Test(
    "changes are asked for from the greatest cursor, in the form that is wanted",
    arguments: [
      ("same", "2026-03-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"),
      ("rfc3339", "2026-03-01T00:00:00.500Z", "2026-03-01T00:00:00Z"),
      ("date", "2026-03-01T00:00:00Z", "2026-03-01"),
      ("seconds", "2026-03-01T00:00:00Z", "1772323200"),
      ("milliseconds", "2026-03-01T00:00:00Z", "1772323200000"),
    ])
  func changes(format: String, cursor: String, sent: String) throws {
    let changes: [(String, JSON?)] = [
      ("cursor", "/at"),
      ("incremental", ["parameter": "since", "format": .string(format), "overlap_seconds": 0]),
    ]
    let record: JSON = ["data": [["id": 1, "at": .string(cursor)]]]
    let first = try read(changes, answers: [.json(record)])
    #expect(first.requests.map(\.description) == ["GET {base_url}/orders"])
    let second = try read(changes, .incremental, state: first.state, answers: [page([])])
    #expect(second.requests.first?["since"] == sent)
  }

  @Test("keys of several parts, records in a map, inside elements, and marked as deleted")
  func records() throws {
    let body: JSON = [
      "data": [
        "a": ["node": ["id": 1, "line": "x"]], "b": ["node": ["id": 1, "line": "y", "gone": true]],
      ]
    ]
    let run = try read(
      [("map", true), ("item", "/node"), ("key", ["/id", "/line"]), ("deleted", "/gone")],
      answers: [.json(body)])
    #expect(run.records.map(\.key) == ["1\u{1f}x", "1\u{1f}y"])
    #expect(run.records.map(\.isDeleted) == [false, true])
  }

  @Test("pages of XML are read with their cursor, their changes and their end")
  func xml() throws {
    func page(_ orders: String, _ next: String) -> Answer {
      .text("<orders>\(orders)\(next)</orders>", type: "application/xml")
    }
    let changes: [(String, JSON?)] = [
      ("format", "xml"), ("records", "/orders/order"), ("key", "/@id"), ("cursor", "/at"),
      ("deleted", ["at": "/state", "equals": "void"]), ("total", "/orders/count"),
      ("incremental", ["parameter": "since", "overlap_seconds": 0]),
      ("pagination", ["kind": "cursor", "at": "/orders/next", "parameter": "after"]),
    ]
    let count = "<count>2</count>"
    let run = try read(
      changes,
      answers: [
        page("<order id='1'><at>2026-03-01T00:00:00Z</at></order>", "\(count)<next>b</next>"),
        page("<order id='2'><state>void</state></order>", "\(count)<next/>"),
      ])
    #expect(run.problem == nil && run.unproven == nil && run.done?["end"] == "cursor")
    #expect(run.records.map(\.key) == ["1", "2"] && run.records.map(\.isDeleted) == [false, true])
    #expect(run.requests.map(\.description).last == "GET {base_url}/orders?after=b")
    // Other elements alone prove no empty list, unless the settings say so.
    let unsaid = try read(changes, .incremental, state: run.state, answers: [page("", "<next/>")])
    #expect(unsaid.problem?.code == "page.records_missing")
    let next = try read(
      changes + [("no_records", "missing")], .incremental, state: run.state,
      answers: [page("", "<next/>")])
    #expect(next.requests.first?["since"] == "2026-03-01T00:00:00Z" && next.problem == nil)
    let failed = try read(
      changes + [("fail_if", ["at": "/orders/ok", "not_equals": true])],
      answers: [page("", "<ok>false</ok>")])
    #expect(failed.problem?.code == "page.vendor_error")
    #expect(try read(changes, answers: [page("<order>", "")]).problem?.code == "page.xml")
  }

  @Test("totals and errors inside a good answer are looked at")
  func doubts() throws {
    let short = try read([("total", "/total")], answers: [page([1], [("total", 2)])])
    #expect(short.unproven?.contains("2 records") == true)
    let failed = try read([("fail_if", "/error")], answers: [page([], [("error", "no")])])
    #expect(failed.problem?.code == "page.vendor_error")
  }

  @Test("an interrupted run of any pagination goes on where it stopped")
  func resumes() throws {
    let host = try TestHost.rest()
    for pagination in [
      ["kind": "page", "size": 1], ["kind": "offset", "size": 1],
      ["kind": "last_key", "parameter": "offset", "more": "/more"],
    ] as [JSON] {
      let config = ConfigurationTests.config(
        ConfigurationTests.orders([("pagination", pagination)]))
      let answer: (SentRequest) -> Answer? = { request in
        let at = (request["page"] ?? request["offset"]).flatMap { Int($0) } ?? 0
        let next = request["page"] == nil ? at + 1 : at
        return next > 3
          ? page([], [("more", false)]) : page([next], [("more", next < 3 ? true : false)])
      }
      let whole = try host.read("orders", config: config, answer: answer)
      #expect(whole.records.map(\.key) == ["1", "2", "3"])
      for index in whole.checkpoints.indices.dropLast() {
        let resumed = try host.resume(whole, after: index, answer: answer)
        #expect(resumed.stored == whole.stored && resumed.problem == nil)
      }
    }
  }
}
