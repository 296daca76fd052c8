import Built
import Loopback
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayTUF
import Seeded
import Synchronization
import Testing

@testable import PatchbayMarketplace

@Suite("A publisher of many plugins") struct BinTests {
  static let count = Scale.count(quick: 300, nightly: 10_000)

  /// What a server sent.
  final class Meter: Sendable {
    private let sent = Mutex<[(path: String, bytes: Int)]>([])
    func serve(_ bazaar: Bazaar) throws -> LoopbackServer {
      try MirrorTests.serve(bazaar.path) { [self] path, bytes in
        sent.withLock { $0.append((path, bytes.count)) }
        return nil
      }
    }
    func take() -> [(path: String, bytes: Int)] {
      sent.withLock { sent in
        defer { sent = [] }
        return sent
      }
    }
  }

  @Test func `costs a hub little when one plugin changes, and one visit for many installs`()
    async throws
  {
    let bazaar = try await Bazaar()
    try await bazaar.fill(Self.count)
    let drafts = ["alpha", "brook", "cedar"].map { id in
      PluginDraft { ($0.id, $0.title) = (id, "Title of \(id)") }
    }
    for draft in drafts { try await bazaar.publish(draft) }
    let roles = try bazaar.repository.published(by: "acme")
    #expect(roles.digits == (Self.count == 300 ? 1 : 2))
    let largest = roles.documents.map { SignedMetadata(signed: $0.value.json).bytes.count }.max()
    #expect(largest ?? 0 < 90_000)
    let meter = Meter()
    let server = try meter.serve(bazaar)
    defer { server.stop() }
    // Three installs of one command look at the marketplace once.
    let market = try bazaar.market(places: [server.url]).forOneCommand()
    for draft in drafts { try await market.install(market.prepare(InstallRequest(draft.name))) }
    let first = meter.take()
    #expect(first.count { $0.path.hasSuffix("/timestamp.json") } == 1)
    #expect(first.count { $0.path.hasSuffix("catalogue.json") } == 1)
    #expect(Set(first.map(\.path)).count == first.count, "a file was fetched twice")
    // Nothing is new: a timestamp, and a look for a newer root.
    _ = try await bazaar.market(places: [server.url]).refresh()
    #expect(meter.take().reduce(0) { $0 + $1.bytes } < 2000)
    // One plugin that is installed changed.
    try await bazaar.publish(PluginDraft("1.1.0") { ($0.id, $0.title) = ("brook", "Brook") })
    _ = try await bazaar.market(places: [server.url]).refresh()
    let sent = meter.take()
    let bytes = sent.reduce(0) { $0 + $1.bytes }
    #expect(bytes <= (Self.count == 300 ? 100 : 200) << 10, "\(bytes): \(sent)")
    try await bazaar.install("brook")
    #expect(try bazaar.load("brook").manifest.version == "1.1.0")
    #expect(try bazaar.market().verify().allSatisfy { $0.problems.isEmpty })
    #expect(try await bazaar.market().refresh().catalogue.entries.count == Self.count + 3)
    #expect(try await bazaar.market().refresh().entry("p10007").name == "acme/p10007")
  }

  /// A publisher that has just become large.
  static func begin() async throws -> Bazaar {
    let bazaar = try await Bazaar()
    try await bazaar.fill(100)
    try await bazaar.publish(PluginDraft())
    try await bazaar.install("books")
    return bazaar
  }

