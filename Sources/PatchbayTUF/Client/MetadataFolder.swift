internal import Glibc
internal import PatchbayCore

/// Where trusted metadata is kept: the bytes that were received, one file for each role.
struct MetadataFolder: Sendable {
  let path: String

  init(_ path: String) {
    self.path = path.hasSuffix("/") && path != "/" ? String(path.dropLast()) : path
  }

  /// A role's name may hold anything: encoded as in a URL, it is one file of this folder.
  static func fileName(_ role: String) -> String { "\(percentEncoded(role)).json" }

  private func place(_ role: String) -> String { "\(path)/\(Self.fileName(role))" }

  /// Makes the folder if need be; the one that it is in must be there.
  func make() throws(Failure) {
    // Unsafe: the path is lent for the call.
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw Failure(
        .config, "file.write", "cannot make the folder \(path)",
        mend: "check that the folder above it exists, and the rights")
    }
  }

  func has(_ role: String) -> Bool {
    // Unsafe: the path is lent for the call.
    unsafe access(place(role), F_OK) == 0
  }

  func read(_ role: String, limit: Int) throws(Failure) -> [UInt8] {
    try FileBytes.read(place(role), limit: limit)
  }

  /// `nil` for a file that is not there or cannot be read: what it would say is fetched again.
  func readIfAny(_ role: String, limit: Int) -> [UInt8]? {
    do throws(Failure) { return try read(role, limit: limit) } catch { return nil }
  }

  /// The file is whole and on disk when this returns.
  func write(_ role: String, _ bytes: [UInt8]) throws(Failure) {
    try FileBytes.replace(place(role), with: bytes)
    FileBytes.syncFolder(path)
  }

  func remove(_ role: String) throws(Failure) {
    // Unsafe: the path is lent for the call.
    guard unsafe unlink(place(role)) == 0 || errno == ENOENT else {
      throw Failure(
        .config, "file.write", "cannot remove \(place(role))", mend: "check the rights")
    }
    FileBytes.syncFolder(path)
  }
}
