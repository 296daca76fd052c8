import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting
import Seeded
import Testing

/// Places that move while pages turn: nothing that is there all the time is missed, and what moved
/// is told of.
@Suite struct SeamTests {
  private static let numbers = RESTStream.Pagination.page(parameter: "page", first: 1, size: 3)
  private static let offsets = RESTStream.Pagination.offset(parameter: "start", size: 3)

  /// A list that its vendor shows by offset or by number.
  private struct List {
    var ids: [Int]
    var size = 3

    func answer(_ request: SentRequest) -> Answer {
      let page = request["page"].flatMap { Int($0) }.map { ($0 - 1) * size }
      let start = page ?? request["start"].flatMap { Int($0) } ?? 0
      return .page(Array(ids.dropFirst(start).prefix(size)))
    }
  }

  private func host(_ pagination: RESTStream.Pagination = offsets) throws -> TestHost {
    try TestHost(Declared(.items(pagination)))
  }

  /// Reads a list that changes before some of the requests, which are counted from 0.
  private func read(_ list: List, _ changes: [Int: (inout List) -> Void] = [:]) throws -> Run {
    var list = list
    var count = 0
    return try host().read("items") { request in
      changes[count]?(&list)
      count += 1
      return list.answer(request)
    }
  }

  private func starts(_ run: Run) -> [String] { run.requests.compactMap { $0["start"] } }

  // MARK: Offsets

  @Test func `Pages whose seams match need a second reading only for deletions`() throws {
    let run = try read(List(ids: Array(1...7)))
    #expect(starts(run) == ["0", "2", "4", "6", "7"])
    #expect(Set(run.keys) == Set((1...7).map { String($0) }))
    #expect(run.done == ["end": "empty", "snapshot": true, "confirm": "deletions"])
  }

  @Test func `A record that is new in front moves the rest back, and is told of`() throws {
    let run = try read(List(ids: Array(1...7)), [1: { $0.ids.insert(0, at: 0) }])
    #expect(Set(run.keys).isSuperset(of: (1...7).map { String($0) }))
    #expect(run.done?["confirm"] == "always" && run.done?["snapshot"] == true)
  }

  @Test func `A record that is gone in front moves the rest forward, and none is missed`() throws {
    let run = try read(List(ids: Array(1...7)), [1: { $0.ids.removeFirst() }])
    #expect(starts(run) == ["0", "2", "0", "2", "4", "5", "6"])
    #expect(Set(run.keys) == Set((1...7).map { String($0) }))
    #expect(run.done?["confirm"] == "always")
  }

  @Test func `Where the record at the seam is gone, the ones before it are looked for`() throws {
    let run = try read(List(ids: Array(1...9)), [2: { $0.ids.removeAll { $0 == 5 } }])
    #expect(Set(run.keys) == Set((1...9).map { String($0) }))
    #expect(run.done?["confirm"] == "always")
  }

  @Test func `Where all that is remembered is gone, the list is read from its beginning`() throws {
    let run = try read(List(ids: Array(1...60)), [20: { $0.ids = [1, 2] + Array(50...60) }])
    #expect(Set(run.keys).isSuperset(of: (50...60).map { String($0) }))
    #expect(starts(run).filter { $0 == "0" }.count == 2 && run.done?["confirm"] == "always")
  }

  @Test func `A list that becomes empty comes to an end`() throws {
    let run = try read(List(ids: Array(1...7)), [2: { $0.ids = [] }])
    #expect(run.problem == nil && run.done?["end"] == "empty" && run.done?["confirm"] == "always")
  }

  @Test func `A vendor that gives one record at a time is read to its end`() throws {
    let run = try read(List(ids: Array(1...4), size: 1))
    #expect(Set(run.keys) == Set((1...4).map { String($0) }))
    #expect(run.done?["end"] == "empty" && run.done?["confirm"] == "always")
  }

