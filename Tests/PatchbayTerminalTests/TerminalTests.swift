import Testing

@testable import PatchbayTerminal

@Suite("The terminal")
struct TerminalTests {
  private func terminal(
    _ environment: [String: String], isTerminal: Bool = true, columns: Int = 0
  ) -> Terminal {
    Terminal(isTerminal: isTerminal, columns: columns, lines: 0) { environment[$0] }
  }

  @Test("a dumb terminal or a pipe is not interactive and has no colours")
  func dumb() {
    #expect(terminal([:]) == Terminal(isInteractive: true, usesColour: true))
    #expect(terminal(["TERM": "dumb"]) == Terminal(isInteractive: false))
    #expect(terminal([:], isTerminal: false) == Terminal(isInteractive: false))
  }

  @Test("NO_COLOR takes the colours, unless it is empty")
  func colour() {
    #expect(!terminal(["NO_COLOR": "1"]).usesColour)
    #expect(terminal(["NO_COLOR": "1"]).isInteractive)
    #expect(terminal(["NO_COLOR": ""]).usesColour)
  }

  @Test("the width is asked for, then taken from COLUMNS, then 80")
  func width() {
    #expect(terminal(["COLUMNS": "40"], columns: 120).width == 120)
    #expect(terminal(["COLUMNS": "40"]).width == 40)
    #expect(terminal(["COLUMNS": "-3"]).width == 80)
    #expect(terminal(["COLUMNS": "x"]).width == 80)
  }

  @Test("a descriptor that is closed is a terminal of ordinary size that nobody looks at")
  func closed() {
    #expect(!Terminal.current(descriptor: -1).isInteractive)
    #expect(Terminal.current(descriptor: -1).width > 0)
  }
}
