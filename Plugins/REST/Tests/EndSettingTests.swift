import PatchbayCore
import PatchbayJSON
import PatchbaySDK
import PatchbaySDKTesting
import REST
import Testing

@Suite("What the settings say of ends, deletions and errors") struct EndSettingTests {
  private func read(
    _ changes: [(String, JSON?)], _ mode: TestHost.Mode = .full, state: JSON? = nil,
    resumes: Bool = false, answers: [Answer]
  ) throws -> Run {
    let config = ConfigurationTests.config(ConfigurationTests.orders(changes))
    return try TestHost.rest().read(
      "orders", mode, state: state, resumes: resumes, config: config, answers: answers)
  }

  private func page(_ ids: [Int], _ more: [(String, JSON)] = []) -> Answer {
    var body = JSONObject([.init("data", .array(ids.map { ["id": .integer(Int64($0))] }))])
    for (name, value) in more { body[name] = value }
    return .json(.object(body))
  }

  private func paged(_ members: [(String, JSON)], _ answers: [Answer]) throws -> Run {
    let pagination = JSONObject(members.map { .init($0.0, $0.1) })
    return try read([("pagination", .object(pagination))], answers: answers)
  }

  private static let cursor: [(String, JSON)] = [
    ("kind", "cursor"), ("at", "/next"), ("parameter", "after"),
  ]

  @Test("a page without a next one is the last only where one had it, or the settings say so")
  func absent() throws {
    let unsaid = try paged(Self.cursor, [page([1])])
    #expect(unsaid.unproven?.contains("absent_is_end: true") == true)
    let said = try paged(Self.cursor + [("absent_is_end", true)], [page([1])])
    #expect(said.unproven == nil && said.done == ["end": "cursor", "snapshot": true])
  }

  @Test("a page that names itself, says that there is no more, or is not found may be the last")
  func others() throws {
    let itself = try paged(
      Self.cursor + [("self_is_end", true)], [page([1], [("next", 2)]), page([2], [("next", 2)])])
    #expect(itself.done == ["end": "cursor", "snapshot": true])
    let more = try paged(
      Self.cursor + [("more", "/more")], [page([1], [("next", 2), ("more", false)])])
    #expect(more.done == ["end": "more", "snapshot": true] && more.requests.count == 1)
    for status in [404, [404, 422]] as [JSON] {
      let gone = try paged(
        [("kind", "page"), ("size", 1), ("end_status", status)],
        [page([1]), .json([:], status: 404)])
      #expect(gone.done?["end"] == "status" && gone.problem == nil)
      let first = try paged(
        [("kind", "page"), ("size", 1), ("end_status", status)], [.json([:], status: 404)])
      #expect(first.problem?.code == "http.404")
    }
  }

  @Test("a cursor that has expired begins the pass again")
  func expired() throws {
    let run = try paged(
      Self.cursor + [("expired_status", 409)], [page([1], [("next", 2)]), .json([:], status: 409)])
    #expect(run.problem?.code == "page.cursor_expired")
    #expect(run.heads(.error).first?["restart"] == true)
  }

