package import PatchbayCore

/// Where a client gets the files of a repository. Nothing that comes from it is trusted.
package protocol TUFSource: Sendable {
  /// A metadata file, such as `3.root.json`; `nil` if there is none. The name is percent-encoded,
  /// but for the letters that never are: it fits into a URL and into a folder as it is. More than
  /// `limit` bytes is a failure.
  func metadata(_ fileName: String, limit: Int) async throws(Failure) -> [UInt8]?

  /// A target by its path, hash and all, which is not encoded: it is the repository's, and may hold
  /// anything. `nil` if there is none. More than `limit` bytes is a failure.
  func target(_ path: String, limit: Int) async throws(Failure) -> [UInt8]?
}
