import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayTUF
import Synchronization
import Testing

@testable import PatchbayMarketplace

@Suite("A marketplace's repository") struct RepositoryTests {
  @Test(arguments: [(1, 1), (3, 2), (20, 20)])
  func `it is made with as many keys as its root needs`(count: Int, threshold: Int) async throws {
    let folder = try TestFolder()
    let made = try MarketRepository.create(
      folder.file("repository"), keys: folder.file("keys"), rootKeys: count, threshold: threshold,
      nowMS: Bazaar.nowMS)
    let root = try MarketRepository(made.folder).root[.root]
    #expect(root.keys.count == count && root.threshold == threshold)
    #expect(FileBytes.names(in: folder.file("keys")).count { $0.hasSuffix(".pem") } == count + 4)
    #expect(try made.catalogue().entries.isEmpty && made.policy().publishers.isEmpty)
    let again = #expect(throws: Failure.self) {
      try MarketRepository.create(made.folder, keys: folder.file("more"))
    }
    #expect(again?.code == "usage.exists" && !folder.has("more"))
    // A key is never written over.
    let elsewhere = #expect(throws: Failure.self) {
      try MarketRepository.create(folder.file("other"), keys: folder.file("keys"))
    }
    #expect(elsewhere?.code == "usage.exists")
  }

  @Test(arguments: [(0, 1), (3, 0), (3, 4), (21, 2)])
  func `a root that could never be signed is refused`(count: Int, threshold: Int) throws {
    let folder = try TestFolder()
    let failure = #expect(throws: Failure.self) {
      try MarketRepository.create(
        folder.file("repository"), keys: folder.file("keys"), rootKeys: count, threshold: threshold)
    }
    #expect(failure?.code == "usage.threshold" && !folder.has("repository"))
  }

  @Test func `what is no repository is refused`() throws {
    let folder = try TestFolder()
    let failure = #expect(throws: Failure.self) { try MarketRepository(folder.path) }
    #expect(failure?.code == "market.repository" && failure?.mend.contains("market init") == true)
  }

  @Test(arguments: ["root", "timestamp", "snapshot", "targets", "registry", "A", "acme/books", ""])
  func `a publisher cannot have every name`(name: String) async throws {
    let bazaar = try await Bazaar()
    let refusal = try await failure { try await bazaar.admit(name, ["name": "X"], key: "acme") }
    #expect(refusal?.code == "market.publisher", "\(refusal?.message ?? "")")
  }

  @Test func `names that look like another publisher's are for the registry to allow`() async throws
  {
    let bazaar = try await Bazaar()
    for (name, title) in [("acrne", "Other"), ("ac-me", "Other"), ("others", "Acme")] {
      let refusal = try await failure { try await bazaar.admit(name, ["name": .string(title)]) }
      #expect(refusal?.code == "market.look_alike", "\(name): \(refusal?.message ?? "")")
    }
    try await bazaar.admit("acrne", ["name": "Other"], allowsLookAlikes: true)
    #expect(try bazaar.repository.policy().publisher("acrne") != nil)
  }

  @Test func `a publisher keeps its key, and its own alone`() async throws {
    let bazaar = try await Bazaar()
    let other = try await failure {
      try await bazaar.admit("acme", ["name": "Acme"], key: "core-team")
    }
    #expect(other?.code == "market.publisher" && other?.mend.contains("--publisher acme") == true)
    // Were it the registry's, one key would be both signatures.
    let registry = try await failure {
      try await bazaar.admit("ada", ["name": "Ada"], key: "registry")
    }
    #expect(registry?.code == "market.publisher", "\(registry?.message ?? "it was let in")")
    try await bazaar.admit("acme", ["name": "Acme & Co."])
    #expect(try bazaar.repository.policy().publisher("acme")?.name == "Acme & Co.")
  }

  @Test func `what holds for long is signed anew when half of its time is over`() async throws {
    var bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    let version = try bazaar.repository.root.version
    bazaar.nowMS += 100 * Bazaar.dayMS
    try await bazaar.renew()
    #expect(try bazaar.repository.root.version == version)
    bazaar.nowMS += 100 * Bazaar.dayMS
    try await bazaar.renew()
    let repository = try bazaar.repository
    let latest = bazaar.nowMS + 300 * Bazaar.dayMS
    #expect(repository.root.version == version + 1 && repository.root.expiresMS > latest)
    #expect(
      try repository.targets.expiresMS > latest
        && repository.metadata(of: "acme").expiresMS > latest)
    // A hub that knew nothing so far follows, long after the first signatures ended.
    bazaar.nowMS += 250 * Bazaar.dayMS
    try await bazaar.renew()
    #expect(try await bazaar.market().refresh().catalogue.entries.count == 1)
  }

  @Test func `what is published needs its keys`() async throws {
    let bazaar = try await Bazaar()
    let packs = [try PluginDraft().pack(in: bazaar.folder)]
    let repository = try bazaar.repository
    let nobody = #expect(throws: Failure.self) {
      try repository.submission(of: packs, bazaar.ring(without: "acme"), Bazaar.rules)
    }
    #expect(nobody?.code == "market.keys" && nobody?.mend.contains("--key FILE.pem") == true)
    let submission = try bazaar.submission(packs)
    for role in ["registry", "snapshot", "timestamp"] {
      let refusal = try await failure {
        _ = try await repository.accept(
          submission, bazaar.ring(without: role), Bazaar.rules, nowMS: Bazaar.nowMS)
      }
      #expect(
        refusal?.code == "market.keys" && refusal?.message.contains("“\(role)”") == true
          || role == "registry")
      #expect(try bazaar.repository.catalogue().entries.isEmpty)
    }
  }

  @Test func `packs of two machines are one release`() async throws {
    let bazaar = try await Bazaar()
    let here = try PluginDraft().pack(in: bazaar.folder)
    // aarch64's number.
    let there = try PluginDraft { $0.machine = 183 }.pack(in: bazaar.folder)
    let tried = Mutex(0)
    try await bazaar.publish(
      [here, there], PublishingRules { (_, _) throws(Failure) in tried.withLock { $0 += 1 } })
    // By the publisher and by the registry; what is for another machine cannot be tried.
    #expect(tried.withLock { $0 } == 2)
    let version = try bazaar.repository.catalogue().entries[0].versions[0]
    #expect(Set(version.platforms) == ["linux-x86_64", "linux-aarch64"])
    try await bazaar.install("books")
  }

  @Test func `packs that cannot be one release are refused`() async throws {
    let bazaar = try await Bazaar()
    let pack = try PluginDraft().pack(in: bazaar.folder)
    func code(_ others: PluginDraft...) async throws -> String? {
      let packs = try others.map { try $0.pack(in: bazaar.folder) }
      return try await failure { try await bazaar.publish([pack] + packs) }?.code
    }
    #expect(try await code(PluginDraft()) == "pack.twice")
    #expect(
      try await code(PluginDraft { ($0.machine, $0.hosts) = (183, ["x.example"]) })
        == "pack.differs")
    #expect(
      try await code(PluginDraft { ($0.machine, $0.range) = (183, ">=1.0.0") }) == "pack.differs")
    #expect(try await code(PluginDraft { $0.publisher = "core-team" }) == "usage.packs")
    #expect(try await code(PluginDraft("2.0.0") { $0.publisher = "ada" }) == "usage.packs")
    let stranger = try PluginDraft { $0.publisher = "ada" }.pack(in: bazaar.folder)
    #expect(try await failure { try await bazaar.publish([stranger]) }?.code == "market.publisher")
  }

  @Test func `a plugin that breaks the rules, or looks like another's, is not published`()
    async throws
  {
    let bazaar = try await Bazaar()
    let pack = try PluginDraft().pack(in: bazaar.folder)
    let strict = PublishingRules { (library, _) throws(Failure) in
      throw Failure(.permission, "test.gate", library)
    }
    #expect(try await failure { try await bazaar.publish([pack], strict) }?.code == "test.gate")
    try await bazaar.publish([pack])
    let alike = try PluginDraft {
      ($0.publisher, $0.id, $0.title) = ("core-team", "b00ks", "Ledger")
    }
    .pack(in: bazaar.folder)
    #expect(try await failure { try await bazaar.publish([alike]) }?.code == "market.look_alike")
    var rules = Bazaar.rules
    rules.allowsLookAlikes = true
    try await bazaar.publish([alike], rules)
    let candidate = try await bazaar.market().prepare(InstallRequest("b00ks"))
    #expect(candidate.lookAlikes.map(\.other) == ["books"])
  }

  @Test func `only what is published is revoked`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    for (name, version) in [("acme/films", nil), ("acme/books", "9.0.0"), ("books", nil)] {
      #expect(
        try await failure { try await bazaar.revoke(name, version) }?.code == "market.unknown")
    }
    for version in ["1.0.0", "1.0.0", nil] { try await bazaar.revoke("acme/books", version) }
    let lists = try await bazaar.market().refresh()
    #expect(lists.revocations.entries.map(\.version) == [nil])
  }

  @Test func `what ends soon is signed anew`() async throws {
    var bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    _ = try await bazaar.market().refresh()
    bazaar.nowMS += 8 * Bazaar.dayMS
    #expect(try await failure { try await bazaar.install("books") }?.code == "tuf.freeze")
    try await bazaar.renew()
    try await bazaar.install("books")
  }
}
