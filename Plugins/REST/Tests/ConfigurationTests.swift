import PatchbayCore
import PatchbayJSON
import PatchbaySDK
import PatchbaySDKTesting
import REST
import Testing

@Suite("What the settings say") struct ConfigurationTests {
  /// A stream `orders` with some members set, or taken away with `nil`.
  static func orders(_ changes: [(String, JSON?)] = []) -> JSON {
    var stream = JSONObject([
      .init("path", "/orders"), .init("records", "/data"), .init("key", "/id"),
    ])
    for (name, value) in changes { stream[name] = value }
    return ["orders": .object(stream)]
  }

  static func config(_ streams: JSON, _ more: [(String, JSON)] = []) -> JSON {
    var config = JSONObject([
      .init("base_url", "https://api.shop.example"), .init("streams", streams),
    ])
    for (name, value) in more { config[name] = value }
    return .object(config)
  }

  private func problem(_ config: JSON) throws -> Problem? {
    try TestHost.rest().run("discover", config: config) { _ in nil }.problem
  }

  private static let wrong: [([(String, JSON?)], String, String)] = [
    ([("recrods", "/x")], "“streams.orders” has no member “recrods”", "“records”"),
    ([("path", nil)], "“streams.orders” lacks the member “path”", "/v2/orders"),
    ([("path", "orders")], "“streams.orders.path” is “orders”", ""),
    ([("path", "/o?x=1")], "has no query", ""), ([("path", "/{a")], "both braces", ""),
    ([("path", "/{acount}")], "“streams.orders.path”", "{account}"),
    ([("records", nil)], "lacks the member “records”", "for all of it"),
    ([("records", "data")], "“streams.orders.records” is “data”", "“/data”"),
    ([("records", "$.data.items")], "JSON Pointer", ""), ([("records", .null)], "is empty", ""),
    ([("key", nil)], "lacks the member “key”", "/id"), ([("key", "")], "JSON Pointer", ""),
    ([("key", [])], "1 to 8", ""), ([("key", ["/a", "b"])], "“b”", "“/b”"),
    ([("method", "PATCH")], "GET or POST", ""), ([("body", ["a": 1])], "method POST", ""),
    ([("query", ["a": ["b": 1]])], "“streams.orders.query.a” is an object", ""),
    ([("cursor", "updated")], "“streams.orders.cursor” is “updated”", "“/updated”"),
    ([("cursor", ["at": "/u", "type": "epoch"])], "time, seconds, milliseconds", ""),
    ([("incremental", ["parameter": "since"])], "“cursor” beside it", ""),
    (
      [("cursor", "/u"), ("incremental", ["paramter": "since"])], "“streams.orders.incremental”",
      "“parameter”"
    ),
    (
      [("cursor", "/u"), ("incremental", ["parameter": "since", "format": "iso"])],
      "same, rfc3339, date, seconds or milliseconds", ""
    ),
    ([("pagination", ["at": "/next"])], "lacks the member “kind”", "cursor, next_link"),
    ([("pagination", "cursr")], "“streams.orders.pagination” is “cursr”", "“cursor”"),
    (
      [("pagination", ["kind": "curser", "at": "/n"])], "“streams.orders.pagination.kind”", "cursor"
    ),
    ([("pagination", "cursor")], "lacks the member “at”", "/next"),
    ([("pagination", ["kind": "cursor", "at": "/n"])], "lacks the member “parameter”", "after"),
    ([("pagination", ["kind": "page"])], "lacks the member “size”", "100"),
    ([("pagination", ["kind": "page", "size": 0])], "1 to 1000000", ""),
    ([("pagination", ["kind": "page", "size": 5, "mor": "/m"])], "no member “mor”", "“more”"),
    ([("pagination", ["kind": "none", "more": "/m"])], "no member “more”", "take it out"),
    ([("pagination", ["kind": "page", "size": 5, "end_status": 401])], "but not 401", ""),
    ([("pagination", ["kind": "page", "size": 5, "end_status": [404, 200]])], "400 to 499", ""),
    ([("pagination", ["kind": "link_header", "expired_status": "410"])], "400 to 499", ""),
    ([("pagination", ["kind": "link_header", "absent_is_end": 1])], "true or false", ""),
    ([("cursor", ["at": "/u", "zone": "CET"])], "“streams.orders.cursor.zone” is “CET”", ""),
    ([("cursor", ["at": "/u", "zone": "+1"])], "offset from UTC, as in +01:00", ""),
    ([("no_records", "empty")], "null, missing or no_content", ""),
    ([("volatile", [])], "1 to 64 JSON Pointers", ""),
    ([("volatile", "seen")], "“seen”", "“/seen”"),
    ([("deleted", ["at": "/s", "is": "gone"])], "no member “is”", ""),
    ([("deleted", ["equals": "gone"])], "lacks the member “at”", "/status"),
    ([("deleted", ["at": "/s", "equals": 1, "not_equals": 2])], "nothing beside equals", ""),
    ([("fail_if", ["at": "/ok", "equals": 1, "not_equals": 2])], "nothing beside equals", ""),
    ([("fail_if", ["at": "/ok", "optional": true])], "no member “optional”", ""),
    (
      [("records", nil), ("jq", ".[]"), ("pagination", ["kind": "offset", "size": 5])],
      "“records” beside it", "add records"
    ),
    (
      [
        ("pagination", ["kind": "last_key", "parameter": "a", "more": "/m"]),
        ("key", ["/a", "/b"]),
      ],
      "one pointer", ""
    ),
    ([("jq", ".[]"), ("item", "/node")], "beside jq", ""), ([("jq", "")], "jq program", ""),
    ([("format", "html")], "json, ndjson, csv, tsv or xml", ""),
    ([("format", "csv")], "“streams.orders.records” is “/data”", ""),
    ([("format", "xml"), ("records", "")], "“streams.orders.records”", ""),
    ([("format", "xml"), ("records", "")], "as in /orders/order", ""),
    ([("format", "xml"), ("map", true)], "nothing beside the format xml", ""),
    ([("columns", ["total": "total"])], "“streams.orders.columns.total”", "“/total”"),
    ([("columns", ["total": ["at": "/t", "type": "float"]])], "text, number, boolean", ""),
    ([("default", "yes")], "true or false", ""),
  ]

