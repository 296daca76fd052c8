internal import PatchbayCore

/// What is wrong with the arguments, and what may have been meant.
struct UsageProblem: Error, Equatable {
  let message: String
  let meant: [String]

  init(_ message: String, meant: [String] = []) {
    self.message = message
    self.meant = meant
  }
}

/// Sorts arguments into options and words, once the options are known.
struct ArgumentReader {
  private let options: [Option]
  private(set) var words: [String] = []
  private(set) var values: [String: [String]] = [:]

  init(options: [Option]) {
    self.options = options
  }

  /// Whether a token is written like an option: neither `-` alone nor a negative number.
  static func isOption(_ token: String) -> Bool {
    guard token.hasPrefix("-"), let second = token.dropFirst().first else { return false }
    return !("0"..."9").contains(second) && second != "."
  }

  /// Whether an option token is, or a group of short flags contains, the one for help.
  func asksForHelp(_ token: String) -> Bool {
    if token.hasPrefix("--") { return token == "--help" }
    for letter in token.dropFirst() {
      if letter == "h" { return true }
      if short(letter)?.valueName != nil { return false }
    }
    return false
  }

  /// Whether an option token needs the next token for its value.
  func takesNext(_ token: String) -> Bool {
    if token.hasPrefix("--") {
      return long(String(token.dropFirst(2)))?.valueName != nil
    }
    let letters = Array(token.dropFirst())
    let index = letters.firstIndex { short($0)?.valueName != nil }
    return index == letters.count - 1
  }

  /// Reads all tokens but those at the consumed positions.
  mutating func read(_ tokens: [String], without consumed: Set<Int>) throws(UsageProblem) {
    var hasEnded = false
    var index = 0
    while index < tokens.count {
      let token = tokens[index]
      index += 1
      if consumed.contains(index - 1) { continue }
      if hasEnded || (token != "--" && !Self.isOption(token)) {
        words.append(token)
      } else if token == "--" {
        hasEnded = true
      } else {
        let next = index < tokens.count && isValue(tokens[index]) ? tokens[index] : nil
        let takesNext = takesNext(token)
        try token.hasPrefix("--") ? readLong(token, next: next) : readShort(token, next: next)
        if takesNext { index += 1 }
      }
    }
  }

  private func isValue(_ token: String) -> Bool {
    token != "--" && !Self.isOption(token)
  }

  private mutating func readLong(_ token: String, next: String?) throws(UsageProblem) {
    let parts = token.dropFirst(2).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = long(name) else {
      let known = (options + [.help]).map(\.name)
      throw UsageProblem(
        "there is no option --\(visible(name))",
        meant: suggestions(for: name, among: known).map { "--\($0)" })
    }
    let attached = parts.count > 1 ? String(parts[1]) : nil
    if option.valueName == nil, attached != nil {
      throw UsageProblem("--\(name) takes no value")
    }
    try store(option, attached ?? next)
  }

  private mutating func readShort(_ token: String, next: String?) throws(UsageProblem) {
    var rest = token.dropFirst()
    while let letter = rest.popFirst() {
      guard let option = short(letter) else {
        // A long name behind a single dash is a common slip.
        let known = options.map(\.name)
        let name = String(token.dropFirst())
        let meant = name.count > 2 ? suggestions(for: name, among: known) : []
        throw UsageProblem(
          "there is no option -\(visible(String(letter)))"
            + (token.count > 2 ? " (in \(visible(token)))" : ""),
          meant: meant.map { "--\($0)" })
      }
      guard option.valueName != nil else {
        try store(option, nil)
        continue
      }
      if rest.isEmpty { return try store(option, next) }
      if rest.first == "=" { rest.removeFirst() }
      return try store(option, String(rest))
    }
  }

  private mutating func store(_ option: Option, _ value: String?) throws(UsageProblem) {
    guard let valueName = option.valueName else {
      values[option.name, default: []].append("")
      return
    }
    guard let value else {
      throw UsageProblem(
        "--\(option.name) needs a value: --\(option.name) \(valueName), or "
          + "--\(option.name)=\(valueName) if it begins with a dash")
    }
    if values[option.name] != nil && !option.isRepeated {
      throw UsageProblem("--\(option.name) was given twice")
    }
    values[option.name, default: []].append(value)
  }

  private func long(_ name: String) -> Option? {
    options.first { $0.name == name }
  }

  private func short(_ letter: Character) -> Option? {
    options.first { $0.short == letter }
  }
}
