internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayTUF

/// A repository behind two URLs.
struct Repository: TUFSource {
  private let downloads: Downloads
  private let urls: RepositoryURLs

  init(_ downloads: Downloads, metadata: String, targets: String) {
    self.downloads = downloads
    urls = RepositoryURLs(metadata: metadata, targets: targets)
  }

  func metadata(_ fileName: String, limit: Int) async throws(Failure) -> [UInt8]? {
    try await downloads.get(urls.metadata(fileName), limit: limit)
  }

  func target(_ path: String, limit: Int) async throws(Failure) -> [UInt8]? {
    try await downloads.get(urls.target(path), limit: limit)
  }
}
