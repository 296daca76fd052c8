internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayTUF

/// One look at a place: what is signed there now, in a folder of its own that is gone again unless
/// it is kept. Used by one task at a time.
final class MarketVisit: @unchecked Sendable {
  // @unchecked: whoever made it is the only one that uses it, one call after the other.
  private var client: TUFClient
  private let root: String
  private let draft: String
  private var isKept = false
  let lists: MarketLists

  /// Refreshes a copy of what is known, with all that installed plugins need.
  init(_ market: Market, _ place: MarketPlace) async throws(Failure) {
    root = "\(market.folder)/trust"
    guard let known = TrustFolder(root) else { throw Failure.noMarket }
    let draft = try known.copy()
    self.draft = draft
    do throws(Failure) {
      var client = try TUFClient(
        "\(draft)/metadata", source: try place.source(market.downloads), nowMS: market.clock())
      try await client.refresh()
      for (path, _) in TrustFolder.lists {
        guard let (target, _) = try await client.find(path) else {
          throw Failure(
            .config, "market.list", "the marketplace at \(place.address) has no \(path)",
            mend: "name another marketplace: patchbay market use URL --root root.json")
        }
        try FileBytes.replace("\(draft)/\(path)", with: try await client.download(target))
      }
      // Plugins that run need the metadata of their publishers.
      for plugin in try market.store().lock.plugins {
        do throws(Failure) {
          for version in plugin.versions {
            _ = try await client.find(Release.path(plugin.name, version.version))
          }
        } catch  where error.code == "tuf.freeze" {
          // What one publisher let expire must not keep the others, or a revocation, away.
        }
      }
      self.client = client
      lists = try MarketLists(
        TrustFolder(root: root, current: draft), TUFTrust("\(draft)/metadata"))
    } catch {
      FileBytes.removeTree(draft)
      throw error
    }
  }

  deinit { if !isKept { FileBytes.removeTree(draft) } }

  /// A signed version, with its bytes.
  func release(_ name: String, _ version: String) async throws(Failure)
    -> (release: Release, bytes: [UInt8])
  {
    let path = Release.path(name, version)
    let source = "\(name) \(version)"
    guard let (target, role) = try await client.find(path) else {
      throw Failure(
        .config, "market.unknown",
        "\(source) is in the catalogue, and its publisher did not sign it",
        mend: "tell the marketplace")
    }
    let namespace = name.prefix { $0 != "/" }
    guard role == namespace else {
      throw Failure(
        .permission, "market.signer", "\(source) is signed by \(role), not by \(namespace)",
        mend: "tell the marketplace")
    }
    guard target.length <= Release.sizeLimit else {
      throw Failure(.config, "release.size", "the release \(source) is larger than 4 MiB")
    }
    let bytes = try await client.download(target)
    let release = try Release(reading: bytes, from: source)
    guard release.name == name, release.version.description == version else {
      throw Failure(
        .permission, "market.signer",
        "what is signed as \(source) is \(release.name) \(release.version)",
        mend: "tell the marketplace")
    }
    return (release, bytes)
  }

  /// The pack of a version, whose hash its release and its publisher's metadata name alike.
  func pack(_ artifact: Release.Artifact, of release: Release) async throws(Failure) -> [UInt8] {
    guard let (target, role) = try await client.find(artifact.path), role == release.namespace,
      target.length == artifact.size
    else {
      throw Failure(
        .permission, "market.signer",
        "\(artifact.path) is not signed by \(release.namespace) as the release says",
        mend: "tell the marketplace")
    }
    let bytes = try await client.download(target)
    let sha256 = Hex.encode(Digest.sha256(bytes))
    guard sha256 == artifact.sha256 else {
      throw Failure(
        .permission, "market.hash",
        "\(artifact.path) is not the pack of the release: wanted \(artifact.sha256.prefix(12))…, "
          + "found \(sha256.prefix(12))…",
        mend: "tell the marketplace")
    }
    return bytes
  }

  /// What was found is what is known from here on.
  func keep() throws(Failure) {
    if isKept { return }
    // Publishers whose metadata is needed later on are looked for there.
    client.follow(to: try TrustFolder.publish(draft, root).metadata)
    isKept = true
  }
}
