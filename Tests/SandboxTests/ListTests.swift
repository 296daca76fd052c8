import PatchbayCore
import PatchbayJSON
import Testing

@testable import patchbay_sandbox

@Suite struct ListTests {
  @Test(arguments: ObjectType.allCases)
  func `Following the cursors gives every live record once`(type: ObjectType) throws {
    try withServer { client in
      let listed = try client.all("/crm/v3/objects/\(type.rawValue)", limit: 37)
      let expected = try client.dump(type.rawValue)
      #expect(listed.map { $0["id"] } == expected.map { $0["id"] })
      #expect(listed.count > 270 && listed.count < 300)
    }
  }

  @Test func `Live and archived records together are all there are`() throws {
    try withServer { client in
      let live = try client.all("/crm/v3/objects/contacts")
      let archived = try client.all("/crm/v3/objects/contacts", "&archived=true")
      #expect(live.count + archived.count == 300)
      #expect(archived.allSatisfy { $0["archived"] == true && $0["archivedAt"] != nil })
      #expect(live.allSatisfy { $0["archived"] == false })
    }
  }

  @Test func `Asking for all properties gives the lines of the dump byte for byte`() throws {
    try withServer(records: 90) { client in
      let names = Schema.of(.deals).properties.map(\.name).joined(separator: ",")
      let page = try client.get("/crm/v3/objects/deals?limit=100&properties=\(names)")
      let lines = try client.get("/_sandbox/records?type=deals").text.split(separator: "\n")
      #expect(page.text == "{\"results\":[" + lines.joined(separator: ",") + "]}")
    }
  }

  @Test func `Without properties a contact has HubSpot's six`() throws {
    try withServer { client in
      let record = try client.get("/crm/v3/objects/contacts?limit=1").results[0]
      #expect(
        record["properties"]?.object?.names == [
          "createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname",
        ])
      #expect(record.at("/properties/hs_object_id") == record["id"])
      #expect(record.at("/properties/lastmodifieddate") == record["updatedAt"])
    }
  }

  @Test(arguments: ["limit=101", "limit=0", "limit=x", "after=abc", "archived=maybe"])
  func `A bad parameter is refused as a validation error`(query: String) throws {
    try withServer { client in
      let response = try client.get("/crm/v3/objects/contacts?\(query)")
      #expect(response.status == 400)
      #expect(try response.json["category"] == "VALIDATION_ERROR")
    }
  }

  @Test func `No token and a wrong token are refused`() throws {
    try withServer { client in
      for token in ["", "nonsense"] {
        let response = try Client(port: client.port, token: token).get("/crm/v3/owners")
        #expect(response.status == 401)
        #expect(try response.json["category"] == "INVALID_AUTHENTICATION")
      }
    }
  }

  @Test func `The next link leads to the next page`() throws {
    try withServer { client in
      let page = try client.get("/crm/v3/objects/contacts?limit=5&properties=email,city")
      let link = try #require(try page.json.at("/paging/next/link")?.string)
      let target = try #require(link.firstRange(of: "/crm/")).lowerBound
      let next = try client.get(String(link[target...]))
      let after = try #require(try page.next)
      #expect(try next.results.first?["id"]?.string.flatMap(Int.init) ?? 0 > Int(after) ?? 0)
    }
  }

  @Test func `The same seed makes the same account, and another seed another`() throws {
    let first = try withServer { try $0.get("/_sandbox/records?type=tickets").text }
    let again = try withServer { try $0.get("/_sandbox/records?type=tickets").text }
    let other = try withServer({ $0.seed = 2 }) {
      try $0.get("/_sandbox/records?type=tickets").text
    }
    #expect(first == again)
    #expect(first != other)
  }

  @Test func `A million records need no time to start, and the last page is near`() throws {
    try withServer(records: 1_000_000) { client in
      let late = Records(seed: 1, count: 1_000_000).id(.contacts, 999_990)
      let page = try client.get("/crm/v3/objects/contacts?limit=100&after=\(late)")
      #expect(try page.results.count > 0)
      #expect(try page.next == nil)
    }
  }

  @Test func `Many records share one modification time`() throws {
    let times = try withServer(records: 1000) { try $0.dump("contacts") }.map { $0["updatedAt"] }
    #expect(Set(times.compactMap { $0?.string }).count == 3)
  }

  @Test func `A record is read by its id, and a missing one is not found`() throws {
    try withServer { client in
      let id = try #require(try client.dump("companies")[4]["id"]?.string)
      let record = try client.get("/crm/v3/objects/companies/\(id)?properties=name").json
      #expect(record["id"]?.string == id)
      #expect(try client.get("/crm/v3/objects/companies/12").status == 404)
    }
  }

  @Test func `A batch names the ids that it does not find`() throws {
    try withServer { client in
      let ids = try client.dump("deals").prefix(3).compactMap { $0["id"] }
      let inputs = JSON.array((ids + ["7"]).map { ["id": $0] })
      let response = try client.post(
        "/crm/v3/objects/deals/batch/read", ["properties": ["amount"], "inputs": inputs])
      #expect(response.status == 207)
      #expect(try response.results.map { $0["id"] } == ids)
      #expect(try response.json["numErrors"] == 1)
      #expect(try response.json.at("/errors/0/context/ids") == ["7"])
    }
  }

  @Test func `A batch of more than a hundred is refused`() throws {
    try withServer { client in
      let inputs = JSON.array((0..<101).map { ["id": .integer($0)] })
      let response = try client.post(
        "/crm/v3/objects/deals/batch/read", ["properties": [], "inputs": inputs])
      #expect(response.status == 400)
    }
  }

  @Test func `Owners, properties and the account have HubSpot's shape`() throws {
    try withServer { client in
      let owners = try client.all("/crm/v3/owners", limit: 10)
      #expect(owners.count == Owner.archivedFrom)
      #expect(try client.all("/crm/v3/owners", "&archived=true").count == 3)
      for type in ObjectType.allCases {
        let properties = try client.get("/crm/v3/properties/\(type.rawValue)").results
        #expect(properties.count >= 24)
        let kinds = Set(properties.compactMap { $0["type"]?.string })
        #expect(kinds == ["string", "number", "datetime", "date", "enumeration", "bool"])
      }
      #expect(try client.get("/account-info/v3/details").json["portalId"] == 4_711_001)
      #expect(try client.get("/crm/v3/objects/unicorns").status == 400)
      #expect(try client.get("/nowhere/at/all").status == 404)
      #expect(try client.post("/crm/v3/owners", [:]).status == 405)
    }
  }
}
