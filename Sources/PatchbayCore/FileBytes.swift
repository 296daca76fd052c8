// Unsafe: system calls take C strings and local arrays.
internal import Glibc

/// Whole small files.
public enum FileBytes {
  /// Reads a file of at most `limit` bytes.
  public static func read(_ path: String, limit: Int = 16 << 20) throws(Failure) -> [UInt8] {
    try read(path, limit, O_RDONLY | O_CLOEXEC)
  }

  /// Reads a file of a stranger's folder: no link, pipe or device, which may lead elsewhere.
  public static func readPlain(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    var info = stat()
    guard unsafe lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.config, "file.read", "\(path) is no plain file")
    }
    return try read(path, limit, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
  }

  private static func read(_ path: String, _ limit: Int, _ flags: Int32) throws(Failure) -> [UInt8]
  {
    let descriptor = unsafe open(path, flags)
    guard descriptor >= 0 else {
      let reason = unsafe String(cString: strerror(errno))
      throw Failure(.config, "file.read", "cannot read \(path): \(reason)")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(.config, "file.read", "cannot read \(path)")
      }
      bytes.append(contentsOf: chunk[0..<count])
      if bytes.count > limit {
        throw Failure(.config, "file.size", "\(path) is larger than \(limit) bytes")
      }
    }
  }

  /// The names in a folder, sorted; those that begin with a dot only on demand. None where there is
  /// no folder.
  public static func names(in folder: String, withHidden: Bool = false) -> [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." && (withHidden || !name.hasPrefix(".")) {
        names.append(name)
      }
    }
    return names.sorted()
  }

  /// Writes a file beside the old one and puts it in its place, so that readers see one or the
  /// other.
  public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600)
    throws(Failure)
  {
    let next = "\(path).\(getpid()).next"
    // What lies there was left by a process of this number, or put there by somebody.
    unsafe unlink(next)
    let descriptor = unsafe open(
      next, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw Failure.cannotWrite(path) }
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress?.advanced(by: offset), bytes.count - offset)
      }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      offset += count
    }
    let isWritten = offset == bytes.count && fsync(descriptor) == 0
    close(descriptor)
    guard isWritten, unsafe rename(next, path) == 0 else {
      let failure = Failure.cannotWrite(path)
      unsafe unlink(next)
      throw failure
    }
  }

  /// Makes sure that new names in a folder are on disk.
  public static func syncFolder(_ path: String) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Writes behind what a file has.
  public static func append(_ path: String, _ bytes: [UInt8]) throws(Failure) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Failure.cannotWrite(path) }
    defer { close(descriptor) }
    guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else {
      throw Failure.cannotWrite(path)
    }
  }
}

extension Failure {
  /// Of the system call that has just failed.
  fileprivate static func cannotWrite(_ path: String) -> Failure {
    let reason = unsafe String(cString: strerror(errno))
    return Failure(
      .config, "file.write", "cannot write \(path): \(reason)",
      mend: "check the free space and the rights")
  }
}
