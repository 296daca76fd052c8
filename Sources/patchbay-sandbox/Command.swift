internal import Glibc

/// The program: reads its options, serves, and ends when it is told to.
enum Command {
  /// Returns the exit status.
  static func run(_ arguments: [String]) -> CInt {
    let options: Options
    do {
      options = try Options(arguments: arguments)
    } catch {
      complain("\(error.message); see --help")
      return 2
    }
    if options.showsHelp {
      print(Options.help)
      return 0
    }
    let signals = blockSignals()
    do {
      let server = try Server(Sandbox(options))
      say("listening on \(server.address)\n", 1)
      waitForEnd(options.endsWithStdin, signals)
      server.stop()
      return 0
    } catch {
      complain(error.description)
      return 1
    }
  }

  private static func complain(_ message: String) { say("patchbay-sandbox: \(message)\n", 2) }

  // Unsafe: the system calls below borrow local buffers and structs.
  private static func say(_ text: String, _ descriptor: CInt) {
    let bytes = Array(text.utf8)
    _ = unsafe write(descriptor, bytes, bytes.count)
  }

  /// Holds back the signals that end the program, for this thread and those it starts.
  private static func blockSignals() -> sigset_t {
    signal(SIGPIPE, SIG_IGN)
    var ending = sigset_t()
    unsafe sigemptyset(&ending)
    unsafe sigaddset(&ending, SIGTERM)
    unsafe sigaddset(&ending, SIGINT)
    unsafe pthread_sigmask(SIG_BLOCK, &ending, nil)
    return ending
  }

  private static func waitForEnd(_ endsWithStdin: Bool, _ signals: sigset_t) {
    if endsWithStdin {
      var reader = pthread_t()
      unsafe pthread_create(&reader, nil, { _ in unsafe Command.readToTheEnd() }, nil)
    }
    var signals = signals
    var received: CInt = 0
    unsafe sigwait(&signals, &received)
  }

  /// Reads standard input to its end, and then ends the program as a signal would.
  private static func readToTheEnd() -> UnsafeMutableRawPointer? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while unsafe read(0, &buffer, buffer.count) > 0 {}
    kill(getpid(), SIGTERM)
    return nil
  }
}
