internal import Glibc
internal import Synchronization

// Unsafe: hands the bytes of a text to write(2), which only reads them.

/// Shows a ``ProgressBoard`` on standard error while work goes on.
///
/// On a terminal the lines are redrawn in place, at most ten times a second; elsewhere each line
/// is printed at its start, every ten seconds and at its end. There is no thread: it draws when
/// it is called and the time has come. All methods may be called from any thread.
package final class LiveProgress: Sendable {
  private struct Drawing {
    var board = ProgressBoard()
    /// How many lines on the screen are the board's.
    var drawn = 0
    var lastDrawMS: Int64?
    /// When each name was last printed as a plain line.
    var printedMS: [String: Int64] = [:]
    /// What each name was last told to wait for.
    var waits: [String: String] = [:]
    var hasFinished = false
  }

  private static let redrawMS: Int64 = 100
  private static let plainMS: Int64 = 10_000

  private let drawing = Mutex(Drawing())
  private let isQuiet: Bool
  private let terminal: @Sendable () -> Terminal
  private let clock: @Sendable () -> Int64
  private let output: @Sendable (String) -> Void

  /// Shows progress on standard error; a quiet one shows nothing, not even what is logged.
  package convenience init(isQuiet: Bool = false) {
    let start = ContinuousClock.now
    self.init(
      isQuiet: isQuiet, terminal: { .current() },
      clock: {
        let (seconds, atto) = (ContinuousClock.now - start).components
        return seconds * 1000 + atto / 1_000_000_000_000_000
      }, output: writeToStandardError)
  }

  /// Shows progress by other means: `clock` gives milliseconds that never go back, and `output`
  /// gets text to write as it is, one call at a time.
  package init(
    isQuiet: Bool = false, terminal: @escaping @Sendable () -> Terminal,
    clock: @escaping @Sendable () -> Int64, output: @escaping @Sendable (String) -> Void
  ) {
    self.isQuiet = isQuiet
    self.terminal = terminal
    self.clock = clock
    self.output = output
  }

  /// Changes what is given of a line, or adds it, and draws if it is time to.
  package func update(
    _ name: String, label: String? = nil, done: Int64? = nil, total: Int64? = nil,
    note: String? = nil, state: ProgressBoard.State? = nil
  ) {
    if isQuiet { return }
    drawing.withLock { drawing in
      if drawing.hasFinished { return }
      let now = clock()
      let before = drawing.board.state(of: name)
      drawing.board.update(
        name, label: label, done: done, total: total, note: note, state: state, nowMS: now)
      let after = drawing.board.state(of: name)
      let hasEnded = after?.isFinal == true && before?.isFinal != true
      let terminal = terminal()
      if terminal.isInteractive {
        let isDue = drawing.lastDrawMS.map { now - $0 >= Self.redrawMS } ?? true
        if isDue { redraw(&drawing, on: terminal, nowMS: now) }
      } else {
        let isDue = drawing.printedMS[name].map { now - $0 >= Self.plainMS } ?? true
        if hasEnded || (isDue && before?.isFinal != true) { printLine(name, &drawing, nowMS: now) }
      }
    }
  }

  /// Shows what a line waits for, until it is updated again. Elsewhere than on a terminal it is
  /// printed at once where `kind` is another than before, and every ten seconds otherwise.
  package func wait(_ name: String, note: String, kind: String) {
    if isQuiet { return }
    drawing.withLock { drawing in
      if drawing.hasFinished { return }
      let now = clock()
      drawing.board.update(name, note: note, nowMS: now)
      let terminal = terminal()
      if terminal.isInteractive { return redraw(&drawing, on: terminal, nowMS: now) }
      let isNew = drawing.waits[name] != kind
      let isDue = drawing.printedMS[name].map { now - $0 >= Self.plainMS } ?? true
      drawing.waits[name] = kind
      if isNew || isDue { printLine(name, &drawing, nowMS: now) }
    }
  }

  /// Prints text above the bars. Its lines stay; what could steer the terminal is made visible.
  package func log(_ text: String) {
    if isQuiet { return }
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
      .map { visible(String($0)) + "\n" }.joined()
    drawing.withLock { drawing in
      let terminal = terminal()
      guard terminal.isInteractive, drawing.drawn > 0 else { return output(lines) }
      redraw(&drawing, on: terminal, above: lines, nowMS: clock())
    }
  }

  /// Shows the last state of every line and leaves it on the screen; later updates are ignored.
  package func finish() {
    if isQuiet { return }
    drawing.withLock { drawing in
      if drawing.hasFinished { return }
      drawing.hasFinished = true
      let now = clock()
      let terminal = terminal()
      if terminal.isInteractive {
        redraw(&drawing, on: terminal, nowMS: now)
        drawing.drawn = 0
      } else {
        for name in drawing.board.names where drawing.board.state(of: name)?.isFinal != true {
          printLine(name, &drawing, nowMS: now)
        }
      }
    }
  }

  /// Replaces the lines on the screen. Lines beyond its height could not be reached again, and a
  /// full last column would wrap, so both are avoided.
  private func redraw(
    _ drawing: inout Drawing, on terminal: Terminal, above: String = "", nowMS: Int64
  ) {
    var lines = drawing.board.render(width: max(10, terminal.width - 1), nowMS: nowMS)
    let room = max(1, terminal.height - 1)
    if lines.count > room && !drawing.hasFinished {
      let hidden = lines.count - room + 1
      lines = Array(lines.prefix(room - 1)) + ["… and \(formatCount(Int64(hidden))) more"]
    }
    var text = drawing.drawn > 0 ? "\r\u{1B}[\(drawing.drawn)A" : ""
    if !above.isEmpty { text += "\u{1B}[J" + above }
    for line in lines { text += "\u{1B}[2K\(line)\n" }
    drawing.drawn = lines.count
    drawing.lastDrawMS = nowMS
    if !text.isEmpty { output(text + "\u{1B}[J") }
  }

  private func printLine(_ name: String, _ drawing: inout Drawing, nowMS: Int64) {
    drawing.printedMS[name] = nowMS
    output(drawing.board.plainLine(name, nowMS: nowMS) + "\n")
  }
}

/// Writes all of a text; an error that lasts ends it, for there is nowhere to report it.
private func writeToStandardError(_ text: String) {
  let bytes = Array(text.utf8)
  var written = 0
  while written < bytes.count {
    let count = unsafe bytes[written...].withUnsafeBytes {
      unsafe write(2, $0.baseAddress, $0.count)
    }
    if count < 0 && errno != EINTR { return }
    written += max(0, count)
  }
}
