import PatchbaySDK

/// A part of the settings, and where it stands in them: what is wrong is named by that.
struct Part {
  let json: JSON
  let place: String

  /// Where in a list or a map.
  private func place(of name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

  subscript(name: String) -> Part? {
    json[name].map { Part(json: $0, place: place(of: name)) }
  }

  /// Says what it is, what it may be, and where there is one, what was perhaps meant.
  func wrong(_ wanted: String, meant: String? = nil) -> Problem {
    var problem = Problem(
      .config, "connection.setting", "the setting “\(place)” is \(found); it takes \(wanted)")
    problem.mend = meant.map { "did you mean “\($0)”?" } ?? "change it and try again"
    return problem
  }

  private var found: String {
    switch json {
    case .null: "empty"
    case .string(let text): "“\(text.prefix(80))”"
    case .array(let elements): "a list of \(elements.count)"
    case .object: "an object"
    default: json.text
    }
  }

  /// Refuses members that are not known, and says which are.
  func expectMembers(_ known: [String]) throws(Problem) {
    guard let object = json.object else { throw wrong("an object with \(Self.list(known))") }
    for name in object.names where !known.contains(name) {
      var problem = Problem(
        .config, "connection.setting",
        "the setting “\(place)” has no member “\(name)”; it takes \(Self.list(known, "and"))")
      problem.mend =
        Spelling.nearest(to: name, among: known).map { "did you mean “\($0)”?" } ?? "take it out"
      throw problem
    }
  }

  func needed(_ name: String, _ about: String) throws(Problem) -> Part {
    if let part = self[name] { return part }
    var problem = Problem(
      .config, "connection.setting", "the setting “\(place)” lacks the member “\(name)”")
    problem.mend = "add it: \(about)"
    throw problem
  }

  /// The members of an object with names of the admin's own.
  func members(_ wanted: String) throws(Problem) -> [(name: String, part: Part)] {
    guard let object = json.object else { throw wrong(wanted) }
    return object.members.map { ($0.name, Part(json: $0.value, place: place(of: $0.name))) }
  }

  func text(_ wanted: String = "a text") throws(Problem) -> String {
    guard let text = json.string, !text.isEmpty else { throw wrong(wanted) }
    return text
  }

  func scalar() throws(Problem) -> String {
    guard let text = json.plainText else { throw wrong("a value") }
    return text
  }

  func flag() throws(Problem) -> Bool {
    guard let flag = json.bool else { throw wrong("true or false") }
    return flag
  }

  func integer(_ range: ClosedRange<Int64>) throws(Problem) -> Int {
    guard let number = json.integer, range.contains(number) else {
      throw wrong("a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return Int(number)
  }

  func choice(_ choices: [String]) throws(Problem) -> String {
    guard let text = json.string, choices.contains(text) else {
      throw wrong(
        Self.list(choices),
        meant: json.string.flatMap { Spelling.nearest(to: $0, among: choices) })
    }
    return text
  }

  /// One of some words, or a list of them.
  func choices(_ choices: [String]) throws(Problem) -> [String] {
    var chosen: [String] = []
    for element in json.array ?? [json] {
      // YAML reads the word null as no value.
      let part = Part(json: element.isNull ? "null" : element, place: place)
      chosen.append(try part.choice(choices))
    }
    return chosen
  }

  /// A JSON Pointer. Where the whole value makes sense, that is `""`.
  func pointer(mayBeWhole: Bool = false) throws(Problem) -> String {
    let whole = mayBeWhole ? ", or \"\" for the whole page" : ""
    guard let text = json.string, text.isEmpty ? mayBeWhole : text.utf8.first == slash,
      text.utf8.count <= 1024
    else {
      let meant = json.string.flatMap { text in
        text.isEmpty || text.contains("$")
          ? nil : "/" + text.split(separator: ".").joined(separator: "/")
      }
      throw wrong("a JSON Pointer, as in /data/id\(whole)", meant: meant)
    }
    return text
  }

  static func list(_ names: [String], _ word: String = "or") -> String {
    names.count < 2
      ? names.first ?? ""
      : names.dropLast().joined(separator: ", ") + " \(word) " + names[names.count - 1]
  }
}

private let slash = UInt8(ascii: "/")
