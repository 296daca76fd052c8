/// One thing the program can do, named by one or more words.
package struct Command: Equatable, Sendable {
  /// The words that name it, such as `["sync", "run"]`.
  package var path: [String]
  /// One line of help.
  package var summary: String
  /// Paragraphs and examples for the command's own help; indented lines are kept as they are.
  package var discussion: String
  /// The options it takes beside the global ones.
  package var options: [Option]
  /// The words it takes, in their order.
  package var arguments: [Argument]
  /// Whether help and completions leave it out, as they should for `_complete`.
  package var isHidden: Bool

  /// Describes a command.
  package init(
    _ path: [String], summary: String, discussion: String = "", options: [Option] = [],
    arguments: [Argument] = [], isHidden: Bool = false
  ) {
    self.path = path
    self.summary = summary
    self.discussion = discussion
    self.options = options
    self.arguments = arguments
    self.isHidden = isHidden
  }
}

/// The commands of a program: what they are called, what they take and how they are explained.
///
/// A tree is a plain value: reading arguments, help and completion scripts all follow from it.
package struct CommandTree: Equatable, Sendable {
  /// The name the program is called by.
  package var name: String
  /// One line about the program.
  package var summary: String
  /// Options that every command takes, before or after its name.
  package var globalOptions: [Option]
  /// Every command, in the order help shows them.
  package var commands: [Command]
  /// One line of help for each first word that groups several commands.
  package var nouns: [String: String]

  /// Describes a program; `nouns` gives words such as `sync` a line of help.
  package init(
    name: String, summary: String, globalOptions: [Option] = [], commands: [Command],
    nouns: [String: String] = [:]
  ) {
    self.name = name
    self.summary = summary
    self.globalOptions = globalOptions
    self.commands = commands
    self.nouns = nouns
  }

  /// The command with exactly this name.
  func command(at path: [String]) -> Command? {
    commands.first { $0.path == path }
  }

  /// The words that can follow `path` in a command's name, in the order of the commands.
  func children(of path: [String], includingHidden: Bool = false) -> [String] {
    var words: [String] = []
    for command in commands where includingHidden || !command.isHidden {
      guard command.path.count > path.count, command.path.starts(with: path) else { continue }
      let word = command.path[path.count]
      if !words.contains(word) { words.append(word) }
    }
    return words
  }

  /// The options that may stand beside `path`: those of its command, or of every command it may
  /// still become, then the global ones. An option of a command hides a global one of its name.
  func options(for path: [String]) -> [Option] {
    var found: [Option] = []
    let owners = command(at: path).map { [$0] } ?? commands.filter { $0.path.starts(with: path) }
    for option in owners.flatMap(\.options) + globalOptions
    where !found.contains(where: { $0.name == option.name }) {
      found.append(option)
    }
    return found
  }

  /// The line that shows how a command, or a group of commands, is called.
  func usageLine(for path: [String]) -> String {
    let start = ([name] + path).joined(separator: " ")
    guard let command = command(at: path) else { return "usage: \(start) COMMAND [options]" }
    let optional = command.options.filter { !$0.isRequired }
    var parts = command.arguments.map(\.usage)
    parts += command.options.filter(\.isRequired).map(\.usage)
    parts += optional.count <= 4 ? optional.map(\.usage) : ["[options]"]
    return "usage: " + ([start] + parts).joined(separator: " ")
  }
}
