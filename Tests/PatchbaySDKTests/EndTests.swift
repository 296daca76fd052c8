import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting
import Testing

/// An end is only what the vendor says: everything else is asked further, or is not proven.
@Suite struct EndTests {
  private typealias Pagination = RESTStream.Pagination

  private static let cursor = Pagination.cursor(at: "/next", parameter: "after")
  private static let link = Pagination.nextLink(at: "/next")
  private static let numbers = Pagination.page(parameter: "page", first: 1, size: 2)
  private static let offsets = Pagination.offset(parameter: "start", size: 2)

  private func read(
    _ stream: RESTStream, _ mode: TestHost.Mode = .full, _ answers: [Answer]
  ) throws -> Run {
    try TestHost(Declared(stream)).read("items", mode, answers: answers)
  }

  private func read(
    _ pagination: Pagination, _ answers: [Answer],
    _ ends: (inout RESTStream.Ends) -> Void = { _ in }
  ) throws -> Run {
    try read(.items(pagination).with { ends(&$0.ends) }, .full, answers)
  }

  private func ended(_ proof: String, _ run: Run) -> Bool {
    run.problem == nil && run.unproven == nil
      && run.done == ["end": .string(proof), "snapshot": true]
  }

  // MARK: Cursors and links

  @Test(arguments: [cursor, link, .linkHeader])
  private func `A place that no page ever named is no proof of an end`(
    pagination: Pagination
  ) throws {
    let run = try read(pagination, [.page([1, 2])])
    #expect(run.problem == nil && run.keys == ["1", "2"], "what came is stored")
    #expect(run.unproven?.contains("absent_is_end: true") == true)
    #expect(run.done?["snapshot"] == nil && run.done?["end"] == nil)
  }

  @Test(arguments: [cursor, link, .linkHeader])
  private func `It is one where the author or the admin says so`(pagination: Pagination) throws {
    let run = try read(pagination, [.page([1, 2])]) { $0.isAbsentEnd = true }
    #expect(ended("cursor", run))
  }

  @Test(arguments: [cursor, link, .linkHeader])
  private func `A place that was named before, and is not any more, is an end`(
    pagination: Pagination
  ) throws {
    let run = try read(
      pagination,
      [.page([1], [("next", "/b")], headers: ["link": "</b>; rel=next"]), .page([2])])
    #expect(ended("cursor", run) && run.keys == ["1", "2"])
  }

  @Test(arguments: [JSON.null, "", false], [cursor, link])
  private func `A value that is none is an end also on the only page`(
    none: JSON, pagination: Pagination
  ) throws {
    #expect(ended("cursor", try read(pagination, [.page([1], [("next", none)])])))
  }

  @Test(arguments: [cursor, link, .linkHeader])
  private func `An empty page is an end`(pagination: Pagination) throws {
    #expect(ended("empty", try read(pagination, [.page([])])))
  }

  @Test func `A page that names itself is an end only where that is said`() throws {
    let answers: [Answer] = [.page([1], [("next", "b")]), .page([2], [("next", "b")])]
    #expect(ended("cursor", try read(Self.cursor, answers) { $0.isSelfEnd = true }))
    #expect(ended("link", try read(Self.link, answers) { $0.isSelfEnd = true }))
    let host = try TestHost(Declared(.items(Self.cursor)))
    let found = failure { _ = try host.read("items") { _ in .page([1], [("next", "b")]) } }
    #expect(found?.code == "page.cursor_repeats")
  }

  // MARK: More

  @Test(arguments: [JSON.bool(false), 0, "false"], [cursor, link, numbers, offsets])
  private func `More that is false is an end, whatever stands beside it`(
    no: JSON, pagination: Pagination
  ) throws {
    let run = try read(pagination, [.page([1, 2], [("more", no), ("next", "/b")])]) {
      $0.more = "/more"
    }
    #expect(run.requests.count == 1 && run.done?["end"] == "more" && run.unproven == nil)
  }

  @Test(arguments: [JSON.bool(true), 1, "true"])
  private func `More that is true is no end, and a next one must be named`(yes: JSON) throws {
    let ends: (inout RESTStream.Ends) -> Void = { $0.more = "/more" }
    let numbered = try read(
      Self.numbers, [.page([1], [("more", yes)]), .page([2], [("more", false)])], ends)
    #expect(numbered.keys == ["1", "2"] && numbered.done?["end"] == "more")
    let broken = try read(Self.cursor, [.page([1], [("more", yes), ("next", nil)])], ends)
    #expect(broken.problem?.code == "page.more" && broken.problem?.isRetryable == true)
  }

