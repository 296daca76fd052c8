import Foundation
import Testing

/// Each way in which a page can break its promise: recovered, set aside, or failed loudly; never
/// silently done.
@Suite("The page contract")
struct PageContractTests {
  private static let contacts = "/crm/v3/objects/contacts"

  /// How many seconds without a byte are too long: few only where the vendor is to be given up.
  private static func patience(_ kind: String) -> String {
    ["never_answer", "stall"].contains(kind) ? "2" : "600"
  }

  @Test(
    "a slip that happens once is recovered, and nothing is lost",
    arguments: [
      "html", "html_json_type", "empty_object", "same_cursor", "never_answer", "stall", "truncate",
      "reset", "wrong_content_type", "unauthorized", "status",
    ])
  func recovered(kind: String) throws {
    let place = try Workplace()
    try place.connect(["stall_timeout": Self.patience(kind)])
    try place.fault([
      "path_prefix": Self.contacts, "kind": kind, "at": [2], "times": 1, "status": 503,
    ])
    let result = try place.sync("contacts")
    #expect(result.exitCode == 0 && result.status == "done", "\(result.message)")
    try place.expectEqual("contacts")
    #expect(try struck(place), "the fault never struck")
  }

  @Test(
    "a break that stays fails loudly, deletes nothing, and heals when it is over",
    arguments: [
      ("html", "page.content_type"), ("html_json_type", "page.json"),
      ("empty_object", "page.records_missing"), ("same_cursor", "page.cursor_repeats"),
      ("never_answer", "egress.transfer"), ("stall", "egress.transfer"),
      ("truncate", "egress.transfer"), ("reset", "egress.transfer"),
      ("status", "http.503"), ("redirect", "http.302"),
    ])
  func loud(kind: String, code: String) throws {
    let place = try Workplace()
    try place.connect()
    #expect(try place.sync("contacts").exitCode == 0)
    try place.connect(["max_attempts": "2", "stall_timeout": Self.patience(kind)], ["--replace"])
    try place.fault([
      "path_prefix": Self.contacts, "kind": kind, "status": 503,
    ])
    let result = try place.sync("contacts", "--full")
    #expect(result.exitCode == 1 && result.status == "failed")
    #expect(result.code == code, "\(result.message)")
    #expect(result.count("deleted") == 0)
    #expect(try place.stored("contacts").count == 300, "a failed run must not delete")
    try place.fault()
    try place.connect([:], ["--replace"])
    #expect(try place.sync("contacts").exitCode == 0)
    try place.expectEqual("contacts")
  }

  @Test("a total that does not add up is counted again; if it stays, the end is not proven")
  func lyingTotal() throws {
    let place = try Workplace()
    try place.connect()
    #expect(try place.sync("contacts").exitCode == 0)
    _ = try place.post("/_sandbox/mutate", ["type": "contacts", "update": 5, "seed": 1])
    try place.fault(["path_prefix": "\(Self.contacts)/search", "kind": "lying_total"])
    let result = try place.sync("contacts")
    #expect(result.exitCode == 1 && result.status == "unproven")
    #expect(result.code == "sync.unproven")
    try place.fault()
    let healed = try place.sync("contacts")
    #expect(healed.exitCode == 0 && healed.pass == "incremental")
    try place.expectEqual("contacts")
  }

  @Test(
    "one unreadable record is set aside with its reason, the others are stored",
    arguments: [
      ("bad_record", "not valid JSON"), ("bad_escape", "not valid JSON"),
      ("deep_record", "nested deeper"), ("null_key", "key"),
    ])
  func deadLetters(kind: String, reason: String) throws {
    let place = try Workplace()
    try place.connect()
    try place.fault(["path_prefix": Self.contacts, "kind": kind, "at": [2], "times": 1])
    let result = try place.sync("contacts")
    #expect(result.exitCode == 0, "\(result.message)")
    #expect(result.count("dead") == 1)
    #expect(try place.stored("contacts").count == 299)
    let dead = try place.run("records", "crm", "contacts", "--dead", "--json")
    #expect(dead.output.contains(reason), "\(dead.output.prefix(300))")
    let again = try place.sync("contacts", "--full", "--strict")
    #expect(again.exitCode == 0 && again.count("dead") == 0)
    try place.expectEqual("contacts")
  }

  @Test("a record that cannot be read this time is not taken for a deleted one")
  func unreadIsNotDeleted() throws {
    let place = try Workplace()
    try place.connect()
    #expect(try place.sync("contacts").exitCode == 0)
    _ = try place.post("/_sandbox/mutate", ["type": "contacts", "delete": 5, "seed": 3])
    // In every reading of the pass: the host reads again before it believes that something is gone.
    try place.fault([
      "path_prefix": Self.contacts, "kind": "bad_record", "always": true,
    ])
    let result = try place.sync("contacts", "--full")
    #expect(result.exitCode == 0 && result.count("dead") >= 1 && result.count("deleted") == 0)
    try place.fault()
    #expect(try place.stored("contacts").count == 300)
    let healed = try place.sync("contacts", "--full")
    #expect(healed.exitCode == 0 && healed.count("deleted") == 5)
    try place.expectEqual("contacts")
  }

  @Test("with --strict a record that was set aside fails the run")
  func strict() throws {
    let place = try Workplace()
    try place.connect()
    try place.fault(["path_prefix": Self.contacts, "kind": "bad_record", "at": [2], "times": 1])
    #expect(try place.sync("contacts", "--strict").exitCode == 1)
  }

  @Test("a number keeps all its digits")
  func bigNumber() throws {
    let place = try Workplace()
    try place.connect()
    try place.fault(["path_prefix": Self.contacts, "kind": "big_number", "at": [2], "times": 1])
    #expect(try place.sync("contacts").exitCode == 0)
    let records = try place.run("records", "crm", "contacts", "--json", "--limit", "1000").output
    let digits = try #require(records.firstMatch(of: /[0-9]{25,}/), "no big number was served")
    #expect(!digits.output.isEmpty)
  }

  private func struck(_ place: Workplace) throws -> Bool {
    let faults = try place.stats()["faults"]
    return "\(faults ?? "")".contains(/[1-9]/)
  }
}
