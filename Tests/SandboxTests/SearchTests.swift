import PatchbayCore
import PatchbayJSON
import Testing

@testable import patchbay_sandbox

@Suite struct SearchTests {
  private func search(
    _ client: Client, _ type: String, _ body: JSON
  ) throws -> Response { try client.post("/crm/v3/objects/\(type)/search", body) }

  private func filter(_ name: String, _ relation: String, _ value: JSON) -> JSON {
    ["filters": [["propertyName": .string(name), "operator": .string(relation), "value": value]]]
  }

  @Test func `Paging through a search gives every live record in order`() throws {
    try withServer(records: 1000) { client in
      var found: [JSON] = []
      var after: JSON = nil
      repeat {
        let page = try search(
          client, "deals",
          [
            "sorts": [["propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"]],
            "limit": 200, "after": after,
          ])
        found += try page.results
        after = try page.next.map { .string($0) } ?? nil
      } while after != nil
      let expected = try client.dump("deals")
      #expect(Set(found.compactMap { $0["id"]?.string }).count == found.count)
      #expect(found.count == expected.count)
      let times = found.compactMap { $0["updatedAt"]?.string }
      #expect(times == times.sorted())
    }
  }

  @Test func `A date filter takes milliseconds and ISO alike`() throws {
    try withServer(records: 1000) { client in
      let all = try client.dump("contacts")
      let times = Set(all.compactMap { $0["updatedAt"]?.string }).sorted()
      let expected = all.filter { $0["updatedAt"]?.string ?? "" >= times[1] }.count
      let ms = try #require(Time.parse(times[1]))
      for value: JSON in [.string(times[1]), .string(String(ms)), .integer(ms)] {
        let page = try search(
          client, "contacts", ["filterGroups": [filter("lastmodifieddate", "GTE", value)]])
        #expect(try page.json["total"]?.integer == Int64(expected))
      }
    }
  }

  @Test func `Ids are compared as numbers, so that a run of equal times can be read by id`() throws
  {
    try withServer(records: 1000) { client in
      let ids = try client.dump("contacts").compactMap { $0["id"]?.string.flatMap(Int64.init) }
      let page = try search(
        client, "contacts",
        [
          "filterGroups": [filter("hs_object_id", "GT", .string(String(ids[500])))],
          "sorts": ["hs_object_id"], "limit": 200,
        ])
      let found = try page.results.compactMap { $0["id"]?.string.flatMap(Int64.init) }
      #expect(found == Array(ids[501..<701]))
    }
  }

  @Test func `Filters of one group must all hold, and of several groups any`() throws {
    try withServer { client in
      let live = try client.dump("tickets")
      func isHigh(_ record: JSON) -> Bool {
        record.at("/properties/hs_ticket_priority") == "HIGH"
      }
      func isSpam(_ record: JSON) -> Bool { record.at("/properties/hs_is_spam") == "true" }
      let high: JSON = ["propertyName": "hs_ticket_priority", "operator": "EQ", "value": "high"]
      let spam: JSON = ["propertyName": "hs_is_spam", "operator": "IN", "values": ["true"]]
      let both = try search(client, "tickets", ["filterGroups": [["filters": [high, spam]]]])
      let all = live.filter { isHigh($0) && isSpam($0) }.count
      #expect(try both.json["total"]?.integer == Int64(all))
      let either = try search(
        client, "tickets", ["filterGroups": [["filters": [high]], ["filters": [spam]]]])
      let any = live.filter { isHigh($0) || isSpam($0) }.count
      #expect(try either.json["total"]?.integer == Int64(any))
      #expect(all > 0 && any > all)
    }
  }

  @Test func `Ranges, absence and inequality are found as they are in the data`() throws {
    try withServer { client in
      let live = try client.dump("tickets")
      func total(_ filter: JSON) throws -> Int {
        let page = try search(client, "tickets", ["filterGroups": [["filters": [filter]]]])
        return Int(try page.json["total"]?.integer ?? -1)
      }
      let range = try total([
        "propertyName": "time_to_close", "operator": "BETWEEN", "value": "1000",
        "highValue": 400_000_000,
      ])
      let times = live.compactMap { $0.at("/properties/time_to_close")?.string.flatMap(Int.init) }
      #expect(range == times.filter { (1000...400_000_000).contains($0) }.count)
      let absent = try total([
        "propertyName": "hs_ticket_priority", "operator": "NOT_HAS_PROPERTY",
      ])
      let priorities = live.map { $0.at("/properties/hs_ticket_priority") }
      #expect(absent == priorities.filter { $0 == .null }.count)
      let other = try total([
        "propertyName": "hs_ticket_priority", "operator": "NEQ", "value": "LOW",
      ])
      #expect(other == priorities.filter { $0 != "LOW" }.count)
    }
  }

  @Test func `A filter without its value is refused`() throws {
    try withServer { client in
      for relation in ["EQ", "IN", "BETWEEN", "NONSENSE"] {
        let group: JSON = [
          "filters": [["propertyName": "subject", "operator": .string(relation)]]
        ]
        let response = try search(client, "tickets", ["filterGroups": [group]])
        #expect(response.status == 400)
      }
    }
  }

  @Test func `No search leads past ten thousand results`() throws {
    try withServer(records: 12_000) { client in
      let last = try search(client, "contacts", ["limit": 200, "after": "9800"])
      #expect(try last.results.count == 200)
      #expect(try last.next == "10000")
      let beyond = try search(client, "contacts", ["limit": 200, "after": "9801"])
      #expect(beyond.status == 400)
      #expect(try search(client, "contacts", ["limit": 201]).status == 400)
      #expect(try search(client, "contacts", ["sorts": ["nope"]]).status == 400)
    }
  }

  @Test func `The window of a large sort holds the first ten thousand of all`() throws {
    let records = Records(seed: 3, count: 25_000)
    let query = try SearchQuery(
      .contacts, ["sorts": [["propertyName": "lastmodifieddate", "direction": "DESCENDING"]]])
    let result = query.run(records)
    let expected = (0..<25_000).filter { records.isArchived(.contacts, $0) == false }
      .map { (time: records.modifiedMS(.contacts, $0), index: $0) }
      .sorted { ($1.time, $0.index) < ($0.time, $1.index) }
    #expect(result.total == expected.count)
    #expect(result.indexes == expected.prefix(10_000).map(\.index))
  }

  @Test func `Archived records are not found, and changes are at once`() throws {
    try withServer { client in
      let before = try search(client, "contacts", [:]).json["total"]?.integer ?? 0
      _ = try client.post("/_sandbox/mutate", ["type": "contacts", "archive": 5, "create": 2])
      let after = try search(client, "contacts", [:]).json["total"]?.integer ?? 0
      #expect(after == before - 3)
    }
  }
}
