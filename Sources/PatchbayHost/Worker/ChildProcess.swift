// Unsafe: arguments and actions of posix_spawn live for its call; a thread's context is retained
// until the thread has it.
internal import CLinux
internal import Dispatch
internal import Glibc
internal import PatchbayCore
internal import Synchronization

/// A process of ours, with a thread that begins it and waits for its end: a worker asks the kernel
/// to end it with the thread that began it.
final class ChildProcess: Sendable {
  private struct State {
    var id: pid_t = 0
    var startError: Int32 = 0
    var status: Int32?
  }

  private let path: String
  private let arguments: [String]
  private let descriptors: [Int32]
  /// What it writes as errors: the end that is read, and the one that it writes to.
  private let errors: (read: Int32, write: Int32)
  private let state = Mutex(State())
  private let hasBegun = DispatchSemaphore(value: 0)
  private let hasEnded = DispatchSemaphore(value: 0)

  /// Begins a program that finds `descriptors` as 3, 4 and so on, and nothing else open.
  init(_ path: String, _ arguments: [String], descriptors: [Int32]) throws(Failure) {
    self.path = path
    self.arguments = arguments
    self.descriptors = descriptors
    errors = try Self.pipe()
    defer { close(errors.write) }
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(self).toOpaque()
    let code = unsafe pthread_create(&thread, nil, liveWithChild, context)
    guard code == 0 else {
      unsafe Unmanaged<ChildProcess>.fromOpaque(context).release()
      throw Failure(.transient, "worker.start", "the system gave no thread for a worker")
    }
    pthread_detach(thread)
    hasBegun.wait()
    let error = state.withLock { $0.startError }
    guard error == 0 else {
      let reason = unsafe String(cString: strerror(error))
      throw Failure(
        .config, "worker.start", "cannot start \(path): \(reason)",
        mend: "install patchbay-worker beside patchbay")
    }
  }

  deinit { close(errors.read) }

  /// Neither end waits: a process that says too much is not held up, and its words are lost.
  private static func pipe() throws(Failure) -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    guard unsafe linux_pipe(&ends) == 0 else {
      throw Failure(.transient, "worker.start", "the system gave no pipe for a worker")
    }
    return (ends[0], ends[1])
  }

  /// The end of what it wrote as errors, in one line.
  func lastWords() -> String {
    var all: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe read(errors.read, &part, part.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      all += part[..<count]
    }
    let text = String(decoding: all.suffix(2000), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: " / ")
  }

  /// Ends it at once, and waits until it is gone. Returns how it ended, as `waitpid` tells it.
  func end() -> Int32 {
    state.withLock { if $0.status == nil && $0.id > 0 { kill($0.id, SIGKILL) } }
    return outcome()
  }

  /// Bytes of memory that it has in use; `nil` when it is gone.
  var residentBytes: Int? {
    let id = state.withLock { $0.status == nil ? $0.id : 0 }
    guard id > 0, let text = try? FileBytes.read("/proc/\(id)/statm", limit: 4096) else {
      return nil
    }
    let pages = String(decoding: text, as: UTF8.self).split(separator: " ").dropFirst().first
    return pages.flatMap { Int($0) }.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
  }

  /// Waits for its end.
  func outcome() -> Int32 {
    hasEnded.wait()
    hasEnded.signal()
    return state.withLock { $0.status ?? 0 }
  }

  /// Whether it ends within so many milliseconds.
  func endsWithin(ms: Int) -> Bool {
    guard hasEnded.wait(timeout: .now() + .milliseconds(ms)) == .success else { return false }
    hasEnded.signal()
    return true
  }

  fileprivate func live() {
    var id: pid_t = 0
    let error = spawn(&id)
    state.withLock {
      $0.id = id
      $0.startError = error
    }
    hasBegun.signal()
    if error != 0 { return }
    // The child is not reaped before its id is out of reach for `end`.
    var info = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
    state.withLock {
      var status: Int32 = 0
      unsafe waitpid(id, &status, 0)
      $0.status = status
    }
    hasEnded.signal()
  }

  private func spawn(_ id: inout pid_t) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    // A group of its own: what the terminal sends to this program is not for the worker.
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    for standard in 0...1 as ClosedRange<Int32> {
      unsafe posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0)
    }
    // Out of the way first, so that none is written over before it is moved.
    let copies = ([errors.write] + descriptors).map { linux_high_copy($0) }
    defer { for copy in copies { close(copy) } }
    for (index, copy) in copies.enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, copy, Int32(2 + index))
    }
    unsafe linux_close_from(&actions, Int32(2 + copies.count))
    var texts: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map {
      unsafe strdup($0)
    }
    unsafe texts.append(nil)
    // A crash is to end the process: it may not begin another one that would look into it.
    var environment: [UnsafeMutablePointer<CChar>?] = unsafe [
      strdup("SWIFT_DETERMINISTIC_HASHING=1"), strdup("SWIFT_BACKTRACE=enable=no"), nil,
    ]
    defer {
      while let text = unsafe texts.popLast() { unsafe free(text) }
      while let text = unsafe environment.popLast() { unsafe free(text) }
    }
    return unsafe posix_spawn(&id, path, &actions, &attributes, texts, environment)
  }
}

private let liveWithChild: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
  context in
  guard let context = unsafe context else { return nil }
  unsafe Unmanaged<ChildProcess>.fromOpaque(context).takeRetainedValue().live()
  return nil
}
