/// The completion script for fish.
struct FishCompletion {
  let tables: CompletionTables

  func script() -> String {
    let at = "__\(tables.identifier)_at"
    let keys = tables.valueOptions.flatMap(\.keys).map(globbed).joined(separator: " ")
    let options = keys.isEmpty ? "" : "\n      case \(keys)\n        set skip 1"
    return """
      # fish completion for \(tables.tree.name)

      # Whether the words before the cursor are the command $argv[1] and, where $argv[2] is
      # given, that many arguments ("*" for any number).
      function \(at)
        set -l name ''
        set -l skip 0
        set -l ended 0
        set -l position 0
        for word in (commandline -opc)[2..-1]
          if test $skip = 1
            set skip 0
            continue
          end
          if test $ended = 0 -a "$word" = --
            set ended 1
            continue
          end
          if test $ended = 0; and string match -q -- '-?*' $word
            switch "$name|$word"\(options)
            end
            continue
          end
          switch "$name|$word"
            case '|help'
            case \(tables.steps.map(globbed).joined(separator: " "))
              set name (string trim "$name $word")
            case '*'
              set position (math $position + 1)
          end
        end
        test "$name" = "$argv[1]"; or return 1
        test (count $argv) -lt 2 -o "$argv[2]" = '*' -o "$argv[2]" = $position
      end

      \(lines(at).joined(separator: "\n"))

      """
  }

  private func lines(_ at: String) -> [String] {
    let start = "complete -c \(quoted(tables.tree.name))"
    var lines = ["\(start) -f"]
    for path in tables.groups {
      for word in tables.tree.children(of: path) {
        lines.append(
          "\(start) -n \(condition(at, path, "0")) -a \(quoted(word))"
            + " -d \(quoted(tables.tree.about(path + [word])))")
      }
    }
    for option in tables.tree.globalOptions + [.help] { lines.append("\(start) \(flags(option))") }
    for command in tables.commands {
      for option in command.options {
        lines.append("\(start) -n \(condition(at, command.path, nil)) \(flags(option))")
      }
      for (position, argument) in command.arguments.enumerated() {
        guard let offer = offer(argument.completion) else { continue }
        let place = argument.isRepeated ? "*" : "\(position)"
        lines.append("\(start) -n \(condition(at, command.path, place)) \(offer)")
      }
    }
    return lines
  }

  private func condition(_ at: String, _ path: [String], _ position: String?) -> String {
    let place = position.map { " " + quoted($0) } ?? ""
    return quoted("\(at) \(quoted(CompletionTables.title(path)))\(place)")
  }

  private func flags(_ option: Option) -> String {
    var text = "-l \(quoted(option.name))"
    if let short = option.short { text += " -s \(quoted(String(short)))" }
    if option.valueName != nil {
      text += " -r " + (offer(option.completion) ?? "-f")
    }
    return text + " -d \(quoted(option.about))"
  }

  private func offer(_ completion: Completion) -> String? {
    switch completion {
    case .none: nil
    case .files: "-F"
    case .directories: "-f -a '(__fish_complete_directories)'"
    case .choices(let words): "-f -a \(quoted(words.map(quoted).joined(separator: " ")))"
    case .dynamic(let kind):
      "-f -a "
        + quoted("(command \(quoted(tables.tree.name)) _complete \(quoted(kind)) 2>/dev/null)")
    }
  }

  /// Fish matches wildcards inside quotes, where the other shells have them outside.
  private func globbed(_ pattern: String) -> String {
    pattern.hasPrefix("*'") ? "'*" + pattern.dropFirst(2) : pattern
  }

  /// A word that fish reads as it is: it knows a backslash inside quotes.
  private func quoted(_ word: String) -> String {
    var text = "'"
    for character in visible(word) {
      if character == "'" || character == "\\" { text += "\\" }
      text.append(character)
    }
    return text + "'"
  }
}
