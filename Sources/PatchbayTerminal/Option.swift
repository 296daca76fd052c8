/// What a shell offers while an option's value or an argument is being typed.
///
/// It is a hint for the shell only: parsing accepts any text.
package enum Completion: Equatable, Sendable {
  /// Nothing can be offered.
  case none
  /// Names of files and directories.
  case files
  /// Names of directories.
  case directories
  /// A fixed set of words.
  case choices([String])
  /// Words known only when asked: the shell runs `NAME _complete KIND` and offers its output
  /// lines. What follows a tab in a line is a description.
  case dynamic(String)
}

/// An option of a command, or of every command.
package struct Option: Equatable, Sendable {
  /// The long name without its dashes: `plugin` for `--plugin`.
  package var name: String
  /// The letter of the short form: `p` for `-p`. `h` is taken by `-h` for help.
  package var short: Character?
  /// How the value is called in help, such as `ID`; nil for a flag, which has no value.
  package var valueName: String?
  /// Whether the option may be given more than once.
  package var isRepeated: Bool
  /// Whether the command cannot run without the option.
  package var isRequired: Bool
  /// One line of help.
  package var about: String
  /// What a shell offers for the value.
  package var completion: Completion

  /// Describes an option; without a `valueName` it is a flag.
  package init(
    _ name: String, short: Character? = nil, valueName: String? = nil, isRepeated: Bool = false,
    isRequired: Bool = false, about: String, completion: Completion = .none
  ) {
    self.name = name
    self.short = short
    self.valueName = valueName
    self.isRepeated = isRepeated
    self.isRequired = isRequired
    self.about = about
    self.completion = completion
  }

  /// The option as it is typed: `--plugin ID`.
  var spelled: String {
    guard let valueName else { return "--\(name)" }
    return "--\(name) \(valueName)"
  }

  /// The option as a usage line shows it: `[--set KEY=VALUE]…`.
  var usage: String {
    (isRequired ? spelled : "[\(spelled)]") + (isRepeated ? "…" : "")
  }

  /// The flag that every command has.
  static let help = Option("help", short: "h", about: "Show this help.")
}

/// A word that a command takes by its position.
package struct Argument: Equatable, Sendable {
  /// How the argument is called in help and errors, such as `CONNECTION`.
  package var name: String
  /// One line of help.
  package var about: String
  /// Whether the argument may be left out; only optional arguments may follow such a one.
  package var isOptional: Bool
  /// Whether the argument takes every remaining word; only the last argument may.
  package var isRepeated: Bool
  /// What a shell offers for it.
  package var completion: Completion

  /// Describes an argument.
  package init(
    _ name: String, about: String, isOptional: Bool = false, isRepeated: Bool = false,
    completion: Completion = .none
  ) {
    self.name = name
    self.about = about
    self.isOptional = isOptional
    self.isRepeated = isRepeated
    self.completion = completion
  }

  /// The argument as a usage line shows it: `[FILE]…`.
  var usage: String {
    (isOptional ? "[\(name)]" : name) + (isRepeated ? "…" : "")
  }
}
