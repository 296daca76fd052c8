import PatchbaySDK
import PatchbaySDKTesting
import Testing

@testable import HubSpot

/// What is sent to be written, and what is believed of the answers.
@Suite("Writing to HubSpot") struct ObjectWriterTests {
  private func write(
    _ records: [JSON], _ stream: String = "contacts", config: JSON = [:],
    answer: @escaping (SentRequest) -> Answer?
  ) throws -> Run {
    try TestHost.hubSpot().write(stream, records, config: config, answer: answer)
  }

  private static func update(_ key: String, _ value: JSON = "x") -> JSON {
    ["action": "update", "key": .string(key), "record": ["properties": ["phone": value]]]
  }

  private static func create(_ email: String) -> JSON {
    ["action": "create", "record": ["properties": ["email": .string(email)]]]
  }

  private static func inputs(_ request: SentRequest) -> [JSON] {
    request.json?["inputs"]?.array ?? []
  }

  private static func result(_ input: JSON, id: String, traced: Bool = true) -> JSON {
    var object = JSONObject([
      .init("id", .string(id)), .init("properties", input["properties"] ?? [:]),
      .init("createdAt", "2026-01-01T00:00:00Z"), .init("updatedAt", "2026-01-01T00:00:00Z"),
    ])
    if traced { object["objectWriteTraceId"] = input["objectWriteTraceId"] }
    return .object(object)
  }

  private static func answer(_ results: [JSON], errors: [JSON] = [], status: Int = 200) -> Answer {
    var body = JSONObject([.init("status", "COMPLETE"), .init("results", .array(results))])
    if !errors.isEmpty {
      body["errors"] = .array(errors)
      body["numErrors"] = .integer(Int64(errors.count))
    }
    return .json(.object(body), status: errors.isEmpty ? status : 207)
  }

  @Test func `batches are of one action and at most a hundred, in the order of the input`() throws {
    let records =
      (0..<120).map { Self.update("\($0)") }
      + [["action": "delete", "key": "7"], Self.create("a@b"), Self.update("1")]
      + [Self.update("1", .null), Self.update("2", 5)]
    let run = try write(records) { request in
      if request.url.hasSuffix("/batch/archive") { return .json("", status: 204) }
      let inputs = Self.inputs(request)
      return Self.answer(
        inputs.enumerated().reversed().map {
          Self.result($0.element, id: $0.element["id"]?.string ?? "n\($0.offset)")
        })
    }
    #expect(
      run.requests.map { "\($0.url.split(separator: "/").last ?? "") \(Self.inputs($0).count)" }
        == [
          "update 100", "update 20", "archive 1", "create 1", "update 1", "update 2",
        ])
    let last = Self.inputs(run.requests[5]).map { $0["properties"]?["phone"] }
    #expect(last == ["", "5"], "null empties a property, and all values are texts")
    #expect(run.outcomes.count == 125 && run.done != nil)
    #expect(run.outcomes.map { $0["index"] }.contains(120))
    #expect(run.outcomes.first { $0["index"] == 121 }?["status"] == "created")
    let repeatable = run.requests.map { $0.message.head["idempotent"]?.bool }
    #expect(repeatable == [true, true, true, false, true, true])
  }

  @Test func `a part that was not done is told of each record, and no more`() throws {
    let error: JSON = [
      "status": "error", "category": "OBJECT_NOT_FOUND", "message": "no such object",
      "context": ["ids": ["3"]],
    ]
    let run = try write((1...4).map { Self.update("\($0)") }) { request in
      let inputs = Self.inputs(request)
      return Self.answer(
        [1, 0].map { Self.result(inputs[$0], id: "\($0 + 1)", traced: false) }, errors: [error])
    }
    #expect(run.outcomes.map { $0["status"] } == ["updated", "updated", "failed", "unknown"])
    #expect(run.outcomes[2]["error"]?["code"] == "hubspot.object_not_found")
    #expect(run.outcomes[3]["error"]?["code"] == "hubspot.unaccounted")
  }

  @Test func `of new records that are not told apart no id is guessed`() throws {
    let run = try write(["a@b", "c@d"].map { Self.create($0) }) { request in
      Self.answer(
        Self.inputs(request).enumerated().map {
          Self.result($0.element, id: "\($0.offset)", traced: false)
        }, status: 201)
    }
    #expect(run.outcomes.map { $0["status"] } == ["created", "created"])
    #expect(run.outcomes.allSatisfy { $0["id"] == nil })
    // With one too few nothing is known of either.
    let less = try write(["a@b", "c@d"].map { Self.create($0) }) { request in
      Self.answer([Self.result(Self.inputs(request)[0], id: "1", traced: false)], status: 201)
    }
    #expect(less.outcomes.map { $0["status"] } == ["unknown", "unknown"])
  }

  @Test func `a batch that is refused is halved until the bad record stands alone`() throws {
    let run = try write((0..<10).map { Self.create("a\($0)@b") }) { request in
      let inputs = Self.inputs(request)
      if inputs.contains(where: { $0["properties"]?["email"] == "a6@b" }) {
        return .json(["status": "error", "message": "a6@b is there", "category": "X"], status: 409)
      }
      return Self.answer(inputs.map { Self.result($0, id: "9") }, status: 201)
    }
    let failed = run.outcomes.filter { $0["status"] == "failed" }
    #expect(failed.map { $0["index"] } == [6])
    #expect(failed[0]["error"]?["message"]?.string?.contains("a6@b is there") == true)
    #expect(run.outcomes.filter { $0["status"] == "created" }.count == 9)
  }

  @Test(arguments: ["http.500", "http.503", "http.408", "egress.broken"])
  func `where no answer tells, nobody knows`(code: String) throws {
    let run = try write([Self.create("a@b"), Self.create("c@d")]) { _ in
      .failed(Problem(.transient, code, "no answer"))
    }
    #expect(run.outcomes.map { $0["status"] } == ["unknown", "unknown"])
    #expect(run.requests.count == 1)
  }

  @Test func `an upsert goes by the unique property that is named`() throws {
    let upsert: JSON = [
      "action": "upsert", "key": "Ada@Example.org", "record": ["properties": ["phone": "1"]],
    ]
    let run = try write([upsert]) { request in
      #expect(Self.inputs(request).first?["idProperty"] == "email")
      return Self.answer([
        [
          "id": "7", "new": true, "properties": ["email": "ada@example.org"],
          "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        ]
      ])
    }
    #expect(run.outcomes.map { $0["status"] } == ["created"] && run.outcomes[0]["id"] == "7")
    let none = try write([upsert], "deals") { _ in nil }
    #expect(none.outcomes[0]["error"]?["code"] == "hubspot.upsert_property")
    let named = try write([upsert], "deals", config: ["upsert_property": "our_key"]) { request in
      #expect(Self.inputs(request).first?["idProperty"] == "our_key")
      return Self.answer([])
    }
    #expect(named.outcomes.map { $0["status"] } == ["unknown"])
  }

  @Test func `what is no property is refused, and not left out`() throws {
    let run = try write([
      ["action": "update", "key": "1", "record": ["phone": "1"]],
      ["action": "update", "key": "1", "record": ["associations": []]],
    ]) { _ in nil }
    #expect(run.outcomes.map { $0["status"] } == ["failed", "failed"])
    #expect(run.outcomes.allSatisfy { $0["error"]?["code"] == "hubspot.members" })
    let other = try write([Self.update("1")], "owners") { _ in nil }
    #expect(other.problem?.code == "stream.not_written")
  }
}
