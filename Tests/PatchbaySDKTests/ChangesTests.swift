import PatchbaySDK
import PatchbaySDKTesting
import Testing

/// What changed since the last pass, by the greatest cursor that was seen.
@Suite struct ChangesTests {
  private func host(_ type: Extract.CursorType = .time) throws -> TestHost {
    try TestHost(
      Declared(
        .items(
          .cursor(at: "/next", parameter: "after"),
          changes: .init(parameter: "since", cursor: "/at", type: type))))
  }

  private func page(_ cursors: [String], next: String? = nil) -> Answer {
    let records = cursors.enumerated().map { index, cursor -> JSON in
      ["id": .string("\(next ?? "z")\(index)"), "at": .string(cursor)]
    }
    return .json(["data": .array(records), "next": next.map { .string($0) } ?? .null])
  }

  private static let times = [
    "2026-01-01T00:00:00Z", "2026-01-01T03:00:00+02:00", "2026-01-01T00:30:00.500Z",
  ]

  @Test func theGreatestTimeOfAPassIsWhereTheNextBegins() throws {
    let full = try host().read(
      "items", answers: [page([Self.times[0], Self.times[1]], next: "b"), page([Self.times[2]])])
    #expect(full.requests.allSatisfy { $0["since"] == nil })
    // 03:00 at +02:00 is 01:00 in UTC: the greatest, though not of the last page.
    #expect(full.state == ["since": .string(Self.times[1])])
    let next = try host().read(
      "items", .incremental, state: full.state, answers: [page([])])
    #expect(next.asked == ["GET {base_url}/items?limit=2&since=\(Self.times[1])"])
    #expect(next.state == full.state, "a pass without records keeps the place")
  }

  @Test(arguments: [
    (Extract.CursorType.number, ["9", "10"], "10"), (.text, ["9", "10"], "9"),
    (.time, ["2026-01-01T00:00:00Z", "2025-12-31T23:59:59.999Z"], "2026-01-01T00:00:00Z"),
    (.time, ["2026-01-01T03:00:00+05:00", "2026-01-01T00:30:00Z"], "2026-01-01T00:30:00Z"),
  ])
  func cursorsAreComparedByTheirType(
    type: Extract.CursorType, cursors: [String], greatest: String
  ) throws {
    for order in [cursors, cursors.reversed()] {
      let run = try host(type).read(
        "items", answers: [page([order[0]], next: "b"), page([order[1]])])
      #expect(run.state == ["since": .string(greatest)])
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
    #expect(resumed.state == ["since": .string(Self.times[1])])
    #expect(resumed.stored == whole.stored)
  }
}
