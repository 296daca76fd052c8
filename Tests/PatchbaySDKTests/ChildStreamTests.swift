import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting
import Seeded
import Testing

/// A connector of one stream that hangs below another.
private struct Family: Connector {
  let stream: ChildStream

  func check(_ settings: Settings) -> Request { .get("/me") }

  func reader(of name: String, _ task: ReadTask) -> (any Reader)? {
    name == "items" ? stream.reader(task) : nil
  }
}

/// Streams that are asked for once for each record of another.
@Suite struct ChildStreamTests {
  private static func family(
    parent: RESTStream.Pagination = .cursor(at: "/next", parameter: "after"),
    child: RESTStream.Pagination = .cursor(at: "/next", parameter: "after"),
    changes: RESTStream.Changes? = nil, ends: [Int] = []
  ) -> Family {
    var extract = Extract(records: "/data", key: "/order", "/id")
    extract.total = "/total"
    var lines = RESTStream(
      path: "/orders/{order}/lines", extract: extract, query: [("of", "{order}")],
      pagination: child, changes: changes)
    lines.ends.statuses = ends
    return Family(
      stream: ChildStream(
        lines,
        of: RESTStream(
          path: "/orders", extract: Extract(records: "/data", key: "/id"), pagination: parent),
        values: [("order", "/id")]))
  }

  private func read(
    _ family: Family, state: JSON? = nil, resumes: Bool = false, mode: TestHost.Mode = .full,
    _ answers: [Answer]
  ) throws -> Run {
    try TestHost(family).read("items", mode, state: state, resumes: resumes, answers: answers)
  }

  private static let whole: [Answer] = [
    .page([1, 2], [("next", "p")]), .page([7], [("next", "c"), ("total", 9)]),
    .page([8], [("next", .null)]), .page([7], [("next", .null)]),
    .page([3], [("next", .null)]), .page([], [("next", .null)]),
  ]

