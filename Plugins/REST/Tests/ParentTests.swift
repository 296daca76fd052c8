import PatchbayCore
import PatchbayJSON
import PatchbaySDK
import PatchbaySDKTesting
import REST
import Testing

@Suite("Streams of another stream's records, and cursors inside the path") struct ParentTests {
  private func config(_ changes: [(String, JSON?)] = []) -> JSON {
    var lines = JSONObject([
      .init("path", "/orders/{order}/lines"), .init("records", "/data"),
      .init("key", ["/order", "/id"]),
      .init("parent", ["stream": "orders", "values": ["order": "/id"]]),
    ])
    for (name, value) in changes { lines[name] = value }
    let orders: JSON = ["path": "/orders", "records": "/data", "key": "/id"]
    return ConfigurationTests.config(["lines": .object(lines), "orders": orders])
  }

  @Test("the children of every record are read, and begin with what they were asked for by")
  func children() throws {
    let run = try TestHost.rest().read(
      "lines", config: config(),
      answers: [
        .json(["data": [["id": 1], ["id": "b"]]]),
        .json(["data": [["id": 7, "n": .number("1.50")]]]),
        .json(["data": []]),
      ])
    #expect(run.problem == nil && run.unproven == nil)
    #expect(
      run.requests.map(\.description) == [
        "GET {base_url}/orders", "GET {base_url}/orders/1/lines", "GET {base_url}/orders/b/lines",
      ])
    #expect(run.records.map(\.raw) == [#"{"order":1,"id":7,"n":1.50}"#])
    #expect(run.records.map(\.key) == ["1\u{1F}7"])
  }

  @Test("jq makes the children of a page, which then begin with it, too")
  func mapped() throws {
    let run = try TestHost.rest().read(
      "lines", config: config([("records", nil), ("jq", ".data[] | {id}")]),
      answers: [.json(["data": [["id": 1]]]), .json(["data": [["id": 7, "n": 1]]])])
    #expect(run.records.map(\.raw) == [#"{"order":1,"id":7}"#])
  }

  private static let wrong: [([(String, JSON?)], String)] = [
    ([("parent", ["values": ["order": "/id"]])], "lacks the member “stream”"),
    ([("parent", ["stream": "order", "values": ["order": "/id"]])], "“order”"),
    ([("parent", ["stream": "lines", "values": ["order": "/id"]])], "“lines”"),
    ([("parent", ["stream": "orders", "values": [:]])], "1 to 8 values"),
    (
      [("parent", ["stream": "orders", "values": ["order": "/id", "x": "/y"]])],
      "stand in the path or the query, as {x}"
    ),
    ([("parent", ["stream": "orders", "values": ["order": "id"]])], "JSON Pointer"),
    (
      [("incremental", ["parameter": "since"]), ("cursor", ["at": "/n", "type": "number"])],
      "that is a time"
    ),
    ([("path", "/orders/{order}/{other}")], "{name} for parameters that there are (order)"),
  ]

  @Test("settings of a parent that make no sense are refused by name", arguments: wrong)
  func refused(changes: [(String, JSON?)], words: String) throws {
    let problem = try TestHost.rest().run("discover", config: config(changes)) { _ in nil }.problem
    #expect(problem?.message.contains(words) == true, "\(String(describing: problem))")
  }

  @Test("other records of the parent are other children")
  func fingerprints() throws {
    func fingerprint(_ path: JSON) throws -> JSON? {
      var config = config().object ?? JSONObject()
      var streams = config["streams"]?.object ?? JSONObject()
      streams["orders"] = ["path": path, "records": "/data", "key": "/id"]
      config["streams"] = .object(streams)
      let run = try TestHost.rest().run("discover", config: .object(config)) { _ in nil }
      return run.heads(.catalog).first { $0["stream"] == "lines" }?["fingerprint"]
    }
    #expect(try fingerprint("/orders") != fingerprint("/drafts"))
    #expect(try fingerprint("/orders") == fingerprint("/orders"))
  }

  @Test("a cursor in the path has a start, and a check asks with it")
  func path() throws {
    let pagination: JSON = ["kind": "cursor", "at": "/next", "parameter": "token"]
    let stream: [(String, JSON?)] = [
      ("path", "/changes/{token}"), ("pagination", pagination),
      ("parameters", ["token": "begin"]),
    ]
    let config = ConfigurationTests.config(ConfigurationTests.orders(stream))
    let run = try TestHost.rest().read(
      "orders", config: config,
      answers: [
        .json(["data": [["id": 1]], "next": "t 2"]), .json(["data": [], "next": .null]),
      ])
    let asked = ["GET {base_url}/changes/begin", "GET {base_url}/changes/t%202"]
    #expect(run.requests.map(\.description) == asked)
    let check = try TestHost.rest().run("check", config: config) { _ in .json(["data": []]) }
    #expect(check.requests.map(\.description) == ["GET {base_url}/changes/begin"])
    let without = ConfigurationTests.config(
      ConfigurationTests.orders(Array(stream.dropLast())))
    let problem = try TestHost.rest().run("discover", config: without) { _ in nil }.problem
    #expect(problem?.mend.contains("parameters: {token: …}") == true)
  }
}
