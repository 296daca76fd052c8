import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting
import Testing

/// In what form a second pass asks for changes, and from where: that of the vendor's own values.
@Suite struct WindowFormTests {
  private typealias CursorType = RESTStream.Changes.CursorType

  /// A pass over records with these cursors, and what the pass after it asks with.
  private func passes(
    _ cursors: [JSON], _ changes: RESTStream.Changes, body: JSONObject? = nil,
    query: [(name: String, value: String)] = []
  ) throws -> (first: Run, second: Run) {
    let stream = RESTStream(
      path: "/items", extract: Extract(records: "/data", key: "/id"), query: query,
      pagination: .none, changes: changes
    ).with { $0.body = body }
    let host = try TestHost(Declared(stream))
    let records = cursors.enumerated().map { index, cursor -> JSON in
      ["id": .integer(Int64(index)), "at": cursor]
    }
    let first = try host.read("items", answers: [.json(["data": .array(records)])])
    let second = try host.read(
      "items", .incremental, state: first.state, answers: [.json(["data": []])])
    return (first, second)
  }

  private func since(_ run: Run) -> String? { run.requests.first?["since"] }

  // MARK: Times

  @Test(arguments: [
    ("2025-03-01T10:00:00Z", "2025-03-01T09:59:00Z"),
    ("2025-03-01T10:00:00.123456Z", "2025-03-01T09:59:00.123Z"),
    ("2025-03-01T10:00:00.1234567+00:00", "2025-03-01T09:59:00.123Z"),
    ("2025-03-01T10:00:00+02:00", "2025-03-01T07:59:00Z"),
    ("2025-03-01T10:00:00+0000", "2025-03-01T09:59:00+0000"),
    ("2025-03-01T10:00:00-0130", "2025-03-01T11:29:00+0000"),
    ("2025-03-01 10:00:00+00", "2025-03-01 09:59:00+00"),
    ("2025-03-01 10:00:00 UTC", "2025-03-01 09:59:00 UTC"),
    ("2025-03-01 10:00:00.5 GMT", "2025-03-01 09:59:00.5 GMT"),
    ("2025-03-01t10:00:00z", "2025-03-01t09:59:00z"), ("2025-03-01T10:00Z", "2025-03-01T09:59Z"),
    ("Sat, 01 Mar 2025 10:00:00 GMT", "Sat, 01 Mar 2025 09:59:00 GMT"),
    ("2024-02-29T23:59:60Z", "2024-02-29T23:59:00Z"),
  ])
  func `A time is sent in the form in which it came, and a minute earlier`(
    cursor: String, sent: String
  ) throws {
    let (first, second) = try passes(
      [.string(cursor)], .init(parameter: "since", cursor: "/at"))
    #expect(since(second) == sent)
    #expect(first.notes == [])
  }

  @Test(arguments: [
    ("2025-03-02T10:00:00", "2025-03-01T10:00:00"), ("2025-03-02 10:00:00", "2025-03-01 10:00:00"),
    ("2025-03-02T10:00:00.123456", "2025-03-01T10:00:00.123000"),
    ("2025-03-02T10:00", "2025-03-01T10:00"), ("2025-03-02", "2025-03-01"),
  ])
  func `A time without a zone is asked for a day earlier, and a note says so`(
    cursor: String, sent: String
  ) throws {
    let (first, second) = try passes(
      [.string(cursor), .string(cursor)], .init(parameter: "since", cursor: "/at"))
    #expect(since(second) == sent)
    let note = try #require(first.notes.first)
    #expect(first.notes.count == 1 && note.contains(cursor) && note.contains("cursor.zone"))
  }

  @Test(arguments: [
    (0, "2025-03-02T10:00:00", "2025-03-02T09:59:00"),
    (330, "2025-03-02T10:00:00", "2025-03-02T09:59:00"),
    (-480, "2025-03-02 10:00:00.25", "2025-03-02 09:59:00.25"),
    (60, "2025-03-02", "2025-03-01"), (60, "2025-03-02T10:00:00+02:00", "2025-03-02T07:59:00Z"),
  ])
  func `With a zone it is exact, and stays in that zone`(
    zone: Int, cursor: String, sent: String
  ) throws {
    let (first, second) = try passes(
      [.string(cursor)], .init(parameter: "since", cursor: "/at", zoneMinutes: zone))
    #expect(since(second) == sent && first.notes == [])
  }

