internal import Glibc

/// Lets threads pause until a time is over or the server stops, whichever comes first.
struct Gate: ~Copyable, Sendable {
  // Unsafe: a pipe's two descriptors, closed in deinit; poll borrows a local struct.
  private let readEnd: CInt
  private let writeEnd: CInt

  init?() {
    var ends: [CInt] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { return nil }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  /// Wakes everyone, now and from now on: the byte is never read.
  func open() {
    var byte: UInt8 = 1
    _ = unsafe write(writeEnd, &byte, 1)
  }

  /// Returns whether the gate was opened before the time was over.
  @discardableResult
  func wait(ms: Int) -> Bool {
    var entry = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, CInt(clamping: ms)) > 0
  }
}
