// Unsafe: system calls take C strings and local structs.
internal import Glibc

/// A folder that is there as a whole or not at all: it is filled under another name, and gets its
/// own by `publish`. What is not published is removed again.
public final class FolderDraft {
  private let path: String
  private let draft: String
  private let fileMode: UInt32
  private let folderMode: UInt32
  private var folders: Set<String> = []
  private var isPublished = false

  /// `path` must not exist, the folder that it lies in must. The modes are subject to the umask.
  public init(_ path: String, fileMode: UInt32 = 0o666, folderMode: UInt32 = 0o777)
    throws(Failure)
  {
    if FileBytes.exists(path) {
      throw Failure(
        .config, "usage.exists", "\(path) exists already",
        mend: "remove it, or choose another name or folder")
    }
    self.path = path
    (self.fileMode, self.folderMode) = (fileMode, folderMode)
    draft = "\(path).\(getpid()).next"
    // What a process of the same number left behind when it was killed.
    FileBytes.removeTree(draft)
    try makeFolder(draft)
  }

  deinit { if !isPublished { FileBytes.removeTree(draft) } }

  /// Writes a file; `name` may have folders in front.
  public func write(_ name: String, _ bytes: [UInt8]) throws(Failure) {
    var folder = draft
    for part in name.split(separator: "/").dropLast() {
      folder += "/\(part)"
      if !folders.contains(folder) { try makeFolder(folder) }
    }
    try FileBytes.replace("\(draft)/\(name)", with: bytes, mode: fileMode)
  }

  /// Gives the folder its name. From here on it is there, also after a crash of the machine.
  public func publish() throws(Failure) {
    for folder in folders { FileBytes.syncFolder(folder) }
    guard unsafe rename(draft, path) == 0 else { throw failure() }
    isPublished = true
    FileBytes.syncFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
  }

  /// Where a file lies until it is published.
  public func place(of name: String) -> String { "\(draft)/\(name)" }

  private func makeFolder(_ path: String) throws(Failure) {
    guard unsafe mkdir(path, folderMode) == 0 else { throw failure() }
    folders.insert(path)
  }

  private func failure() -> Failure {
    let reason = unsafe String(cString: strerror(errno))
    return Failure(
      .config, "file.write", "cannot make the folder \(path): \(reason)",
      mend: "name a folder that exists and that you may write to with --into")
  }
}
