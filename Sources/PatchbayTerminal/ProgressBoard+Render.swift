extension ProgressBoard {
  /// The board as lines of at most `width` columns, in the order the names came.
  package func render(width: Int, nowMS: Int64) -> [String] {
    let labels = lines.map { visible($0.label) }
    let widest = labels.reduce(0) { max($0, displayWidth($1)) }
    let column = min(widest, max(8, width / 3))
    return zip(lines, labels).map { line, label in
      let start =
        line.sign(nowMS: nowMS) + " " + padded(truncated(label, to: column), to: column)
      let room = width - displayWidth(start)
      return truncated(trimmedEnd(start + line.body(room: room, nowMS: nowMS)), to: width)
    }
  }

  /// A line for output that is not redrawn: no bar, and no width. Empty for an unknown name.
  ///
  /// The rate is that at `nowMS`, or at the line's last update.
  package func plainLine(_ name: String, nowMS: Int64? = nil) -> String {
    guard let line = line(name) else { return "" }
    let parts = line.details(nowMS: nowMS ?? line.lastMS).joined(separator: ", ")
    return "\(visible(line.label)): \(parts)"
  }
}

extension ProgressBoard.Line {
  /// One column that tells the state.
  fileprivate func sign(nowMS: Int64) -> String {
    switch state {
    case .running:
      let frames = Array("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
      return String(frames[Int(abs(nowMS / 100) % Int64(frames.count))])
    case .waiting: return "·"
    case .done: return "✓"
    case .failed: return "✗"
    }
  }

  /// What follows the label: the bar if there is room for one, and then as many of the details
  /// as fit.
  fileprivate func body(room: Int, nowMS: Int64) -> String {
    var parts = details(nowMS: nowMS)
    let smallest = 8
    var needed = 0
    func measure() { needed = parts.reduce(0) { $0 + 2 + displayWidth($1) } }
    measure()
    let hasBar = fraction != nil && !state.isFinal
    // The last details are the least important, but the first always stays.
    while parts.count > 1 && needed + (hasBar ? smallest + 4 : 0) > room {
      parts.removeLast()
      measure()
    }
    var text = ""
    if hasBar, let fraction {
      let cells = min(30, room - needed - 4)
      if cells >= smallest { text = "  ▕" + Self.bar(fraction, cells: cells) + "▏" }
    }
    return parts.reduce(text) { $0 + "  " + $1 }
  }

  /// The figures of the line, the most important first.
  fileprivate func details(nowMS: Int64) -> [String] {
    let count = formatCount(done)
    var parts: [String] = []
    if state == .failed { parts.append("failed") }
    if case .waiting(let reason) = state { parts.append("waiting: \(visible(reason))") }
    if !isCounted {
      let time = formatDuration((state.isFinal ? lastMS : nowMS) - startMS)
      parts.append(state.isFinal ? "in \(time)" : time)
      if !note.isEmpty { parts.append(visible(note)) }
      return parts
    }
    if let total, let fraction, !state.isFinal {
      parts.append("\(percent(fraction)) %")
      parts.append("\(count)/\(formatCount(total))")
    } else {
      parts.append(count)
    }
    if state.isFinal {
      parts.append("in \(formatDuration(lastMS - startMS))")
      parts.append(formatRate(rate(nowMS: nowMS)))
    } else if state == .running {
      parts.append(formatRate(rate(nowMS: nowMS)))
      if let left = remainingMS(nowMS: nowMS) { parts.append("\(formatDuration(left)) left") }
    }
    if !note.isEmpty {
      // Why it failed is worth more than how fast it did.
      parts.insert(visible(note), at: state == .failed ? 1 : parts.count)
    }
    return parts
  }

  /// Rounded down, so that 100 means that nothing is left.
  private func percent(_ fraction: Double) -> Int {
    fraction >= 1 ? 100 : min(99, Int(fraction * 100))
  }

  /// A bar of so many columns, exact to an eighth of one.
  private static func bar(_ fraction: Double, cells: Int) -> String {
    let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let eighths = Int(fraction * Double(cells * 8))
    let text = String(repeating: "█", count: eighths / 8) + partial[eighths % 8]
    return padded(text, to: cells)
  }
}
