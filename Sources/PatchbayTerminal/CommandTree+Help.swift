extension CommandTree {
  /// The help of the program (for an empty path), of a group of commands or of one command, laid
  /// out for `width` columns. A path that names nothing gets the help of the part that does.
  package func help(for path: [String], width: Int) -> String {
    var path = path
    while !path.isEmpty, command(at: path) == nil, children(of: path).isEmpty {
      path.removeLast()
    }
    let width = max(width, 40)
    let title = ([name] + path).joined(separator: " ")
    var blocks: [String] = []
    let command = command(at: path)
    let line = command?.summary ?? (path.isEmpty ? summary : nouns[path[0]] ?? "")
    blocks.append(
      wrapped(line.isEmpty ? title : "\(title): \(line)", width: width).joined(separator: "\n"))
    blocks.append(
      wrapped(usageLine(for: path), width: width, indent: 4).joined(separator: "\n"))
    if let command { blocks += details(of: command, width: width) }
    let children = children(of: path)
    if !children.isEmpty {
      let rows = children.map { ($0, about(path + [$0])) }
      blocks.append(section("commands", rows, width: width))
    }
    let own = Set(command?.options.map(\.name) ?? [])
    let global = globalOptions.filter { !own.contains($0.name) } + [.help]
    blocks.append(section("global options", global.map(optionRow), width: width))
    if !children.isEmpty {
      blocks.append("Type `\(title) COMMAND --help` for one command.")
    }
    return blocks.joined(separator: "\n\n")
  }

  private func details(of command: Command, width: Int) -> [String] {
    var blocks: [String] = []
    if !command.discussion.isEmpty {
      blocks.append(paragraphs(command.discussion, width: width))
    }
    if !command.arguments.isEmpty {
      let rows = command.arguments.map { ($0.usage, $0.about) }
      blocks.append(section("arguments", rows, width: width))
    }
    if !command.options.isEmpty {
      blocks.append(section("options", command.options.map(optionRow), width: width))
    }
    return blocks
  }

  /// The summary of a command; for a group its own line, or else the words that can follow.
  func about(_ path: [String]) -> String {
    if let command = command(at: path) { return command.summary }
    if path.count == 1, let line = nouns[path[0]] { return line }
    return children(of: path).joined(separator: " | ")
  }

  private func optionRow(_ option: Option) -> (String, String) {
    let short = option.short.map { "-\($0), " } ?? "    "
    let isSentence = option.about.hasSuffix(".")
    var parts = [isSentence ? String(option.about.dropLast()) : option.about]
    if case .choices(let words) = option.completion, !words.isEmpty {
      parts.append("one of: \(words.joined(separator: ", "))")
    }
    if option.isRequired { parts.append("required") }
    if option.isRepeated { parts.append("may be repeated") }
    return (short + option.spelled, parts.joined(separator: "; ") + (isSentence ? "." : ""))
  }

  private func section(_ title: String, _ rows: [(String, String)], width: Int) -> String {
    // Long names do not push the explanations of all the others to the right.
    let limit = min(32, width / 2)
    let left = rows.map { displayWidth($0.0) }.filter { $0 <= limit }.max() ?? limit
    var lines = ["\(title):"]
    for (name, about) in rows {
      let texts = wrapped(about, width: width - left - 4)
      if displayWidth(name) > left {
        lines.append("  \(name)")
        lines += texts.map { padding(left + 4) + $0 }
      } else {
        lines.append("  " + padded(name, to: left) + "  " + (texts.first ?? ""))
        lines += texts.dropFirst().map { padding(left + 4) + $0 }
      }
    }
    return lines.map(trimmedEnd).joined(separator: "\n")
  }

  /// Fills paragraphs to the width; indented lines, such as examples, stay as they are.
  private func paragraphs(_ text: String, width: Int) -> String {
    var lines: [String] = []
    var paragraph = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty || line.hasPrefix(" ") {
        lines += paragraph.isEmpty ? [] : wrapped(paragraph, width: width)
        paragraph = ""
        lines.append(String(line))
      } else {
        paragraph += paragraph.isEmpty ? line : " " + line
      }
    }
    lines += paragraph.isEmpty ? [] : wrapped(paragraph, width: width)
    return lines.joined(separator: "\n")
  }
}
