// Unsafe: system calls take C strings and local arrays, made for the call.
internal import Glibc
internal import PatchbayCore

/// An open file of a blob, closed with the last reference.
///
/// Sendable: each call says where it reads or writes, and the descriptor never changes.
final class BlobFile: Sendable {
  private let descriptor: Int32
  let path: String

  private init(_ descriptor: Int32, _ path: String) {
    (self.descriptor, self.path) = (descriptor, path)
  }

  deinit { close(descriptor) }

  /// A new file, which must not be there.
  static func make(_ path: String) throws(Failure) -> BlobFile {
    try open(path, O_RDWR | O_CREAT | O_EXCL)
  }

  static func read(_ path: String) throws(Failure) -> BlobFile { try open(path, O_RDONLY) }

  private static func open(_ path: String, _ flags: Int32) throws(Failure) -> BlobFile {
    let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.failure("open", path) }
    return BlobFile(descriptor, path)
  }

  var size: Int64 {
    var info = stat()
    return unsafe fstat(descriptor, &info) == 0 ? Int64(info.st_size) : 0
  }

  func write(_ bytes: [UInt8], at offset: Int64) throws(Failure) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe pwrite(
          descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done,
          off_t(offset) + off_t(done))
      }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { throw Self.failure("write", path) }
      done += count
    }
  }

  /// As many bytes as there are, up to a count.
  func read(_ count: Int, at offset: Int64) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = unsafe bytes.withUnsafeMutableBytes {
        unsafe pread(
          descriptor, $0.baseAddress?.advanced(by: done), count - done, off_t(offset) + off_t(done))
      }
      if got < 0 && errno == EINTR { continue }
      if got < 0 { throw Self.failure("read", path) }
      if got == 0 { break }
      done += got
    }
    return Array(bytes.prefix(done))
  }

  /// On disk when this returns.
  func sync() throws(Failure) {
    if fsync(descriptor) != 0 { throw Self.failure("write", path) }
  }

  private static func failure(_ what: String, _ path: String) -> Failure {
    let code = errno
    let reason = unsafe String(cString: strerror(code))
    if code == ENOSPC || code == EDQUOT {
      return Failure(
        .transient, "store.disk", "cannot \(what) the blob \(path): \(reason)",
        mend: "free disk space, then run again: nothing is lost")
    }
    return Failure(
      .data, code == ENOENT ? "blob.missing" : "blob.file",
      "cannot \(what) the blob \(path): \(reason)",
      mend: "restore the folder of blobs from a backup, or read the record again with --full")
  }
}
