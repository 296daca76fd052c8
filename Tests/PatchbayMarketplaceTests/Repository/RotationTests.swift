import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayTUF
import Testing

@testable import PatchbayMarketplace

@Suite("Keys that are changed") struct KeyRotationTests {
  /// A marketplace with two plugins, and a hub that has them.
  static func begin() async throws -> Bazaar {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    try await bazaar.publish(
      PluginDraft { ($0.publisher, $0.id, $0.title) = ("core-team", "hub", "Hub") })
    try await bazaar.install("books")
    try await bazaar.install("hub")
    return bazaar
  }

  static func rotate(_ role: String, _ bazaar: Bazaar) async throws {
    _ = try await bazaar.repository.rotate(
      role, newKeys: bazaar.folder.file("new"), bazaar.ring(), nowMS: bazaar.nowMS)
    // The old ones are put away.
    for name in FileBytes.names(in: bazaar.folder.file("keys"))
    where name.hasPrefix(role) && name.hasSuffix(".pem") {
      #expect(
        FileBytes.move(bazaar.folder.file("keys/\(name)"), to: bazaar.folder.file("old-\(name)")))
    }
    for name in FileBytes.names(in: bazaar.folder.file("new")) where name.hasSuffix(".pem") {
      #expect(
        FileBytes.move(bazaar.folder.file("new/\(name)"), to: bazaar.folder.file("keys/\(name)")))
    }
  }

  static func bringBack(_ role: String, _ bazaar: Bazaar) {
    for name in FileBytes.names(in: bazaar.folder.path) where name.hasPrefix("old-\(role)") {
      _ = FileBytes.move(
        bazaar.folder.file(name), to: bazaar.folder.file("keys/\(name.dropFirst(4))"))
    }
  }

  @Test(arguments: MarketRepository.rotatable)
  func `hubs follow, old and new ones, and plugins go on`(role: String) async throws {
    let bazaar = try await Self.begin()
    try await Self.rotate(role, bazaar)
    _ = try await bazaar.market().refresh()
    #expect(try bazaar.market().verify().allSatisfy { $0.problems.isEmpty })
    try bazaar.load("books").probe()
    try await bazaar.install("books", in: "new-hub")
    // And everything can be done with the new keys.
    try await bazaar.publish(PluginDraft("1.1.0"))
    try await bazaar.admit("ada", ["name": "Ada"])
    try await bazaar.install("books")
    #expect(
      try MarketStore(bazaar.folder.file("data")).active.map(\.manifest.version).contains("1.1.0"))
    // A second time, into the same folder.
    try await Self.rotate(role, bazaar)
    _ = try await bazaar.market().refresh()
  }

  @Test(arguments: MarketRepository.rotatable)
  func `the old keys are worth nothing`(role: String) async throws {
    let bazaar = try await Self.begin()
    try await Self.rotate(role, bazaar)
    Self.bringBack(role, bazaar)
    try bazaar.copy(to: "after")
    // Who has them publishes with all others, which are the right ones.
    var forgery = try Forgery(bazaar)
    let now = { "\(FileBytes.exists(bazaar.key("\($0)-2")) ? "\($0)-2" : $0)" }
    switch role {
    case "root": try forgery.root(keys: "root-1", "root-2", "root-3")
    case "targets", "registry": try forgery.put(role, keys: [role])
    default: break
    }
    try forgery.publish(
      snapshot: role == "snapshot" ? role : now("snapshot"),
      timestamp: role == "timestamp" ? role : now("timestamp"))
    let refusal = try await failure { _ = try await bazaar.market().refresh() }
    #expect(refusal?.code == "tuf.signatures", "\(refusal?.message ?? "it was taken")")
    // And the repository does not take them.
    try bazaar.restore("after")
    let keys = try bazaar.keys(of: role == "root" ? "root-1" : role)
    let change = try await failure {
      switch role {
      case "root", "targets":
        _ = try await bazaar.repository.rotate(role, newKeys: bazaar.folder.file("x"), keys)
      default: _ = try await bazaar.repository.renew(keys)
      }
    }
    #expect(change?.code == "market.keys", "\(change?.message ?? "")")
  }

  @Test func `a publisher's old key is worth nothing`() async throws {
    let bazaar = try await Self.begin()
    let early = try bazaar.submission([PluginDraft("1.1.0").pack(in: bazaar.folder)])
    _ = try KeyRing.makeKey(bazaar.key("acme-2"))
    _ = try await bazaar.repository.rotate(
      publisher: "acme", key: bazaar.key("acme-2"), bazaar.ring(), nowMS: bazaar.nowMS)
    #expect(try await failure { try await bazaar.accept(early) }?.code == "tuf.signatures")
    let late = try bazaar.submission([PluginDraft("1.1.0").pack(in: bazaar.folder)])
    let forged = try late.forged(bazaar, key: "acme") { _, _ in }
    #expect(try await failure { try await bazaar.accept(forged) }?.code == "tuf.signatures")
    // The registry alone cannot bring it back: hubs want both signatures.
    try bazaar.copy(to: "good")
    var forgery = try Forgery(bazaar)
    try forgery.put("acme", keys: ["acme", "registry"])
    try forgery.publish()
    #expect(try await failure { _ = try await bazaar.market().refresh() }?.code == "tuf.signatures")
    try bazaar.restore("good")
    try await bazaar.accept(late)
    #expect(try bazaar.load("books").manifest.version == "1.0.0")
    try await bazaar.install("books")
    #expect(try bazaar.load("books").manifest.version == "1.1.0")
  }
}
