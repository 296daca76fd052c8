import PatchbayCore
import PatchbayJSON
import Synchronization
import Testing

@testable import patchbay_sandbox

@Suite struct FaultTests {
  private static let path = "/crm/v3/objects/contacts"

  /// What a list request gets while one fault is in force.
  private func struck(
    _ kind: String, with members: [(String, JSON)] = [], target: String = "\(path)?limit=20",
    patienceMS: Int = 20_000
  ) throws -> Response {
    try withServer { client in
      var fault = JSONObject([
        .init("kind", .string(kind)), .init("path_prefix", .string(Self.path)),
      ])
      for (name, value) in members { fault[name] = value }
      try client.setFaults([.object(fault)])
      return try client.get(target, patienceMS: patienceMS)
    }
  }

  @Test func `status answers with that status and Retry-After, as often as asked`() throws {
    try withServer { client in
      try client.setFaults([
        [
          "kind": "status", "path_prefix": .string(Self.path), "status": 429, "retry_after": 7,
          "times": 2,
        ]
      ])
      for _ in 0..<2 {
        let response = try client.get(Self.path)
        #expect(response.status == 429)
        #expect(response.headers["retry-after"] == "7")
        #expect(try response.json["policyName"] == "TEN_SECONDLY_ROLLING")
      }
      #expect(try client.get(Self.path).status == 200)
    }
  }

  @Test func `A fault strikes the requests that it names, and only under its path`() throws {
    try withServer { client in
      try client.setFaults([
        ["kind": "status", "path_prefix": .string(Self.path), "at": [2, 3], "status": 503]
      ])
      #expect(try client.get("/crm/v3/owners").status == 200)
      let statuses = try (0..<4).map { _ in try client.get(Self.path).status }
      #expect(statuses == [200, 503, 503, 200])
    }
  }

  @Test func `html is a page that says so, and html_json_type one that does not`() throws {
    let honest = try struck("html")
    #expect(honest.status == 200)
    #expect(honest.headers["content-type"]?.hasPrefix("text/html") == true)
    let lying = try struck("html_json_type")
    #expect(lying.headers["content-type"]?.hasPrefix("application/json") == true)
    #expect(lying.text.hasPrefix("<!DOCTYPE"))
  }

  @Test func `empty_object, wrong_content_type, unauthorized and redirect are what they say`()
    throws
  {
    #expect(try struck("empty_object").text == "{}")
    let plain = try struck("wrong_content_type")
    #expect(plain.headers["content-type"] == "text/plain")
    #expect(try plain.results.count == 20)
    #expect(try struck("unauthorized").status == 401)
    let moved = try struck("redirect", with: [("location", "http://other.example/")])
    #expect(moved.status == 302)
    #expect(moved.headers["location"] == "http://other.example/")
  }

  @Test func `unauthorized strikes once unless told otherwise`() throws {
    try withServer { client in
      try client.setFaults([["kind": "unauthorized", "path_prefix": .string(Self.path)]])
      #expect(try client.get(Self.path).status == 401)
      #expect(try client.get(Self.path).status == 200)
    }
  }

  @Test func `same_cursor gives back the cursor that was asked for`() throws {
    let page = try struck("same_cursor", target: "\(Self.path)?limit=5&after=400")
    #expect(try page.next == "400")
    #expect(try page.results.count == 5)
  }

  @Test func `missing_page jumps over a page`() throws {
    try withServer { client in
      let ids = try client.dump("contacts").map { $0["id"] }
      try client.setFaults([["kind": "missing_page", "path_prefix": .string(Self.path)]])
      let page = try client.get("\(Self.path)?limit=20")
      #expect(try page.results.map { $0["id"] } == Array(ids[20..<40]))
    }
  }

  @Test func `lying_total promises more than there is`() throws {
    try withServer { client in
      let search = "\(Self.path)/search"
      let truth = try client.post(search, [:]).json["total"]?.integer ?? 0
      try client.setFaults([["kind": "lying_total", "path_prefix": .string(search)]])
      #expect(try client.post(search, [:]).json["total"]?.integer == truth + 1000)
    }
  }

