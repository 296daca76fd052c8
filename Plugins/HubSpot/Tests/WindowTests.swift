import PatchbayCore
import PatchbaySDK
import PatchbaySDKTesting
import Seeded
import Testing

@testable import HubSpot

/// Changes beyond what one search shows: nothing is lost, and it comes to an end.
@Suite struct WindowTests {
  /// Reads all changes; each must be read, and no more often than the walk needs.
  private func read(_ vendor: Vendor, sinceMS: Int64 = 0, overlapS: Int64 = 0) throws -> Run {
    try TestHost.hubSpot().read(
      "companies", .incremental, state: ["since": .integer(sinceMS)],
      config: ["properties": "name", "overlap_seconds": .integer(overlapS)], answer: vendor.answer)
  }

  private func expectWhole(_ vendor: Vendor, _ comment: Comment? = nil) throws {
    let run = try read(vendor)
    #expect(run.problem == nil && run.unproven == nil, comment)
    #expect(Set(run.stored.keys) == vendor.keys, comment)
    let times = Set(vendor.objects.map(\.modifiedMS)).count
    let searches = run.requests.filter { $0.url.hasSuffix("/search") }.count
    // A page brings at least one new time, or 200 new ids; each crowded time costs two turns more.
    #expect(searches <= vendor.objects.count / 200 + 2 * times + 2, comment)
  }

  @Test func moreThanTenThousandChangesAreWalkedThroughByTime() throws {
    let vendor = Vendor((0..<10_500).map { Int64($0 / 3) })
    let run = try read(vendor)
    #expect(run.problem == nil && run.unproven == nil)
    #expect(Set(run.stored.keys) == vendor.keys)
    let searches = run.requests.filter { $0.url.hasSuffix("/search") }
    #expect(searches.count < 10_500 / 197 + 2)
    #expect(searches.allSatisfy { $0.json?["after"] == nil }, "no search turns a page")
  }

  @Test func moreThanTenThousandChangesAtOneTimeAreWalkedThroughByID() throws {
    let times = [Int64(-1)] + [Int64](repeating: 0, count: 10_400) + [1, 1, 2]
    let vendor = Vendor(times)
    try expectWhole(vendor)
    let searches = try read(vendor).requests.filter { $0.url.hasSuffix("/search") }
    #expect(searches.count < 10_400 / 200 + 6)
  }

  @Test(arguments: [198, 199, 200, 201, 399, 400, 401])
  func equalTimesAtTheEdgeOfAPage(count: Int) throws {
    for before in [0, 1, 199, 200] {
      let times =
        (0..<before).map { Int64($0) } + [Int64](repeating: 1000, count: count)
        + [2000, 2000, 2001]
      try expectWhole(Vendor(times), "\(before) before \(count) at one time")
    }
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func anyCrowdsOfTimes(seed: UInt64) throws {
    var draw = Draw(seed)
    var times: [Int64] = []
    var time: Int64 = 0
    while times.count < 1500 {
      time += Int64(draw.below(3)) + 1
      let crowd = draw.below(4) == 0 ? draw.below(450) : draw.below(5)
      times += [Int64](repeating: time, count: crowd)
    }
    try expectWhole(Vendor(times.shuffled(using: &draw)), "seed \(seed)")
  }

  @Test func theSearchBeginsSomewhatBeforeTheLastChange() throws {
    let vendor = Vendor([0, 29_000, 30_000, 60_000])
    let since = Vendor.startMS + 60_000
    #expect(Set(try read(vendor, sinceMS: since, overlapS: 30).stored.keys) == ["3", "4"])
    #expect(Set(try read(vendor, sinceMS: since).stored.keys) == ["4"])
    let first = try read(vendor, sinceMS: 1000, overlapS: 30).requests[0]
    #expect(
      first.json?.at("/filterGroups/0/filters/0/value") == "0", "not before the beginning of time")
  }

  @Test func aSearchWithoutATotalGoesOnWhileThereIsMore() throws {
    var vendor = Vendor((0..<450).map { Int64($0 / 2) })
    vendor.statesTotals = false
    try expectWhole(vendor)
  }

  /// Whatever the total says, the walk goes on while there is more.
  @Test(
    arguments: ["450", .number("450.5"), "many", true, nil, 0, 200, "200", [], "1e999"] as [JSON],
    [true, false])
  func noTotalEndsASearchTooEarly(total: JSON, isPaged: Bool) throws {
    let vendor = Vendor((0..<450).map { Int64($0) })
    let run = try TestHost.hubSpot().read(
      "companies", .incremental, config: ["properties": "name"]
    ) { request in
      guard case .response(_, _, let bytes) = vendor.answer(request),
        var body = (try? JSON(reading: bytes[...]))?.object
      else { return nil }
      // At the end all is as it should be.
      if request.url.hasSuffix("/search"), body["results"]?.array?.count == 200 {
        body["total"] = total
        if !isPaged { body["paging"] = nil }
      }
      return .json(.object(body))
    }
    if [.number("450.5"), "many", true, [], "1e999"].contains(total) {
      #expect(run.problem?.code == "page.total")
      return
    }
    let isBelievable = !isPaged && [200, "200"].contains(total)
    #expect(run.problem == nil)
    #expect(Set(run.stored.keys).count == (isBelievable ? 200 : 450))
  }