  /// A reading of a list in which others come and go, and what was there all the time.
  private func readMoving(_ seed: UInt64) throws -> (run: Run, missed: [Int]) {
    var draw = Draw(seed)
    let size = draw.below(4) + 2
    var list = List(ids: Array(1...(draw.below(40) + 1)), size: size)
    var lasting = Set(list.ids)
    var next = 1000
    var count = 0
    let most = draw.below(3) + 1
    let stream = RESTStream.items(.offset(parameter: "start", size: size))
    let run = try TestHost(Declared(stream)).read("items") { request in
      // The vendor comes to rest, or the list might never end.
      if count > 0 && count < 40 && draw.below(4) == 0 {
        for _ in 0..<most {
          if draw.below(2) == 0 || list.ids.isEmpty {
            list.ids.insert(next, at: draw.below(list.ids.count + 1))
            next += 1
          } else {
            lasting.remove(list.ids.remove(at: draw.below(list.ids.count)))
          }
        }
      }
      count += 1
      return list.answer(request)
    }
    return (run, lasting.subtracting(run.keys.compactMap { Int($0) }).sorted())
  }

  /// Whatever is there from the first request to the last is read, whatever else comes and goes. A
  /// list that moves too much is given up, which claims nothing.
  @Test func `Every record that is there all the time is read`() throws {
    var ended = 0
    for seed in 1...400 as ClosedRange<UInt64> {
      do {
        let (run, missed) = try readMoving(seed)
        #expect(run.problem == nil && run.unproven == nil && run.done?["snapshot"] == true)
        #expect(missed.isEmpty, "seed \(seed): \(missed) of \(starts(run))")
        ended += 1
      } catch let failure as Failure {
        #expect(failure.code == "page.cursor_repeats", "seed \(seed): \(failure)")
      }
    }
    #expect(ended > 300, "only \(ended) of 400 came to an end")
  }

  /// They have no key to match a seam by: the pages go on all the same, and come to an end.
  @Test(arguments: [[1], [3], [4, 5], [3, 4, 5], [7], [1, 2, 3, 4, 5, 6, 7], [2, 4, 6]])
  func `Records that cannot be read do not stop the pages`(dead: [Int]) throws {
    let run = try host().read("items") { request in
      let start = request["start"].flatMap { Int($0) } ?? 0
      let records = (1...7).dropFirst(start).prefix(3).map { id -> JSON in
        dead.contains(id) ? ["name": .integer(Int64(id))] : ["id": .string(String(id))]
      }
      return .json(["data": .array(Array(records))])
    }
    #expect(run.problem == nil && run.done?["end"] == "empty", "\(starts(run))")
    #expect(Set(run.stored.keys) == Set((1...7).filter { !dead.contains($0) }.map { String($0) }))
    let unread = Set(run.records.filter { $0.fault != nil }.map(\.raw))
    #expect(unread.count == dead.count, "each of them is told of")
  }

  @Test func `A pass that goes on elsewhere matches its seam, too`() throws {
    var list = List(ids: Array(1...7))
    let whole = try host().read("items", answer: list.answer)
    list.ids.removeFirst(2)
    for index in whole.checkpoints.indices.dropLast() {
      let resumed = try host().resume(whole, after: index, answer: list.answer)
      #expect(Set(resumed.keys) == Set((1...7).map { String($0) }))
      #expect(resumed.done?["confirm"] == "always")
    }
  }

  @Test func `Where pages are mapped, records cannot be matched, and pages do not overlap`() throws
  {
    var extract = Extract(jq: ".data[]", key: "/id")
    extract.records = "/data"
    let stream = RESTStream(path: "/items", extract: extract, pagination: Self.offsets)
    let list = List(ids: Array(1...4))
    let run = try TestHost(Declared(stream)).read("items", answer: list.answer)
    #expect(starts(run) == ["0", "3", "4"])
    #expect(run.done == ["end": "empty", "snapshot": true, "confirm": "always"])
    let resumed = try TestHost(Declared(stream)).resume(run, after: 0, answer: list.answer)
    #expect(resumed.requests.first?["start"] == "0", "it begins again")
  }

