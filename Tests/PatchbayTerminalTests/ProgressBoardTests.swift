import PatchbayTerminal
import Testing

@Suite("The progress board")
struct ProgressBoardTests {
  @Test("a line shows its bar, percent, count, rate and the time to go")
  func line() {
    var board = ProgressBoard()
    board.update("a", label: "contacts", done: 0, total: 1000, nowMS: 0)
    board.update("a", done: 450, note: "page 5", nowMS: 5000)
    #expect(
      board.render(width: 100, nowMS: 5000) == [
        "⠋ contacts  ▕█████████████▌                ▏  45 %  450/1,000  90/s  6.1 s left  page 5"
      ])
  }

  @Test("the bar is exact to an eighth of a column")
  func eighths() {
    var bars: [String] = []
    for done in [Int64(0), 1, 7, 8, 239, 240] {
      var board = ProgressBoard()
      board.update("a", done: done, total: 240, nowMS: 0)
      // So wide that the bar has its full thirty columns.
      let line = board.render(width: 100, nowMS: 0)[0]
      bars.append(String(line.drop { $0 != "▕" }.dropFirst().prefix(30)))
    }
    let full = String(repeating: "█", count: 29)
    let empty = String(repeating: " ", count: 29)
    #expect(
      bars == [empty + " ", "▏" + empty, "▉" + empty, "█" + empty, full + "▉", full + "█"])
  }

  @Test("narrow lines lose the least important first and never pass the width")
  func narrow() {
    var board = ProgressBoard()
    board.update("日本語の長い名前です", done: 450, total: 1000, note: "👩‍👩‍👧 note", nowMS: 0)
    board.update("b", done: 5, note: "x\u{1B}[2J", state: .waiting("rate\nlimit"), nowMS: 0)
    for width in 1...120 {
      for line in board.render(width: width, nowMS: 3000) {
        #expect(displayWidth(line) <= width)
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
      }
    }
    #expect(board.render(width: 40, nowMS: 0)[1].contains("waiting: rate␊limit"))
    #expect(board.render(width: 30, nowMS: 0)[0].contains("45 %"))
  }

  @Test("without a total the count moves and there is no bar")
  func noTotal() {
    var board = ProgressBoard()
    board.update("a", done: 0, nowMS: 0)
    board.update("a", done: 12_345, nowMS: 1000)
    #expect(board.render(width: 80, nowMS: 1000) == ["⠋ a  12,345  12,345/s"])
    #expect(board.render(width: 80, nowMS: 1100) == ["⠙ a  12,345  11,223/s"])
  }

  @Test("the rate is that of the last ten seconds and falls when nothing moves")
  func window() {
    var board = ProgressBoard()
    for second in Int64(0)...60 {
      board.update("a", done: second < 40 ? second : 40 + (second - 40) * 100, nowMS: second * 1000)
    }
    #expect(board.render(width: 80, nowMS: 60_000)[0].hasSuffix("100/s"))
    #expect(board.render(width: 80, nowMS: 65_000)[0].hasSuffix("50/s"))
    #expect(board.render(width: 80, nowMS: 75_000)[0].hasSuffix("0/s"))
  }

  @Test("many updates in a short time give the same rate")
  func manyUpdates() {
    var board = ProgressBoard()
    for ms in Int64(0)...30_000 { board.update("a", done: ms, nowMS: ms) }
    #expect(board.render(width: 80, nowMS: 30_000)[0].hasSuffix("1,000/s"))
  }

  @Test("the end tells the time it took, and failure tells why")
  func end() {
    var board = ProgressBoard()
    board.update("a", done: 0, total: 10, nowMS: 0)
    board.update("b", done: 0, nowMS: 0)
    board.update("a", done: 10, state: .done, nowMS: 4000)
    board.update("b", done: 3, note: "no access", state: .failed, nowMS: 2000)
    #expect(
      board.render(width: 80, nowMS: 9000) == [
        "✓ a  10  in 4.0 s  2.5/s", "✗ b  failed  no access  3  in 2.0 s  1.5/s",
      ])
    #expect(board.state(of: "a") == .done)
    #expect(board.state(of: "c") == nil)
  }

  @Test("a count beyond its total, an empty total and huge figures are shown calmly")
  func extremes() {
    var board = ProgressBoard()
    board.update("a", done: 15, total: 10, nowMS: 0)
    board.update("b", done: 0, total: 0, nowMS: 0)
    board.update("c", done: .max, total: .max, nowMS: 0)
    board.update("d", done: 999, total: 1000, nowMS: 0)
    board.update("e", done: .min, total: .max, nowMS: 0)
    board.update("e", done: 5, total: .max, nowMS: 1)
    let lines = board.render(width: 120, nowMS: 1)
    #expect(lines.prefix(3).allSatisfy { $0.contains("100 %") })
    #expect(lines[3].contains("99 %"))
    #expect(lines.count == 5)
  }

  @Test("work that starts over and clocks that go back show no negative figures")
  func startsOver() {
    var board = ProgressBoard()
    board.update("a", done: 500, total: 1000, nowMS: 5000)
    board.update("a", done: 0, nowMS: 6000)
    board.update("a", done: 100, nowMS: 1000)
    for now in [Int64(0), 6000, 7000] {
      #expect(!board.render(width: 100, nowMS: now)[0].contains("-"))
    }
  }

  @Test("what counts nothing shows for how long it goes on, and what it does")
  func uncounted() {
    var board = ProgressBoard()
    board.update("build", nowMS: 0)
    board.update("build", note: "make", nowMS: 1200)
    #expect(board.plainLine("build", nowMS: 2500) == "build: 2.5 s, make")
    board.update("build", state: .waiting("a save"), nowMS: 3000)
    #expect(board.plainLine("build") == "build: waiting: a save, 3.0 s, make")
    board.update("build", note: "exit code 2", state: .failed, nowMS: 4000)
    #expect(board.plainLine("build", nowMS: 9000) == "build: failed, in 4.0 s, exit code 2")
  }

  @Test("a plain line has all the figures and no bar")
  func plain() {
    var board = ProgressBoard()
    board.update("a", label: "con\ntacts", done: 0, total: 1000, nowMS: 0)
    board.update("a", done: 500, nowMS: 1000)
    #expect(board.plainLine("a") == "con␊tacts: 50 %, 500/1,000, 500/s, 1.0 s left")
    board.update("a", state: .waiting("rate limit"), nowMS: 1000)
    #expect(board.plainLine("a") == "con␊tacts: waiting: rate limit, 50 %, 500/1,000")
    #expect(board.plainLine("x") == "")
  }
}
