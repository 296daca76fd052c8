// Unsafe: arguments and actions of posix_spawn live for its call.
internal import CLinux
internal import Glibc
package import PatchbayCore

/// The command that builds a plugin: a line for the shell, run in the plugin's folder.
package struct BuildCommand: Sendable {
  package let line: String
  private let folder: String

  package struct Outcome: Sendable {
    /// 0 where it built; 128 and the signal's number where a signal ended it.
    package let exitCode: Int32
    /// What it printed: the beginning and the end where that is a lot.
    package let output: String
    package let milliseconds: Int64

    package var hasPassed: Bool { exitCode == 0 }

    /// What to do where it did not build.
    package var mend: String {
      // The shell's own code for it, or what make says of it.
      let isMissing = exitCode == 127 || output.contains("Error 127")
      return isMissing
        ? "a program that the build runs is missing, see above: install it, such as with "
          + "apt install gcc make, or build with another: --build COMMAND"
        : "correct what is said above, and save"
    }
  }

  /// How long what was stopped has to clean up.
  private static let graceMS: Int64 = 2000
  private static let tickMS: Int32 = 100

  package init(_ line: String, in folder: String) {
    self.line = line
    self.folder = folder
  }

  /// Runs it to its end. Where it is stopped, it and all that it started are ended, and the result
  /// is `nil`. `tick` is told the last line that it printed, at least ten times a second.
  package func run(_ stop: StopSwitch, tick: (String) -> Void = { _ in }) throws(Failure)
    -> Outcome?
  {
    let startMS = Time.monotonicMS()
    let (child, reading) = try start()
    defer { close(reading) }
    let exit = linux_process_descriptor(child)
    guard exit >= 0 else {
      kill(-child, SIGKILL)
      _ = Self.reap(child)
      throw Failure(
        .transient, "dev.build", "the system tells no more of the build (\(line)) that it began",
        mend: "raise the limit of open files (ulimit -n), and try again")
    }
    defer { close(exit) }
    var output = BuildOutput()
    var hasEnded = false
    while !hasEnded && !stop.isSet {
      tick(output.lastLine)
      let watched = output.isOver ? [exit] : [exit, reading]
      hasEnded = stop.wait(for: watched, ms: Self.tickMS)[0]
      output.read(from: reading)
    }
    if !hasEnded { end(child, exit) }
    let status = Self.reap(child)
    if stop.isSet { return nil }
    output.read(from: reading)
    let signal = status & 0x7F
    return Outcome(
      exitCode: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: output.text,
      milliseconds: Time.monotonicMS() - startMS)
  }

  private static func reap(_ child: pid_t) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
    return status
  }

  /// Asks the whole group to end, and sees to it. Its leader is not waited for before, so that no
  /// other group can have its number.
  private func end(_ child: pid_t, _ exit: Int32) {
    kill(-child, SIGTERM)
    var wish = pollfd(fd: exit, events: Int16(POLLIN), revents: 0)
    let endMS = Time.monotonicMS() + Self.graceMS
    while unsafe poll(&wish, 1, Int32(max(0, endMS - Time.monotonicMS()))) < 0 && errno == EINTR {}
    kill(-child, SIGKILL)
  }

  /// Returns its number, and the end of the pipe that has what it prints.
  private func start() throws(Failure) -> (pid_t, Int32) {
    var ends: [Int32] = [0, 0]
    guard unsafe linux_pipe(&ends) == 0 else {
      throw Failure(
        .transient, "system.pipe", "the system gave no pipe for the build",
        mend: "raise the limit of open files (ulimit -n), and try again")
    }
    defer { close(ends[1]) }
    // The build's end waits as pipes do: compilers do not expect otherwise.
    _ = fcntl(ends[1], F_SETFL, 0)
    var child: pid_t = 0
    let code = spawn(&child, output: ends[1])
    if code == 0 { return (child, ends[0]) }
    close(ends[0])
    let reason = unsafe String(cString: strerror(code))
    throw Failure(
      .config, "dev.build", "cannot start the build (\(line)) in \(folder): \(reason)",
      mend: "check that /bin/sh is there, and that you may enter the folder")
  }

  private func spawn(_ child: inout pid_t, output: Int32) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    // A group of its own, to be ended as a whole, and with signals as a shell has them.
    var all = sigset_t()
    var none = sigset_t()
    unsafe sigfillset(&all)
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
    unsafe linux_close_from(&actions, 3)
    unsafe linux_begin_in(&actions, folder)
    let words = ["sh", "-c", line]
    var texts: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) }
    unsafe texts.append(nil)
    defer { while let text = unsafe texts.popLast() { unsafe free(text) } }
    return unsafe posix_spawn(&child, "/bin/sh", &actions, &attributes, texts, environ)
  }
}

/// What a build prints, of which the beginning and the end are kept.
struct BuildOutput {
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private var dropped = 0
  private(set) var isOver = false

  private static let part = 32 << 10

  mutating func read(from descriptor: Int32) {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while !isOver {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count == 0 { isOver = true }
      guard count > 0 else { return }
      add(buffer[..<count])
    }
  }

  mutating func add(_ bytes: ArraySlice<UInt8>) {
    let room = bytes.prefix(Self.part - head.count)
    head += room
    tail += bytes.dropFirst(room.count)
    if tail.count > 2 * Self.part {
      dropped += tail.count - Self.part
      tail = Array(tail.suffix(Self.part))
    }
  }

  var text: String {
    let gap = dropped == 0 ? "" : "\n… \(dropped) bytes are left out …\n"
    return String(decoding: head, as: UTF8.self) + gap + String(decoding: tail, as: UTF8.self)
  }

  /// The last line so far that is not empty.
  var lastLine: String {
    let end = (tail.isEmpty ? head : tail).suffix(400)
    let line = end.split(separator: UInt8(ascii: "\n")).last ?? []
    return String(decoding: line, as: UTF8.self)
  }
}
