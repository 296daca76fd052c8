import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting
import Testing

/// What changed since the last pass: by the greatest cursor that was seen, but not by one from
/// after the pass began, and with an overlap.
@Suite struct ChangesTests {
  private typealias CursorType = RESTStream.Changes.CursorType

  private func host(
    _ type: CursorType = .time, overlapSeconds: Int = 0, now: String = "2026-02-01T00:00:00Z"
  ) throws -> TestHost {
    var host = try TestHost(
      Declared(
        .items(
          .cursor(at: "/next", parameter: "after"),
          changes: .init(
            parameter: "since", cursor: "/at", type: type, overlapSeconds: overlapSeconds))))
    host.nowMS = try #require(Time.parse(now))
    return host
  }

  private func page(_ cursors: [String], next: String? = nil, date: String? = nil) -> Answer {
    let records = cursors.enumerated().map { index, cursor -> JSON in
      ["id": .string("\(next ?? "z")\(index)"), "at": .string(cursor)]
    }
    return .json(
      ["data": .array(records), "next": next.map { .string($0) } ?? .null],
      headers: date.map { ["date": $0] } ?? [:])
  }

  private static let times = [
    "2026-01-01T00:00:00Z", "2026-01-01T03:00:00+02:00", "2026-01-01T00:30:00.500Z",
  ]

  @Test func theGreatestTimeOfAPassIsWhereTheNextBegins() throws {
    let full = try host().read(
      "items", answers: [page([Self.times[0], Self.times[1]], next: "b"), page([Self.times[2]])])
    #expect(full.requests.allSatisfy { $0["since"] == nil })
    // 03:00 at +02:00 is 01:00 in UTC: the greatest, though not of the last page.
    #expect(full.state == ["since": "2026-01-01T01:00:00Z"])
    let next = try host().read(
      "items", .incremental, state: full.state, answers: [page([])])
    #expect(next.asked == ["GET {base_url}/items?limit=2&since=2026-01-01T01:00:00Z"])
    #expect(next.state == full.state, "a pass without records keeps the place")
  }

  @Test(arguments: [
    (
      CursorType.time, ["2026-01-01T00:00:00Z", "2025-12-31T23:59:59.999Z"], "2026-01-01T00:00:00Z"
    ),
    (.time, ["2026-01-01T03:00:00+05:00", "2026-01-01T00:30:00Z"], "2026-01-01T00:30:00Z"),
    (.epochSeconds, ["999999999", "1000000000"], "1000000000"),
    (.epochMilliseconds, ["999999999999", "1000000000000"], "1000000000000"),
  ])
  private func cursorsAreComparedByTheirType(
    type: CursorType, cursors: [String], greatest: String
  ) throws {
    for order in [cursors, cursors.reversed()] {
      let run = try host(type).read(
        "items", answers: [page([order[0]], next: "b"), page([order[1]])])
      #expect(run.state == ["since": .string(greatest)])
    }
  }

  /// The next pass asks from the first page's greatest: what changed later is greater.
  @Test(arguments: [
    (CursorType.number, ["9", "10"], "10"), (.number, ["9", "9.5"], "9.5"),
    (.number, ["1e3", "999"], "1e3"), (.text, ["10", "9"], "9"), (.text, ["a", "b"], "b"),
  ])
  private func numbersAndTextsAreNoClocks(
    type: CursorType, cursors: [String], greatest: String
  ) throws {
    for order in [cursors, cursors.reversed()] {
      let run = try host(type).read(
        "items", answers: [page([order[0]], next: "b"), page([order[1]])])
      #expect(run.state == ["since": .string(order[0]), "before": .string(greatest)])
    }
  }

  @Test func aFullPassDoesNotAskForChangesOnly() throws {
    let run = try host().read("items", .full, state: ["since": "2026-01-01"], answers: [page([])])
    #expect(run.asked == ["GET {base_url}/items?limit=2"])
  }

  @Test func anInterruptedPassKeepsItsStartAndItsGreatestCursor() throws {
    func answer(_ request: SentRequest) -> Answer? {
      request["after"] == nil
        ? page([Self.times[1]], next: "b") : page([Self.times[2]])
    }
    let state: JSON = ["since": .string(Self.times[0])]
    let whole = try host().read("items", .incremental, state: state, answer: answer)
    let resumed = try host().resume(whole, after: 0, answer: answer)
    #expect(resumed.asked.count == 1)
    #expect(resumed.requests[0]["since"] == Self.times[0])
    #expect(resumed.requests[0]["after"] == "b")
    #expect(resumed.state == ["since": "2026-01-01T01:00:00Z"])
    #expect(resumed.stored == whole.stored)
  }

  // MARK: What happens while a pass runs

  /// A vendor of records that change while they are read, with a clock of its own.
  private struct Live {
    var records = ["a": "2026-03-01T09:00:00Z", "b": "2026-03-01T09:00:00Z"]
    var date: String? = "Sun, 01 Mar 2026 10:00:00 GMT"

    func answer(_ request: SentRequest) -> Answer? {
      let since = request["since"].flatMap(Time.parse) ?? .min
      let found = records.filter { (Time.parse($0.value) ?? 0) >= since }.keys.sorted()
      let key = request["after"] ?? found.first
      let data = found.filter { $0 == key }.map { name -> JSON in
        ["id": .string(name), "at": .string(records[name] ?? "")]
      }
      let next = found.first { $0 > key ?? "" }
      return .json(
        ["data": .array(data), "next": next.map { .string($0) } ?? .null],
        headers: date.map { ["date": $0] } ?? [:])
    }
  }

