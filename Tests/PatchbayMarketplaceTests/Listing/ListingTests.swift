import PatchbayCore
import PatchbayCrypto
import PatchbayHost
import PatchbayJSON
import Testing

@testable import PatchbayMarketplace

@Suite("Listings and releases") struct ListingTests {
  static func changed(_ json: JSON, _ name: String, _ value: JSON?) -> JSON {
    var members = json.object ?? JSONObject()
    members[name] = value
    return .object(members)
  }

  static func listing(_ name: String, _ value: JSON?) throws(Failure) -> Listing {
    try Listing(reading: changed(PluginDraft().listing, name, value).bytes, from: "acme/books")
  }

  @Test func `a listing is read as it is written`() throws {
    let listing = try Self.listing("notes", "The first version")
    #expect(listing.name == "acme/books" && listing.namespace == "acme" && listing.id == "books")
    #expect(listing.hostRange == HostRange(">=0.1.0 <1.0.0") && listing.terms.isFree)
    try listing.check(against: Manifest(PluginDraft().manifest, from: "acme/books"))
  }

  @Test(
    arguments: [
      ("name", "books"), ("name", "acme/books/x"), ("name", "Acme/books"), ("name", "acme/"),
      ("name", nil), ("uuid", "6F0D3A52-9A5E-4B7E-8D0C-2F6A1C94E7B1"), ("uuid", "1"),
      ("license", nil), ("license", ""), ("homepage", "http://acme.example"), ("icon", "icon.gif"),
      ("categories", ["CRM!"]), ("terms", nil), ("terms", [:]), ("listing", 2), ("surprise", 1),
      ("compatibility", ["host": "new ones"]), ("compatibility", nil),
      ("permissions", ["memory_mb": 15]), ("permissions", ["step_ms": 60_001]),
      ("permissions", ["hosts": ["api.example.com"]]), ("notes", ""),
      ("breaking", [["change": "all of it", "deadline": "soon"]]), ("breaking", [["change": "x"]]),
      ("deprecation", ["reason": "old", "replacement": "books"]), ("deprecation", [:]),
    ] as [(String, JSON?)])
  func `what does not fit names its member`(name: String, value: JSON?) throws {
    let failure = #expect(throws: Failure.self) { try Self.listing(name, value) }
    #expect(failure?.code == "listing.shape" && failure?.mend.isEmpty == false)
    #expect(failure?.message.contains(name) == true, "\(failure?.message ?? "")")
  }

  @Test func `what is no JSON, or too long, is refused`() throws {
    func code(_ bytes: [UInt8]) -> String? {
      #expect(throws: Failure.self) { try Listing(reading: bytes, from: "x") }?.code
    }
    #expect(code(Array("{".utf8)) == "listing.json")
    #expect(code(.init(repeating: 0x20, count: Listing.sizeLimit + 1)) == "listing.size")
  }

  @Test(arguments: ["id", "publisher"])
  func `the listing of another plugin is refused`(member: String) throws {
    let manifest = Self.changed(try PluginDraft().manifest, member, "others")
    let failure = #expect(throws: Failure.self) {
      try Self.listing("notes", "x").check(against: Manifest(manifest, from: "others"))
    }
    #expect(failure?.code == "listing.plugin" && failure?.message.contains(member) == true)
    #expect(failure?.mend.contains("others") == true)
  }

  // MARK: Releases

  static func release() throws -> Release {
    let file = Release.Artifact.File(
      path: "plugin.so", size: 3, sha256: Hex.encode(Digest.sha256("a")))
    let artifact = Release.Artifact(
      os: "linux", arch: "x86_64", libc: LibcVersion(2, 36), path: "plugins/acme/books/1.0.0/x",
      size: 5, sha256: Hex.encode(Digest.sha256("b")), files: [file])
    return try Release(
      listing("homepage", "https://acme.example"), Manifest(PluginDraft().manifest, from: "x"),
      artifacts: [artifact])
  }

  @Test func `a release is put together, and read as it was`() throws {
    let release = try Self.release()
    #expect(Release.shape.problems(in: release.json).isEmpty)
    let again = try Release(reading: release.json.bytes, from: "acme/books 1.0.0")
    #expect(again.json == release.json && again.artifacts == release.artifacts)
    #expect(again.name == "acme/books" && again.version.description == "1.0.0")
    #expect(again.reach.destinations.hosts == ["api.example.com"] && again.terms == release.terms)
    #expect(again.artifacts.first?.libc == LibcVersion(2, 36))
    #expect(Release.path("acme/books", "1.0.0") == "plugins/acme/books/1.0.0/release.json")
  }

  @Test(
    arguments: [
      ("name", "acme/films", "/name is acme/films"), ("version", "1.0.1", "/version is not"),
      ("publisher", "other", "/publisher"), ("kind", "model", "/kind"),
      ("compatibility", ["abi": "9.9", "host": ">=0.1.0"], "/compatibility/abi"),
      ("permissions", ReachTests.json, "/permissions are not those of the plugin"),
      ("artifacts", [], "/artifacts"), ("artifacts", [["os": "linux"]], "/artifacts/0"),
      ("plugin", ["id": "books"], "manifest"), ("release", 2, "/release"),
      ("surprise", 1, "surprise"),
    ] as [(String, JSON, String)])
  func `a release that says something else than its plugin is refused`(
    name: String, value: JSON, why: String
  ) throws {
    let bytes = Self.changed(try Self.release().json, name, value).bytes
    let failure = #expect(throws: Failure.self) { try Release(reading: bytes, from: "acme/books") }
    #expect(failure?.message.contains(why) == true, "\(failure?.message ?? "")")
    #expect(failure?.mend.isEmpty == false)
  }

  @Test func `an artifact without a plugin is refused`() throws {
    let release = try Self.release()
    let text = release.json.text.replacing("\"plugin.so\"", with: "\"plugin.dll\"")
    let failure = #expect(throws: Failure.self) {
      try Release(reading: Array(text.utf8), from: "x")
    }
    #expect(failure?.message.contains("no plugin.so") == true)
  }
}