  // MARK: Numbers

  @Test func `Numbered pages are read twice before anything is believed to be gone`() throws {
    let list = List(ids: Array(1...7))
    let run = try host(Self.numbers).read("items", answer: list.answer)
    #expect(run.done == ["end": "empty", "snapshot": true, "confirm": "always"])
  }

  @Test func `A pass goes on at a number only where the page before still ends alike`() throws {
    var list = List(ids: Array(1...7))
    let whole = try host(Self.numbers).read("items", answer: list.answer)
    let same = try host(Self.numbers).resume(whole, after: 0, answer: list.answer)
    #expect(same.requests.map { $0["page"] } == ["1", "2", "3", "4"])
    list.ids.removeFirst()
    let moved = try host(Self.numbers).resume(whole, after: 0, answer: list.answer)
    #expect(moved.requests.map { $0["page"] } == ["1", "1", "2", "3"])
    #expect(Set(moved.keys) == Set((1...7).map { String($0) }) && moved.state == whole.state)
  }

  // MARK: Links

  @Test(arguments: [
    ("/items?page=2", true), ("/items?limit=5&offset=20", true),
    ("/items?Page%5Bnumber%5D=2", true),
    ("/items?%24skip=2", true), ("/items?page=eyJ", false), ("/items?cursor=2", false),
    ("/items?since_id=7&page_info=x", false), ("/items", false),
  ])
  func `A link that counts pages is no better than a number`(link: String, counts: Bool) throws {
    let run = try host(.nextLink(at: "/next")).read(
      "items",
      answers: [.page([1], [("next", .string(link))]), .page([2], [("next", nil)])])
    #expect(run.done?["snapshot"] == true)
    #expect(run.done?["confirm"] == (counts ? "always" : nil))
    let resumed = try host(.nextLink(at: "/next")).resume(run, after: 0) { _ in
      .page([2], [("next", nil)])
    }
    #expect(resumed.done == run.done, "also where another run saw the link")
  }

  // MARK: Places that are forgotten

  @Test(arguments: [400, 404, 410, 416, 422])
  func `A cursor that a resumed pass finds expired begins the pass again`(status: Int) throws {
    let stream = RESTStream.items(.cursor(at: "/next", parameter: "after"))
    let host = try TestHost(Declared(stream))
    let whole = try host.read(
      "items", answers: [.page([1], [("next", "b")]), .page([2], [("next", nil)])])
    let resumed = try host.resume(whole, after: 0) { _ in .json([:], status: status) }
    #expect(resumed.problem?.code == "page.cursor_expired" && resumed.problem?.kind == .data)
    #expect(resumed.heads(.error).first?["restart"] == true)
    #expect(resumed.problem?.mend.contains("nothing is lost") == true)
    // Within a pass it is an error like any other, unless the status is named.
    let broken = try host.read(
      "items", answers: [.page([1], [("next", "b")]), .json([:], status: status)])
    #expect(broken.problem?.code == "http.\(status)")
    let named = try TestHost(Declared(stream.with { $0.ends.expiredStatuses = [status] })).read(
      "items", answers: [.page([1], [("next", "b")]), .json([:], status: status)])
    #expect(named.problem?.code == "page.cursor_expired")
  }

  @Test(arguments: [401, 403, 429, 500, 503])
  func `Other failures of a resumed pass do not begin it again`(status: Int) throws {
    let host = try host(.cursor(at: "/next", parameter: "after"))
    let whole = try host.read(
      "items", answers: [.page([1], [("next", "b")]), .page([2], [("next", nil)])])
    let resumed = try host.resume(whole, after: 0) { _ in .json([:], status: status) }
    #expect(resumed.problem?.code == "http.\(status)")
    #expect(resumed.heads(.error).first?["restart"] == nil)
  }
}
