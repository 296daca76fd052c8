import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting
import Testing

@testable import HubSpot

/// Answers that leave something out: what is not proven to be whole never counts as whole, for what
/// was not seen is then deleted.
@Suite struct DoubtTests {
  private static let vendor: Vendor = {
    var vendor = Vendor((0..<150).map { Int64($0) })
    vendor.properties = (0..<300).map { "a_property_of_28_letters_\($0 + 100)" }
    for id in 1...150 where id % 3 != 0 { vendor.associations[id] = [id + 1000] }
    return vendor
  }()

  /// Reads with some answers changed. Which ones the closure says, by what the vendor would answer.
  private func read(
    _ stream: String = "contacts", _ change: (SentRequest, inout JSONObject) -> Void
  ) throws -> Run {
    try TestHost.hubSpot().read(stream) { request in
      guard case .response(let status, let headers, let bytes) = Self.vendor.answer(request),
        var body = (try? JSON(reading: bytes[...]))?.object
      else { return nil }
      change(request, &body)
      return .json(.object(body), status: status, headers: headers)
    }
  }

  // MARK: Batches

  private static func isBatch(_ request: SentRequest) -> Bool { request.url.contains("batch/read") }

  @Test(arguments: ["contacts", "deals_contacts"])
  func anErrorThatIsNoMissingRecordIsNoProvenEnd(stream: String) throws {
    let run = try read(stream) { request, body in
      guard Self.isBatch(request) else { return }
      body["results"] = []
      body["errors"] = [
        ["status": "error", "category": "RATE_LIMITS", "message": "try again"]
      ]
      body["numErrors"] = 1
    }
    #expect(run.problem == nil && run.stored.isEmpty)
    #expect(try #require(run.unproven).contains("RATE_LIMITS: try again"))
  }

  @Test(arguments: ["contacts", "deals_contacts"], [nil, 0, 2, "many"] as [JSON?])
  func recordsThatAreLeftOutWithoutAWordAreNoProvenEnd(stream: String, errors: JSON?) throws {
    let run = try read(stream) { request, body in
      guard Self.isBatch(request), let results = body["results"]?.array else { return }
      body["results"] = .array(Array(results.dropLast()))
      body["numErrors"] = errors
    }
    #expect(run.problem == nil && run.unproven != nil && !run.stored.isEmpty)
  }

  @Test func recordsWithoutAssociationsMayBeLeftOutOfAFullAnswer() throws {
    let run = try TestHost.hubSpot().read("deals_contacts") { request in
      guard case .response(_, let headers, let bytes) = Self.vendor.answer(request),
        var body = (try? JSON(reading: bytes[...]))?.object
      else { return nil }
      body["errors"] = nil
      body["numErrors"] = nil
      return .json(.object(body), headers: headers)
    }
    #expect(run.problem == nil && run.unproven == nil && run.stored.count == 100)
  }

  @Test func aCountOfErrorsWithoutAReasonIsNoProvenEnd() throws {
    let run = try read { request, body in
      if Self.isBatch(request) { body["numErrors"] = 1 }
    }
    #expect(run.unproven != nil && run.stored.count == 150)
  }

  @Test func recordsThatTheVendorSaysAreGoneAreNothingToDoubt() throws {
    let objects = try read { request, body in
      guard Self.isBatch(request), let results = body["results"]?.array else { return }
      body["results"] = .array(Array(results.dropFirst()))
      let gone = results[0]["id"]?.string ?? ""
      for (name, value) in Vendor.errors([Vendor.notFound("ids", [gone])]) { body[name] = value }
    }
    #expect(objects.problem == nil && objects.unproven == nil && objects.stored.count == 148)
    let associations = try read("deals_contacts") { _, _ in }
    #expect(associations.unproven == nil && associations.stored.count == 100)
  }

  @Test func anErrorOfOtherRecordsDoesNotExplainThoseThatAreMissing() throws {
    let run = try read { request, body in
      guard Self.isBatch(request), let results = body["results"]?.array else { return }
      body["results"] = .array(Array(results.dropFirst()))
      for (name, value) in Vendor.errors([Vendor.notFound("ids", ["977"])]) { body[name] = value }
    }
    #expect(run.unproven != nil)
  }

  @Test(arguments: ["contacts", "deals_contacts"])
  func theDoubtOutlivesAnInterruption(stream: String) throws {
    let host = try TestHost.hubSpot()
    var batches = 0
    let run = try host.read(stream) { request in
      if Self.isBatch(request) { batches += 1 }
      return batches == 1 && Self.isBatch(request)
        ? .json(["results": []], status: 207) : Self.vendor.answer(request)
    }
    #expect(run.unproven != nil)
    let resumed = try host.resume(run, after: 0, answer: Self.vendor.answer)
    #expect(resumed.unproven == run.unproven)
  }

  // MARK: Pages of ids

  @Test(
    arguments: ["contacts", "deals_contacts"],
    [([:], "page.records_missing"), (["results": nil], "hubspot.ids")] as [(JSON, String)])
  func aPageOfIDsWithoutResultsIsAnErrorThatIsTriedAgain(
    stream: String, page: (body: JSON, code: String)
  ) throws {
    let run = try TestHost.hubSpot().read(stream) { request in
      Self.vendor.isList(request) ? .json(page.body) : Self.vendor.answer(request)
    }
    let problem = try #require(run.problem)
    #expect(problem.code == page.code && problem.isRetryable)
    #expect(run.checkpoints.isEmpty)
  }

