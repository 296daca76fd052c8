import PatchbaySDK
import PatchbaySDKTesting
import Testing

@testable import HubSpot

/// Every stream from its first request to the state of the next pass.
@Suite struct StreamTests {
  private static let properties: JSON = ["properties": "email", "overlap_seconds": 0]

  private static let names = [
    "contacts", "companies", "deals", "tickets", "products", "line_items", "notes", "tasks",
    "owners", "contacts_companies", "deals_contacts", "deals_companies", "tickets_contacts",
  ]

  /// 250 records, a fifth of them archived, with up to five associations each.
  private static let vendor: Vendor = {
    var vendor = Vendor((0..<250).map { Int64($0) * 1000 })
    for index in vendor.objects.indices {
      vendor.objects[index].isArchived = index % 5 == 0
      vendor.associations[index + 1] = (0..<(index % 6)).map { 1000 + $0 * 7 }
    }
    return vendor
  }()

  @Test func theManifestNamesTheStreamsThatCanBeRead() throws {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    let manifest = try JSON(
      reading: FileBytes.read(folder.joined(separator: "/") + "/plugin.json")[...])
    let streams = manifest["streams"]?.array?.compactMap { $0["name"]?.string } ?? []
    #expect(Set(streams) == Set(Self.names))
    let run = try TestHost.hubSpot().read("contacts_owners", answers: [])
    #expect(run.problem?.code == "stream.unknown")
  }

  @Test(arguments: names)
  func afterEveryCheckpointAFullReadStoresTheSame(stream: String) throws {
    let host = try TestHost.hubSpot()
    let run = try host.read(stream, config: Self.properties, answer: Self.vendor.answer)
    #expect(run.problem == nil && run.unproven == nil)
    #expect(run.checkpoints.count >= 2)
    #expect(run.stored.count >= 200)
    // A record may be restored between the two lists of an object.
    let isObject = stream != "owners" && !stream.contains("_") || stream == "line_items"
    let wanted: JSON =
      isObject
      ? ["end": "cursor", "snapshot": true, "confirm": "deletions"]
      : ["end": "cursor", "snapshot": true]
    #expect(run.done == wanted, "what it did not bring is gone")
    #expect(try host.differences(resuming: run, Self.vendor.answer).isEmpty)
  }

