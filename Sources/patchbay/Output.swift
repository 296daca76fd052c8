internal import Glibc
internal import PatchbayCore
internal import Synchronization

/// Standard output and standard error.
enum Output {
  /// Why standard output could not be written; from then on nothing more is.
  static var failure: Failure? { broken.withLock { $0 } }
  static var isBroken: Bool { failure != nil }

  private static let broken = Mutex<Failure?>(nil)

  static func line(_ text: String) { self.text(text + "\n") }

  /// A part of what is printed, with its own line ends.
  static func text(_ text: String) {
    if isBroken { return }
    let code = write(text, to: 1)
    guard code != 0 else { return }
    // Unsafe: strerror's text is copied at once.
    let reason = unsafe String(cString: strerror(code))
    broken.withLock {
      $0 = Failure(
        .config, code == EPIPE ? "output.closed" : "output.write",
        "cannot write to standard output: \(reason)")
    }
  }

  static func error(_ text: String) { _ = write(text + "\n", to: 2) }

  /// A question, whose answer stands on the same line.
  static func prompt(_ text: String) { _ = write(text, to: 2) }

  /// Standard streams that are closed become ones that cannot be written. Otherwise the first file
  /// that is opened, a database or a lock, would take their place and what is printed.
  static func occupyStandardStreams() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
      _ = unsafe open("/dev/null", O_RDONLY)
    }
  }

  /// Returns 0, or the error's number.
  // Unsafe: write takes a pointer to a local array.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var wish = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&wish, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}

/// Much that is printed in small parts: written together.
final class OutputBuffer {
  private var parts = ""

  init() { parts.reserveCapacity(1 << 17) }

  func add(_ text: String) {
    parts += text
    if parts.utf8.count >= 1 << 16 { flush() }
  }

  func flush() {
    Output.text(parts)
    parts.removeAll(keepingCapacity: true)
  }
}
