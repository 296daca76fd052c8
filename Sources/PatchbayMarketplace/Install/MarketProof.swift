package import PatchbayCore
internal import PatchbayHost

/// Says what was signed for plugins that are installed from the marketplace, or were until a few
/// versions ago. Asks nobody.
package struct MarketProof: TermsProof {
  private let folder: String

  /// `dataFolder` is the hub's.
  package init(_ dataFolder: String) { folder = dataFolder }

  package func signed(_ plugin: String, version: String, library: String) throws(Failure)
    -> CommercialTerms?
  {
    let store = MarketStore.open(folder)
    let versions = store.lock.plugins.first { $0.name == plugin }?.versions ?? []
    guard let found = versions.first(where: { $0.version == version && $0.library == library })
    else { return nil }
    let manifest = try Manifest(found.manifest, from: plugin)
    let market = try VerifiedMarket(store)
    let release = try market.signed(plugin, found, manifest: manifest)
    return CommercialTerms(
      plugin: plugin, version: version, kind: manifest.kind, library: library,
      terms: release.terms, platformPPM: market.platformPPM(of: plugin, kind: manifest.kind))
  }
}