  @Test(arguments: [nil, .null, "perhaps", 2, [], [:]] as [JSON?])
  private func `More that says neither fails the page, which is tried again`(more: JSON?) throws {
    let members = more.map { [("more", $0)] } ?? []
    for pagination in [
      Self.cursor, Self.numbers, Self.offsets, .lastKey(parameter: "after", more: "/more"),
    ] {
      let run = try read(pagination, [.page([1], members + [("next", "b")])]) {
        if case .lastKey = pagination { return }
        $0.more = "/more"
      }
      #expect(run.problem?.code == "page.more" && run.problem?.isRetryable == true)
    }
  }

  @Test func `The last key is sent for as long as there is more`() throws {
    let run = try read(
      .lastKey(parameter: "after", more: "/more"),
      [.page([1, 7], [("more", true)]), .page([8], [("more", false)])])
    #expect(run.requests.map { $0["after"] } == [nil, "7"])
    #expect(ended("more", run))
  }

  // MARK: Counts

  @Test func `A short page is no end where pages are numbered or counted`() throws {
    let numbered = try read(Self.numbers, [.page([1]), .page([2]), .page([])])
    #expect(numbered.keys == ["1", "2"] && numbered.done?["end"] == "empty")
    let counted = try read(Self.offsets, [.page([1]), .page([1, 2]), .page([2]), .page([])])
    #expect(counted.requests.map { $0["start"] } == ["0", "0", "1", "2"])
    #expect(Set(counted.keys) == ["1", "2"] && counted.done?["end"] == "empty")
  }

  @Test func `A number of pages is an end on the last of them`() throws {
    let pages = Pagination.page(parameter: "page", first: 0, size: 2, count: "/pages")
    let run = try read(pages, [.page([1], [("pages", 2)]), .page([2], [("pages", "2")])])
    #expect(run.requests.map { $0["page"] } == ["0", "1"])
    #expect(run.done == ["end": "count", "snapshot": true, "confirm": "always"])
    #expect(try read(pages, [.page([], [("pages", 0)])]).done?["end"] == "count")
    for wrong in [.null, -1, "many", .number("1.5")] as [JSON] {
      let broken = try read(pages, [.page([1], [("pages", wrong)])])
      #expect(broken.problem?.code == "page.count" && broken.problem?.isRetryable == true)
    }
  }

  @Test(arguments: [numbers, offsets, cursor, link, .linkHeader])
  private func `A total that adds up is an end`(pagination: Pagination) throws {
    let run = try read(.counted(pagination), .full, [.page([1, 2], [("total", 2)])])
    #expect(run.requests.count == 1 && run.done?["end"] == "total" && run.unproven == nil)
  }

  @Test func `A total that does not add up, or counts the rest, is none`() throws {
    let short = try read(.counted(Self.cursor), .full, [.page([1, 2], [("total", 3)])])
    #expect(short.unproven != nil)
    let rest = try read(
      .counted(Self.numbers, isRest: true), .full,
      [.page([1, 2], [("total", 2)]), .page([], [("total", 0)])])
    #expect(rest.done?["end"] == "empty" && rest.requests.count == 2)
  }

  // MARK: Statuses

  @Test(arguments: [cursor, link, numbers, offsets])
  private func `A status is an end behind other pages, and an error on the first`(
    pagination: Pagination
  ) throws {
    let gone = Answer.json(["error": "no such page"], status: 404)
    let run = try read(pagination, [.page([1, 2], [("next", "/b")]), gone]) { $0.statuses = [404] }
    #expect(run.problem == nil && run.unproven == nil && run.done?["end"] == "status")
    #expect(run.heads(.httpRequest).allSatisfy { $0["statuses"] == [404] })
    let first = try read(pagination, [gone]) { $0.statuses = [404] }
    #expect(first.problem?.code == "http.404" && first.problem?.kind == .config)
    let unsaid = try read(pagination, [.page([1, 2], [("next", "/b")]), gone])
    #expect(unsaid.problem?.code == "http.404")
  }

  // MARK: What is said of an end

  @Test func `A pass that reads only changes is no snapshot`() throws {
    let run = try read(.items(Self.cursor), .incremental, [.page([1], [("next", nil)])])
    #expect(run.done == ["end": "cursor"])
  }

  @Test func `One page is all there is where there are no others`() throws {
    #expect(ended("single", try read(.none, [.page([1])])))
  }

  @Test func `A host of before is told only what it knows`() throws {
    let manifest = Array(
      #"""
      {"manifest":1,"id":"items","version":"1.0.0","kind":"connector","name":"Items",
       "publisher":"tests","abi":"1.0","operations":["read"],"requires":["extract.json"]}
      """#.utf8)
    let host = try TestHost(Declared(.items(Self.link)), manifest: manifest)
    let run = try host.read(
      "items", answers: [.page([1], [("next", "/b?c=1")]), .page([2], [("next", nil)])])
    #expect(run.done == [:])
    #expect(run.asked == ["GET {base_url}/items?limit=2", "GET {base_url}/b?c=1"])
    #expect(run.heads(.httpRequest).allSatisfy { $0["relative_to"] == nil })
  }
}