  @Test func whatChangesOnAPageThatWasReadIsReadByTheNextPass() throws {
    let host = try host(overlapSeconds: 60)
    var vendor = Live()
    var asked = 0
    let full = try host.read("items") { request in
      asked += 1
      if asked == 2 {
        // Both change after the first page, and the first of them first.
        vendor.records = ["a": "2026-03-01T10:00:01Z", "b": "2026-03-01T10:00:09Z"]
        vendor.date = "Sun, 01 Mar 2026 10:00:10 GMT"
      }
      return vendor.answer(request)
    }
    #expect(full.stored["a"]?.contains("T09:") == true, "the old one was read")
    #expect(full.state == ["since": "2026-03-01T09:59:00Z"], "when it began, less the overlap")
    let next = try host.read("items", .incremental, state: full.state, answer: vendor.answer)
    #expect(next.stored["a"]?.contains("T10:00:01Z") == true)
  }

  @Test(arguments: [nil, "", "yesterday"] as [String?])
  func withoutAClockOfTheVendorsTheHostsCounts(date: String?) throws {
    let run = try host(now: "2025-12-31T00:00:00Z").read(
      "items", answers: [page(Self.times, date: date)])
    #expect(run.state == ["since": "2025-12-31T00:00:00Z"])
  }

  @Test func oneRecordFromTheFutureHidesNoChanges() throws {
    let host = try host(overlapSeconds: 60)
    var vendor = Live()
    vendor.records["z"] = "9999-12-31T23:59:59Z"
    let full = try host.read("items", answer: vendor.answer)
    #expect(full.state == ["since": "2026-03-01T09:59:00Z"])
    vendor.records["c"] = "2026-03-01T11:00:00Z"
    vendor.date = "Sun, 01 Mar 2026 12:00:00 GMT"
    let next = try host.read("items", .incremental, state: full.state, answer: vendor.answer)
    #expect(next.keys == ["c", "z"])
    #expect(next.state == ["since": "2026-03-01T11:59:00Z"])
  }

  @Test func aPlaceInTheFutureIsLeftAgain() throws {
    var vendor = Live()
    vendor.records["z"] = "9999-12-31T23:59:59Z"
    let run = try host().read(
      "items", .incremental, state: ["since": "9999-12-31T23:59:59Z"], answer: vendor.answer)
    #expect(run.state == ["since": "2026-03-01T10:00:00Z"])
  }

  @Test func theBeginningOfAPassOutlivesAnInterruption() throws {
    var vendor = Live()
    vendor.records = ["a": "2026-03-01T09:00:00Z", "b": "2026-03-01T10:30:00Z"]
    let run = try host().read("items", answer: vendor.answer)
    #expect(run.state == ["since": "2026-03-01T10:00:00Z"])
    vendor.date = "Sun, 01 Mar 2026 11:00:00 GMT"
    let resumed = try host().resume(run, after: 0, answer: vendor.answer)
    #expect(resumed.state == run.state)
  }

  // MARK: The overlap

  @Test func theOverlapIsAMinuteWhereNothingElseIsSaid() throws {
    let stream = RESTStream.items(.none, changes: .init(parameter: "since", cursor: "/at"))
    let run = try TestHost(Declared(stream)).read("items", answers: [page([Self.times[2]])])
    #expect(run.state == ["since": "2026-01-01T00:29:00.500Z"], "with a fraction, as the vendor's")
  }

  @Test func thePlaceNeverGoesBackWhereNothingNewIsSeen() throws {
    var state: JSON? = ["since": "2026-01-01T00:00:00Z"]
    for _ in 1...3 {
      let run = try host(overlapSeconds: 60).read(
        "items", .incremental, state: state, answers: [page([Self.times[0]])])
      state = run.state
    }
    #expect(state == ["since": "2026-01-01T00:00:00Z"])
  }

  @Test(arguments: [
    (CursorType.epochSeconds, 60, "1767225600", "1767225540"),
    (.epochSeconds, 60, "1767225600.9", "1767225540"),
    (.epochMilliseconds, 60, "1767225600123", "1767225540123"),
    (.epochSeconds, 60, "1", "-59"), (.epochSeconds, 60, "1e300", "1769903940"),
    (.epochMilliseconds, 60, "253402300799000", "1769903940000"),
    (.time, 60, "2026-01-01T00:00:00-01:00", "2026-01-01T00:59:00Z"),
    (.time, -5, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    (.time, .max, "2026-01-01T00:00:00Z", "2024-12-31T00:00:00Z"),
    (.time, 60, "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
  ])
  private func itIsTakenOffTimesInTheVendorsForm(
    type: CursorType, overlapSeconds: Int, cursor: String, since: String
  ) throws {
    let host = try host(type, overlapSeconds: overlapSeconds)
    #expect(try host.read("items", answers: [page([cursor])]).state == ["since": .string(since)])
  }

  @Test func aNumberOfTheVendorsIsATimeToo() throws {
    let run = try host(.epochSeconds, overlapSeconds: 60).read(
      "items", answers: [.json(["data": [["id": "1", "at": 1_767_225_600]], "next": nil])])
    #expect(run.state == ["since": "1767225540"])
  }
}
