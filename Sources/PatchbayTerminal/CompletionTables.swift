extension CommandTree {
  /// A script that makes a shell complete the program's commands, options and their values, or
  /// nil for a shell other than `bash`, `zsh` and `fish`.
  ///
  /// Words known only when asked come from `NAME _complete KIND`, one a line; a description may
  /// follow a tab.
  package func completionScript(for shell: String) -> String? {
    let tables = CompletionTables(tree: self)
    return switch shell {
    case "bash": BashCompletion(tables: tables).script()
    case "zsh": ZshCompletion(tables: tables).script()
    case "fish": FishCompletion(tables: tables).script()
    default: nil
    }
  }
}

/// What the scripts for all shells are made of.
///
/// A script walks over the words before the cursor and keeps the command's name so far. Keys are
/// patterns for `NAME|WORD`, where the name is what was read before the word.
struct CompletionTables {
  /// Patterns, one of which a key has to match, and what is offered then.
  struct Entry {
    let keys: [String]
    let completion: Completion
  }

  let tree: CommandTree

  /// The program's name as a part of a function's name.
  var identifier: String {
    String(tree.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }

  var commands: [Command] {
    tree.commands.filter { !$0.isHidden }
  }

  /// Every beginning of a name that more words can follow, from the empty one on.
  var groups: [[String]] {
    var found: [[String]] = []
    for command in commands {
      for length in 0..<command.path.count {
        let path = Array(command.path.prefix(length))
        if !found.contains(path) { found.append(path) }
      }
    }
    return found
  }

  /// The keys of the words that are part of a command's name.
  var steps: [String] {
    groups.flatMap { path in
      tree.children(of: path).map { quoted(Self.title(path) + "|" + $0) }
    }
  }

  /// The options that take a value. Those of commands stand before the global ones they may hide.
  var valueOptions: [Entry] {
    var entries: [Entry] = []
    for command in commands {
      for option in command.options where option.valueName != nil {
        let keys = spellings(option).map { quoted("\(Self.title(command.path))|\($0)") }
        entries.append(Entry(keys: keys, completion: option.completion))
      }
    }
    for option in tree.globalOptions where option.valueName != nil {
      let keys = spellings(option).map { "*" + quoted("|\($0)") }
      entries.append(Entry(keys: keys, completion: option.completion))
    }
    return entries
  }

  /// What the arguments of commands offer, by `NAME|POSITION` counted from 0.
  var arguments: [Entry] {
    commands.flatMap { command in
      command.arguments.enumerated().map { position, argument in
        let title = Self.title(command.path)
        let key = argument.isRepeated ? quoted("\(title)|") + "*" : quoted("\(title)|\(position)")
        return Entry(keys: [key], completion: argument.completion)
      }
    }
  }

  static func title(_ path: [String]) -> String {
    path.joined(separator: " ")
  }

  /// `--name` and, where there is one, `-n`.
  func spellings(_ option: Option) -> [String] {
    ["--\(option.name)"] + (option.short.map { ["-\($0)"] } ?? [])
  }

  /// A word that bash and zsh read as it is.
  func quoted(_ word: String) -> String {
    var text = "'"
    for character in visible(word) {
      if character == "'" { text += "'\\''" } else { text.append(character) }
    }
    return text + "'"
  }

  func quoted(_ words: [String]) -> String {
    words.map(quoted).joined(separator: " ")
  }

  /// The lines of a `case`, each with its patterns and the statement they lead to.
  func arms(_ entries: [Entry], _ statement: (Completion) -> String) -> String {
    entries.map { "    \($0.keys.joined(separator: "|"))) \(statement($0.completion)) ;;" }
      .joined(separator: "\n")
  }
}
