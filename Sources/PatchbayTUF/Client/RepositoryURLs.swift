package import PatchbayCore

/// Where the files of a repository are, by the URLs of its metadata and its targets.
package struct RepositoryURLs: Sendable {
  private let metadata: String
  private let targets: String

  /// Both may end with a slash, or not.
  package init(metadata: String, targets: String) {
    (self.metadata, self.targets) = (metadata, targets)
  }

  /// Of a metadata file, whose name is encoded already (see ``TUFSource``).
  package func metadata(_ fileName: String) -> String { Self.joined(metadata, fileName) }

  /// Of a target. Throws `tuf.path` for a path that leads out of the repository.
  package func target(_ path: String) throws(Failure) -> String {
    try Self.checkInside(path)
    return Self.joined(targets, percentEncoded(path, keeping: "-._~/!$&'()*+,;=:@"))
  }

  /// Throws `tuf.path` for a path that would lead out of its folder, to another file than the
  /// metadata means.
  package static func checkInside(_ path: String) throws(Failure) {
    if path.utf8.split(separator: 0x2F).contains(where: { $0.elementsEqual("..".utf8) }) {
      throw Failure(
        .data, "tuf.path", "“\(path)” leads out of the repository",
        mend: "tell its owner to give the target another path")
    }
  }

  private static func joined(_ base: String, _ path: String) -> String {
    base.hasSuffix("/") ? base + path : "\(base)/\(path)"
  }
}
