// Unsafe: lstat fills in a local struct.
internal import Glibc
internal import PatchbayCore

/// Which files of a plugin's folder are its source: all but what builds and editors leave there.
package struct SourceFilter: Sendable {
  /// Names, or paths from the folder on, that are left out too.
  private let ignored: Set<String>

  private static let outputs = [".so", ".o", ".a", ".patchbay", ".next", "~"]
  private static let folders: Set<String> = ["target", "node_modules", "__pycache__"]

  package init(ignoring: [String] = []) { ignored = Set(ignoring) }

  /// Whether a path from the folder on is left out. Those below it are not looked at, either.
  package func ignores(_ path: String) -> Bool {
    let name = path.split(separator: "/").last.map { String($0) } ?? path
    return name.hasPrefix(".") || name.hasPrefix("#") || Self.folders.contains(name)
      || Self.outputs.contains { name.hasSuffix($0) } || ignored.contains(name)
      || ignored.contains(path)
  }

  /// What lies in one folder, by paths from the top on: `inner` is "" for the top itself. Links are
  /// files, and are not followed.
  func entries(of folder: String, _ inner: String) -> [(path: String, isFolder: Bool)] {
    FileBytes.names(in: "\(folder)/\(inner)").compactMap { name in
      let path = inner.isEmpty ? name : "\(inner)/\(name)"
      var info = stat()
      guard !ignores(path), unsafe lstat("\(folder)/\(path)", &info) == 0 else { return nil }
      return (path, info.st_mode & S_IFMT == S_IFDIR)
    }
  }
}
