import Foundation
import Testing

@Suite("Syncing a CRM")
struct SyncTests {
  @Test("every record of every stream is stored as it was served, and stays so after changes")
  func everyRecordIsEqual() throws {
    let place = try Workplace(records: 1200)
    try place.connect()
    for type in ["contacts", "companies", "deals", "tickets"] {
      let result = try place.sync(type)
      #expect(result.exitCode == 0 && result.pass == "full", "\(result.errors)")
      try place.expectEqual(type)
    }
    for type in ["contacts", "deals"] {
      _ = try place.post(
        "/_sandbox/mutate", ["type": type, "update": 40, "create": 15, "archive": 6, "seed": 3])
      let result = try place.sync(type)
      #expect(result.exitCode == 0 && result.pass == "incremental")
      #expect(result.count("inserted") == 15)
      #expect(result.count("updated") == 40 && result.count("deleted") == 6)
      try place.expectEqual(type, "after an incremental sync")
    }
  }

  @Test("what the vendor deleted for good is marked as deleted by a full sync")
  func fullSyncSweeps() throws {
    let place = try Workplace(records: 500)
    try place.connect()
    #expect(try place.sync("contacts").exitCode == 0)
    _ = try place.post("/_sandbox/mutate", ["type": "contacts", "delete": 7, "seed": 2])
    let result = try place.sync("contacts", "--full")
    #expect(result.count("deleted") == 7)
    try place.expectEqual("contacts")
  }

  @Test("more changes at one moment than a search page holds are all found")
  func equalTimestamps() throws {
    let place = try Workplace(records: 1500)
    try place.connect(["overlap_seconds": "0"])
    #expect(try place.sync("companies").exitCode == 0)
    let moment = 1_900_000_000_000
    _ = try place.post(
      "/_sandbox/mutate", ["type": "companies", "update": 900, "seed": 9, "at_ms": moment])
    let result = try place.sync("companies")
    #expect(result.exitCode == 0 && result.pass == "incremental", "\(result.message)")
    #expect(result.count("updated") == 900)
    try place.expectEqual("companies")
  }

  @Test("an incremental sync fetches only what changed")
  func incrementalIsSmall() throws {
    let place = try Workplace(records: 3000)
    try place.connect(["overlap_seconds": "0"])
    #expect(try place.sync("contacts").exitCode == 0)
    _ = try place.post("/_sandbox/mutate", ["type": "contacts", "update": 5, "seed": 1])
    let result = try place.sync("contacts")
    // Beside the changes: records of the last known moment, and the archived ones.
    #expect(result.count("updated") == 5)
    #expect(result.count("read") < 600)
  }

  @Test("owners and associations come along, and unified views join them")
  func everythingAtOnce() throws {
    let place = try Workplace(records: 250)
    try place.connect()
    let result = try place.run("sync", "run", "crm", "--quiet")
    #expect(result.exitCode == 0, "\(result.errors)")
    let query = try place.run(
      "query", "--json",
      "SELECT count(*), count(email), (SELECT count(*) FROM crm__owners_all), "
        + "(SELECT count(*) FROM contacts_companies) FROM crm_contacts_all")
    let json = try JSONSerialization.jsonObject(with: Data(query.output.utf8)) as? [String: Any]
    let row = try #require((json?["rows"] as? [[Int]])?.first)
    #expect(row[0] == 250 && row[1] > 100 && row[1] < 250 && row[2] == 34 && row[3] > 100)
  }

  @Test("a second run of the same stream at once is refused with a clear word")
  func secondRunIsRefused() throws {
    let place = try Workplace(records: 300)
    try place.connect()
    try place.fault(["path_prefix": "/crm/v3/objects/contacts", "kind": "never_answer"])
    let first = try place.start("sync", "run", "crm", "--stream", "contacts")
    defer { first.kill() }
    let id = try runningID(place)
    let second = try place.run("sync", "run", "crm", "--stream", "contacts")
    #expect(second.exitCode == 3)
    #expect(second.errors.contains("crm/contacts is being synced by another run"))
    #expect(try place.run("sync", "cancel", id).exitCode == 0)
    let ended = first.wait()
    #expect(ended.exitCode == 1)
    #expect(try place.run("sync", "show", id).output.contains("cancelled"))
  }

  @Test("a signal stops a run in order, and the next goes on from there")
  func signalStops() throws {
    let place = try Workplace(records: 300)
    try place.connect()
    try place.fault(["path_prefix": "/crm/v3/objects/contacts", "kind": "never_answer", "at": [2]])
    let run = try place.start("sync", "run", "crm", "--stream", "contacts")
    _ = try runningID(place)
    run.interrupt()
    #expect(run.wait().exitCode == 1)
    try place.fault()
    #expect(try place.sync("contacts").exitCode == 0)
    try place.expectEqual("contacts")
  }

  /// The id of the run under way, once it is known.
  private func runningID(_ place: Workplace) throws -> String {
    while true {
      let list = try place.run("sync", "list", "--json")
      let runs = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]]
      if let run = runs?.first(where: { $0["status"] as? String == "running" }) {
        return run["run"] as? String ?? ""
      }
    }
  }
}