  @Test func `Every parent's children are asked for, and know whose they are`() throws {
    let run = try read(Self.family(), Self.whole)
    #expect(
      run.asked == [
        "GET {base_url}/orders", "GET {base_url}/orders/1/lines?of=1",
        "GET {base_url}/orders/1/lines?of=1&after=c", "GET {base_url}/orders/2/lines?of=2",
        "GET {base_url}/orders?after=p", "GET {base_url}/orders/3/lines?of=3",
      ])
    #expect(run.keys == ["1\u{1F}7", "1\u{1F}8", "2\u{1F}7"])
    #expect(run.records.first?.raw == #"{"order":"1","id":"7"}"#)
    #expect(run.problem == nil && run.unproven == nil)
    #expect(run.done == ["end": "cursor", "snapshot": true])
    #expect(run.state == [:])
  }

  /// The same vendor, whatever it is asked for first.
  private static func answer(_ request: SentRequest) -> Answer? {
    switch request.description.replacing("GET {base_url}/orders", with: "") {
    case "": whole[0]
    case "/1/lines?of=1": whole[1]
    case "/1/lines?of=1&after=c": whole[2]
    case "/2/lines?of=2": whole[3]
    case "?after=p": whole[4]
    case "/3/lines?of=3": whole[5]
    default: nil
    }
  }

  @Test func `What was cut short goes on in the midst of a parent's children`() throws {
    let host = try TestHost(Self.family())
    let whole = try host.read("items", answer: Self.answer)
    let nexts = ["/1/lines?of=1&after=c", "/2/lines?of=2", "?after=p", "?after=p"]
    for (cut, next) in zip(whole.checkpoints.indices.dropLast(), nexts) {
      var asked: [String] = []
      let rest = try host.resume(whole, after: cut) { request in
        asked.append(request.description.replacing("GET {base_url}/orders", with: ""))
        return Self.answer(request)
      }
      #expect(asked.contains(next) && !asked.contains("/1/lines?of=1"), "\(cut): \(asked)")
      #expect(rest.stored == whole.stored && rest.done == whole.done, "\(cut): \(asked)")
    }
  }

  @Test func `A page of parents that is another now is begun anew`() throws {
    let state = try read(Self.family(), Self.whole).checkpoints[1].state
    let run = try read(
      Self.family(), state: state, resumes: true,
      [.page([5], [("next", .null)]), .page([1], [("next", .null)])])
    #expect(run.asked[1] == "GET {base_url}/orders/5/lines?of=5")
  }

  @Test func `An unproven end of one list, or a parent without a value, proves nothing`() throws {
    let unproven = try read(
      Self.family(), [.page([1], [("next", .null)]), .page([7])])
    #expect(unproven.unproven?.contains("absent_is_end") == true && unproven.keys.count == 1)
    let nameless = try read(
      Self.family(),
      [
        .json(["data": [["id": "1"], ["name": "x"]], "next": .null]),
        .page([7], [("next", .null)]),
      ])
    #expect(nameless.unproven?.contains("1 records of the parent") == true)
  }

  @Test func `A parent that is gone by now has no children where the vendor says so`() throws {
    let answers: [Answer] = [
      .page([1, 2], [("next", .null)]), .json([:], status: 404), .page([7], [("next", .null)]),
    ]
    let told = try read(Self.family(ends: [404]), answers)
    #expect(told.problem == nil && told.keys == ["2\u{1F}7"])
    let untold = try read(Self.family(), Array(answers.prefix(2)))
    #expect(untold.problem?.code == "http.404")
  }

  @Test func `Places that move are read twice before anything is believed to be gone`() throws {
    let counted = RESTStream.Pagination.page(parameter: "page", first: 1, size: 2)
    let parents = try read(
      Self.family(parent: counted, child: .none), [.page([1]), .page([7]), .page([])])
    let children = try read(
      Self.family(parent: .none, child: counted), [.page([1]), .page([7]), .page([])])
    for run in [parents, children] {
      #expect(run.done?["confirm"] == "always" && run.keys == ["1\u{1F}7"])
    }
  }

  @Test func `What changed is asked for of every parent`() throws {
    let changes = RESTStream.Changes(parameter: "since", cursor: "/at", overlapSeconds: 0)
    func page(_ at: String) -> Answer {
      .json(
        ["data": [["id": "7", "at": .string(at)]]],
        headers: ["date": "Sun, 01 Feb 2026 00:00:00 GMT"])
    }
    let family = Self.family(parent: .none, child: .none, changes: changes)
    let first = try read(
      family, [.page([1, 2]), page("2026-01-02T00:00:00Z"), page("2026-01-01T00:00:00Z")])
    #expect(first.state?["since"] == "2026-01-02T00:00:00Z")
    let next = try read(
      family, state: first.state, mode: .incremental,
      [.page([1, 2]), page("2026-01-03T00:00:00Z"), page("2026-01-02T00:00:00Z")])
    #expect(
      next.asked.dropFirst() == [
        "GET {base_url}/orders/1/lines?of=1&since=2026-01-02T00:00:00Z",
        "GET {base_url}/orders/2/lines?of=2&since=2026-01-02T00:00:00Z",
      ])
    #expect(next.state?["since"] == "2026-01-03T00:00:00Z" && next.done == ["end": "single"])
  }

  @Test func `Values are written so that they lead nowhere else`() throws {
    let run = try read(
      Self.family(parent: .none, child: .none),
      [.json(["data": [["id": "../a b/{order}?x"]]]), .page([7])])
    #expect(
      run.asked[1] == "GET {base_url}/orders/..%2Fa%20b%2F%7Border%7D%3Fx/lines?of=../a b/{order}?x"
    )
    #expect(run.keys == ["../a b/{order}?x\u{1F}7"])
  }

  @Test func `A cursor in the path begins with its start, and gives way to the next`() throws {
    var stream = RESTStream(
      path: "/changes/{token}", extract: Extract(records: "/data", key: "/id"),
      pagination: .cursor(at: "/next", parameter: "token"))
    stream.starts = [("token", "begin")]
    let run = try TestHost(Declared(stream)).read(
      "items", answers: [.page([1], [("next", "a/b")]), .page([2], [("next", .null)])])
    #expect(run.asked == ["GET {base_url}/changes/begin", "GET {base_url}/changes/a%2Fb"])
    #expect(run.done?["snapshot"] == true)
  }
}