  @Test func aFullReadBringsTheLivingAndTheArchived() throws {
    let run = try TestHost.hubSpot().read(
      "deals", config: Self.properties, answer: Self.vendor.answer)
    #expect(
      run.requests.map(\.description) == [
        "GET {base_url}/crm/v3/objects/deals?limit=100&archived=false&properties=email",
        "GET {base_url}/crm/v3/objects/deals?limit=100&archived=false&after=125&properties=email",
        "GET {base_url}/crm/v3/objects/deals?limit=100&archived=true&properties=email",
      ])
    #expect(run.seen == Self.vendor.keys && Set(run.stored.keys) == Self.vendor.living)
    for object in Self.vendor.objects {
      let record = try #require(run.records.first { $0.key == String(object.id) })
      #expect(record.isDeleted == object.isArchived, "what is archived is deleted")
      #expect(record.raw.contains("\"archived\":\(object.isArchived)"), "and kept as it came")
    }
  }

  @Test func associationsAreAllReadHoweverManyOneRecordHas() throws {
    let run = try TestHost.hubSpot().read("deals_contacts", answer: Self.vendor.answer)
    var expected: Set<String> = []
    for object in Self.vendor.objects where !object.isArchived {
      for to in Self.vendor.associations[object.id] ?? [] {
        expected.insert(
          "{\"from_id\":\"\(object.id)\",\"toObjectId\":\(to),"
            + #""associationTypes":[{"typeId":1}]}"#)
      }
    }
    #expect(Set(run.stored.values) == expected && run.records.count == expected.count)
    #expect(run.checkpoints.count == 2, "one for each page of ids")
    #expect(run.requests.filter { $0.method == "POST" }.count == 6, "two pages, three turns each")
  }

  @Test func aPageWithoutAssociationsIsNoError() throws {
    var vendor = Self.vendor
    vendor.associations = [:]
    let run = try TestHost.hubSpot().read("deals_contacts", answer: vendor.answer)
    #expect(run.problem == nil && run.records.isEmpty && run.checkpoints.count == 2)
  }

  @Test func ownersAreReadWithTheArchivedOnes() throws {
    let run = try TestHost.hubSpot().read("owners", answer: Self.vendor.answer)
    #expect(run.seen == Self.vendor.keys && Set(run.stored.keys) == Self.vendor.living)
    #expect(run.requests.map { $0["archived"] } == ["false", "false", "true"])
    #expect(run.state == [:], "the next pass begins at the beginning")
  }

  /// A list of live records may leave the mark out; that of archived ones may not.
  @Test(arguments: ["deals", "owners"], ["email", ""])
  func onlyTheArchivedListMustHaveTheMark(stream: String, properties: String) throws {
    let run = try TestHost.hubSpot().read(
      stream, config: ["properties": .string(properties)], answer: Self.vendor.answer)
    for request in run.requests {
      guard let mark = request.message.head.at("/extract/0/deleted") else { continue }
      let isArchive = request["archived"] == "true" || request.url.hasSuffix("archived=true")
      #expect(mark == (isArchive ? "/archived" : ["at": "/archived", "optional": true]))
    }
  }

  // MARK: From pass to pass

  private func sinceMS(_ run: Run) -> Int64? { run.state?["since"]?.integer }

  @Test func theNextPassReadsWhatChangedAfterThisOne() throws {
    let host = try TestHost.hubSpot()
    var vendor = Self.vendor
    vendor.headers = ["date": "Fri, 06 Mar 2027 08:00:00 GMT"]
    let full = try host.read("deals", config: Self.properties, answer: vendor.answer)
    let last = try #require(vendor.objects.map(\.modifiedMS).max())
    #expect(sinceMS(full) == last)
    vendor.objects[1].modifiedMS = last + 5
    vendor.objects[2].modifiedMS = last + 5
    vendor.objects[2].isArchived = true
    vendor.objects.append(.init(id: 999, modifiedMS: last + 6))
    let next = try host.read(
      "deals", .incremental, state: full.state, config: Self.properties, answer: vendor.answer)
    let archived = vendor.objects.filter(\.isArchived).map { String($0.id) }
    #expect(next.seen == Set(archived + ["2", "999", "250"]))
    #expect(Set(next.stored.keys) == ["2", "999", "250"] && archived.contains("3"))
    #expect(next.done == ["end": "cursor"], "it did not see the others")
    #expect(sinceMS(next) == last + 6)
    let filter = next.requests[0].json?.at("/filterGroups/0/filters/0")
    #expect(
      filter == [
        "propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": .string(String(last)),
      ])
    #expect(try host.differences(resuming: next, vendor.answer).isEmpty)
  }

  @Test func contactsHaveAnOlderNameForTheirLastChange() throws {
    let run = try TestHost.hubSpot().read(
      "contacts", .incremental, state: ["since": 0], config: Self.properties,
      answer: Self.vendor.answer)
    #expect(
      run.requests[0].json?.at("/filterGroups/0/filters/0/propertyName") == "lastmodifieddate")
    #expect(run.requests[0].json?.at("/sorts/0/propertyName") == "lastmodifieddate")
  }

  /// A record that changes while a pass runs may have been passed already.
  @Test func theNextPassBeginsNoLaterThanThisOneBegan() throws {
    var host = try TestHost.hubSpot()
    host.nowMS = Vendor.startMS + 40_000
    let byOurs = try host.read("deals", config: Self.properties, answer: Self.vendor.answer)
    #expect(sinceMS(byOurs) == host.nowMS, "where the vendor does not say what time it is")
    var vendor = Self.vendor
    vendor.headers = ["date": "Fri, 06 Mar 2026 08:00:10 GMT"]
    let byTheirs = try host.read("deals", config: Self.properties, answer: vendor.answer)
    #expect(sinceMS(byTheirs) == Vendor.startMS + 10_000)
    let resumed = try host.resume(byTheirs, after: 0, answer: Self.vendor.answer)
    #expect(sinceMS(resumed) == Vendor.startMS + 10_000, "the beginning outlives an interruption")
  }

  @Test func aPassThatSeesNothingDoesNotGoBack() throws {
    let state: JSON = ["since": .integer(Vendor.startMS + 900_000)]
    let run = try TestHost.hubSpot().read(
      "deals", .incremental, state: state, config: Self.properties, answer: Vendor().answer)
    #expect(run.state == state)
  }

  // MARK: Failures

  @Test(arguments: [
    (401, "auth", false), (403, "permission", false), (429, "rate_limit", true),
    (502, "transient", true), (400, "config", false),
  ])
  func anErrorOfTheVendorsIsExplainedInItsOwnWords(
    status: Int, kind: String, isRetryable: Bool
  ) throws {
    let words = "This app hasn't been granted all required scopes: crm.objects.deals.read"
    let answer = Answer.json(
      ["status": "error", "message": .string(words), "category": "MISSING_SCOPES"], status: status)
    for stream in ["deals", "owners", "deals_contacts"] {
      let run = try TestHost.hubSpot().read(stream, config: Self.properties, answers: [answer])
      let problem = try #require(run.problem)
      #expect(problem.kind.rawValue == kind && problem.isRetryable == isRetryable)
      #expect(problem.message.contains(words) && problem.code == "http.\(status)")
    }
  }

  @Test func whatWasReadBeforeAnErrorStays() throws {
    let host = try TestHost.hubSpot()
    var asked = 0
    let broken = try host.read("deals", config: Self.properties) { request in
      asked += 1
      return asked == 2 ? .json(["status": "error"], status: 500) : Self.vendor.answer(request)
    }
    #expect(broken.problem?.kind == .transient && broken.stored.count == 100)
    let mended = try host.resume(broken, after: 0, answer: Self.vendor.answer)
    #expect(mended.problem == nil && mended.seen == Self.vendor.keys)
  }

  @Test(arguments: ["deals", "owners", "deals_contacts"])
  func aPageWithoutResultsIsAnError(stream: String) throws {
    let run = try TestHost.hubSpot().read(
      stream, config: Self.properties, answers: [.json(["paging": nil])])
    #expect(run.problem?.kind == .data && run.checkpoints.isEmpty)
  }

  @Test func aPageOfIDsThatNamesItselfIsAnError() throws {
    let run = try TestHost.hubSpot().read("deals_contacts") { request in
      request.method == "POST"
        ? .json(["results": []])
        : .json(["results": [["id": "1"]], "paging": ["next": ["after": "1"]]])
    }
    #expect(run.problem?.code == "hubspot.cursor")
  }

  @Test func checkAsksForOneContact() throws {
    let run = try TestHost.hubSpot().run("check", answer: Self.vendor.answer)
    #expect(run.requests.map(\.description) == ["GET {base_url}/crm/v3/objects/contacts?limit=1"])
    #expect(run.problem == nil)
  }
}