  @Test func `A zone decides what is before the pass began`() throws {
    // The pass begins at 08:00 UTC; 13:00 at +05:30 is 07:30 UTC, and 14:00 is half an hour later.
    for (cursor, sent) in [
      ("2026-03-06T13:00:00", "2026-03-06T12:59:00"),
      ("2026-03-06T14:00:00", "2026-03-06T13:29:00"),
    ] {
      let (_, second) = try passes(
        [.string(cursor)], .init(parameter: "since", cursor: "/at", zoneMinutes: 330))
      #expect(since(second) == sent)
    }
  }

  @Test(arguments: [
    (RESTStream.Changes.Format.rfc3339, "2025-03-01T09:59:00Z"), (.date, "2025-03-01"),
    (.seconds, "1740823140"), (.milliseconds, "1740823140500"),
  ])
  func `Another form is rounded down`(format: RESTStream.Changes.Format, sent: String) throws {
    let (_, second) = try passes(
      ["2025-03-01T10:00:00.500Z"], .init(parameter: "since", cursor: "/at", format: format))
    #expect(since(second) == sent)
  }

  // MARK: Numbers since 1970

  @Test(
    arguments: [
      (CursorType.epochSeconds, 1_709_287_200, "1709287140"),
      (.epochSeconds, "1709287200", "1709287140"),
      (.epochSeconds, .number("1709287200.999"), "1709287140"),
      (.epochMilliseconds, 1_709_287_200_123, "1709287140123"),
      (.epochMilliseconds, .number("1.709287200123e12"), "1709287140123"),
      (.epochSeconds, -86_400, "-86460"),
      // Later than the pass itself: read from its beginning on.
      (.epochSeconds, 4_102_444_800, "1772783940"),
      (.epochSeconds, 1_709_287_200_123, "1772783940"),
    ] as [(CursorType, JSON, String)])
  private func `A number since 1970 is sent as one`(
    type: CursorType, cursor: JSON, sent: String
  ) throws {
    let (_, second) = try passes([cursor], .init(parameter: "since", cursor: "/at", type: type))
    #expect(since(second) == sent)
  }

  @Test(
    arguments: [
      (
        CursorType.epochSeconds, 1_709_287_200, RESTStream.Changes.Format.rfc3339,
        "2024-03-01T09:59:00Z"
      ),
      (.epochMilliseconds, 1_709_287_200_123, .date, "2024-03-01"),
      (.epochMilliseconds, 1_709_287_200_123, .seconds, "1709287140"),
    ] as [(CursorType, JSON, RESTStream.Changes.Format, String)])
  private func `It may be sent as a time`(
    type: CursorType, cursor: JSON, format: RESTStream.Changes.Format, sent: String
  ) throws {
    let (_, second) = try passes(
      [cursor], .init(parameter: "since", cursor: "/at", type: type, format: format))
    #expect(since(second) == sent)
  }

  // MARK: Numbers and texts

  @Test(arguments: [
    (CursorType.number, ["5", "7"], "6"), (.number, ["9007199254740993"], "9007199254740992"),
    (.number, ["7.5"], "7.5"), (.text, ["b", "a"], "b"),
  ])
  private func `A whole number is asked for as one less, a text as it is`(
    type: CursorType, cursors: [String], sent: String
  ) throws {
    let values = cursors.map { type == .number ? JSON.number($0) : .string($0) }
    let (_, second) = try passes(values, .init(parameter: "since", cursor: "/at", type: type))
    #expect(since(second) == sent)
  }

  @Test func `A number overlaps by what the pass before saw, and never goes back`() throws {
    let stream = RESTStream.items(
      .cursor(at: "/next", parameter: "after"),
      changes: .init(parameter: "since", cursor: "/at", type: .number))
    let host = try TestHost(Declared(stream))
    func page(_ cursors: [Int64], next: JSON = nil) -> Answer {
      .json([
        "data": .array(cursors.map { ["id": .integer($0), "at": .integer($0)] }), "next": next,
      ])
    }
    let full = try host.read("items", answers: [page([5, 9], next: "b"), page([12])])
    // What changed while it ran has at least the first page's greatest.
    #expect(full.state == ["since": "9", "before": "12"])
    let second = try host.read(
      "items", .incremental, state: full.state, answers: [page([9, 12, 15])])
    #expect(since(second) == "8" && second.state == ["since": "15", "before": "15"])
    let third = try host.read("items", .incremental, state: full.state, answers: [page([9, 12])])
    #expect(third.state == ["since": "12", "before": "12"])
    let fourth = try host.read("items", .incremental, state: third.state, answers: [page([])])
    #expect(since(fourth) == "11" && fourth.state == third.state)
    for index in full.checkpoints.indices.dropLast() {
      let resumed = try host.resume(full, after: index) { _ in page([12]) }
      #expect(resumed.state == full.state, "the first page outlives an interruption")
    }
  }

