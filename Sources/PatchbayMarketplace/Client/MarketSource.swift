internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayTUF

/// A repository in a folder of this machine.
struct FolderSource: TUFSource {
  let folder: String

  func metadata(_ fileName: String, limit: Int) throws(Failure) -> [UInt8]? {
    try read("metadata/\(fileName)", limit)
  }

  func target(_ path: String, limit: Int) throws(Failure) -> [UInt8]? {
    try RepositoryURLs.checkInside(path)
    return try read("targets/\(path)", limit)
  }

  private func read(_ name: String, _ limit: Int) throws(Failure) -> [UInt8]? {
    let path = "\(folder)/\(name)"
    return FileBytes.exists(path) ? try FileBytes.read(path, limit: limit) : nil
  }
}

/// A repository behind a URL.
struct WebSource: TUFSource {
  private let urls: RepositoryURLs
  private let downloads: Downloads

  init(_ url: String, _ downloads: Downloads) {
    urls = RepositoryURLs(metadata: "\(url)/metadata", targets: "\(url)/targets")
    self.downloads = downloads
  }

  func metadata(_ fileName: String, limit: Int) async throws(Failure) -> [UInt8]? {
    try await downloads.get(urls.metadata(fileName), limit: limit)
  }

  func target(_ path: String, limit: Int) async throws(Failure) -> [UInt8]? {
    try await downloads.get(urls.target(path), limit: limit)
  }
}

/// Where a marketplace can be fetched from: a URL, or a folder. Each place may lie as it likes;
/// only what is signed is taken from it.
struct MarketPlace: Sendable {
  let address: String

  /// Writes an address as it is kept: folders from the root on, no slash at the end.
  init(_ address: String) throws(Failure) {
    var text = address[...]
    while text.count > 1, text.hasSuffix("/") { text.removeLast() }
    if text.hasPrefix("https://") || text.hasPrefix("http://") {
      let rest = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)[2]
      let place = try? HostAndPort(rest.prefix { $0 != "/" })
      guard text.hasPrefix("https://") || place?.isLoopback ?? false else {
        throw Failure(
          .config, "usage.market",
          "\(address) is not encrypted: the network could hold back what was revoked, and sees "
            + "what is installed", mend: "give an https:// URL, or a folder of this machine")
      }
      self.address = String(text)
      return
    }
    let path = text.hasPrefix("file://") ? text.dropFirst("file://".count) : text
    if path.contains("://") {
      throw Failure(
        .config, "usage.market", "“\(address)” is no place that a marketplace can be fetched from",
        mend: "give an https:// URL, or a folder of this machine")
    }
    guard let full = FileBytes.absolute(String(path)) else {
      throw Failure(
        .config, "usage.market", "there is no \(path)",
        mend: "give an https:// URL, a folder with metadata and targets in it, or a bundle")
    }
    self.address = full
  }

  /// An address as it was written; what it leads to may be gone.
  init(kept address: String) { self.address = address }

  func source(_ downloads: Downloads) throws(Failure) -> any TUFSource {
    if !address.hasPrefix("/") { return WebSource(address, downloads) }
    guard FileBytes.exists(address) else {
      throw Failure(
        .transient, "market.away", "there is no \(address), where the marketplace was",
        mend: "bring it back; or look elsewhere this once with --from, or for good: "
          + "patchbay market use PLACE --root root.json")
    }
    return FileBytes.isFolder(address)
      ? FolderSource(folder: address) : try BundleSource(reading: address)
  }
}
