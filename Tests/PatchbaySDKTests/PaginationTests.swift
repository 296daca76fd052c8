import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting
import Testing

/// How a declared stream goes from page to page, and how it knows the last.
@Suite struct PaginationTests {
  private func read(
    _ pagination: RESTStream.Pagination, _ answers: [Answer], state: JSON? = nil,
    resumes: Bool = false
  ) throws -> Run {
    try TestHost(Declared(.items(pagination)))
      .read("items", state: state, resumes: resumes, answers: answers)
  }

  @Test(arguments: [nil, JSON.null, "", false] as [JSON?])
  func aCursorInTheBodyIsSentUntilThereIsNone(end: JSON?) throws {
    let last = end.map { [("next", $0)] } ?? []
    let run = try read(
      .cursor(at: "/next", parameter: "after"),
      [.page([1, 2], [("next", "b")]), .page([3], [("next", 7)]), .page([4], last)])
    #expect(
      run.asked == [
        "GET {base_url}/items?limit=2", "GET {base_url}/items?limit=2&after=b",
        "GET {base_url}/items?limit=2&after=7",
      ])
    #expect(run.keys == ["1", "2", "3", "4"])
    #expect(run.checkpoints.map(\.state) == [["at": "b"], ["at": "7"], [:]])
    #expect(run.problem == nil && run.unproven == nil)
  }

  @Test(arguments: [["cursor": "b"], ["b"], true, [:]] as [JSON])
  func aCursorThatIsNoneIsAnErrorAndNoEnd(next: JSON) throws {
    for pagination in [
      RESTStream.Pagination.cursor(at: "/next", parameter: "a"), .nextLink(at: "/next"),
    ] {
      let run = try read(pagination, [.page([1], [("next", next)])])
      #expect(run.problem?.code == "page.cursor" && run.problem?.isRetryable == true)
      #expect(run.checkpoints.isEmpty)
    }
  }

  @Test func anEmptyPageWithACursorIsNotTheLast() throws {
    let run = try read(
      .cursor(at: "/next", parameter: "after"), [.page([], [("next", "b")]), .page([1])])
    #expect(run.keys == ["1"])
  }

  @Test(arguments: [
    ("https://api.example.com/items?p=2", "https://api.example.com/items?p=2"),
    ("/items?p=2", "/items?p=2"), ("?p=2", "?p=2"), ("../b", "../b"),
  ])
  func aLinkInTheBodyIsFollowedFromThePageOnWhichItStood(link: String, url: String) throws {
    let run = try read(.nextLink(at: "/next"), [.page([1], [("next", .string(link))]), .page([2])])
    #expect(run.asked == ["GET {base_url}/items?limit=2", "GET \(url)"])
    #expect(
      run.heads(.httpRequest).map { $0["relative_to"] } == ["{base_url}/items", "{base_url}/items"])
    #expect(run.keys == ["1", "2"])
  }

  @Test(arguments: [
    #"<https://a/2>; rel="next""#, #"<https://a/9>; rel="last", <https://a/2>; rel="next""#,
    #"<https://a/2>;rel=next"#, #"<https://a/2>; title="a, b"; REL="last next""#,
    #"<https://a/1>; rel="prev"; title=">,<", <https://a/2> ; rel = "next" , <https://a/9>"#,
    #"<https://a/1>; title="a; rel=next", <https://a/2>; rel="next""#,
    #"<https://a/1>; title="\", <https://a/3>; rel=next", <https://a/2>; rel="next""#,
    // A combining mark melts with the quote before it, and is no part of it.
    "<https://a/1>; title=\"\u{33C}\", <https://a/2>; rel=\"\u{33C} next\"",
  ])
  func aLinkHeaderNamesTheNextPage(header: String) throws {
    let run = try read(
      .linkHeader, [.page([1], headers: ["link": header]), .page([2], headers: [:])])
    #expect(run.asked == ["GET {base_url}/items?limit=2", "GET https://a/2"])
    #expect(run.keys == ["1", "2"])
  }

  @Test func aLinkWithACommaIsNotCutAtIt() throws {
    let header = #"<https://a/?ids=1,2>; rel="first", <https://a/?ids=3,4>; rel="next""#
    let run = try read(.linkHeader, [.page([1], headers: ["link": header]), .page([2])])
    #expect(run.asked.last == "GET https://a/?ids=3,4")
  }

  @Test(arguments: [
    #"<https://a/2>; rel="prev""#, #"<https://a/1>; rel=self"#, "<a>; rel=\"LAST\"",
    #"<https://a/schema>; rel="describedby", <https://a/1>; rel="first last""#,
  ])
  func aLinkHeaderThatNamesPagesWithoutANextIsTheEnd(header: String) throws {
    let run = try read(.linkHeader, [.page([1, 2], headers: ["link": header])])
    #expect(run.asked.count == 1 && run.problem == nil && run.unproven == nil)
    #expect(run.done == ["end": "link", "snapshot": true])
  }

  @Test(arguments: [
    "", "<", "<https://a/2", "https://a/2; rel=next", #"<https://a/2>; rel="nextpage""#,
    "<https://a/2>", #"<https://a/2>; title="next""#, "<><><>;;;=,,", #"<https://a/2>; rel"#,
    #"<https://a/schema>; rel="describedby""#, #"<https://a/2>; title="rel=last""#,
  ])
  func aLinkHeaderThatNamesNoPagesProvesNoEnd(header: String) throws {
    let run = try read(.linkHeader, [.page([1, 2], headers: ["link": header])])
    #expect(run.asked.count == 1 && run.problem == nil)
    #expect(run.unproven?.contains("absent_is_end: true") == true)
  }

  @Test func pagesAreNumberedUntilOneIsEmpty() throws {
    let run = try read(
      .page(parameter: "page", first: 1, size: 2),
      [.page([1, 2]), .page([3, 4]), .page([5]), .page([])])
    #expect(run.requests.map { $0["page"] } == ["1", "2", "3", "4"])
    #expect(run.keys.count == 5)
    #expect(run.done == ["end": "empty", "snapshot": true, "confirm": "always"])
  }

  @Test func pagesMayBeNumberedFromZero() throws {
    let run = try read(.page(parameter: "page", first: 0, size: 2), [.page([1, 2]), .page([])])
    #expect(run.requests.map { $0["page"] } == ["0", "1"])
    #expect(run.keys == ["1", "2"])
  }

  @Test func offsetsOverlapByARecordAndEndWithAnEmptyPage() throws {
    let run = try read(
      .offset(parameter: "start", size: 2),
      [.page([1, 2]), .page([2, 3]), .page([3, 4, 5]), .page([5]), .page([])])
    #expect(run.requests.map { $0["start"] } == ["0", "1", "2", "4", "5"])
    #expect(run.stored.keys.sorted() == ["1", "2", "3", "4", "5"])
    #expect(run.done == ["end": "empty", "snapshot": true, "confirm": "deletions"])
  }

  @Test func withoutPagesThereIsOneRequest() throws {
    #expect(try read(.none, [.page([1, 2, 3])]).asked == ["GET {base_url}/items?limit=2"])
    #expect(try read(.none, [.page([])]).records.isEmpty)
  }

  @Test func aPageWithoutItsRecordsIsAnErrorAndNoEnd() throws {
    let run = try read(
      .cursor(at: "/next", parameter: "after"),
      [.page([1], [("next", "b")]), .json(["next": "c"])])
    #expect(run.problem?.code == "page.records_missing" && run.problem?.kind == .data)
    #expect(run.keys == ["1"], "what was covered before stays")
    #expect(run.state == ["at": "b"])
  }

  @Test(arguments: [
    (Answer.text("<html></html>", type: "text/html"), "page.content_type"),
    (.text(#"{"data":[{"id":"1"}"#), "page.json"), (.json(["oh": "no"], status: 503), "http.503"),
  ])
  func aPageThatIsNoneIsAnError(answer: Answer, code: String) throws {
    #expect(try read(.none, [answer]).problem?.code == code)
  }

  @Test func aPageThatNamesItselfIsNoticed() throws {
    let host = try TestHost(Declared(.items(.cursor(at: "/next", parameter: "after"))))
    let found = failure { _ = try host.read("items") { _ in .page([1], [("next", "b")]) } }
    #expect(found?.code == "page.cursor_repeats")
  }

  /// Nine items, two a page, by whichever way of asking for them.
  private static func nine(_ request: SentRequest) -> Answer? {
    let link = request.url.split(separator: "=").last.flatMap { Int($0) }
    let page = request["page"].flatMap { Int($0) }.map { ($0 - 1) * 2 }
    let named = (request["after"] ?? request["start"]).flatMap { Int($0) }
    let start = page ?? named ?? link ?? 0
    let ids = Array(Array(1...9).dropFirst(start).prefix(2))
    let next = start + 2
    if next >= 9 { return .page(ids) }
    return .page(
      ids, [("next", .integer(Int64(next))), ("link", .string("/items?from=\(next)"))],
      headers: ["link": "</items?from=\(next)>; rel=\"next\""])
  }

  /// Each with how many checkpoints a whole pass has, and how many requests more a resumed one.
  @Test(arguments: [
    (RESTStream.Pagination.cursor(at: "/next", parameter: "after"), 5, 0),
    (.nextLink(at: "/link"), 5, 0), (.linkHeader, 5, 0),
    // An empty page ends them. A numbered page is looked for where the one before still ends alike.
    (.page(parameter: "page", first: 1, size: 2), 6, 1),
    // All but the first page bring one record anew, and the last one is asked for twice.
    (.offset(parameter: "start", size: 2), 10, 0),
  ])
  func afterEachCheckpointTheRestIsRead(
    pagination: RESTStream.Pagination, checkpoints: Int, more: Int
  ) throws {
    let host = try TestHost(Declared(.items(pagination)))
    let whole = try host.read("items", answer: Self.nine)
    #expect(Set(whole.keys) == Set((1...9).map { String($0) }))
    #expect(whole.checkpoints.count == checkpoints)
    for index in whole.checkpoints.indices.dropLast() {
      let resumed = try host.resume(whole, after: index, answer: Self.nine)
      #expect(resumed.stored == whole.stored)
      // Where an overlapping page had nothing new, it is asked for again.
      let again = checkpoints == 10 && index == checkpoints - 2 ? 1 : 0
      #expect(resumed.requests.count == whole.requests.count - index - 1 + more + again)
      #expect(resumed.state == whole.state && resumed.unproven == nil)
      #expect(resumed.done == whole.done)
    }
  }
}