  @Test("what stands for no records is told, and nothing else is taken for it")
  func noRecords() throws {
    let answers: [(JSON, Answer)] = [
      ("null", .json(["data": nil])), ("missing", .json(["total": 0])),
      ("no_content", .response(status: 204, headers: [:], body: [])),
    ]
    for (name, answer) in answers {
      for form in [name, [name]] as [JSON] {
        let run = try read([("no_records", form)], answers: [answer])
        #expect(run.problem == nil && run.records.isEmpty && run.unproven == nil, "\(name)")
      }
    }
    #expect(try read([("no_records", .null)], answers: [answers[0].1]).records.isEmpty, "in YAML")
    let null = try read([], answers: [answers[0].1])
    #expect(null.records.map(\.fault) == [.type] || null.records.count == 1)
    #expect(null.problem == nil && null.stored.isEmpty, "a record that cannot be read")
    #expect(try read([], answers: [answers[1].1]).problem?.code == "page.records_missing")
    #expect(try read([], answers: [answers[2].1]).problem?.code == "page.no_content")
    let array = Answer.json([["id": 1]])
    #expect(
      try read([("no_records", "missing")], answers: [array]).problem?.code
        == "page.records_missing", "only an object may be without the list")
  }

  private func deleted(_ mark: JSON, _ values: [JSON?]) throws -> [Bool] {
    let records = values.enumerated().map { index, value -> JSON in
      var record = JSONObject([.init("id", .integer(Int64(index)))])
      record["s"] = value
      return .object(record)
    }
    let run = try read([("deleted", mark)], answers: [.json(["data": .array(records)])])
    #expect(run.problem == nil && run.records.count == values.count)
    return run.records.map(\.isDeleted)
  }

  @Test("a deletion is marked by any value, by one, or by every one but one")
  func deletions() throws {
    let values: [JSON?] = ["gone", "live", true, false, 0, "", "false", .null, nil, 7]
    #expect(
      try deleted("/s", values)
        == [true, true, true, false, false, false, false, false, false, true])
    #expect(
      try deleted(["at": "/s", "optional": true], values)
        == [true, true, true, false, false, false, false, false, false, true])
    #expect(
      try deleted(["at": "/s", "equals": "gone"], values)
        == [true, false, false, false, false, false, false, false, false, false])
    #expect(
      try deleted(["at": "/s", "equals": 7], values).last == true, "also where it is a number")
    #expect(
      try deleted(["at": "/s", "not_equals": "live"], values)
        == [true, false, true, true, true, true, true, false, false, true])
  }

  @Test("an error in a good answer is any value, one, or every one but one")
  func errors() throws {
    let forms: [(JSON, [JSON?], [JSON?])] = [
      ("/ok", ["no", true, 1, ["code": 1]], [nil, .null, false, 0, ""]),
      (["at": "/ok", "equals": "error"], ["error"], ["ok", true, nil, .null]),
      (["at": "/ok", "not_equals": true], [false, "true ", nil, .null, 0], [true]),
    ]
    for (rule, bad, good) in forms {
      for value in bad {
        let run = try read(
          [("fail_if", rule)], answers: [page([1], value.map { [("ok", $0)] } ?? [])])
        #expect(run.problem?.code == "page.vendor_error", "\(rule) \(String(describing: value))")
      }
      for value in good {
        let run = try read(
          [("fail_if", rule)], answers: [page([1], value.map { [("ok", $0)] } ?? [])])
        #expect(run.problem == nil, "\(rule) \(String(describing: value))")
      }
    }
  }

  @Test("a zone makes times without one exact")
  func zones() throws {
    for (zone, sent) in [
      ("+01:00", "2026-03-02T09:59:00"), ("-08:30", "2026-03-02T09:59:00"),
      ("UTC", "2026-03-02T09:59:00"), (nil, "2026-03-01T10:00:00"),
    ] as [(String?, String)] {
      var cursor = JSONObject([.init("at", "/u")])
      cursor["zone"] = zone.map { .string($0) }
      let changes: [(String, JSON?)] = [
        ("cursor", .object(cursor)), ("incremental", ["parameter": "since"]),
      ]
      let first = try read(
        changes, answers: [.json(["data": [["id": 1, "u": "2026-03-02T10:00:00"]]])])
      #expect(first.notes.isEmpty == (zone != nil))
      let second = try read(changes, .incremental, state: first.state, answers: [page([])])
      #expect(second.requests.first?["since"] == sent, "\(zone ?? "none")")
    }
  }

  @Test("pages and changes are asked for anywhere in a body, as numbers where they are numbers")
  func bodies() throws {
    let changes: [(String, JSON?)] = [
      ("method", "POST"),
      ("body", ["query": "{orders}", "variables": ["first": 2, "since": "2020"]]),
      ("cursor", ["at": "/u", "type": "seconds"]),
      ("incremental", ["parameter": "/variables/since"]),
      (
        "pagination",
        [
          "kind": "cursor", "at": "/page/end", "parameter": "/variables/after",
          "more": "/page/more",
        ]
      ),
    ]
    let answers: [Answer] = [
      .json(["data": [["id": 1, "u": 1_700_000_000]], "page": ["end": "b", "more": true]]),
      .json(["data": [["id": 2, "u": 1_700_000_500]], "page": ["end": "c", "more": false]]),
    ]
    let first = try read(changes, answers: answers)
    #expect(
      first.requests.map(\.json) == [
        ["query": "{orders}", "variables": ["first": 2, "since": "2020"]],
        ["query": "{orders}", "variables": ["first": 2, "since": "2020", "after": "b"]],
      ])
    let second = try read(
      changes, .incremental, state: first.state,
      answers: [.json(["data": [], "page": ["end": nil, "more": false]])])
    #expect(second.requests[0].json?.at("/variables/since") == 1_700_000_440)
  }
}
