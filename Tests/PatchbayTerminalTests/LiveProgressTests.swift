import PatchbayTerminal
import Synchronization
import Testing

/// A terminal of a test: its clock is set, and what is written is kept.
private final class Screen: Sendable {
  let time = Mutex<Int64>(0)
  let terminal: Mutex<Terminal>
  private let text = Mutex("")

  init(_ terminal: Terminal) {
    self.terminal = Mutex(terminal)
  }

  func progress(isQuiet: Bool = false) -> LiveProgress {
    LiveProgress(
      isQuiet: isQuiet, terminal: { self.terminal.withLock { $0 } },
      clock: { self.time.withLock { $0 } },
      output: { written in self.text.withLock { $0 += written } })
  }

  func at(_ ms: Int64) { time.withLock { $0 = ms } }

  /// What was written since the last call.
  func take() -> String {
    text.withLock { text in
      defer { text = "" }
      return text
    }
  }

  /// What a screen shows after this text, for the few sequences that are used.
  static func shown(_ text: String) -> [String] {
    var lines = [""]
    var row = 0
    var rest = Substring(text)
    while let character = rest.popFirst() {
      switch character {
      case "\n":
        row += 1
        if row == lines.count { lines.append("") }
      case "\r": break
      case "\u{1B}":
        let digits = rest.dropFirst().prefix { $0.isNumber }
        rest = rest.dropFirst(1 + digits.count)
        switch rest.popFirst() {
        case "A": row -= Int(digits) ?? 0
        case "J": lines = Array(lines.prefix(row)) + [""]
        default: lines[row] = ""
        }
      default: lines[row].append(character)
      }
    }
    return lines
  }
}

@Suite("Live progress")
struct LiveProgressTests {
  @Test("a terminal is redrawn in place, at most ten times a second")
  func redraws() {
    let screen = Screen(Terminal(isInteractive: true, width: 60))
    let progress = screen.progress()
    progress.update("a", done: 0)
    #expect(screen.take() == "\u{1B}[2K⠋ a  0  0/s\n\u{1B}[J")
    for ms in Int64(1)...99 {
      screen.at(ms)
      progress.update("a", done: ms)
    }
    #expect(screen.take() == "")
    screen.at(100)
    progress.update("b", done: 1)
    #expect(
      screen.take()
        == "\r\u{1B}[1A\u{1B}[2K⠙ a  99  990/s\n\u{1B}[2K⠙ b  1  0/s\n\u{1B}[J")
  }

  @Test("logged lines stay above the bars")
  func logs() {
    let screen = Screen(Terminal(isInteractive: true, width: 60))
    let progress = screen.progress()
    progress.log("before")
    progress.update("a", done: 0)
    progress.log("one\ntwo\u{1B}[2J")
    screen.at(500)
    progress.update("a", done: 5, state: .done)
    progress.finish()
    progress.log("after")
    #expect(
      Screen.shown(screen.take()) == [
        "before", "one", "two␛[2J", "✓ a  5  in 500 ms  10/s", "after", "",
      ])
  }

  @Test("the end is drawn even when it comes at once, and nothing after it")
  func finishes() {
    let screen = Screen(Terminal(isInteractive: true, width: 60))
    let progress = screen.progress()
    progress.update("a", done: 0)
    progress.update("a", done: 7, state: .done)
    progress.finish()
    progress.finish()
    progress.update("a", done: 8)
    #expect(Screen.shown(screen.take()) == ["✓ a  7  in 0 ms  0/s", ""])
  }

  @Test("more lines than the screen has are counted until the end")
  func tooMany() {
    let screen = Screen(Terminal(isInteractive: true, width: 60, height: 4))
    let progress = screen.progress()
    for index in 0..<9 {
      screen.at(Int64(index) * 100)
      progress.update("line \(index)")
    }
    let text = screen.take()
    #expect(Screen.shown(text).count == 4)
    #expect(Screen.shown(text)[2] == "… and 7 more")
    progress.finish()
    #expect(Screen.shown(text + screen.take()).count == 10)
  }

  @Test("without a terminal there are plain lines at the start, every ten seconds and at the end")
  func plain() {
    let screen = Screen(Terminal(isInteractive: false))
    let progress = screen.progress()
    for second in Int64(0)...25 {
      screen.at(second * 1000)
      progress.update("a", label: "contacts", done: second * 10, total: 300)
    }
    #expect(
      screen.take() == """
        contacts: 0 %, 0/300, 0/s
        contacts: 33 %, 100/300, 10/s, 20.0 s left
        contacts: 66 %, 200/300, 10/s, 10.0 s left

        """)
    progress.log("note")
    screen.at(30_000)
    progress.update("a", done: 300, state: .done)
    progress.update("a", done: 300, state: .done)
    progress.update("b", done: 1)
    progress.finish()
    #expect(
      screen.take() == """
        note
        contacts: 300, in 30.0 s, 10/s
        b: 1, 0/s
        b: 1, 0/s

        """)
  }

  @Test("a quiet one writes nothing")
  func quiet() {
    let screen = Screen(Terminal(isInteractive: true))
    let progress = screen.progress(isQuiet: true)
    progress.update("a", done: 1)
    progress.log("x")
    progress.finish()
    #expect(screen.take() == "")
  }

  @Test("threads may update at once")
  func concurrent() async {
    let screen = Screen(Terminal(isInteractive: true, width: 60, height: 50))
    let progress = screen.progress()
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for count in Int64(1)...200 { progress.update("task \(task)", done: count) }
        }
      }
    }
    progress.finish()
    let lines = Screen.shown(screen.take())
    #expect(lines.count == 9)
    #expect(lines.dropLast().allSatisfy { $0.contains("  200  ") })
  }
}
