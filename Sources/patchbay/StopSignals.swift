internal import Dispatch
internal import Glibc
internal import PatchbayCore

// Unsafe: the handler may only write to a pipe, whose number is set before there is a handler and
// never again.
nonisolated(unsafe) private var pipeEnd: Int32 = -1

/// Tells of SIGINT and SIGTERM, or others, from here on; none is lost, and none ends the process by
/// itself.
struct StopSignals {
  private let numbers: [Int32]
  private let source: any DispatchSourceRead

  /// One at a time in a process.
  init(of numbers: [Int32] = [SIGINT, SIGTERM], _ body: @escaping @Sendable () -> Void)
    throws(Failure)
  {
    self.numbers = numbers
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else {
      throw Failure(
        .transient, "system.pipe", "the system gave no pipe for signals",
        mend: "raise the limit of open files (ulimit -n), and try again")
    }
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    let reading = ends[0]
    unsafe pipeEnd = ends[1]
    source = DispatchSource.makeReadSource(fileDescriptor: reading, queue: .global())
    source.setEventHandler {
      var byte: UInt8 = 0
      while unsafe read(reading, &byte, 1) == 1 { body() }
    }
    source.resume()
    for number in numbers {
      signal(number) { _ in
        let code = errno
        var byte: UInt8 = 1
        _ = unsafe write(pipeEnd, &byte, 1)
        errno = code
      }
    }
  }

  /// From here on signals end the process again.
  func end() {
    for number in numbers { signal(number, SIG_DFL) }
    source.cancel()
  }
}

/// Runs a body that the first SIGINT or SIGTERM asks to stop, and the second ends at once.
func withSignals<R: Sendable>(
  _ body: @escaping @Sendable () async throws(Failure) -> R
) async throws(Failure) -> R {
  let task = Task { () -> Result<R, Failure> in
    do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
  }
  let signals = try StopSignals {
    if task.isCancelled { exit(130) }
    Output.error("stopping … (once more to stop at once)")
    task.cancel()
  }
  let result = await task.value
  signals.end()
  return try result.get()
}
