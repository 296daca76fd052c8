import Foundation
import Testing

@Suite("Connections as code")
struct ApplyTests {
  private func write(_ yaml: String, _ place: Workplace) throws -> String {
    let file = place.scratch.path + "/patchbay.yaml"
    try Data(yaml.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }

  private func connection(_ name: String, _ place: Workplace, _ settings: String = "") -> String {
    "  \(name): {plugin: hubspot, settings: {base_url: \"\(place.base)\"\(settings)}, "
      + "secrets: {token: \"file:\(place.tokenFile)\"}}\n"
  }

  @Test("one wrong connection in a file, and none is stored; a dry run says so before")
  func allOrNothing() throws {
    let place = try Workplace(records: 1)
    for (wrong, hint) in [
      ("  zzz: {plugin: nothing}\n", "no plugin"), ("  zzz: {plugin: hubspot}\n", "credentials"),
      (connection("zzz", place, ", max_attempts: 0"), "1 to 100"),
      (connection("zzz", place, ", properties: [a, [b]]"), "properties"),
      (connection("zzz", place, ", properties: [\"a,b\"]"), "commas"),
      ("  zzz: {plugin: hubspot, secrets: {tokn: \"file:\(place.tokenFile)\"}}\n", "tokn"),
      ("  zzz: {plugin: hubspot, secrets: {token: \"file:/nowhere\"}}\n", "/nowhere"),
      (connection("AAA", place), "upper and lower case"), (connection("z__z", place), "single"),
      ("---\nconnections: {}\n", "second document"), ("---\n", "second document"),
    ] {
      let file = try write("connections:\n" + connection("aaa", place) + wrong, place)
      for more in [["--dry-run"], []] {
        let result = try place.run(["apply", file] + more)
        #expect(result.exitCode == 2 || result.exitCode == 1)
        #expect(result.errors.contains(hint), "\(hint): \(result.errors)")
      }
      let failed = try place.document("apply", file)
      #expect((failed.json as? [String: Any])?["error"] != nil, "\(hint)")
      #expect(try place.run("connection", "list", "--json").output == "[]\n", "\(hint)")
    }
  }

  @Test("a file's marks of beginning and end are no second document")
  func marks() throws {
    let place = try Workplace(records: 1)
    let file = try write("---\nconnections:\n" + connection("aaa", place) + "...\n# end\n", place)
    #expect(try place.run("apply", file).exitCode == 0)
  }

  @Test("JSON is one document, and another account needs --reset here as well")
  func documents() throws {
    let place = try Workplace(records: 20)
    let other = try Workplace(records: 5)
    let file = try write(
      "connections:\n" + connection("crm", place) + connection("two", place), place)
    let first = try place.document("apply", file)
    let list = try #require(first.json as? [[String: Any]])
    #expect(first.exitCode == 0 && list.map { $0["connection"] as? String } == ["crm", "two"])
    #expect((list.first?["changes"] as? [String])?.first == "+ plugin: hubspot")
    #expect(try place.sync("contacts").exitCode == 0)
    let moved = "connections:\n" + connection("two", other) + connection("crm", other)
    _ = try write(moved, place)
    for arguments in [["apply", file, "--dry-run"], ["apply", file]] {
      let result = try place.run(arguments)
      #expect(result.exitCode == 1 && result.errors.contains("--reset"), "\(result.errors)")
    }
    // Nothing of it was stored, also of the one that has no records yet.
    #expect(try !place.run("connection", "list", "--json").output.contains(other.base))
    #expect(try place.run("apply", file, "--reset", "--dry-run").exitCode == 0)
    #expect(try place.run("apply", file, "--reset").exitCode == 0)
    let result = try place.sync("contacts")
    // What is archived was deleted before.
    let there = Set(try other.served("contacts").keys)
    let gone = try place.served("contacts").filter {
      !there.contains($0.key) && $0.value["archived"] as? Bool != true
    }
    #expect(result.pass == "full" && result.count("deleted") == gone.count && gone.count > 10)
  }
}
