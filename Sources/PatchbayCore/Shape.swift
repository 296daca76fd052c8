public import PatchbayJSON

/// What a JSON value must look like: one description that checks values, names what is wrong, and
/// can be printed as JSON Schema. Heads, manifests and configuration files are all described so.
public indirect enum Shape: Sendable {
  case any
  case text(Text = Text())
  case integer(ClosedRange<Int64> = Int64.min...Int64.max)
  case number
  case flag
  case list(of: Shape, count: ClosedRange<Int> = 0...100_000)
  /// An object with any member names, all values alike.
  case map(of: Shape)
  case object([Member], isOpen: Bool = false)
  case either([Shape])

  /// What a text may be.
  public struct Text: Sendable {
    public var choices: [String]
    public var length: ClosedRange<Int>
    /// Bytes of a text that nothing else bounds.
    public static let greatestLength = 1_048_576
    /// A name for the form that `isValid` asks for, as it reads in "expected …".
    public var form: String?
    public var isValid: (@Sendable (String) -> Bool)?

    public init(
      choices: [String] = [], length: ClosedRange<Int> = 0...Text.greatestLength,
      form: String? = nil,
      isValid: (@Sendable (String) -> Bool)? = nil
    ) {
      self.choices = choices
      self.length = length
      self.form = form
      self.isValid = isValid
    }
  }

  public struct Member: Sendable {
    public let name: String
    public let shape: Shape
    public let isRequired: Bool
    public let about: String

    public init(_ name: String, _ shape: Shape, isRequired: Bool, about: String) {
      self.name = name
      self.shape = shape
      self.isRequired = isRequired
      self.about = about
    }

    public static func required(_ name: String, _ shape: Shape, _ about: String = "") -> Member {
      Member(name, shape, isRequired: true, about: about)
    }

    public static func optional(_ name: String, _ shape: Shape, _ about: String = "") -> Member {
      Member(name, shape, isRequired: false, about: about)
    }
  }

  public static func choice(_ choices: String...) -> Shape { .text(Text(choices: choices)) }

  /// A JSON Pointer (RFC 6901).
  public static let pointer = Shape.text(
    Text(length: 0...1024, form: "a JSON Pointer (\"\" or \"/name/…\", ~0 and ~1 for ~ and /)") {
      text in
      let tildes = text.utf8.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false)
      return (text.isEmpty || text.utf8.first == UInt8(ascii: "/"))
        && tildes.dropFirst().allSatisfy { $0.first == 0x30 || $0.first == 0x31 }
    })
}

/// One thing that is wrong with a value, and where.
public struct ShapeProblem: Sendable, Equatable, CustomStringConvertible {
  /// JSON Pointer to the member.
  public let at: String
  public let wanted: String
  public let found: String

  public var description: String {
    "\(at.isEmpty ? "/" : at.beginning(bytes: 300)): expected \(wanted), found \(found)"
  }
}

extension Shape {
  /// The first problems of a value (at most ten); empty when it fits.
  public func problems(in value: JSON) -> [ShapeProblem] {
    var found: [ShapeProblem] = []
    check(value, at: "", into: &found)
    return Array(found.prefix(10))
  }

  private func check(_ value: JSON, at path: String, into found: inout [ShapeProblem]) {
    if found.count >= 10 { return }
    func wrong(_ wanted: String, _ what: String? = nil) {
      found.append(ShapeProblem(at: path, wanted: wanted, found: what ?? Self.brief(value)))
    }
    switch self {
    case .any: break
    case .text(let text):
      guard let string = value.string else { return wrong(wantedName) }
      if !text.choices.isEmpty && !text.choices.contains(string) { return wrong(wantedName) }
      if !text.length.contains(string.utf8.count) {
        return wrong("\(text.length.lowerBound) to \(text.length.upperBound) bytes of text")
      }
      if let isValid = text.isValid, !isValid(string) { wrong(wantedName) }
    case .integer(let range):
      guard let integer = value.integer, range.contains(integer) else { return wrong(wantedName) }
    case .number: if value.double == nil { wrong(wantedName) }
    case .flag: if value.bool == nil { wrong(wantedName) }
    case .list(let shape, let count):
      guard let elements = value.array else { return wrong(wantedName) }
      if !count.contains(elements.count) {
        return wrong("\(count.lowerBound) to \(count.upperBound) elements", "\(elements.count)")
      }
      for (index, element) in elements.enumerated() {
        shape.check(element, at: "\(path)/\(index)", into: &found)
      }
    case .map(let shape):
      guard let object = value.object else { return wrong(wantedName) }
      for member in object.members {
        shape.check(member.value, at: "\(path)/\(Self.escaped(member.name))", into: &found)
      }
    case .object(let members, let isOpen):
      guard let object = value.object else { return wrong(wantedName) }
      Self.check(object, members, isOpen: isOpen, at: path, into: &found)
    case .either(let shapes):
      if !shapes.contains(where: { $0.problems(in: value).isEmpty }) { wrong(wantedName) }
    }
  }

  private static func check(
    _ object: JSONObject, _ members: [Member], isOpen: Bool, at path: String,
    into found: inout [ShapeProblem]
  ) {
    // Members that the sender marked as optional may be unknown here. A list of them stands also
    // where the object has a member of its own by that name.
    let tolerated = isOpen ? nil : object["optional"]?.array?.compactMap(\.string)
    for member in members {
      if tolerated != nil && member.name == "optional" { continue }
      if let value = object[member.name] {
        member.shape.check(value, at: "\(path)/\(escaped(member.name))", into: &found)
      } else if member.isRequired {
        found.append(
          ShapeProblem(
            at: "\(path)/\(escaped(member.name))", wanted: member.shape.wantedName, found: "nothing"
          ))
      }
    }
    if isOpen { return }
    for name in object.names where !members.contains(where: { $0.name == name }) {
      if name == "optional" || tolerated?.contains(name) == true { continue }
      let known = members.map(\.name).joined(separator: ", ")
      found.append(
        ShapeProblem(
          at: "\(path)/\(escaped(name))", wanted: "no such member (known: \(known))",
          found: "“\(name.beginning(bytes: 60))”"))
    }
  }

  /// A name as it stands in a JSON Pointer.
  package static func escaped(_ name: String) -> String {
    guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
      return name
    }
    return String(name.flatMap { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) })
  }

  private var wantedName: String {
    switch self {
    case .any: "any value"
    case .text(let text):
      if let form = text.form {
        form
      } else if text.choices.isEmpty {
        "text"
      } else {
        "one of " + text.choices.joined(separator: ", ")
      }
    case .integer(let range):
      range == Int64.min...Int64.max
        ? "a whole number" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number: "a number"
    case .flag: "true or false"
    case .list: "a list"
    case .map, .object: "an object"
    case .either(let shapes): shapes.map(\.wantedName).joined(separator: ", or ")
    }
  }

  private static func brief(_ value: JSON) -> String {
    switch value {
    case .array(let elements): "a list of \(elements.count)"
    case .object: "an object"
    case .string(let text): "“\(text.beginning(bytes: 60))”"
    default: value.text
    }
  }
}
