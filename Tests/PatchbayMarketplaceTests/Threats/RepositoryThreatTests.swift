import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayTUF
import Testing

@testable import PatchbayMarketplace

@Suite("A repository that lies") struct RepositoryThreatTests {
  /// A hub that has acme/books 1.0.0, of which 1.1.0 was published since.
  static func begin() async throws -> Bazaar {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    try await bazaar.install("books")
    try bazaar.copy(to: "old")
    try await bazaar.publish(PluginDraft("1.1.0"))
    _ = try await bazaar.market().refresh()
    return bazaar
  }

  /// What a hub says to what is there now; what it had must still run, and nothing else be known.
  static func refusal(_ bazaar: Bazaar) async throws -> String? {
    let known = try bazaar.market().known()?.catalogue.entries[0].versions.count
    let refusal = try await failure { _ = try await bazaar.market().refresh() }
    let again = try await failure { try await bazaar.install("books") }
    #expect(again?.code == refusal?.code && refusal?.mend.isEmpty == false)
    #expect(try bazaar.load("books").manifest.version == "1.0.0")
    #expect(try bazaar.market().known()?.catalogue.entries[0].versions.count == known)
    return refusal?.code
  }

  @Test func `of before is refused: rollback`() async throws {
    let bazaar = try await Self.begin()
    try bazaar.restore("old")
    #expect(try await Self.refusal(bazaar) == "tuf.rollback")
  }

  @Test func `that is kept from going on is refused when it has ended: freeze`() async throws {
    var bazaar = try await Self.begin()
    bazaar.nowMS += 7 * Bazaar.dayMS - 1000
    _ = try await bazaar.market().refresh()
    bazaar.nowMS += 1000
    #expect(try await Self.refusal(bazaar) == "tuf.freeze")
  }

  /// Everything signed, and not all of one time.
  @Test(arguments: ["targets", "registry", "acme"])
  func `of two times at once is refused: mix and match`(role: String) async throws {
    let bazaar = try await Self.begin()
    let before = try bazaar.repository
    let version = role == "targets" ? before.targets.version : try before.metadata(of: role).version
    let old = try FileBytes.read(MarketRepository.path(bazaar.path, role, version))
    switch role {
    case "targets": try await bazaar.admit("ada", ["name": "Ada"])
    case "acme": try await bazaar.publish(PluginDraft("1.2.0"))
    default: try await bazaar.renew()
    }
    try FileBytes.replace(MarketRepository.path(bazaar.path, role, version + 1), with: old)
    // The snapshot has the hashes of its own, and the versions of all publishers' roles.
    let codes = role == "acme" ? ["tuf.version"] : ["tuf.length", "tuf.hash"]
    #expect(codes.contains(try await Self.refusal(bazaar) ?? ""))
    // A snapshot that names the old one goes back.
    var forgery = try Forgery(bazaar)
    forgery.put(
      role, version - 1, try FileBytes.read(MarketRepository.path(bazaar.path, role, version - 1)))
    try forgery.publish()
    #expect(try await Self.refusal(bazaar) == "tuf.rollback")
  }

  @Test func `with a snapshot of before under a new timestamp is refused`() async throws {
    let bazaar = try await Self.begin()
    let (old, now) = (try MarketRepository(bazaar.folder.file("old")), try bazaar.repository)
    var signed = SignedMetadata(
      signed: TimestampMetadata(
        version: now.timestamp.version + 1, expiresMS: bazaar.nowMS + Bazaar.dayMS,
        snapshot: old.timestamp.snapshot
      ).json)
    try signed.sign(with: KeyRing.read(bazaar.key("timestamp")))
    try FileBytes.replace("\(bazaar.path)/metadata/timestamp.json", with: signed.bytes)
    #expect(try await Self.refusal(bazaar) == "tuf.rollback")
  }

  /// Somebody with the online keys leads hubs far ahead; new keys bring them back.
  @Test func `that ran ahead is left behind with its keys: fast-forward`() async throws {
    let bazaar = try await Self.begin()
    try bazaar.copy(to: "good")
    var forgery = try Forgery(bazaar)
    try forgery.publish(by: 1_000_000)
    _ = try await bazaar.market().refresh()
    try bazaar.restore("good")
    #expect(try await Self.refusal(bazaar) == "tuf.rollback")
    for role in ["snapshot", "timestamp"] { try await KeyRotationTests.rotate(role, bazaar) }
    _ = try await bazaar.market().refresh()
    try await bazaar.install("books")
  }

