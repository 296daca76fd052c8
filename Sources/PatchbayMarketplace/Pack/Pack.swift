package import PatchbayCore
internal import PatchbayCrypto

/// A plugin for one platform with all that belongs to it, as it is published: one file.
///
/// As bytes it is a tar archive (ustar), compressed by gzip. The same files give the same bytes on
/// any machine and day that has the same zlib. Values are checked when they are made, so a pack
/// that exists keeps the rules of ``PackRules``.
package struct Pack: Sendable {
  /// A file in a pack.
  package struct File: Sendable, Equatable {
    /// Where it lies, such as `docs/setup.md`.
    package let path: String
    package let bytes: [UInt8]

    /// Makes a file; whether a pack takes it is seen when the pack is made.
    package init(path: String, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
    }

    /// Whether it is a transcript to try the plugin with.
    var isFixture: Bool { path.hasPrefix("Fixtures/") }

    /// Hex SHA-256 of the bytes, computed on each call.
    package var sha256: String { Hex.encode(Digest.sha256(bytes)) }
  }

  /// In the order of their paths' bytes.
  package let files: [File]

  /// Makes a pack of files in any order. Fails with code `pack.…` where a rule is broken.
  package init(files: [File]) throws(Failure) {
    var rules = PackRules()
    for file in files { try rules.admit(file.path, size: file.bytes.count) }
    try rules.finish(files)
    self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// The file of a path.
  package subscript(path: String) -> File? { files.first { $0.path == path } }
}
