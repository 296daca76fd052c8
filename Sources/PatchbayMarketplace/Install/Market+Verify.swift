package import PatchbayCore
internal import PatchbayHost

/// What was found out about an installed version.
package struct Verification: Sendable {
  package let name: String
  package let version: String
  package let isActive: Bool
  /// What is wrong; empty where all is as it was signed.
  package let problems: [String]
}

extension Market {
  /// Looks at each file of each installed version beside what was signed. Asks nobody. `tell` is
  /// given each as it is known.
  package func verify(only name: String? = nil, tell: (Verification) -> Void = { _ in })
    throws(Failure) -> [Verification]
  {
    let store = try store()
    let plugins =
      try name.map { name throws(Failure) in [try store.lock.installed(name)] }
      ?? store.lock.plugins
    if plugins.isEmpty { return [] }
    let verified = try VerifiedMarket(store)
    var found: [Verification] = []
    for plugin in plugins {
      for (index, version) in plugin.versions.enumerated() {
        let result = Verification(
          name: plugin.name, version: version.version, isActive: index == 0,
          problems: Self.problems(plugin.name, version, store, verified))
        tell(result)
        found.append(result)
      }
    }
    return found
  }

  private static func problems(
    _ name: String, _ version: Lock.Version, _ store: MarketStore, _ verified: VerifiedMarket
  ) -> [String] {
    let folder = store.storeFolder(version.pack)
    do throws(Failure) {
      let manifest = try Manifest(version.manifest, from: name)
      let release = try verified.check(name, version, manifest: manifest)
      guard let artifact = release.artifacts.first(where: { $0.sha256 == version.pack }) else {
        return ["the release has no such pack"]
      }
      let bytes = try FileBytes.read("\(folder)/\(StoredPack.releaseName)")
      return StoredPack(folder).problems(artifact, bytes)
    } catch {
      return [error.message]
    }
  }
}
