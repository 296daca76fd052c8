// Unsafe: system calls take C strings and fill in local structs.
internal import CLinux
internal import Glibc
internal import PatchbayCore

/// A file as it was when its folder was looked through.
struct FileEntry: Sendable, Equatable {
  /// Below the folder.
  var path: String
  var size: Int64
  var modifiedNS: Int64
  /// When anything of it last changed, its times included: nobody can set that.
  var changedNS: Int64

  init(_ path: String, _ info: stat) {
    self.path = path
    size = Int64(info.st_size)
    modifiedNS = Time.nanoseconds(of: info.st_mtim)
    changedNS = Time.nanoseconds(of: info.st_ctim)
  }
}

/// Looks through a folder and opens files in it. No link is followed, whatever is put in place of a
/// name meanwhile.
final class FolderWalk: Sendable {
  private let root: Int32
  private let path: String

  /// A pass remembers every file.
  private static let fileLimit = 100_000
  private static let depthLimit = 32

  init(_ path: String) throws(Failure) {
    self.path = path
    let top = unsafe Glibc.open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(top) }
    // The path had no links when it was admitted; it must have none now.
    let below = path == "/" ? "." : String(path.drop { $0 == "/" })
    root = unsafe linux_open_beneath(top, below, O_RDONLY | O_DIRECTORY)
    if root < 0 { throw Self.unreadable(path) }
  }

  deinit { close(root) }

  private static func unreadable(_ path: String) -> Failure {
    let reason = unsafe String(cString: strerror(errno))
    return Failure(
      .config, "files.folder", "cannot read \(path): \(reason)",
      mend: "nothing was marked as deleted; make it readable for this user, and run it again")
  }

  /// The files that are meant, the oldest first, so that what was written later has the last word.
  /// Names that are no UTF-8 are counted.
  func files(matching patterns: [FilePattern]) throws(Failure) -> (
    files: [FileEntry], unnamed: Int
  ) {
    var files: [FileEntry] = []
    var unnamed = 0
    var folders = [""]
    while let folder = folders.popLast() {
      let (names, others) = try names(in: folder)
      unnamed += others
      for name in names {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        var info = stat()
        guard unsafe fstatat(root, path, &info, AT_SYMLINK_NOFOLLOW) == 0 else {
          // What is gone by now is no file; what cannot be looked at may be one.
          if errno == ENOENT { continue }
          throw Self.unreadable("\(self.path)/\(path)")
        }
        switch info.st_mode & S_IFMT {
        case S_IFDIR:
          if path.split(separator: "/").count < Self.depthLimit,
            patterns.contains(where: { $0.mayMatch(inside: path) })
          {
            folders.append(path)
          }
        case S_IFREG where patterns.contains { $0.matches(path) }:
          files.append(FileEntry(path, info))
        default: break
        }
      }
      if files.count > Self.fileLimit {
        throw Failure(
          .config, "files.many", "\(path) has more than \(Self.fileLimit) files for one stream",
          mend: "make several streams of it, or move old files away")
      }
    }
    files.sort {
      $0.modifiedNS == $1.modifiedNS ? $0.path < $1.path : $0.modifiedNS < $1.modifiedNS
    }
    return (files, unnamed)
  }

  private func names(in folder: String) throws(Failure) -> (names: [String], others: Int) {
    let descriptor = unsafe linux_open_beneath(
      root, folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY)
    guard descriptor >= 0, let directory = unsafe fdopendir(descriptor) else {
      // One that is gone by now has no files.
      if errno == ENOENT && !folder.isEmpty { return ([], 0) }
      throw Self.unreadable(folder.isEmpty ? path : "\(path)/\(folder)")
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    var others = 0
    errno = 0
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(validatingCString: $0)
        }
      }
      if let name {
        if !name.hasPrefix(".") { names.append(name) }
      } else {
        others += 1
      }
      errno = 0
    }
    // Both the end and an error are null.
    if errno != 0 { throw Self.unreadable("\(path)/\(folder)") }
    return (names, others)
  }

  /// Opens a file; `nil` where it is not there any more, or is no file.
  func open(_ entry: FileEntry) throws(Failure) -> OpenFile? {
    let descriptor = unsafe linux_open_beneath(root, entry.path, O_RDONLY | O_NONBLOCK)
    if descriptor < 0 && errno == ENOENT { return nil }
    if descriptor < 0 { throw Self.unreadable("\(path)/\(entry.path)") }
    var info = stat()
    guard unsafe fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    return OpenFile(descriptor, FileEntry(entry.path, info))
  }
}

/// A file that is read from its beginning to its end, by one thread at a time.
final class OpenFile: Sendable {
  private let descriptor: Int32
  /// As it was when it was opened.
  let entry: FileEntry

  init(_ descriptor: Int32, _ entry: FileEntry) {
    (self.descriptor, self.entry) = (descriptor, entry)
  }

  deinit { close(descriptor) }

  /// Whether it is still what was opened.
  var isUnchanged: Bool {
    var info = stat()
    return unsafe fstat(descriptor, &info) == 0 && FileEntry(entry.path, info) == entry
  }

  /// The next bytes; empty at the end.
  func read(_ count: Int) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    while true {
      let got = unsafe Glibc.read(descriptor, &bytes, count)
      if got >= 0 {
        bytes.removeLast(count - got)
        return bytes
      }
      if errno == EINTR { continue }
      let reason = unsafe String(cString: strerror(errno))
      throw Failure(
        .transient, "files.read", "cannot read the file \(entry.path): \(reason)",
        mend: "nothing of it was stored; run it again")
    }
  }

  /// Line breaks in the whole file, which is then read again from its beginning.
  func countLines() throws(Failure) -> Int64 {
    var count: Int64 = 0
    while true {
      let bytes = try read(1 << 20)
      if bytes.isEmpty { break }
      for byte in bytes where byte == 0x0A { count += 1 }
    }
    lseek(descriptor, 0, SEEK_SET)
    return count
  }
}
