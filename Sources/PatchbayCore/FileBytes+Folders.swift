// Unsafe: system calls take C strings and fill in local structs.
internal import Glibc

extension FileBytes {
  /// Whether there is anything of that name, a link that leads nowhere included.
  public static func exists(_ path: String) -> Bool {
    var info = stat()
    return unsafe lstat(path, &info) == 0
  }

  /// Whether there is a folder of that name, also by way of a link.
  public static func isFolder(_ path: String) -> Bool {
    var info = stat()
    return unsafe stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }

  /// The path from the root on, without links; `nil` where there is nothing.
  public static func absolute(_ path: String) -> String? {
    guard let full = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(full) }
    return unsafe String(cString: full)
  }

  /// Makes a folder, which may be there already. The one that it lies in must be.
  public static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(Failure) {
    if unsafe mkdir(path, mode) == 0 || (errno == EEXIST && isFolder(path)) { return }
    let reason = unsafe String(cString: strerror(errno))
    throw Failure(
      .config, "file.write", "cannot make the folder \(path): \(reason)",
      mend: "name a folder that exists and that you may write to")
  }

  /// Makes a folder and all that it lies in.
  public static func makeFolders(_ path: String, mode: UInt32 = 0o700) throws(Failure) {
    if isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try makeFolders(String(path[..<slash]), mode: mode)
    }
    try makeFolder(path, mode: mode)
  }

  /// Gives a file or a folder another name in the same file system; `false` where that fails.
  public static func move(_ path: String, to other: String) -> Bool {
    unsafe rename(path, other) == 0
  }

  /// Removes a file, a link, or a folder with all that is in it; links are not followed. What
  /// cannot be removed stays.
  public static func removeTree(_ path: String) {
    var info = stat()
    guard unsafe lstat(path, &info) == 0 else { return }
    if info.st_mode & S_IFMT == S_IFDIR {
      for name in names(in: path, withHidden: true) { removeTree("\(path)/\(name)") }
      unsafe rmdir(path)
    } else {
      unsafe unlink(path)
    }
  }

  /// Whether a name is that of something which a living process is about to put in its place:
  /// NAME.PROCESS.next.
  public static func isInWork(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    guard parts.last == "next", parts.count > 2, let process = pid_t(parts[parts.count - 2]) else {
      return false
    }
    return kill(process, 0) == 0 || errno == EPERM
  }

  /// Removes from a folder what was on its way there when its process was killed.
  public static func removeDrafts(in folder: String) {
    for name in names(in: folder, withHidden: true)
    where name.hasSuffix(".next") && !isInWork(name) {
      removeTree("\(folder)/\(name)")
    }
  }

  /// Removes them from all folders below one, too.
  public static func removeDrafts(below folder: String) {
    for path in tree(of: folder) where path.hasSuffix(".next") {
      let name = path.split(separator: "/").last.map { String($0) } ?? path
      if !isInWork(name) { removeTree("\(folder)/\(path)") }
    }
  }

  /// The files of a folder and of those in it, by their paths from there on, sorted. Links and
  /// whatever else is no folder are listed as files.
  public static func tree(of folder: String) -> [String] {
    var files: [String] = []
    var folders = [""]
    while let inner = folders.popLast() {
      for name in names(in: folder + inner, withHidden: true) {
        let path = "\(inner)/\(name)"
        var info = stat()
        let isFolder =
          unsafe lstat(folder + path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
        if isFolder { folders.append(path) } else { files.append(String(path.dropFirst())) }
      }
    }
    return files.sorted()
  }
}