  @Test(arguments: ["targets", "registry", "acme", "snapshot", "timestamp"])
  func `signed with the key of somebody else is refused`(role: String) async throws {
    let bazaar = try await Self.begin()
    var forgery = try Forgery(bazaar)
    if !["snapshot", "timestamp"].contains(role) { try forgery.put(role, keys: ["core-team"]) }
    try forgery.publish(
      snapshot: role == "snapshot" ? "timestamp" : "snapshot",
      timestamp: role == "timestamp" ? "snapshot" : "timestamp")
    #expect(try await Self.refusal(bazaar) == "tuf.signatures")
  }

  @Test(arguments: [["acme"], ["registry"], ["core-team", "registry"], ["acme", "targets"]])
  func `with one of the two signatures of a publisher's is refused`(keys: [String]) async throws {
    let bazaar = try await Self.begin()
    var forgery = try Forgery(bazaar)
    try forgery.put("acme", keys: keys)
    try forgery.publish()
    #expect(try await Self.refusal(bazaar) == "tuf.signatures")
  }

  @Test func `in which one signature stands twice is refused`() async throws {
    let bazaar = try await Self.begin()
    var forgery = try Forgery(bazaar)
    var signed = SignedMetadata(signed: try forgery.repository.metadata(of: "acme").json)
    try signed.sign(with: KeyRing.read(bazaar.key("acme")))
    let text = String(decoding: signed.bytes, as: UTF8.self)
    let json = try JSON(reading: signed.bytes)
    let twice = [json["signatures"]?.array?.first, json["signatures"]?.array?.first].compactMap {
      $0
    }
    let bytes = JSONPlace.put(.array(twice), at: [.member("signatures")], in: json).bytes
    #expect(twice.count == 2 && !text.isEmpty)
    forgery.put("acme", try forgery.repository.metadata(of: "acme").version, bytes)
    try forgery.publish()
    #expect(try await Self.refusal(bazaar) == "tuf.signatures")
  }

  @Test func `that gives a publisher one key under two names is refused`() async throws {
    let bazaar = try await Self.begin()
    var forgery = try Forgery(bazaar)
    try forgery.put("targets", keys: ["targets"]) { metadata in
      let roles = metadata.delegations?.roles ?? []
      for (index, role) in roles.enumerated() where role.name == "acme" {
        metadata.delegations?.roles[index].keyIDs = [role.keyIDs[0], role.keyIDs[0]]
      }
    }
    try forgery.publish()
    let code = try await Self.refusal(bazaar)
    #expect(code?.hasPrefix("tuf.") == true, "\(code ?? "it was taken")")
  }

  @Test func `that serves a publisher's plugins by another publisher is refused`() async throws {
    let bazaar = try await Self.begin()
    var forgery = try Forgery(bazaar)
    let path = Release.path("acme/books", "1.1.0")
    let stolen = try forgery.repository.metadata(of: "acme").targets[path].orThrow()
    try forgery.put("acme", keys: ["acme", "registry"]) { $0.targets[path] = nil }
    try forgery.put("core-team", keys: ["core-team", "registry"]) { $0.targets[path] = stolen }
    try forgery.publish()
    let refusal = try await failure { try await bazaar.install("books") }
    #expect(
      refusal?.code == "market.unknown" && refusal?.message.contains("did not sign it") == true)
  }

  @Test func `whose pack was changed on its way is refused`() async throws {
    let bazaar = try await Self.begin()
    for name in FileBytes.tree(of: "\(bazaar.path)/targets") where name.hasSuffix(".patchbay") {
      var bytes = try FileBytes.read("\(bazaar.path)/targets/\(name)")
      bytes[bytes.count / 2] ^= 1
      try FileBytes.replace("\(bazaar.path)/targets/\(name)", with: bytes)
    }
    let refusal = try await failure { try await bazaar.install("books") }
    #expect(refusal?.code == "tuf.hash" && refusal?.message.contains(".patchbay") == true)
    #expect(try bazaar.load("books").manifest.version == "1.0.0")
  }
}
