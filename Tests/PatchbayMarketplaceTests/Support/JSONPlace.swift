import PatchbayJSON

/// A step on the way to a place in a document.
enum JSONPlace: Equatable {
  case member(String)
  case element(Int)

  /// The ways to everything in a document, but not into a plugin's manifest.
  static func all(in json: JSON) -> [[JSONPlace]] {
    var steps: [(JSONPlace, JSON)] = []
    for member in json.object?.members ?? [] { steps.append((.member(member.name), member.value)) }
    for (index, value) in (json.array ?? []).enumerated() { steps.append((.element(index), value)) }
    return steps.flatMap { step, value in
      [[step]] + (step == .member("manifest") ? [] : all(in: value).map { [step] + $0 })
    }
  }

  /// The document with another value at a place, or with none.
  static func put(_ value: JSON?, at path: ArraySlice<JSONPlace>, in json: JSON) -> JSON {
    guard let first = path.first else { return value ?? .null }
    let rest = path.dropFirst()
    switch (first, json) {
    case (.member(let name), .object(var members)):
      members[name] = rest.isEmpty ? value : members[name].map { put(value, at: rest, in: $0) }
      return .object(members)
    case (.element(let index), .array(var elements)):
      if rest.isEmpty && value == nil {
        elements.remove(at: index)
      } else {
        elements[index] = put(value, at: rest, in: elements[index])
      }
      return .array(elements)
    default: return json
    }
  }
}
