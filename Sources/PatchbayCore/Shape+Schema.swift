public import PatchbayJSON

extension Shape {
  /// The shape as a JSON Schema (draft 2020-12), for documents and editors.
  public func schema(title: String) -> JSON {
    var root: JSONObject = JSONObject([
      .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
      .init("title", .string(title)),
    ])
    for member in schema.object?.members ?? [] { root[member.name] = member.value }
    return .object(root)
  }

  private var schema: JSON {
    switch self {
    case .any: return [:]
    case .text(let text): return Self.schema(text)
    case .integer(let range):
      var object: JSONObject = JSONObject([.init("type", "integer")])
      if range.lowerBound != Int64.min { object["minimum"] = .integer(range.lowerBound) }
      if range.upperBound != Int64.max { object["maximum"] = .integer(range.upperBound) }
      return .object(object)
    case .number: return ["type": "number"]
    case .flag: return ["type": "boolean"]
    case .list(let shape, let count):
      return [
        "type": "array", "items": shape.schema, "minItems": .integer(Int64(count.lowerBound)),
        "maxItems": .integer(Int64(count.upperBound)),
      ]
    case .map(let shape): return ["type": "object", "additionalProperties": shape.schema]
    case .object(let members, let isOpen): return Self.schema(members, isOpen: isOpen)
    case .either(let shapes): return ["anyOf": .array(shapes.map(\.schema))]
    }
  }

  private static func schema(_ text: Text) -> JSON {
    var object = JSONObject([.init("type", "string")])
    if !text.choices.isEmpty { object["enum"] = .array(text.choices.map { .string($0) }) }
    if let form = text.form { object["description"] = .string(form) }
    if text.length.lowerBound > 0 { object["minLength"] = .integer(Int64(text.length.lowerBound)) }
    // The bound is one of bytes, which are at least as many as the letters that a schema counts.
    if text.length.upperBound < Text.greatestLength {
      object["maxLength"] = .integer(Int64(text.length.upperBound))
    }
    return .object(object)
  }

  private static func schema(_ members: [Member], isOpen: Bool) -> JSON {
    var properties = JSONObject()
    for member in members {
      var inner = member.shape.schema.object ?? JSONObject()
      if !member.about.isEmpty { inner["description"] = .string(member.about) }
      properties[member.name] = .object(inner)
    }
    if !isOpen {
      let list: JSON = ["type": "array", "items": ["type": "string"]]
      properties["optional"] = properties["optional"].map { ["anyOf": [$0, list]] } ?? list
    }
    return [
      "type": "object", "properties": .object(properties),
      "required": .array(members.filter(\.isRequired).map { .string($0.name) }),
      "additionalProperties": .bool(isOpen),
    ]
  }
}
