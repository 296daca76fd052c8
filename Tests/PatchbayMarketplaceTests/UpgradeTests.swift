import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

@testable import PatchbayMarketplace

@Suite("Upgrades, and ways back") struct UpgradeTests {
  static func versions(_ bazaar: Bazaar, _ data: String = "data") throws -> [String] {
    try MarketStore(bazaar.folder.file(data)).lock.installed("books").versions.map(\.version)
  }

  @Test func `what an upgrade may do beyond, and costs more, is named`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft { $0.terms = PluginDraft.terms([PluginDraft.price(400)]) })
    try await bazaar.install("books")
    try await bazaar.publish(
      PluginDraft("1.1.0") {
        $0.hosts.append("more.example.com")
        $0.secrets = ["token"]
        $0.permissions = ["memory_mb": 1024, "step_ms": 20_000]
        $0.terms = PluginDraft.terms([PluginDraft.price(500)])
      },
      PluginDraft("1.2.0") { $0.terms = PluginDraft.terms() })
    let wider = try await bazaar.market().prepare(InstallRequest("books@1.1.0"))
    #expect(
      wider.wider == [
        "may reach more.example.com", "asks for the secret “token”",
        "may take 1024 MiB of memory, not 512", "may compute 20000 ms a step, not 10000",
      ])
    #expect(wider.dearer.count == 1 && wider.dearer[0].contains("not 0.0004 EUR per 1000"))
    #expect(wider.current?.version == "1.0.0" && !wider.isCurrent)
    let cheaper = try await bazaar.market().prepare(InstallRequest("books"))
    #expect(cheaper.wider == [] && cheaper.dearer == [])
    // From the wider one on, the narrower is no news.
    try await bazaar.install("books@1.1.0")
    #expect(try bazaar.load("books").file.grant?.memoryMB == 1024)
    let back = try await bazaar.market().prepare(InstallRequest("books@1.0.0"))
    #expect(back.wider == [] && back.dearer == [])
    #expect(try await bazaar.market().prepare(InstallRequest("books@1.1.0")).isCurrent)
  }

  @Test func `only the registry makes a plugin a part of the hub`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    try await bazaar.publish(
      PluginDraft { ($0.publisher, $0.id, $0.title) = ("core-team", "hub", "Hub") })
    for (id, tier) in [("books", Tier.community), ("hub", .core)] {
      #expect(try await bazaar.market().prepare(InstallRequest(id)).tier == tier)
      try await bazaar.install(id)
    }
    let files = try MarketStore(bazaar.folder.file("data")).active
    #expect(files.map { $0.grant?.tier } == [.community, .core])
    // What the registry takes back does not hold any more.
    try await bazaar.admit("core-team", ["name": "The hub's own"])
    try bazaar.load("hub").probe()
    _ = try await bazaar.market().refresh()
    let store = try MarketStore(bazaar.folder.file("data"))
    let refusal = #expect(throws: Failure.self) { try store.admit(#require(store.active.last)) }
    #expect(
      refusal?.code == "market.unsigned" && refusal?.message.contains("tier community") == true)
    try await bazaar.install("hub")
    #expect(try MarketStore(bazaar.folder.file("data")).active.last?.grant?.tier == .community)
  }

  @Test func `three versions are kept, and no more`() async throws {
    let bazaar = try await Bazaar()
    for number in 0..<6 {
      try await bazaar.publish(PluginDraft("1.\(number).0"))
      try await bazaar.install("books")
    }
    #expect(try Self.versions(bazaar) == ["1.5.0", "1.4.0", "1.3.0", "1.2.0"])
    let store = FileBytes.names(in: bazaar.folder.file("data/market/store"), withHidden: true)
    #expect(store.count == 4)
    #expect(try bazaar.load("books@1.3.0").manifest.version == "1.3.0")
    #expect(throws: Failure.self) { try bazaar.load("books@1.1.0") }
    // Again the same changes nothing.
    try await bazaar.install("books")
    #expect(try Self.versions(bazaar) == ["1.5.0", "1.4.0", "1.3.0", "1.2.0"])
  }

  @Test func `there is a way back, which pins`() async throws {
    let bazaar = try await Bazaar()
    for number in 0..<3 {
      try await bazaar.publish(PluginDraft("1.\(number).0"))
      try await bazaar.install("books")
    }
    let market = try bazaar.market()
    let back = try await market.rollback("books", to: nil)
    #expect(back.active.version == "1.1.0" && back.isPinned)
    #expect(try Self.versions(bazaar) == ["1.1.0", "1.2.0", "1.0.0"])
    #expect(try bazaar.load("books").manifest.version == "1.1.0")
    #expect(try await market.rollback("books", to: "1.0.0").active.version == "1.0.0")
    let unknown = try await failure { _ = try await market.rollback("books", to: "0.1.0") }
    #expect(unknown?.code == "market.unknown" && unknown?.mend.contains("1.2.0") == true)
    #expect(try await !market.pin("books", false).isPinned)
    // What was revoked meanwhile, or changed on disk, is no way back.
    try await bazaar.revoke("acme/books", "1.1.0")
    _ = try await market.refresh()
    let revoked = try await failure { _ = try await market.rollback("books", to: "1.1.0") }
    #expect(revoked?.code == "plugin.revoked")
    let pack = try #require(
      market.store().lock.installed("books").earlier.first { $0.version == "1.2.0" }
    ).pack
    try FileBytes.replace("\(market.store().storeFolder(pack))/release.json", with: [])
    let damaged = try await failure { _ = try await market.rollback("books", to: "1.2.0") }
    #expect(damaged?.code == "market.unsigned")
    #expect(try market.store().lock.installed("books").active.version == "1.0.0")
  }

  @Test func `what is removed is gone, with all its versions`() async throws {
    let bazaar = try await Bazaar()
    for version in ["1.0.0", "1.1.0"] {
      try await bazaar.publish(PluginDraft(version))
      try await bazaar.install("books")
    }
    let market = try bazaar.market()
    #expect(try await market.remove("acme/books").active.version == "1.1.0")
    #expect(FileBytes.names(in: bazaar.folder.file("data/market/store"), withHidden: true) == [])
    #expect(try market.store().active.isEmpty && market.verify().isEmpty)
    for body in [
      { _ = try await market.remove("books") }, { _ = try await market.pin("books", true) },
    ]
      as [() async throws -> Void]
    {
      #expect(try await failure(body)?.code == "market.unknown")
    }
    let lonely = try await failure { _ = try await market.rollback("books", to: nil) }
    #expect(lonely?.mend.contains("market search") == true)
  }

  @Test func `two installations at once are both there in the end`() async throws {
    let bazaar = try await Bazaar()
    let hub = PluginDraft { ($0.publisher, $0.id, $0.title) = ("core-team", "hub", "Hub") }
    try await bazaar.publish(PluginDraft())
    try await bazaar.publish(hub)
    let markets = [try bazaar.market(), try bazaar.market()]
    let candidates = [
      try await markets[0].prepare(InstallRequest("books")),
      try await markets[1].prepare(InstallRequest("hub")),
    ]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (market, candidate) in zip(markets, candidates) {
        group.addTask { try await market.install(candidate) }
      }
      try await group.waitForAll()
    }
    #expect(try markets[0].store().lock.plugins.map(\.name) == ["acme/books", "core-team/hub"])
    #expect(try markets[0].verify().map(\.problems) == [[], []])
    // Of two that replace the same version, the second one is told.
    try await bazaar.publish(PluginDraft("1.1.0"), PluginDraft("1.2.0"))
    let late = try await markets[0].prepare(InstallRequest("books@1.1.0"))
    try await bazaar.install("books@1.2.0")
    #expect(try await failure { try await markets[0].install(late) }?.code == "market.changed")
  }

  // MARK: Bundles

  @Test func `a bundle brings a plugin to a hub that reaches no marketplace`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    try await bazaar.publish(
      PluginDraft { ($0.publisher, $0.id, $0.title) = ("core-team", "hub", "Hub") })
    let bytes = try await bazaar.market().bundle(InstallRequest("books"))
    let bundle = try bazaar.folder.write(bytes, to: "books.bundle")
    try Market.use([bazaar.path], root: "\(bazaar.path)/root.json", in: bazaar.folder.file("far"))
    #expect(FileBytes.move(bazaar.path, to: bazaar.folder.file("gone")))
    let far = try bazaar.market("far", from: bundle)
    let store = try await far.install(far.prepare(InstallRequest("books")))
    #expect(store.active.map(\.manifest.id) == ["books"])
    try bazaar.load("books", in: "far").probe()
    // What else there is, the bundle does not have.
    #expect(
      try await failure { _ = try await far.prepare(InstallRequest("hub")) }?.code == "tuf.missing")
    // Old as it is, it cannot lead a hub back.
    #expect(FileBytes.move(bazaar.folder.file("gone"), to: bazaar.path))
    try await bazaar.renew()
    _ = try await bazaar.market("far").refresh()
    #expect(
      try await failure { _ = try await far.prepare(InstallRequest("books")) }?.code
        == "tuf.rollback")
  }

  @Test func `a bundle that was changed is refused`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    let bytes = try await bazaar.market().bundle(InstallRequest("books"))
    let files = try Pack.files(in: bytes, PackRules(.bundle))
    #expect(files.contains { $0.path.hasSuffix(".patchbay") } && files.count >= 9)
    for (number, file) in files.enumerated() where file.path != "metadata/1.root.json" {
      for change in [nil, Pack.File(path: file.path, bytes: file.bytes.dropLast() + [0x7F])] {
        var others = files
        others.replaceSubrange(number...number, with: [change].compactMap { $0 })
        let bundle = try bazaar.folder.write(Pack.archive(others), to: "\(number).bundle")
        let data = "far-\(number)-\(change == nil)"
        let refusal = try await failure {
          _ = try await bazaar.market(data, from: bundle).prepare(InstallRequest("books"))
        }
        let code = file.path.contains("/log/tile/") ? "market.tile" : "tuf."
        #expect(
          refusal?.code.hasPrefix(code) == true, "\(file.path): \(refusal?.message ?? "taken")")
      }
    }
    let half = try bazaar.folder.write(Array(bytes.prefix(bytes.count / 2)), to: "half.bundle")
    let cut = try await failure {
      _ = try await bazaar.market("far", from: half).prepare(InstallRequest("books"))
    }
    #expect(cut?.code.hasPrefix("pack.") == true, "\(cut?.message ?? "taken")")
  }
}
