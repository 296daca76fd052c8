/// What a list of arguments asks for.
public enum ParseResult: Equatable, Sendable {
  /// Run a command.
  case run(Invocation)
  /// Print this help and end well. The text ends without a newline.
  case help(String)
  /// Print this error and end with the status for wrong usage. The text says what was wrong,
  /// what may have been meant and how the command is called, and ends without a newline.
  case usage(String)
}

/// A command with everything that was given to it.
public struct Invocation: Equatable, Sendable {
  /// The words that name the command.
  public let path: [String]
  /// The words given by position.
  public let arguments: [String]
  /// The values of each option by its long name; a flag has an empty text for each time.
  private let options: [String: [String]]

  /// Makes an invocation; `options` holds values by long name, and an empty text for a flag.
  public init(path: [String], arguments: [String] = [], options: [String: [String]] = [:]) {
    self.path = path
    self.arguments = arguments
    self.options = options
  }

  /// Whether the option with this long name was given.
  public func flag(_ name: String) -> Bool {
    options[name] != nil
  }

  /// The value of an option, or nil when it was not given; of several the last one.
  public func value(_ name: String) -> String? {
    options[name]?.last
  }

  /// Every value of an option, in the order they were given.
  public func values(_ name: String) -> [String] {
    options[name] ?? []
  }
}