  @Test("a mistake is named with its place, what was found, what is allowed, and what was meant")
  func mistakes() throws {
    for (changes, message, mend) in Self.wrong {
      let config = Self.config(Self.orders(changes), [("parameters", ["account": 1])])
      let problem = try #require(try problem(config), "\(changes)")
      #expect(problem.kind == .config && problem.code == "connection.setting")
      #expect(problem.message.contains(message), "\(problem.message)")
      #expect(problem.mend.contains(mend) && !problem.mend.isEmpty, "\(problem)")
    }
  }

  @Test("what stands around the streams is judged as well")
  func around() throws {
    for (config, words) in [
      (Self.config([]), "an object with a member for each stream"),
      (Self.config([:]), "at least one stream"),
      (Self.config(["Big Orders": [:]]), "lower-case letters"),
      (Self.config(["orders": 1]), "“streams.orders” is 1"),
      (Self.config(Self.orders(), [("headers", ["Authorization": "x"])]), "carries a credential"),
      (Self.config(Self.orders(), [("headers", ["x": "1", "hOST": "x"])]), "to the transport"),
      (Self.config(Self.orders(), [("headers", ["X-A": "1", "x-a": "2"])]), "given twice"),
      (Self.config(Self.orders(), [("headers", ["X-A": "1\r\nHost: x"])]), "is malformed"),
      (Self.config(Self.orders(), [("headers", ["a": ["b"]])]), "“headers.a”"),
      (Self.config(Self.orders(), [("parameters", "a")]), "“parameters” is “a”"),
      (["base_url": "https://a.example"], "lacks the member “streams”"),
    ] as [(JSON, String)] {
      let problem = try #require(try problem(config), "\(words)")
      #expect(problem.message.contains(words), "\(problem.message)")
    }
  }

  @Test("the streams are told of with their columns, and whether changes can be asked for")
  func catalog() throws {
    let streams: JSON = [
      "orders": [
        "about": "what was sold", "path": "/orders", "records": "/data", "key": "/id",
        "cursor": "/updated_at", "incremental": ["parameter": "since"],
        "columns": ["id": "/id", "total": ["at": "/total", "type": "number"]],
      ],
      "shops": ["path": "/shops", "jq": ".[]", "key": "/id", "default": false],
    ]
    let run = try TestHost.rest().run("discover", config: Self.config(streams)) { _ in nil }
    #expect(run.problem == nil)
    let heads = run.heads(.catalog).map { head -> JSON in
      var head = head.object ?? JSONObject()
      #expect(head["fingerprint"]?.string?.isEmpty == false)
      head["fingerprint"] = nil
      return .object(head)
    }
    #expect(
      heads == [
        [
          "stream": "orders",
          "columns": [
            ["name": "id", "at": "/id", "type": "text"],
            ["name": "total", "at": "/total", "type": "number"],
          ], "incremental": true, "default": true, "about": "what was sold",
        ],
        ["stream": "shops", "columns": [], "incremental": false, "default": false, "jq": ".[]"],
      ])
  }

  private func fingerprint(_ changes: [(String, JSON?)], _ more: [(String, JSON)] = []) throws
    -> String
  {
    let config = Self.config(Self.orders(changes), more)
    let run = try TestHost.rest().run("discover", config: config) { _ in nil }
    return try #require(run.heads(.catalog).first?["fingerprint"]?.string)
  }

  @Test("what gives records their meaning changes the fingerprint, and nothing else does")
  func fingerprints() throws {
    let base: [(String, JSON?)] = [("cursor", "/u"), ("query", ["a": 1, "b": 2])]
    let before = try fingerprint(base)
    for change in [
      ("about", "orders"), ("columns", ["id": "/id"]), ("default", false), ("fail_if", "/error"),
      ("no_records", "null"), ("total", "/total"), ("volatile", "/seen"),
      ("query", ["b": 2, "a": 1]),
    ] as [(String, JSON)] {
      #expect(try fingerprint(base + [(change.0, change.1)]) == before, "\(change.0)")
    }
    for change in [
      ("path", "/sales"), ("key", "/number"), ("records", "/items"), ("cursor", "/at"),
      ("query", ["a": 1]), ("deleted", "/gone"), ("jq", ".data[]"), ("method", "POST"),
      ("incremental", ["parameter": "since"]), ("pagination", "link_header"), ("format", "xml"),
    ] as [(String, JSON)] {
      #expect(try fingerprint(base + [(change.0, change.1)]) != before, "\(change.0)")
    }
    let shops = try [1, 2].map {
      try fingerprint([("path", "/{shop}/orders")], [("parameters", ["shop": .integer($0)])])
    }
    #expect(shops[0] != shops[1], "another path by another parameter")
  }

  @Test("members whose change is no change are told of")
  func volatile() throws {
    for pointers in ["/seen", ["/seen", "/a/b"]] as [JSON] {
      let config = Self.config(Self.orders([("volatile", pointers)]))
      let run = try TestHost.rest().run("discover", config: config) { _ in nil }
      #expect(run.heads(.catalog).first?["volatile"] == .array(pointers.array ?? [pointers]))
    }
  }
}