  @Test func `its keys and the registry's can be changed`() async throws {
    let bazaar = try await Self.begin()
    let folder = bazaar.folder.file("keys")
    // Without its key it signs what it signed, until it publishes again.
    _ = try await bazaar.repository.rotate(
      "registry", newKeys: folder, bazaar.ring(without: "acme"), nowMS: bazaar.nowMS)
    FileBytes.removeTree(bazaar.key("registry"))
    try await bazaar.install("books", in: "second")
    try bazaar.load("books").probe()
    try await bazaar.publish(PluginDraft("1.1.0"))
    try await bazaar.install("books")
    let repository = try bazaar.repository
    let registry = try repository.keys(of: "registry").keys.map(\.id)
    let bins = try repository.metadata(of: "acme").delegations?.roles ?? []
    #expect(bins.count == 16 && bins.allSatisfy { $0.keyIDs.contains(registry[0]) })
    _ = try KeyRing.makeKey(bazaar.key("acme-2"))
    _ = try await repository.rotate(
      publisher: "acme", key: bazaar.key("acme-2"), bazaar.ring(without: "acme"),
      nowMS: bazaar.nowMS)
    FileBytes.removeTree(bazaar.key("acme"))
    try await bazaar.publish(PluginDraft("1.2.0"))
    try await bazaar.install("books")
    #expect(try bazaar.load("books").manifest.version == "1.2.0")
    // With all keys at hand all of it is signed anew.
    _ = try await bazaar.repository.rotate(
      "registry", newKeys: folder, bazaar.ring(), nowMS: bazaar.nowMS)
    try await bazaar.install("books", in: "third")
  }

  @Test func `what holds for long is signed anew when half of its time is over`() async throws {
    var bazaar = try await Self.begin()
    for _ in 0..<3 {
      bazaar.nowMS += 200 * Bazaar.dayMS
      try await bazaar.renew()
    }
    let data = "data-\(bazaar.nowMS)"
    try await bazaar.install("books", in: data)
    try await bazaar.publish(PluginDraft("1.1.0"))
    try await bazaar.install("books", in: data)
  }

  @Test func `changes only the bins that it must`() async throws {
    let bazaar = try await Self.begin()
    let before = try bazaar.repository.published(by: "acme").documents
    try await bazaar.publish(PluginDraft("1.1.0"))
    let after = try bazaar.repository.published(by: "acme").documents
    let changed = after.filter { before[$0.key] != $0.value }
    #expect((1...2).contains(changed.count) && before.count == 17 && after.count == 17)
  }

  static let harms: [(String, @Sendable (Bazaar, Submission) throws -> Submission)] = [
    (
      "trusts others",
      { bazaar, submission in
        try submission.forged(bazaar, role: "acme") { metadata, _ in
          metadata.version = 2
          metadata.delegations = PublisherRoles.bins(
            of: "acme", digits: 1,
            RoleKeys(keys: try bazaar.repository.keys(of: "acme").keys, threshold: 1))
        }
      }
    ),
    (
      "lacks the bins",
      { bazaar, submission in
        try submission.forged(bazaar, role: "acme") { metadata, _ in metadata.version = 2 }
      }
    ),
    (
      "belong elsewhere",
      { bazaar, submission in
        let (role, other) = ("acme~0", "acme~1")
        let known = try bazaar.repository.published(by: "acme").documents
        let moved = known[other]?.targets ?? [:]
        return try submission.forged(bazaar, role: role) { metadata, _ in
          metadata.version = (known[role]?.version ?? 0) + 1
          metadata.targets = (known[role]?.targets ?? [:]).merging(moved) { one, _ in one }
        }
      }
    ),
    (
      "is next",
      { bazaar, submission in
        let role = try submission.documents.keys.first.orThrow()
        return try submission.forged(bazaar, role: role) { metadata, _ in metadata.version += 1 }
      }
    ),
  ]

  @Test(arguments: harms.indices)
  func `bins that are not what they must be are refused`(index: Int) async throws {
    let bazaar = try await Self.begin()
    let submission = try bazaar.submission([PluginDraft("1.1.0").pack(in: bazaar.folder)])
    let (why, harm) = Self.harms[index]
    let forged = try harm(bazaar, submission)
    let refusal = try await failure { try await bazaar.accept(forged) }
    #expect(refusal?.message.contains(why) == true, "\(why): \(refusal?.message ?? "it was taken")")
    // As it was written down, and read again, it is taken.
    try submission.write(to: bazaar.folder.file("handed-in"))
    try await bazaar.accept(Submission(reading: bazaar.folder.file("handed-in")))
    try await bazaar.install("books")
  }
}
