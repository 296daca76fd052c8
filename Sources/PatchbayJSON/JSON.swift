/// A JSON value that keeps what it was given: members in their order, numbers with all their
/// digits.
///
/// It is the one JSON type on both sides of the plugin border. Reading JSON text is somebody else's
/// work (the host reads with simdjson and hands events to ``JSONBuilder``), so this module has no
/// parser and no dependency.
public enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number that is a whole 64-bit integer.
  case integer(Int64)
  /// Any other number, as it is written.
  case number(String)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

extension JSON {
  public var string: String? { if case .string(let text) = self { text } else { nil } }
  public var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
  public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  public var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
  public var object: JSONObject? { if case .object(let members) = self { members } else { nil } }
  public var isNull: Bool { if case .null = self { true } else { false } }

  /// The number as a double, whatever its form; `nil` for anything else.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let text): Double(text)
    default: nil
    }
  }

  /// A scalar as plain text, as a form or a query would carry it; `nil` for null, arrays and
  /// objects.
  public var plainText: String? {
    switch self {
    case .string(let text): text
    case .integer(let value): String(value)
    case .number(let text): text
    case .bool(let flag): flag ? "true" : "false"
    case .null, .array, .object: nil
    }
  }

  /// The type's name in JSON Schema's words.
  public var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  public subscript(name: String) -> JSON? { object?[name] }

  /// The value a JSON Pointer (RFC 6901) leads to; "" is the value itself.
  public func at(_ pointer: String) -> JSON? {
    if pointer.isEmpty { return self }
    guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
    var value = self
    let parts = pointer.unicodeScalars.dropFirst()
      .split(separator: "/", omittingEmptySubsequences: false)
    for part in parts {
      guard let name = JSON.unescapedPointerToken(Substring(part)) else { return nil }
      switch value {
      case .object(let members):
        guard let next = members[name] else { return nil }
        value = next
      case .array(let elements):
        guard let index = Int(name), String(index) == name, elements.indices.contains(index) else {
          return nil
        }
        value = elements[index]
      default: return nil
      }
    }
    return value
  }

  /// `nil` where a tilde is not the beginning of `~0` or `~1`.
  static func unescapedPointerToken(_ token: Substring) -> String? {
    guard token.utf8.contains(UInt8(ascii: "~")) else { return String(token) }
    var result = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in token.unicodeScalars {
      if isEscaped {
        guard scalar == "0" || scalar == "1" else { return nil }
        result.append(scalar == "1" ? "/" : "~")
        isEscaped = false
      } else if scalar == "~" {
        isEscaped = true
      } else {
        result.append(scalar)
      }
    }
    return isEscaped ? nil : String(result)
  }
}

/// The members of a JSON object, in order. Lookups are linear: meant for heads and settings, not
/// for data.
public struct JSONObject: Sendable, Equatable {
  public struct Member: Sendable, Equatable {
    public let name: String
    public var value: JSON

    public init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  public private(set) var members: [Member]

  public init(_ members: [Member] = []) { self.members = members }

  public var names: [String] { members.map(\.name) }
  public var isEmpty: Bool { members.isEmpty }
  public var count: Int { members.count }

  /// Reads a member, sets it (in place, or at the end), or removes it with `nil`.
  public subscript(name: String) -> JSON? {
    get { members.first { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name, value))
      case (nil, nil): break
      }
    }
  }

  /// Appends without looking for a member of the same name.
  mutating func append(_ name: String, _ value: JSON) { members.append(Member(name, value)) }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(JSONObject(elements.map { JSONObject.Member($0.0, $0.1) }))
  }
  public init(nilLiteral: ()) { self = .null }
}