  @Test func `bad_record and bad_escape break one record of the page`() throws {
    for (kind, mark) in [("bad_record", "tru,"), ("bad_escape", "\\uZZZZ")] {
      let page = try struck(kind)
      #expect(page.text.contains(mark))
      #expect(throws: JSONError.self) { try page.json }
    }
  }

  @Test func `deep_record nests deeper than readers go`() throws {
    let page = try struck("deep_record")
    #expect(page.text.contains(String(repeating: "[", count: 2500)))
    #expect(throws: JSONError.self) { try page.json }
  }

  @Test func `big_number and null_key leave valid JSON with an awkward record`() throws {
    let big = try struck("big_number").results[10].at("/properties/big")
    #expect(big == .number("123456789012345678901234567890123456789.5"))
    let page = try struck("null_key").results
    #expect(page.map { $0["id"] == .null }.filter { $0 }.count == 1)
    #expect(page[10]["properties"] != nil)
  }

  @Test func `truncate ends the connection in the middle of the body`() throws {
    let response = try struck("truncate")
    #expect(response.status == 200)
    #expect(response.ending == .cutShort)
    let promised = response.headers["content-length"].flatMap(Int.init) ?? 0
    #expect(response.body.count == promised / 2)
  }

  @Test func `reset closes without a word`() throws {
    let response = try struck("reset")
    #expect(response.status == 0)
    #expect(response.ending == .cutShort)
  }

  @Test func `stall sends half of the body and then nothing`() throws {
    let response = try struck("stall", patienceMS: 400)
    #expect(response.status == 200)
    #expect(response.ending == .silent)
    #expect(!response.body.isEmpty)
  }

  @Test func `never_answer stays silent and holds up nobody else`() throws {
    try withServer { client in
      try client.setFaults([["kind": "never_answer", "path_prefix": .string(Self.path)]])
      let silent = try Connection(port: client.port)
      let token = "Authorization: Bearer sandbox-token"
      silent.write(Array("GET \(Self.path) HTTP/1.1\r\nHost: x\r\n\(token)\r\n\r\n".utf8))
      #expect(try client.get("/crm/v3/owners").status == 200)
      let (bytes, isClosed) = silent.readAll(patienceMS: 100)
      #expect(bytes.isEmpty && !isClosed)
    }
  }

  @Test func `slow and the latency option say how long the answer waits`() throws {
    var options = Options()
    options.latencyMS = 5
    let sandbox = Sandbox(options)
    sandbox.state.withLock { $0.faults = [Fault(.slow, under: "/crm")] }
    sandbox.state.withLock { $0.faults[0].delayMS = 30 }
    #expect(sandbox.answer(Request(method: "GET", path: "/crm/v3/owners")).delayMS == 35)
    #expect(sandbox.answer(Request(method: "GET", path: "/_sandbox/stats")).delayMS == 0)
    let response = try struck("slow", with: [("delay_ms", 20)])
    #expect(response.status == 200)
  }

  @Test func `A probability strikes some requests, and the same ones every time`() throws {
    func pattern() -> [Bool] {
      var fault = Fault(.reset, under: "/")
      fault.trigger = .probability(0.3)
      return (0..<400).map { _ in fault.strikes("/crm/v3/owners") }
    }
    #expect(pattern() == pattern())
    #expect((60...180).contains(pattern().filter { $0 }.count))
  }

  @Test(arguments: [
    #"{"faults":[{"kind":"gremlin"}]}"#, #"{"faults":7}"#,
    #"{"faults":[{"kind":"html","att":[1]}]}"#, #"{"faults":[{"kind":"html","at":"1"}]}"#,
    #"{"faults":[{"kind":"status","status":42}]}"#, "[", "",
  ])
  func `A fault that cannot be understood is refused`(body: String) throws {
    try withServer { client in
      let response = try client.send("POST", "/_sandbox/faults", body)
      #expect(response.status == 400)
    }
  }

  @Test func `Every kind of fault has a name that can be set`() throws {
    try withServer { client in
      let all = Fault.Kind.allCases.map { kind -> JSON in
        ["kind": .string(kind.rawValue), "at": []]
      }
      try client.setFaults(.array(all))
      #expect(try client.get(Self.path).status == 200)
    }
  }
}