  @Test(
    arguments: ["contacts", "deals_contacts"],
    [[:], ["id": nil], ["id": ""], ["id": ["1"]], 7] as [JSON])
  func anIDThatCannotBeReadIsAnError(stream: String, record: JSON) throws {
    let run = try read(stream) { request, body in
      guard Self.vendor.isList(request), var results = body["results"]?.array, !results.isEmpty
      else { return }
      results[results.count - 1] = record
      body["results"] = .array(results)
    }
    #expect(run.problem?.code == "hubspot.ids" && run.checkpoints.isEmpty)
  }

  @Test(arguments: ["contacts", "deals_contacts"])
  func anIDMayBeANumber(stream: String) throws {
    let run = try read(stream) { request, body in
      guard Self.vendor.isList(request), var results = body["results"]?.array else { return }
      for index in results.indices {
        let id = results[index]["id"]?.string.flatMap { Int64($0) } ?? 0
        results[index] = ["id": .integer(id), "archived": false]
      }
      body["results"] = .array(results)
    }
    let whole = try read(stream) { _, _ in }
    #expect(run.unproven == nil && run.problem == nil && run.stored == whole.stored)
  }

  @Test(
    arguments: ["contacts", "owners", "deals_contacts"],
    [[:], ["after": nil], ["after": ""], ["after": ["1"]], "100"] as [JSON])
  func aNextPageThatCannotBeFoundIsNotTheEnd(stream: String, next: JSON) throws {
    let run = try read(stream) { request, body in
      if request.method == "GET" { body["paging"] = ["next": next] }
    }
    #expect(run.problem?.code == "hubspot.cursor")
  }

  // MARK: The archived list

  /// 250 archived records, of which some were restored since: also a whole page, but not the first.
  @Test(arguments: [0..<1, 1..<100, 50..<51, 150..<151, 100..<200, 249..<250], [["email"], []])
  func aLiveRecordAmongArchivedOnesDoesNotEndTheList(live: Range<Int>, chosen: [String]) throws {
    var vendor = Vendor((0..<250).map { Int64($0) })
    vendor.properties = Self.vendor.properties
    for index in vendor.objects.indices { vendor.objects[index].isArchived = true }
    var now = vendor
    for index in live { now.objects[index].isArchived = false }
    let run = try TestHost.hubSpot().read(
      "contacts", config: ["properties": .array(chosen.map { .string($0) })]
    ) { request in
      Self.isBatch(request) ? now.answer(request) : vendor.answer(request, restored: live)
    }
    #expect(run.problem == nil && run.unproven == nil)
    #expect(run.seen == vendor.keys)
    #expect(Set(run.stored.keys) == Set(live.map { String($0 + 1) }), "the others are deleted")
  }

  // MARK: Settings

  @Test(
    arguments: [
      -1, 86_401, 9_223_372_036_854_775_807, "9223372036854775808", "1.5", "", "soon", true,
    ] as [JSON])
  func anOverlapBeyondADayIsRefused(seconds: JSON) throws {
    let run = try TestHost.hubSpot().read(
      "deals", .incremental, state: ["since": 5], config: ["overlap_seconds": seconds], answers: [])
    #expect(run.problem?.code == "hubspot.overlap" && run.problem?.kind == .config)
  }

  @Test(arguments: [(0, "1000"), (1, "0"), (86_400, "0")])
  func anOverlapUpToADayIsTaken(seconds: Int64, from: String) throws {
    let run = try TestHost.hubSpot().read(
      "deals", .incremental, state: ["since": 1000],
      config: ["properties": "a", "overlap_seconds": .integer(seconds)], answer: Vendor().answer)
    #expect(run.requests[0].json?.at("/filterGroups/0/filters/0/value") == .string(from))
  }

  @Test(arguments: [Int64.min, -1, .max])
  func anyOldStateIsARoomToBeginIn(since: Int64) throws {
    let run = try TestHost.hubSpot().read(
      "deals", .incremental, state: ["since": .integer(since)],
      config: ["properties": "a", "overlap_seconds": 86_400], answer: Vendor().answer)
    #expect(run.problem == nil)
  }
}

extension Vendor {
  func isList(_ request: SentRequest) -> Bool {
    request.method == "GET" && request.url.contains("/objects/")
  }

  /// The answer to a list in which some of the records are live after all.
  func answer(_ request: SentRequest, restored: Range<Int>) -> Answer? {
    guard let answer = answer(request), isList(request),
      case .response(_, _, let bytes) = answer,
      var body = (try? JSON(reading: bytes[...]))?.object,
      let results = body["results"]?.array
    else { return answer(request) }
    body["results"] = .array(
      results.map { result in
        guard var record = result.object, let id = record["id"]?.string.flatMap({ Int($0) }),
          restored.contains(id - 1)
        else { return result }
        record["archived"] = false
        return .object(record)
      })
    return .json(.object(body))
  }
}