  @Test func aTotalOfTextOrWithAFractionIsRead() throws {
    for total in ["450", .number("450.0"), "450.0"] as [JSON] {
      let run = try read(lying: ["results": [], "total": total])
      #expect(run.unproven != nil, "an empty page that claims more: \(total)")
    }
  }

  private func read(lying lie: JSON) throws -> Run {
    var vendor = Vendor([0])
    vendor.searchLie = lie
    return try read(vendor)
  }

  /// A crowd at one time, walked through by id, with records that have no readable id.
  private func readCrowd(_ vendor: Vendor, isDead: (Int, Int) -> Bool) throws -> Run {
    try TestHost.hubSpot().read(
      "companies", .incremental, config: ["properties": "name"]
    ) { request in
      guard case .response(_, _, let bytes) = vendor.answer(request),
        var body = (try? JSON(reading: bytes[...]))?.object,
        var results = body["results"]?.array
      else { return nil }
      if request.json?.at("/sorts/0/propertyName") == "hs_object_id" {
        for index in results.indices where isDead(index, results.count) {
          results[index] = ["id": nil]
        }
        body["results"] = .array(results)
      }
      return .json(.object(body))
    }
  }

  @Test func aPageThatEndsWithADeadRecordGoesOnFromTheLastReadableOne() throws {
    let vendor = Vendor([Int64](repeating: 0, count: 500) + [1, 2])
    let run = try readCrowd(vendor) { $0 == $1 - 1 }
    let ids = run.requests.compactMap { $0.json?.at("/filterGroups/0/filters/1/value")?.string }
    #expect(ids == ["0", "199", "398"])
    #expect(run.problem == nil && run.unproven == nil)
    #expect(Set(run.stored.keys) == vendor.keys.subtracting(["500"]), "dead at the very end")
    #expect(run.records.filter { $0.fault != nil }.count == 3)
  }

  @Test func aCrowdOfDeadRecordsIsNoProvenEndAndNoLoop() throws {
    let vendor = Vendor([Int64](repeating: 0, count: 500) + [1, 2])
    let run = try readCrowd(vendor) { _, _ in true }
    let ids = run.requests.compactMap { $0.json?.at("/filterGroups/0/filters/1/value")?.string }
    #expect(ids == ["0"], "not above an empty id")
    #expect(run.problem == nil && run.unproven != nil)
    #expect(run.stored.keys.contains("502"), "what comes after that time is read")
  }

  @Test(
    arguments: [
      ["results": [], "total": 3], ["results": [], "paging": ["next": ["after": "200"]]],
    ] as [JSON])
  func anEmptyPageThatClaimsMoreIsNoProvenEnd(lie: JSON) throws {
    var vendor = Vendor([0])
    vendor.searchLie = lie
    #expect(try read(vendor).unproven != nil)
  }

  @Test func anEmptyPageAmongEqualTimesIsNoProvenEnd() throws {
    let host = try TestHost.hubSpot()
    let vendor = Vendor([Int64](repeating: 0, count: 500))
    var lying = vendor
    lying.searchLie = ["results": [], "total": 300]
    var searches = 0
    func answer(_ request: SentRequest) -> Answer? {
      if request.url.hasSuffix("/search") { searches += 1 }
      // The third search walks by id.
      return searches == 4 ? lying.answer(request) : vendor.answer(request)
    }
    let run = try host.read(
      "companies", .incremental, config: ["properties": "name"], answer: answer)
    #expect(run.stored.count < 500)
    #expect(run.unproven != nil)
    let late = try #require(run.checkpoints.indices.dropLast().last)
    let resumed = try host.resume(run, after: late, answer: vendor.answer)
    #expect(resumed.unproven != nil, "the doubt outlives an interruption")
  }

  @Test func afterEveryCheckpointTheWalkGoesOn() throws {
    let times = (0..<250).map { Int64($0) } + [Int64](repeating: 300, count: 450) + [301]
    let host = try TestHost.hubSpot()
    let vendor = Vendor(times)
    let run = try read(vendor)
    #expect(run.checkpoints.count >= 7 && run.stored.count == times.count)
    #expect(try host.differences(resuming: run, vendor.answer).isEmpty)
  }

  @Test(
    arguments: [
      ["from": 5, "exclusive": false], ["from": 5, "exclusive": true], ["from": 5, "above": "77"],
      ["from": 5, "above": "0", "doubtful": true],
    ] as [JSON])
  func aPlaceIsKeptAsItIs(state: JSON) throws {
    #expect(try #require(Window(state)).json == state)
  }

  @Test(arguments: [[:], ["from": "5"], 5, nil] as [JSON])
  func whatIsNoPlaceIsNone(state: JSON) { #expect(Window(state) == nil) }
}