  // MARK: Where it is put

  @Test func `A beginning that stands in the query gives way`() throws {
    let (first, second) = try passes(
      ["2025-03-01T10:00:00Z"], .init(parameter: "since", cursor: "/at"),
      query: [("since", "2020-01-01"), ("limit", "9"), ("since", "2021-01-01")])
    #expect(
      first.asked == ["GET {base_url}/items?since=2020-01-01&limit=9&since=2021-01-01"])
    #expect(second.asked == ["GET {base_url}/items?limit=9&since=2025-03-01T09:59:00Z"])
  }

  @Test(
    arguments: [
      (CursorType.time, "2025-03-01T10:00:00Z", "2025-03-01T09:59:00Z"),
      (.epochSeconds, 1_709_287_200, 1_709_287_140), (.number, 7, 6), (.text, "7", "7"),
    ] as [(CursorType, JSON, JSON)])
  private func `In a body it has the type that it has`(
    type: CursorType, cursor: JSON, sent: JSON
  ) throws {
    let body: JSONObject = JSONObject([
      .init("query", "{items}"), .init("variables", ["filter": ["since": "2020", "a/b": true]]),
    ])
    let (first, second) = try passes(
      [cursor], .init(parameter: "/variables/filter/since", cursor: "/at", type: type), body: body)
    #expect(first.requests[0].json == .object(body))
    #expect(
      second.requests[0].json == [
        "query": "{items}", "variables": ["filter": ["since": sent, "a/b": true]],
      ])
    #expect(second.requests[0].method == "POST" && second.requests[0].query.isEmpty)
  }

  @Test(
    arguments: [
      ("after", ["after": 7]), ("/after", ["after": 7]), ("/page/after", ["page": ["after": 7]]),
      ("/a~1b/0", ["a/b": ["0": 7]]),
    ] as [(String, JSON)])
  func `A cursor is put where the body has it, as what it is`(
    parameter: String, body: JSON
  ) throws {
    let stream = RESTStream.items(.cursor(at: "/next", parameter: parameter)).with {
      $0.body = JSONObject()
    }
    let host = try TestHost(Declared(stream))
    let run = try host.read(
      "items", answers: [.page([1], [("next", 7)]), .page([2], [("next", nil)])])
    #expect(run.requests.map(\.json) == [[:], body])
    let resumed = try host.resume(run, after: 0) { _ in .page([2], [("next", nil)]) }
    #expect(resumed.requests.map(\.json) == [body], "it is the same for another run")
  }

  @Test func `Elements of lists in a body are found, and numbers of pages are numbers`() throws {
    let stream = RESTStream.items(.page(parameter: "/parts/1/page", first: 1, size: 1)).with {
      $0.body = JSONObject([.init("parts", [["x": 1], ["page": 0]])])
    }
    let run = try TestHost(Declared(stream)).read("items", answers: [.page([1]), .page([])])
    #expect(
      run.requests.map(\.json) == [
        ["parts": [["x": 1], ["page": 1]]], ["parts": [["x": 1], ["page": 2]]],
      ])
  }

  @Test func `A link is followed from the page that named it`() throws {
    var session = ConnectorSession(Declared(.items(.nextLink(at: "/next"))))
    func said(_ message: Message) -> [Message] {
      var output = Output()
      session.receive(message, at: Moment(nowMS: 0, seed: 1), into: &output)
      return output.messages
    }
    TestHost.offerHelpers()
    let opened = said(
      Message(.open, head: ["op": "read", "stream": "items", "features": ["http.relative_to"]]))
    #expect(opened.last?.head["relative_to"] == "{base_url}/items")
    let url = "https://api.example.com/v1/items?limit=2"
    let answered = said(
      Message(
        .httpResponse, correlation: 1,
        head: ["status": 200, "headers": [:], "url": .string(url), "extracted": [["count": 1]]],
        body: Array(#"{"next":"?after=b"}"#.utf8)))
    #expect(answered.first?.head["state"] == ["at": "?after=b", "base": .string(url)])
    #expect(answered.last?.head["url"] == "?after=b")
    #expect(answered.last?.head["relative_to"] == .string(url))
  }
}
