internal import PatchbayCore

extension CommandTree {
  /// Reads the arguments of the program, without its own name.
  ///
  /// Options may stand anywhere and `--` ends them. A value follows its option as the next word
  /// or after `=`; a value that begins with a dash needs the `=`, unless it is a negative number.
  /// Help is laid out for `width` columns.
  package func parse(_ arguments: [String], width: Int = 80) -> ParseResult {
    if arguments == ["--version"], command(at: ["version"]) != nil,
      !globalOptions.contains(where: { $0.name == "version" })
    {
      return parse(["version"], width: width)
    }
    let place = locate(arguments)
    var reader = ArgumentReader(options: options(for: place.path))
    do throws(UsageProblem) {
      if let unknown = place.unknown {
        // An unknown option before it is the likelier slip: its value was taken for a command.
        if !place.isHelp { try reader.read(arguments, without: place.consumed) }
        throw unknownCommand(unknown, after: place.path)
      }
      if place.isHelp { return .help(help(for: place.path, width: width)) }
      try reader.read(arguments, without: place.consumed)
      guard let command = command(at: place.path) else {
        return .help(help(for: place.path, width: width))
      }
      try check(reader, for: command)
    } catch {
      return .usage(usageError(error, at: place.path, arguments))
    }
    return .run(
      Invocation(path: place.path, arguments: reader.words, options: reader.values))
  }

  /// Where the words of a command's name stand among the arguments.
  private struct Place {
    var path: [String] = []
    /// The positions of the words that are part of the name, or ask for help.
    var consumed: Set<Int> = []
    var isHelp = false
    /// Whether a word was seen that is not part of the name.
    var hasArgument = false
    /// A word that should have been part of a name, but is not.
    var unknown: String?
  }

  private func locate(_ arguments: [String]) -> Place {
    var place = Place()
    var hasEnded = false
    var skipsNext = false
    for (index, token) in arguments.enumerated() {
      if skipsNext && !ArgumentReader.isOption(token) && token != "--" {
        skipsNext = false
        continue
      }
      skipsNext = false
      if !hasEnded && token == "--" {
        hasEnded = true
      } else if !hasEnded && ArgumentReader.isOption(token) {
        let reader = ArgumentReader(options: options(for: place.path))
        place.isHelp = place.isHelp || reader.asksForHelp(token)
        skipsNext = reader.takesNext(token)
      } else if place.unknown == nil {
        advance(&place, with: token, at: index)
      }
    }
    return place
  }

  private func advance(_ place: inout Place, with word: String, at index: Int) {
    // A word behind the first argument is an argument too, even if it looks like a name.
    let isFirst = place.consumed.isEmpty
    if children(of: place.path, includingHidden: true).contains(word) {
      guard !place.hasArgument else { return }
      place.path.append(word)
      place.consumed.insert(index)
    } else if isFirst && word == "help" {
      place.isHelp = true
      place.consumed.insert(index)
    } else if command(at: place.path) == nil {
      place.unknown = word
    } else {
      place.hasArgument = true
    }
  }

  private func unknownCommand(_ word: String, after path: [String]) -> UsageProblem {
    let start = path.joined(separator: " ")
    let known = children(of: path)
    var meant = suggestions(for: word, among: path.isEmpty ? known + ["help"] : known)
    if !path.isEmpty { meant = meant.map { "\(start) \($0)" } }
    // A verb without its noun: the noun may be all that was forgotten.
    let named = commands.filter { !$0.isHidden && $0.path.count > 1 && $0.path.last == word }
    meant += named.prefix(3).map { $0.path.joined(separator: " ") }
    let shown = visible(word)
    return UsageProblem(
      path.isEmpty ? "there is no command “\(shown)”" : "“\(start)” has no command “\(shown)”",
      meant: meant)
  }

  private func check(_ reader: ArgumentReader, for command: Command) throws(UsageProblem) {
    let words = reader.words
    let isOpen = command.arguments.last?.isRepeated ?? false
    if words.count > command.arguments.count && !isOpen {
      let extra = words[command.arguments.count]
      let taken = command.arguments.map(\.name).joined(separator: " ")
      let title = command.path.joined(separator: " ")
      throw UsageProblem(
        "unexpected argument “\(visible(extra))”: “\(title)” takes "
          + (taken.isEmpty ? "no arguments" : "only \(taken)"),
        meant: suggestions(for: extra, among: children(of: command.path)))
    }
    var missing = command.arguments.dropFirst(words.count).filter { !$0.isOptional }.map(\.name)
    for option in command.options where option.isRequired && reader.values[option.name] == nil {
      missing.append(option.spelled)
    }
    if !missing.isEmpty {
      throw UsageProblem("missing " + missing.joined(separator: ", "))
    }
  }

  private func usageError(_ problem: UsageProblem, at path: [String], _ arguments: [String])
    -> UsageError
  {
    var hints: [String] = []
    if !problem.meant.isEmpty {
      hints.append("did you mean " + problem.meant.joined(separator: " or ") + "?")
    }
    hints.append(usageLine(for: path))
    hints.append("more: " + ([name] + path + ["--help"]).joined(separator: " "))
    // A token with dashes is never the value of an option before it.
    let given = Set(arguments.prefix { $0 != "--" })
    let flags = globalOptions.filter { $0.valueName == nil && given.contains("--\($0.name)") }
    return UsageError(
      program: name, message: problem.message, hints: hints, flags: Set(flags.map(\.name)))
  }
}
