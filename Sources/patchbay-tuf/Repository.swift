internal import PatchbayCore
internal import PatchbayEgress
internal import PatchbayTUF

/// A repository behind two URLs.
struct Repository: TUFSource {
  private let downloads: Downloads
  private let metadata: String
  private let targets: String

  init(_ downloads: Downloads, metadata: String, targets: String) {
    self.downloads = downloads
    self.metadata = metadata
    self.targets = targets
  }

  func metadata(_ fileName: String, limit: Int) async throws(Failure) -> [UInt8]? {
    try await downloads.get(Self.joined(metadata, fileName), limit: limit)
  }

  func target(_ path: String, limit: Int) async throws(Failure) -> [UInt8]? {
    // These would lead out of the base, and to another file than the metadata means.
    if path.utf8.split(separator: 0x2F).contains(where: { $0.elementsEqual("..".utf8) }) {
      throw Failure(
        .data, "tuf.path", "“\(path)” leads out of the repository",
        mend: "tell its owner to give the target another path")
    }
    let path = percentEncoded(path, keeping: "-._~/!$&'()*+,;=:@")
    return try await downloads.get(Self.joined(targets, path), limit: limit)
  }

  private static func joined(_ base: String, _ path: String) -> String {
    base.hasSuffix("/") ? base + path : "\(base)/\(path)"
  }
}
