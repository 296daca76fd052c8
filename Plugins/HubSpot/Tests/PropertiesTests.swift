import PatchbaySDK
import PatchbaySDKTesting
import Testing

@testable import HubSpot

/// Which properties are asked for, and how, where they are many.
@Suite struct PropertiesTests {
  private func vendor(properties: Int = 4) -> Vendor {
    var vendor = Vendor((0..<250).map { Int64($0) })
    for index in vendor.objects.indices where index % 4 == 0 {
      vendor.objects[index].isArchived = true
    }
    vendor.properties = (0..<properties).map { "a_property_of_28_letters_\($0 + 100)" }
    return vendor
  }

  @Test func allThatTheVendorListsAreReadCustomOnesToo() throws {
    let vendor = Vendor([0])
    let run = try TestHost.hubSpot().read("contacts", answer: vendor.answer)
    #expect(run.requests[0].description == "GET {base_url}/crm/v3/properties/contacts")
    #expect(run.requests[1]["properties"] == "email,hs_object_id,lastmodifieddate,our_own_one")
    let record = try #require(run.stored["1"])
    #expect(record.contains(#""our_own_one":"our_own_one of 1""#))
    #expect(
      run.heads(.catalog) == [
        [
          "stream": "contacts",
          "columns": [
            ["name": "email", "at": "/properties/email", "type": "text"],
            ["name": "hs_object_id", "at": "/properties/hs_object_id", "type": "number"],
            ["name": "lastmodifieddate", "at": "/properties/lastmodifieddate", "type": "time"],
            ["name": "our_own_one", "at": "/properties/our_own_one", "type": "boolean"],
          ],
        ]
      ])
  }

  @Test(arguments: ["email, our_own_one", ["email", " our_own_one"]] as [JSON])
  func thoseThatTheSettingsNameAreReadWithoutAskingForTheList(chosen: JSON) throws {
    let run = try TestHost.hubSpot().read(
      "contacts", config: ["properties": chosen], answer: Vendor([0]).answer)
    #expect(run.requests.map { $0["properties"] } == ["email,our_own_one", "email,our_own_one"])
    #expect(run.heads(.catalog)[0]["columns"]?.array?.count == 2)
  }

  @Test func aListThatIsTooLongForAURLIsReadInBatches() throws {
    let vendor = vendor(properties: 300)
    let run = try TestHost.hubSpot().read("contacts", answer: vendor.answer)
    #expect(run.problem == nil && run.seen == vendor.keys)
    #expect(Set(run.stored.keys) == vendor.living)
    let lists = run.requests.filter { $0.url.hasSuffix("/objects/contacts") }
    #expect(lists.count == 3, "two pages of records, one of archived ones")
    #expect(lists.allSatisfy { $0["properties"] == "hs_object_id" })
    let batches = run.requests.filter { $0.url.contains("/batch/read") }
    #expect(batches.count == 3)
    #expect(batches.map { $0.json?["properties"]?.array?.count } == [300, 300, 300])
    #expect(batches.map { $0.url.hasSuffix("archived=true") } == [false, false, true])
    for name in vendor.properties {
      #expect(try #require(run.stored["2"]).contains("\"\(name)\":\"\(name) of 2\""))
    }
  }

  @Test func noURLGrowsBeyondItsLimit() throws {
    for count in [180, 190, 193, 194, 200] {
      let vendor = vendor(properties: count)
      let run = try TestHost.hubSpot().read("contacts", answer: vendor.answer)
      // As it is sent, with each comma as three bytes.
      let longest = run.requests.compactMap { $0["properties"]?.replacing(",", with: "%2C") }
        .map(\.utf8.count).max()
      #expect(try #require(longest) <= 6000)
      #expect(run.seen == vendor.keys && Set(run.stored.keys) == vendor.living)
    }
  }

  @Test(arguments: [4, 300])
  func afterEveryCheckpointTheRestIsRead(properties: Int) throws {
    let (host, vendor) = (try TestHost.hubSpot(), vendor(properties: properties))
    let run = try host.read("contacts", answer: vendor.answer)
    #expect(run.checkpoints.count == 3 && run.seen == vendor.keys)
    #expect(try host.differences(resuming: run, vendor.answer).isEmpty)
  }

  @Test(arguments: [4, 300])
  func aServerThatKnowsNoArchiveIsNotReadTwice(properties: Int) throws {
    var vendor = vendor(properties: properties)
    vendor.ignoresArchived = true
    let run = try TestHost.hubSpot().read("contacts", answer: vendor.answer)
    let live = vendor.objects.filter { !$0.isArchived }.map { String($0.id) }
    #expect(run.problem == nil && run.records.map(\.key) == live)
  }

  @Test(arguments: [4, 300])
  func aServerThatMixesBothListsIsNotReadTwice(properties: Int) throws {
    var vendor = vendor(properties: properties)
    vendor.mixesLists = true
    let run = try TestHost.hubSpot().read("contacts", answer: vendor.answer)
    #expect(run.problem == nil && run.unproven == nil)
    #expect(Set(run.records.map(\.key)) == vendor.keys && run.records.count == vendor.keys.count)
  }

  @Test func anEmptyTypeIsReadToo() throws {
    var vendor = vendor(properties: 300)
    vendor.objects = []
    let run = try TestHost.hubSpot().read("contacts", answer: vendor.answer)
    #expect(run.problem == nil && run.stored.isEmpty && run.checkpoints.count == 2)
  }

  @Test func aListOfNoPropertiesIsAnError() throws {
    var vendor = Vendor([0])
    vendor.properties = []
    let run = try TestHost.hubSpot().read("contacts", answer: vendor.answer)
    #expect(run.problem?.code == "hubspot.properties")
  }
}
