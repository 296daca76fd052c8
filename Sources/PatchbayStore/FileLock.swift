// Unsafe: open takes a C string, made for the call.
internal import Glibc
public import PatchbayCore

/// A lock between processes, on a file. The kernel gives it up when the process ends, however it
/// does.
public final class FileLock: Sendable {
  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock, or returns `nil` where somebody holds it.
  public static func tryTake(_ path: String) throws(Failure) -> FileLock? {
    let descriptor = try open(path)
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return FileLock(descriptor) }
    close(descriptor)
    return nil
  }

  /// Waits for the lock on a thread of its own.
  public static func take(_ path: String) async throws(Failure) -> FileLock {
    try await SerialQueue("patchbay.lock").run { () throws(Failure) in
      let descriptor = try open(path)
      while flock(descriptor, LOCK_EX) != 0 {
        if errno == EINTR { continue }
        close(descriptor)
        throw Failure(.config, "store.lock", "cannot lock \(path)")
      }
      return FileLock(descriptor)
    }
  }

  private static func open(_ path: String) throws(Failure) -> Int32 {
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor >= 0 { return descriptor }
    throw Failure(
      .config, "store.lock", "cannot open the lock \(path)",
      mend: "make the data folder writable for this user")
  }
}
