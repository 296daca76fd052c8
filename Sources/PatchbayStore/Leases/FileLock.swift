// Unsafe: open, stat and unlink take C strings, made for the call, and fill in local structs.
internal import Glibc
package import PatchbayCore

/// A lock between processes, on a file. The kernel gives it up when the process ends, however it
/// does.
package final class FileLock: Sendable {
  private let descriptor: Int32
  private let path: String

  private init(_ descriptor: Int32, _ path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Unlocks before it closes: a process that is being spawned shares the open file until it
  /// executes its program, and closing alone would leave the lock with it.
  deinit { Self.release(descriptor) }

  private static func release(_ descriptor: Int32) {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Takes the lock, or returns `nil` where somebody holds it.
  package static func tryTake(_ path: String) throws(Failure) -> FileLock? {
    while true {
      let descriptor = try open(path)
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        return nil
      }
      if isCurrent(descriptor, path) { return FileLock(descriptor, path) }
      release(descriptor)
    }
  }

  /// Waits for the lock on a thread of its own.
  package static func take(_ path: String) async throws(Failure) -> FileLock {
    try await SerialQueue("patchbay.lock").run { () throws(Failure) in try wait(path) }
  }

  /// Waits for the lock on the caller's thread.
  static func wait(_ path: String) throws(Failure) -> FileLock {
    while true {
      let descriptor = try open(path)
      while flock(descriptor, LOCK_EX) != 0 {
        if errno == EINTR { continue }
        close(descriptor)
        throw Failure(.config, "store.lock", "cannot lock \(path)")
      }
      if isCurrent(descriptor, path) { return FileLock(descriptor, path) }
      release(descriptor)
    }
  }

  /// Whether somebody holds the lock. Makes no file.
  package static func isHeld(_ path: String) -> Bool {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return errno != ENOENT }
    defer { release(descriptor) }
    // A shared lock, so that two who ask at once do not take each other for a holder.
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }

  /// Takes the file away while the lock is held. Who opened it before sees, once it has the lock,
  /// that the file is not the one of that name any more, and opens anew.
  package func removeFile() { unsafe unlink(path) }

  /// Takes away what a killed process left behind. Only for a lock that nobody takes again.
  package static func removeLeftover(_ path: String) { unsafe unlink(path) }

  /// Whether the locked file is still the one that others find under its name.
  private static func isCurrent(_ descriptor: Int32, _ path: String) -> Bool {
    var (locked, named) = (stat(), stat())
    return unsafe fstat(descriptor, &locked) == 0 && lstat(path, &named) == 0
      && locked.st_ino == named.st_ino && locked.st_dev == named.st_dev
  }

  private static func open(_ path: String) throws(Failure) -> Int32 {
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor >= 0 { return descriptor }
    let reason = unsafe String(cString: strerror(errno))
    throw Failure(
      .config, "store.lock", "cannot open the lock \(path): \(reason)",
      mend: "make the data folder writable for this user")
  }
}
