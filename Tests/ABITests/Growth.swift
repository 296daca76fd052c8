import PatchbayJSON

/// Judges whether the schema of a head has only grown, as a frozen ABI allows.
struct Growth {
  enum Side {
    /// What a plugin of old says must still be taken.
    case fromPlugin
    /// What is said to a plugin of old must still be what it expects.
    case fromHost
  }

  private(set) var problems: [String] = []
  private let side: Side

  /// Both are JSON Schemas as the host's own descriptions make them.
  init(from old: JSON, to new: JSON, _ side: Side) {
    self.side = side
    compare(old, new, at: "")
  }

  private mutating func fail(_ place: String, _ text: String) {
    problems.append("\(place.isEmpty ? "/" : place): \(text)")
  }

  private mutating func compare(_ old: JSON, _ new: JSON, at place: String) {
    if let choices = old["anyOf"]?.array {
      let others = new["anyOf"]?.array ?? [new]
      for (index, choice) in choices.enumerated() {
        let fits = others.contains { Growth(from: choice, to: $0, side).problems.isEmpty }
        if !fits { fail(place, "the choice \(index) is gone") }
      }
      if side == .fromHost && others.count > choices.count { fail(place, "there are more choices") }
      return
    }
    if let others = new["anyOf"]?.array {
      let fits =
        side == .fromPlugin
        && others.contains { Growth(from: old, to: $0, side).problems.isEmpty }
      if !fits { fail(place, "it became a choice") }
      return
    }
    if old["type"] == nil && new["type"] == nil { return }
    // Any value: to say more than before is fine for a plugin, to expect less for the host.
    if new["type"] == nil && side == .fromPlugin { return }
    guard old["type"] == new["type"] else { return fail(place, "its type changed") }
    compareBounds(old, new, place)
    if let items = old["items"] { compare(items, new["items"] ?? [:], at: place + "/*") }
    if old["type"] == "object" { compareMembers(old, new, place) }
  }

  private mutating func compareBounds(_ old: JSON, _ new: JSON, _ place: String) {
    let choices = old["enum"]?.array ?? []
    let missing = choices.filter { !(new["enum"]?.array?.contains($0) ?? true) }
    if side == .fromPlugin {
      if !missing.isEmpty { fail(place, "not taken any more: \(missing.map(\.text))") }
      if choices.isEmpty && new["enum"] != nil { fail(place, "only some texts are taken") }
    }
    // The host may send fewer, never more; it takes more, never fewer.
    for (name, isLower) in [
      ("minimum", true), ("minLength", true), ("minItems", true), ("maximum", false),
      ("maxLength", false), ("maxItems", false),
    ] {
      let unbounded = isLower ? Int64.min : .max
      let before = old[name]?.integer ?? unbounded
      let after = new[name]?.integer ?? unbounded
      let isWider = isLower ? after <= before : after >= before
      let isNarrower = isLower ? after >= before : after <= before
      if !(side == .fromPlugin ? isWider : isNarrower) {
        fail(place, "\(name) went from \(before) to \(after)")
      }
    }
  }

  private mutating func compareMembers(_ old: JSON, _ new: JSON, _ place: String) {
    let before = old["properties"]?.object ?? JSONObject()
    let after = new["properties"]?.object ?? JSONObject()
    for member in before.members {
      guard let now = after[member.name] else {
        fail("\(place)/\(member.name)", "it is gone")
        continue
      }
      compare(member.value, now, at: "\(place)/\(member.name)")
    }
    let required = Set(old["required"]?.array?.compactMap(\.string) ?? [])
    let requiredNow = Set(new["required"]?.array?.compactMap(\.string) ?? [])
    let broken =
      side == .fromPlugin
      ? requiredNow.subtracting(required) : required.subtracting(requiredNow)
    for name in broken.sorted() {
      fail("\(place)/\(name)", side == .fromPlugin ? "it became required" : "it may be missing")
    }
    let rest = (old["additionalProperties"] ?? true, new["additionalProperties"] ?? true)
    if rest.0 == rest.1 { return }
    if rest.0.object != nil && rest.1.object != nil {
      return compare(rest.0, rest.1, at: place + "/*")
    }
    if !(side == .fromPlugin && rest.1 == true) { fail(place, "other members changed") }
  }
}
