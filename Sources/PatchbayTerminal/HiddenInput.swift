internal import Glibc
package import PatchbayCore

// Unsafe: termios and sigaction are plain structs that the C library fills in; the handler may only
// write to a pipe, whose number is set before there is a handler.
nonisolated(unsafe) private var wakeUp: Int32 = -1

/// A line that a person types without its being shown, as for a secret.
///
/// A signal that ends or stops the program finds the terminal as it was before.
package enum HiddenInput {
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU]

  /// Asks for a line. Returns it without its end; what was typed before the end of the input where
  /// there is no line. One at a time in a process.
  ///
  /// `input` is a terminal; `output` is where the question is shown.
  package static func line(_ question: String, from input: Int32 = 0, to output: Int32 = 2)
    throws(Failure) -> String
  {
    while true {
      write(question, to: output)
      switch try attempt(input) {
      case .line(let bytes): return String(decoding: bytes, as: UTF8.self)
      case .signal(let number):
        // What it does without us: end the program, or stop it for a while.
        kill(getpid(), number)
      }
    }
  }

  private enum Outcome {
    case line([UInt8])
    case signal(Int32)
  }

  private static func attempt(_ input: Int32) throws(Failure) -> Outcome {
    var before = termios()
    guard unsafe tcgetattr(input, &before) == 0 else {
      throw Failure(
        .config, "usage.secret", "standard input is not a terminal that can hide what is typed",
        mend: "give the secret as env:VARIABLE or file:PATH, or through a pipe")
    }
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else {
      throw Failure(.transient, "system.pipe", "the system gave no pipe for signals")
    }
    unsafe wakeUp = ends[1]
    var handlers = signals.map { Handler($0) }
    var hidden = before
    hidden.c_lflag &= ~tcflag_t(ECHO)
    hidden.c_lflag |= tcflag_t(ECHONL)
    unsafe tcsetattr(input, TCSAFLUSH, &hidden)
    defer {
      unsafe tcsetattr(input, TCSAFLUSH, &before)
      for index in handlers.indices { handlers[index].giveBack() }
      for end in ends { close(end) }
    }
    return read(input, orSignalFrom: ends[0])
  }

  private static func read(_ input: Int32, orSignalFrom pipe: Int32) -> Outcome {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      var entries = [
        pollfd(fd: pipe, events: Int16(POLLIN), revents: 0),
        pollfd(fd: input, events: Int16(POLLIN), revents: 0),
      ]
      guard unsafe poll(&entries, 2, -1) > 0 else { continue }
      if entries[0].revents != 0, unsafe Glibc.read(pipe, &byte, 1) == 1 {
        return .signal(Int32(byte))
      }
      if entries[1].revents == 0 { continue }
      let count = unsafe Glibc.read(input, &byte, 1)
      if count < 0 && errno == EINTR { continue }
      if count != 1 || byte == UInt8(ascii: "\n") { return .line(line) }
      line.append(byte)
    }
  }

  /// What a signal did before.
  @safe private struct Handler {
    let number: Int32
    var action = sigaction()

    /// Takes the signal over.
    init(_ number: Int32) {
      self.number = number
      var own = sigaction()
      unsafe own.__sigaction_handler.sa_handler = { number in
        let code = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = unsafe Glibc.write(wakeUp, &byte, 1)
        errno = code
      }
      unsafe sigaction(number, &own, &action)
    }

    mutating func giveBack() { unsafe sigaction(number, &action, nil) }
  }

  private static func write(_ text: String, to output: Int32) {
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.write(output, bytes, bytes.count)
  }
}
