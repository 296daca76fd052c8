// Unsafe: lstat fills in a local struct.
internal import Glibc
internal import PatchbayCore
internal import PatchbayCrypto

/// The folder of an unpacked pack in the store.
struct StoredPack {
  /// The signed release lies beside the files of the pack.
  static let releaseName = "release.json"

  let folder: String

  init(_ folder: String) { self.folder = folder }

  /// What differs from what was signed: files that are gone, were changed or added.
  func problems(_ artifact: Release.Artifact, _ release: [UInt8]) -> [String] {
    var problems: [String] = []
    var wanted = Dictionary(
      artifact.files.map { ($0.path, ($0.size, $0.sha256)) }, uniquingKeysWith: { $1 })
    wanted[Self.releaseName] = (release.count, Hex.encode(Digest.sha256(release)))
    for path in FileBytes.tree(of: folder) {
      guard let (size, sha256) = wanted.removeValue(forKey: path) else {
        problems.append("\(path) was added")
        continue
      }
      var info = stat()
      guard unsafe lstat("\(folder)/\(path)", &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
        problems.append("\(path) is no file any more")
        continue
      }
      guard Int(info.st_size) == size,
        let bytes = try? FileBytes.read("\(folder)/\(path)", limit: size),
        Hex.encode(Digest.sha256(bytes)) == sha256
      else {
        problems.append("\(path) was changed")
        continue
      }
    }
    return problems + wanted.keys.sorted().map { "\($0) is gone" }
  }
}
