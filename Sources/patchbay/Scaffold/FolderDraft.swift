// Unsafe: system calls take C strings and local structs.
internal import Glibc
internal import PatchbayCore

/// A folder that is there as a whole or not at all: it is filled under another name, and gets its
/// own by `publish`. What is not published is removed again.
final class FolderDraft {
  private let path: String
  private let draft: String
  private var folders: [String] = []
  private var files: [String] = []
  private var isPublished = false

  /// `path` must not exist, the folder that it lies in must.
  init(_ path: String) throws(Failure) {
    var info = stat()
    if unsafe lstat(path, &info) == 0 {
      throw Failure(
        .config, "usage.exists", "\(path) exists already",
        mend: "remove it, or choose another name or folder")
    }
    self.path = path
    draft = "\(path).\(getpid()).next"
    try makeFolder(draft)
  }

  deinit {
    if isPublished { return }
    for file in files { unsafe unlink(file) }
    for folder in folders.reversed() { unsafe rmdir(folder) }
  }

  /// Writes a file; `name` may have folders in front.
  func write(_ name: String, _ bytes: [UInt8]) throws(Failure) {
    var folder = draft
    for part in name.split(separator: "/").dropLast() {
      folder += "/\(part)"
      if !folders.contains(folder) { try makeFolder(folder) }
    }
    files.append("\(draft)/\(name)")
    try FileBytes.replace("\(draft)/\(name)", with: bytes, mode: 0o666)
  }

  func publish() throws(Failure) {
    guard unsafe rename(draft, path) == 0 else { throw failure() }
    isPublished = true
  }

  private func makeFolder(_ path: String) throws(Failure) {
    guard unsafe mkdir(path, 0o777) == 0 else { throw failure() }
    folders.append(path)
  }

  private func failure() -> Failure {
    let reason = unsafe String(cString: strerror(errno))
    return Failure(
      .config, "file.write", "cannot make the folder \(path): \(reason)",
      mend: "name a folder that exists and that you may write to with --into")
  }
}
