import PatchbayTerminal
import Testing

@Suite("Tables")
struct TableTests {
  let table = Table(
    [.init("NAME"), .init("NOTE", mayShrink: true), .init("ROWS", alignment: .right)],
    rows: [["crm", "a note that is long", "1,234"], ["日本", "short", "5"]])

  private func widths(_ text: String) -> [Int] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { displayWidth(String($0)) }
  }

  @Test("with room enough nothing is cut")
  func wide() {
    #expect(
      table.render(width: 80) == """
        NAME  NOTE                  ROWS
        crm   a note that is long  1,234
        日本  short                    5
        """)
  }

  @Test("a column that may shrink is cut until the table fits")
  func shrunk() {
    #expect(
      table.render(width: 22) == """
        NAME  NOTE        ROWS
        crm   a note t…  1,234
        日本  short          5
        """)
  }

  @Test("no line is wider than the terminal, however narrow")
  func fits() {
    let rows = [
      ["日本語の名前", "👩‍👩‍👧👍🏽 family 日本", "e\u{301}e\u{301}e\u{301}"], ["x", "", "y"], [],
    ]
    for shrink in [[true, true, true], [false, true, false], [false, false, false]] {
      let columns = zip(["A", "日", "C"], shrink).map { Table.Column($0, mayShrink: $1) }
      for width in 0...60 {
        for header in [Table.HeaderStyle.plain, .underlined] {
          let text = Table(columns, rows: rows).render(width: width, header: header)
          #expect(widths(text).allSatisfy { $0 <= width }, "width \(width)\n\(text)")
        }
      }
    }
  }

  @Test("a wide character that would stand half outside is left out, not split")
  func wideCharacters() {
    let table = Table([.init("T", mayShrink: true), .init("U")], rows: [["日本語日本語", "|"]])
    #expect(table.render(width: 10) == "T        U\n日本語…  |")
    #expect(table.render(width: 9) == "T       U\n日本…   |")
  }

  @Test("emoji and combining characters stay whole")
  func clusters() {
    let family = "👩‍👩‍👧"
    let table = Table([.init("T", mayShrink: true)], rows: [[family + family + family]])
    #expect(table.render(width: 5) == "T\n\(family)\(family)…")
    #expect(table.render(width: 4) == "T\n\(family)…")
    let marks = String(repeating: "e\u{301}", count: 6)
    let cut = Table([.init("T", mayShrink: true)], rows: [[marks]]).render(width: 4)
    #expect(cut == "T\n" + String(repeating: "e\u{301}", count: 3) + "…")
  }

  @Test("the widest columns shrink first, and evenly")
  func evenly() {
    let columns = ["A", "B", "C"].map { Table.Column($0, mayShrink: true) }
    let long = String(repeating: "x", count: 40)
    let text = Table(columns, rows: [["short", long, long]]).render(width: 30)
    let parts = text.split(separator: "\n")[1].split(separator: " ")
    #expect(parts.map(\.count) == [5, 11, 10])
    #expect(widths(text).max() == 30)
  }

  @Test("foreign cells cannot add lines or escape sequences")
  func foreign() {
    let text = Table([.init("T")], rows: [["a\nb\u{1B}[2J"]]).render(width: 80)
    #expect(text == "T\na␊b␛[2J")
  }

  @Test("missing cells are empty and surplus ones are not shown")
  func ragged() {
    #expect(
      Table([.init("A"), .init("B")], rows: [["1"], ["1", "2", "3"]]).render(width: 80)
        == "A  B\n1\n1  2")
    #expect(Table([]).render(width: 80) == "")
  }

  @Test("titles are bold or underlined only where somebody looks")
  func header() {
    let table = Table([.init("A"), .init("B", mayShrink: true)], rows: [["1", "long text"]])
    #expect(
      table.render(for: Terminal(isInteractive: true, width: 7, usesColour: true))
        == "\u{1B}[1mA  B\u{1B}[0m\n1  lon…")
    #expect(
      table.render(for: Terminal(isInteractive: true, width: 7)) == "A  B\n─  ────\n1  lon…")
    #expect(table.render(for: Terminal(isInteractive: false, width: 7)) == "A  B\n1  long text")
  }

  @Test(arguments: [20, 24, 40, 79, 200])
  func aColumnThatWrapsLosesNothing(width: Int) {
    let hosts = (0..<20).map { "host-\($0).example.com" }.joined(separator: ", ")
    let hash = String(repeating: "0123456789abcdef", count: 4)
    let rows = [["may reach", hosts], ["pack", hash], ["empty", ""], ["日本", "日本語日本語日本語日本語"]]
    let table = Table([.init(""), .init("", wraps: true)], rows: rows)
    let lines = table.render(width: width).split(separator: "\n").map(String.init)
    let text = lines.joined(separator: " ")
    #expect(!text.contains("…"))
    for row in rows {
      let squeezed = String(text.filter { $0 != " " })
      #expect(squeezed.contains(String(row[1].filter { $0 != " " })), "\(row[0])")
    }
    // Where the first column leaves no room, lines are as wide as they need to be.
    if width >= 27 { #expect(lines.allSatisfy { displayWidth($0) <= width }) }
    let wide = table.render(width: .max)
    #expect(wide.contains(hosts) && wide.split(separator: "\n").count == 4)
  }
}
