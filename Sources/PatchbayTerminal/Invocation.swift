/// What a list of arguments asks for.
package enum ParseResult: Equatable, Sendable {
  /// Run a command.
  case run(Invocation)
  /// Print this help and end well. The text ends without a newline.
  case help(String)
  /// Print this error and end with the status for wrong usage.
  case usage(UsageError)
}

/// What is wrong with a list of arguments.
package struct UsageError: Equatable, Sendable {
  /// What was wrong, without the program's name.
  package let message: String
  /// The lines that say what may have been meant and how the command is called.
  package let hints: [String]
  /// Whether the flag of this long name stands among the arguments, in spite of the error.
  package func hasFlag(_ name: String) -> Bool { flags.contains(name) }

  /// The error as people read it, with the program's name before it; without a newline at its end.
  package let text: String
  private let flags: Set<String>

  init(program: String, message: String, hints: [String], flags: Set<String>) {
    self.message = message
    self.hints = hints
    self.flags = flags
    text = (["\(program): \(message)"] + hints).joined(separator: "\n")
  }
}

/// A command with everything that was given to it.
package struct Invocation: Equatable, Sendable {
  /// The words that name the command.
  package let path: [String]
  /// The words given by position.
  package let arguments: [String]
  /// The values of each option by its long name; a flag has an empty text for each time.
  private let options: [String: [String]]

  /// Makes an invocation; `options` holds values by long name, and an empty text for a flag.
  package init(path: [String], arguments: [String] = [], options: [String: [String]] = [:]) {
    self.path = path
    self.arguments = arguments
    self.options = options
  }

  /// Whether the option with this long name was given.
  package func flag(_ name: String) -> Bool {
    options[name] != nil
  }

  /// The value of an option, or nil when it was not given; of several the last one.
  package func value(_ name: String) -> String? {
    options[name]?.last
  }

  /// Every value of an option, in the order they were given.
  package func values(_ name: String) -> [String] {
    options[name] ?? []
  }
}
