// Unsafe: lstat fills in a local struct.
internal import Glibc
internal import PatchbayCore
internal import PatchbayCrypto

/// The contents of a plugin's source at a moment. Compared with a later one it tells which files
/// differ: not what was only touched, or written again as it was.
package struct SourceSnapshot: Sendable {
  private struct File: Sendable {
    /// What changes when the file is written: while it is the same the contents are not read again.
    let status: [Int]
    /// SHA-256 of the contents; of the status where they are too large or cannot be read.
    let digest: [UInt8]
  }

  private var files: [String: File] = [:]

  private static let sizeLimit = 256 << 20

  /// Reads the folder; files that are as `former` knows them are not read again.
  package init(of folder: String, _ filter: SourceFilter, after former: SourceSnapshot? = nil) {
    var folders = [""]
    while let inner = folders.popLast() {
      for (path, isFolder) in filter.entries(of: folder, inner) {
        if isFolder {
          folders.append(path)
        } else if let status = Self.status("\(folder)/\(path)") {
          let known = former?.files[path]
          files[path] =
            known?.status == status
            ? known : File(status: status, digest: Self.digest("\(folder)/\(path)", status))
        }
      }
    }
  }

  /// Paths of files that are new, gone or different, sorted.
  package func changes(since former: SourceSnapshot) -> [String] {
    Set(files.keys).union(former.files.keys)
      .filter { files[$0]?.digest != former.files[$0]?.digest }.sorted()
  }

  private static func status(_ path: String) -> [Int]? {
    var info = stat()
    guard unsafe lstat(path, &info) == 0 else { return nil }
    return [
      Int(info.st_ino), Int(info.st_size), info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
      info.st_ctim.tv_sec, info.st_ctim.tv_nsec, Int(info.st_mode),
    ]
  }

  private static func digest(_ path: String, _ status: [Int]) -> [UInt8] {
    guard let bytes = try? FileBytes.readPlain(path, limit: sizeLimit) else {
      return Digest.sha256(Array("\(status)".utf8))
    }
    return Digest.sha256(bytes)
  }
}
