import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayTUF
import Testing

@testable import PatchbayMarketplace

@Suite("What does not fit is not installed") struct CandidateTests {
  static func refusal(_ text: String, _ bazaar: Bazaar) async throws -> Failure? {
    let refusal = try await failure { _ = try await bazaar.market().prepare(InstallRequest(text)) }
    #expect(refusal?.mend.isEmpty == false)
    return refusal
  }

  @Test func `a plugin for other machines, or another Patchbay`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft { $0.machine = 183 })
    #expect(try await Self.refusal("books", bazaar)?.message.contains("linux-aarch64") == true)
    #expect(try await Self.refusal("books@1.0.0", bazaar)?.code == "market.unfit")
    try await bazaar.publish(PluginDraft("1.1.0") { $0.range = ">=2.0.0" })
    #expect(
      try await Self.refusal("books", bazaar)?.message.contains("needs Patchbay >=2.0.0") == true)
    #expect(try await Self.refusal("books@1.1.0", bazaar)?.code == "market.unfit")
    // The newest that fits, and no draft of a release.
    try await bazaar.publish(PluginDraft("0.9.0"), PluginDraft("0.9.1-rc.1"), PluginDraft("0.8.0"))
    let candidate = try await bazaar.market().prepare(InstallRequest("acme/books"))
    #expect(candidate.release.version.description == "0.9.0" && !candidate.isPinned)
    #expect(try await bazaar.market().prepare(InstallRequest("books@0.9.1-rc.1")).isPinned)
  }

  @Test func `a plugin that needs too new a C library`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft { ($0.code, $0.needsNewLibc) = ("tablereader.so", true) })
    let refusal = try await Self.refusal("books", bazaar)
    #expect(refusal?.code == "market.unfit" && refusal?.message.contains("C library 2.99") == true)
    // A release that keeps silent about it is found out.
    try await bazaar.resign { $0.replacing(#""libc":"2.99","#, with: "") }
    let silent = try await Self.refusal("books", bazaar)
    #expect(
      silent?.code == "market.pack" && silent?.message.contains("2.99") == true,
      "\(silent?.message ?? "")")
  }

  @Test(arguments: ["2.0", "1.9", "0.9"])
  func `a plugin of another ABI`(abi: String) async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    try await bazaar.resign { $0.replacing(#""abi":"1.0""#, with: "\"abi\":\"\(abi)\"") }
    for text in ["books", "books@1.0.0"] {
      let refusal = try await Self.refusal(text, bazaar)
      #expect(
        refusal?.code == "market.unfit" && refusal?.message.contains("ABI \(abi)") == true,
        "\(refusal?.message ?? "")")
    }
  }

  static let lies: [(String, @Sendable (String) -> String)] = [
    ("README.md differs", { $0.replacing("\"README.md\"", with: "\"LEFTME.md\"") }),
    (
      "the manifest in plugin.so is another",
      { $0.replacing("\"base_url\":\"https://api", with: "\"base_url\":\"https://evil") }
    ),
    (
      "is not signed by acme as the release says",
      { $0.replacing(".patchbay\"", with: ".packed\"") }
    ),
    (
      "permissions are not those",
      {
        $0.replacing(
          #""permissions":{"hosts":["api.example.com"]"#, with: #""permissions":{"hosts":[]"#)
      }
    ),
  ]

  @Test(arguments: lies.indices)
  func `a pack that is not what its release says`(index: Int) async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    let (why, lie) = Self.lies[index]
    let before = try bazaar.repository.catalogue()
    do { try await bazaar.resign { lie($0) } } catch { #expect(error is Failure) }
    #expect(before.entries.count == 1)
    let refusal = try await Self.refusal("books", bazaar)
    #expect(refusal?.message.contains(why) == true, "\(refusal?.message ?? "it was taken")")
  }

  @Test func `another pack than the release names`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    let other = try PluginDraft { $0.hosts = ["evil.example"] }.pack(in: bazaar.folder).archived()
    try await bazaar.resign(pack: other)
    let refusal = try await Self.refusal("books", bazaar)
    #expect(["market.hash", "market.signer"].contains(refusal?.code), "\(refusal?.message ?? "")")
  }

  /// Signed at the place of another version, it would be as old or new as somebody likes.
  @Test func `a release that lies where another belongs`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft("1.0.0"), PluginDraft("1.1.0"))
    var forgery = try Forgery(bazaar)
    let metadata = try forgery.repository.metadata(of: "acme")
    let old = try metadata.targets[Release.path("acme/books", "1.0.0")].orThrow()
    let bytes = try bazaar.repository.read(old)
    let moved = try forgery.target(Release.path("acme/books", "1.1.0"), bytes)
    try forgery.put("acme", keys: ["acme", "registry"]) { $0.targets[moved.path] = moved }
    try forgery.publish()
    let refusal = try await Self.refusal("books", bazaar)
    #expect(refusal?.code == "market.signer", "\(refusal?.message ?? "it was taken")")
  }

  @Test func `a plugin that does not run`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft { $0.code = "zoo/crashes_at_load.so" })
    let refusal = try await Self.refusal("books", bazaar)
    #expect(refusal?.code == "market.probe" && refusal?.message.contains("does not run") == true)
  }

  @Test func `what is not there, or could be several`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    var rules = Bazaar.rules
    rules.allowsLookAlikes = true
    let other = try PluginDraft { $0.publisher = "core-team" }.pack(in: bazaar.folder)
    try await bazaar.publish([other], rules)
    #expect(try await Self.refusal("books", bazaar)?.code == "market.ambiguous")
    #expect(try await Self.refusal("films", bazaar)?.code == "market.unknown")
    #expect(try await Self.refusal("acme/boo", bazaar)?.mend.contains("acme/books") == true)
    #expect(try await Self.refusal("acme/books@9.0.0", bazaar)?.mend.contains("1.0.0") == true)
    // Two publishers' plugins of one id are not in use at once.
    let market = try bazaar.market()
    let late = try await market.prepare(InstallRequest("core-team/books"))
    try await bazaar.install("acme/books")
    #expect(try await Self.refusal("core-team/books", bazaar)?.code == "market.conflict")
    let refusal = try await failure { try await market.install(late) }
    #expect(refusal?.code == "market.conflict", "\(refusal?.message ?? "it was installed")")
    #expect(try market.store().lock.plugins.map(\.name) == ["acme/books"])
  }
}
