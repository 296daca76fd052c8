import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

/// Manifests that are refused, naming the member by its JSON Pointer.
@Suite struct ManifestRefusalTests {
  private func refuse(_ manifest: [UInt8]) throws -> Failure {
    let plugin = try Contrary(in: TestFolder(), manifest: manifest)
    let failure = try #require(throws: Failure.self) { try plugin.read() }
    #expect(failure.kind == .config)
    #expect(failure.message.contains(plugin.path), "\(failure.message)")
    #expect(failure.mend == "correct plugin.json and build the plugin again")
    #expect(!plugin.hasRun)
    return failure
  }

  @Test(
    arguments: [
      ("", "not JSON"), ("manifest: 1", "not JSON at byte 0"), ("{\"manifest\":1", "not JSON"),
      ("{\"id\":\"\u{FFFD}\",\"id\":\"a\"}", "member “id” stands twice"),
      (String(repeating: "[", count: 2000), "nested too deep"), ("{} {}", "not JSON"),
    ])
  func aManifestThatIsNotJSON(text: String, reason: String) throws {
    let failure = try refuse(Array(text.utf8))
    #expect(failure.code == "manifest.json")
    #expect(failure.message.contains(reason), "\(failure.message)")
  }

  @Test func aManifestThatIsNotUTF8() throws {
    var bytes = try Built.manifest("Contrary").bytes
    try bytes.overwrite("Contrary", with: "Contrar!")
    let at = try #require(bytes.place(of: "Contrar!"))
    bytes[at + 7] = 0xFF
    #expect(try refuse(bytes).message.contains("not UTF-8"))
  }

  @Test(
    arguments: [
      ("colour", "red", "/colour: expected no such member", "“colour”"),
      ("id", 5, "/id: expected", "found 5"), ("id", nil, "/id: expected", "found nothing"),
      ("id", "Has Capitals", "/id: expected lower-case letters", "found “Has Capitals”"),
      ("version", "1.2", "/version: expected", "found “1.2”"),
      ("version", "1.-2.0", "/version: expected a version as in 1.4.2", "found “1.-2.0”"),
      ("manifest", 2, "/manifest: expected a whole number from 1 to 1", "found 2"),
      ("operations", [], "/operations: expected 1 to 13 elements", "found 0"),
      ("operations", ["check", "fly"], "/operations/1: expected one of", "found “fly”"),
      ("hosts", ["ok.example", 7], "/hosts/1: expected a host name", "found 7"),
      ("settings", ["a/b": ["type": "colour"]], "/settings/a~1b/type: expected one of", "“colour”"),
      ("settings", ["x": ["type": "text", "y": 1]], "/settings/x/y: expected no such", "“y”"),
      ("streams", ["name"], "/streams/0: expected an object", "found “name”"),
      ("kind", "gadget", "/kind: expected one of connector, model, identity", "found “gadget”"),
    ] as [(String, JSON?, String, String)])
  func aManifestThatDoesNotFit(member: String, value: JSON?, wanted: String, found: String) throws {
    let failure = try refuse(Built.manifest("Contrary", [(member, value)]).bytes)
    #expect(failure.code == "manifest.shape")
    #expect(failure.message.contains(wanted), "\(failure.message)")
    #expect(failure.message.contains(found), "\(failure.message)")
  }

  @Test func everyMemberThatDoesNotFitIsNamed() throws {
    let failure = try refuse(
      Built.manifest("Contrary", [("id", 1), ("kind", 2), ("abi", nil), ("what", 3)]).bytes)
    for pointer in ["/id:", "/kind:", "/abi:", "/what:"] {
      #expect(failure.message.contains(pointer), "\(failure.message)")
    }
  }

  @Test func aManifestThatIsTooLarge() throws {
    let about = String(repeating: "x", count: 1 << 20)
    let json = try Built.manifest("Contrary", [("about", .string(about))])
    let plugin = try Contrary(in: TestFolder(), manifest: json.bytes)
    let failure = try #require(throws: Failure.self) { try plugin.read() }
    #expect(failure.code == "manifest.size" && failure.message.contains(plugin.path))
  }
}
