/// Rows of text in columns that fit a terminal.
///
/// Cells are foreign data: what could steer the terminal is made visible first.
package struct Table: Sendable {
  /// The side of its column a cell stands at.
  package enum Alignment: Sendable {
    /// Text begins at the left.
    case left
    /// Numbers end at the right.
    case right
  }

  /// How the titles are set apart from the rows.
  package enum HeaderStyle: Sendable {
    /// Like any row.
    case plain
    /// With a line below.
    case underlined
    /// In bold, by an escape sequence.
    case bold
  }

  /// A column and how it behaves.
  package struct Column: Sendable {
    /// The text above the column.
    package var title: String
    /// Where cells stand in it.
    package var alignment: Alignment
    /// Whether its cells may be cut short, with "…", where the room is not enough.
    package var mayShrink: Bool
    /// Whether its cells go on in lines of their own where the room is not enough: nothing of them
    /// is ever cut.
    package var wraps: Bool

    /// Describes a column.
    package init(
      _ title: String, alignment: Alignment = .left, mayShrink: Bool = false, wraps: Bool = false
    ) {
      self.title = title
      self.alignment = alignment
      self.mayShrink = mayShrink
      self.wraps = wraps
    }
  }

  /// The columns from left to right.
  package var columns: [Column]
  /// The rows; missing cells are empty and those beyond the columns are not shown.
  package var rows: [[String]]

  /// Makes a table.
  package init(_ columns: [Column], rows: [[String]] = []) {
    self.columns = columns
    self.rows = rows
  }

  /// The table as it suits a terminal: of its width, with bold or underlined titles. Output that
  /// nobody looks at, such as a pipe, gets every cell in full.
  package func render(for terminal: Terminal) -> String {
    guard terminal.isInteractive else { return render(width: .max) }
    return render(width: terminal.width, header: terminal.usesColour ? .bold : .underlined)
  }

  /// The lines of the table, none wider than `width` columns, without a newline at the end.
  ///
  /// The widest columns that may shrink or wrap do so first, and evenly. If that is not enough,
  /// lines are cut at the right, unless a column wraps: then they are as wide as that needs.
  package func render(width: Int, header: HeaderStyle = .plain) -> String {
    let titles = columns.map { visible($0.title) }
    let cells = rows.map { row in
      columns.indices.map { $0 < row.count ? visible(row[$0]) : "" }
    }
    let natural = columns.indices.map { index in
      cells.reduce(displayWidth(titles[index])) { max($0, displayWidth($1[index])) }
    }
    let widths = fitted(natural, to: width)
    var lines: [String] = []
    let title = truncated(line(titles, widths), to: width)
    switch header {
    case .plain: lines.append(title)
    case .bold: lines.append("\u{1B}[1m\(title)\u{1B}[0m")
    case .underlined:
      let rules = widths.map { String(repeating: "─", count: $0) }
      lines += [title, truncated(rules.joined(separator: "  "), to: width)]
    }
    for row in cells { lines += self.lines(row, widths, to: width) }
    return lines.joined(separator: "\n")
  }

  /// A row in as many lines as its longest wrapped cell needs.
  private func lines(_ row: [String], _ widths: [Int], to width: Int) -> [String] {
    let parts = columns.indices.map { index in
      columns[index].wraps ? folded(row[index], width: widths[index]) : [row[index]]
    }
    let count = parts.reduce(1) { max($0, $1.count) }
    return (0..<count).map { number in
      let line = line(parts.map { number < $0.count ? $0[number] : "" }, widths)
      return columns.contains(where: \.wraps) ? line : truncated(line, to: width)
    }
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let parts = columns.indices.map { index in
      padded(
        truncated(cells[index], to: widths[index]), to: widths[index],
        isTrailing: columns[index].alignment == .right)
    }
    return trimmedEnd(parts.joined(separator: "  "))
  }

  /// The widths of the columns in `width`: the largest common limit for those that may shrink
  /// that makes all fit, and what remains to the first of the limited ones.
  private func fitted(_ natural: [Int], to width: Int) -> [Int] {
    let gaps = 2 * max(0, columns.count - 1)
    let total = natural.reduce(gaps, +)
    guard total > width else { return natural }
    // A wrapped cell of a few columns is no better to read than a line that the terminal breaks.
    let smallest = columns.contains(where: \.wraps) ? 16 : 3
    let fixed = columns.indices.filter {
      !(columns[$0].mayShrink || columns[$0].wraps) || natural[$0] <= smallest
    }
    let shrinking = columns.indices.filter { !fixed.contains($0) }
    let room = width - gaps - fixed.reduce(0) { $0 + natural[$1] }
    var low = smallest
    var high = max(smallest, room)
    while low < high {
      let limit = (low + high + 1) / 2
      let needed = shrinking.reduce(0) { $0 + min(natural[$1], limit) }
      if needed <= room { low = limit } else { high = limit - 1 }
    }
    var widths = natural
    for index in shrinking { widths[index] = min(natural[index], low) }
    var left = room - shrinking.reduce(0) { $0 + widths[$1] }
    for index in shrinking where left > 0 && natural[index] > widths[index] {
      widths[index] += 1
      left -= 1
    }
    return widths
  }
}
