import Seeded
import Testing

@testable import PatchbayTerminal

@Suite struct FarNumberTests {
  @Test func `A width that COLUMNS names can be divided among columns`() {
    for text in Extreme.texts {
      let terminal = Terminal(isTerminal: true, columns: 0, lines: 0) { _ in text }
      #expect((1...10_000).contains(terminal.width), "\(text)")
      let table = Table(
        [.init("a", mayShrink: true), .init("b", alignment: .right), .init("c", wraps: true)],
        rows: [[String(repeating: "x", count: 12_000), "1", "some words"]])
      #expect(!table.render(width: terminal.width).isEmpty)
      _ = sample.parse(["sync", "run", "--limit", text], width: terminal.width)
    }
  }

  @Test func `Every number has its figures`() {
    for number in Extreme.integers {
      for text in [formatCount(number), formatBytes(number), formatDuration(number)] {
        #expect(!text.isEmpty)
      }
      for rate in [Double(number), Double(number) / 1e9, 1 / Double(number)] {
        #expect(!formatRate(rate).isEmpty)
      }
    }
    for rate in [1e308, -1e308, .infinity, .nan, -0.0] { #expect(!formatRate(rate).isEmpty) }
  }

  @Test func `Progress of any counts is shown`() {
    for done in Extreme.integers {
      for total in Extreme.integers {
        var board = ProgressBoard()
        board.update("a", done: 0, total: total, nowMS: 0)
        board.update("a", done: done, total: total, nowMS: 1)
        board.update("a", done: done / 2, nowMS: 100_000)
        for width in [10, 80] { #expect(!board.render(width: width, nowMS: 200_000).isEmpty) }
      }
    }
  }
}
