import Built
import PatchbayCore
import PatchbayHost
import PatchbayJSON
import Testing

@testable import PatchbayMarketplace

@Suite("Installing from a marketplace") struct InstallTests {
  @Test func `what was published is found, installed, and loaded`() async throws {
    let bazaar = try await Bazaar()
    try await bazaar.publish(PluginDraft())
    let market = try bazaar.market()
    let lists = try await market.refresh()
    #expect(try lists.catalogue.entries.map(\.name) == ["acme/books"])
    #expect(lists.policy.publishers.map(\.namespace) == ["acme", "core-team"])
    let candidate = try await market.prepare(InstallRequest("books"))
    #expect(candidate.tier == .community && candidate.platformPPM == 300_000)
    #expect(candidate.current == nil && candidate.wider.isEmpty && candidate.dearer.isEmpty)
    let store = try await market.install(candidate)
    #expect(store.active.map(\.manifest.id) == ["books"] && store.kept.isEmpty)
    #expect(store.lock.plugins.first?.active.installedMS == bazaar.nowMS)
    #expect(try market.verify().map(\.problems) == [[]])
    let loaded = try bazaar.load("books")
    #expect(loaded.isolation == .worker && loaded.file.grant?.tier == .community)
    try loaded.probe()
  }
}
