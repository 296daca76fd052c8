import PatchbayCore
import PatchbayJSON
import Testing

@testable import patchbay_sandbox

@Suite struct ControlTests {
  private func ids(_ json: JSON?) -> Set<String> {
    Set(json?.array?.compactMap(\.string) ?? [])
  }

  @Test func `mutate touches as many records as asked, and they are seen everywhere`() throws {
    try withServer { client in
      let before = try client.dump("contacts")
      let touched = try client.post(
        "/_sandbox/mutate",
        [
          "type": "contacts", "update": 7, "create": 3, "archive": 2, "delete": 1, "seed": 5,
          "at_ms": 1_900_000_000_000,
        ]
      ).json
      let (updated, created) = (ids(touched["updated"]), ids(touched["created"]))
      let (archived, deleted) = (ids(touched["archived"]), ids(touched["deleted"]))
      #expect([updated.count, created.count, archived.count, deleted.count] == [7, 3, 2, 1])
      let after = try client.all("/crm/v3/objects/contacts")
      let now = Set(after.compactMap { $0["id"]?.string })
      let then = Set(before.compactMap { $0["id"]?.string })
      #expect(now == then.subtracting(archived).subtracting(deleted).union(created))
      let stamped = after.filter { $0["updatedAt"] == "2030-03-17T17:46:40.000Z" }
      #expect(Set(stamped.compactMap { $0["id"]?.string }) == updated.union(created))
      let gone = try client.all("/crm/v3/objects/contacts", "&archived=true")
      #expect(archived.isSubset(of: Set(gone.compactMap { $0["id"]?.string })))
      let lost = try #require(deleted.first)
      #expect(try client.get("/crm/v3/objects/contacts/\(lost)").status == 404)
      #expect(try client.get("/crm/v3/objects/contacts/\(lost)?archived=true").status == 404)
    }
  }

  @Test func `An update changes more than its time for most records`() throws {
    try withServer { client in
      let old = try client.dump("deals")
      let touched = try client.post("/_sandbox/mutate", ["type": "deals", "update": 50]).json
      let names = ids(touched["updated"])
      func texts(_ records: [JSON]) -> [String: String] {
        Dictionary(
          records.map { ($0["id"]?.string ?? "", $0.at("/properties/dealname")?.string ?? "") },
          uniquingKeysWith: { first, _ in first })
      }
      let (then, now) = (texts(old), texts(try client.dump("deals")))
      #expect(names.filter { then[$0] != now[$0] }.count > 25)
    }
  }

  @Test func `Created records have ids behind all others, and reset forgets them`() throws {
    try withServer(records: 40) { client in
      let fresh = try client.get("/_sandbox/records?type=notes").text
      let created = try client.post("/_sandbox/mutate", ["type": "notes", "create": 60]).json
      let last = try #require(try client.dump("notes").last?["id"]?.string)
      #expect(ids(created["created"]).contains(last))
      #expect(try client.all("/crm/v3/objects/notes", limit: 9).count > 90)
      #expect(try client.post("/_sandbox/reset", [:]).status == 200)
      #expect(try client.get("/_sandbox/records?type=notes").text == fresh)
      _ = try client.post("/_sandbox/reset", ["records": 5, "seed": 9])
      #expect(try client.dump("notes").count <= 5)
    }
  }

  @Test func `stats tell which page was fetched twice`() throws {
    try withServer { client in
      _ = try client.get("/crm/v3/objects/contacts?limit=10")
      _ = try client.get("/crm/v3/objects/contacts?limit=10&after=300")
      _ = try client.get("/crm/v3/objects/contacts?limit=10&after=300")
      _ = try client.get("/crm/v3/objects/contacts/1")
      let stats = try client.get("/_sandbox/stats").json
      #expect(stats.at("/pages/contacts") == ["": 1, "300": 2])
      #expect(stats["requests"]?["GET /crm/v3/objects/contacts"] == ["200": 3])
      #expect(stats["requests"]?["GET /crm/v3/objects/contacts/{id}"] == ["404": 1])
      #expect(stats["total"] == 4)
    }
  }

  @Test func `Associations read the same from both sides`() throws {
    try withServer(records: 60) { client in
      func pairs(_ from: String, _ to: String) throws -> Set<[String]> {
        let inputs = JSON.array(try client.dump(from).map { ["id": $0["id"] ?? nil] })
        let response = try client.post(
          "/crm/v4/associations/\(from)/\(to)/batch/read", ["inputs": inputs])
        var pairs: Set<[String]> = []
        for result in try response.results {
          for other in result["to"]?.array ?? [] {
            let target = try #require(other["toObjectId"]?.integer)
            pairs.insert([result.at("/from/id")?.string ?? "", String(target)])
          }
        }
        return pairs
      }
      let forth = try pairs("contacts", "companies")
      #expect(forth.count > 60)
      #expect(Set(try pairs("companies", "contacts").map { [$0[1], $0[0]] }) == forth)
    }
  }

  @Test func `A long list of associations comes in pages`() throws {
    try withServer(records: 1000) { client in
      let hub = Records(seed: 1, count: 1000).id(.companies, Records.hub)
      var found: [Int64] = []
      var after: JSON? = "0"
      while let cursor = after {
        let response = try client.post(
          "/crm/v4/associations/companies/contacts/batch/read",
          ["inputs": [["id": .string(String(hub)), "after": cursor]]])
        let result = try #require(try response.results.first)
        found += result["to"]?.array?.compactMap { $0["toObjectId"]?.integer } ?? []
        after = result.at("/paging/next/after")
      }
      #expect(found.count > 600)
      #expect(found == Array(Set(found)).sorted())
    }
  }

  @Test func `A list's link to more associations leads to the rest of them`() throws {
    try withServer(records: 1000) { client in
      let hub = Records(seed: 1, count: 1000).id(.companies, Records.hub)
      let target = "/crm/v3/objects/companies?limit=1&after=\(hub - 1)&associations=contacts"
      let list = try #require(try client.get(target).results[0].at("/associations/contacts"))
      let link = try #require(list.at("/paging/next/link")?.string)
      let path = link[try #require(link.firstRange(of: "/crm/")).lowerBound...]
      let rest = try client.get(String(path))
      #expect(try rest.results.count == 500)
      let last = try #require(list["results"]?.array?.last?["id"]?.string.flatMap(Int64.init))
      #expect(try rest.results[0]["toObjectId"]?.integer ?? 0 > last)
    }
  }

  @Test func `A record without associations is an error of its own`() throws {
    try withServer { client in
      let response = try client.post(
        "/crm/v4/associations/deals/contacts/batch/read", ["inputs": [["id": "1"]]])
      #expect(response.status == 207)
      #expect(try response.json.at("/errors/0/category") == "OBJECT_NOT_FOUND")
    }
  }
}
