// Unsafe: arrays of C texts and the structs of the system calls live for their call.
internal import Glibc
internal import PatchbayCore

/// What a program took.
struct Child {
  let seconds: Double
  /// Of the processor, for the program and those that it waited for: others hardly change it.
  let processorSeconds: Double
  let residentBytes: Int64

  /// Runs a program to its end; its output is thrown away, its errors are shown.
  static func run(_ command: [String]) throws(Failure) -> Child {
    var actions = unsafe posix_spawn_file_actions_t()
    _ = unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    var texts: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) } + [nil]
    defer { while let text = unsafe texts.popLast() { unsafe free(text) } }
    var id: pid_t = 0
    let start = ContinuousClock.now
    let code = unsafe posix_spawn(&id, command[0], &actions, nil, texts, environ)
    guard code == 0 else {
      throw Failure(.config, "bench.start", "cannot start \(command[0])", mend: "make build")
    }
    var status: Int32 = 0
    var usage = rusage()
    while unsafe wait4(id, &status, 0, &usage) < 0 && errno == EINTR {}
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    guard status == 0 else {
      let text = command.joined(separator: " ")
      throw Failure(.bug, "bench.run", "\(text) ended with status \(status >> 8)")
    }
    return Child(
      seconds: seconds,
      processorSeconds: Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime),
      residentBytes: Int64(usage.ru_maxrss) * 1024)
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
  }

  /// The most memory that a program held. Linux counts what its parent held when it began, so it is
  /// begun by a process that holds next to nothing.
  static func memory(_ command: [String], _ setup: Setup) throws(Failure) -> Int64 {
    let file = "\(setup.folder)/memory"
    _ = try run(["\(setup.bin)/patchbay-bench", "_memory", file] + command)
    return Int64(String(decoding: try FileBytes.read(file), as: UTF8.self)) ?? 0
  }

  /// What the process in between does.
  static func reportMemory(_ command: [String], to file: String) throws(Failure) {
    try FileBytes.replace(file, with: Array(String(run(command).residentBytes).utf8))
  }
}
