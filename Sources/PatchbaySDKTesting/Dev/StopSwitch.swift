// Unsafe: system calls take local arrays.
internal import CLinux
internal import Glibc
package import PatchbayCore
internal import Synchronization

/// Ends work that waits for the system. Once it is set it stays so; any thread may set it.
package final class StopSwitch: Sendable {
  private let ends: (read: Int32, write: Int32)
  private let isOn = Mutex(false)

  package init() throws(Failure) {
    var pair: [Int32] = [0, 0]
    guard unsafe linux_pipe(&pair) == 0 else {
      throw Failure(
        .transient, "system.pipe", "the system gave no pipe for signals",
        mend: "raise the limit of open files (ulimit -n), and try again")
    }
    ends = (pair[0], pair[1])
  }

  deinit {
    close(ends.read)
    close(ends.write)
  }

  package var isSet: Bool { isOn.withLock { $0 } }

  package func set() {
    isOn.withLock { $0 = true }
    var byte: UInt8 = 1
    _ = unsafe write(ends.write, &byte, 1)
  }

  /// Waits until one of the descriptors can be read, it is set, or so many milliseconds are over
  /// (-1: for ever). Returns which can be read, in the order given.
  func wait(for descriptors: [Int32], ms: Int32) -> [Bool] {
    var wishes = (descriptors + [ends.read]).map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    let count = unsafe poll(&wishes, nfds_t(wishes.count), ms)
    // Interrupted: whoever waits looks at its clock and waits again.
    if count < 0 { return descriptors.map { _ in false } }
    return wishes.dropLast().map { $0.revents != 0 }
  }
}
