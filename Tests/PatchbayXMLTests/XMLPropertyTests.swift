import PatchbayCore
import PatchbayJSON
import PatchbayXML
import Seeded
import Testing

/// Documents that were drawn.
@Suite struct XMLPropertyTests {
  private static let seeds = Scale.seeds(quick: 6, nightly: 300)
  private static let names = ["a", "b", "c", "m:a", "é", "_1", "a-b.c"]

  private static func text(_ draw: inout Draw) -> String {
    let pieces = ["x", " ", "\n", "&", "<", "]]>", "\"", "'", "\\", "é", "😀", "\t", "&#38;", "7"]
    return (0...draw.below(5)).map { _ in draw.pick(pieces) }.joined()
  }

  /// What an element can become: never a list, and with attributes or elements an object.
  private static func value(_ depth: Int, _ draw: inout Draw) -> JSON {
    if draw.below(4) == 0 { return .null }
    if draw.below(3) == 0 || depth > 4 { return .string(text(&draw)) }
    var object = JSONObject()
    for name in names where draw.below(5) == 0 { object["@" + name] = .string(text(&draw)) }
    for name in names where draw.below(3) == 0 {
      let count = 1 + draw.below(3)
      let values = (0..<count).map { _ in value(depth + 1, &draw) }
      object[name] = count == 1 ? values[0] : .array(values)
    }
    if draw.below(2) == 0 { object["#text"] = .string("t" + text(&draw)) }
    return object.members.contains { $0.name != "#text" } ? .object(object) : .null
  }

  private static func written(_ value: JSON) -> String {
    (value.string ?? "").unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "&", "<", ">", "\"", "\n", "\t": text += "&#\(scalar.value);"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }

  /// The text comes in two pieces, with comments and space where they mean nothing.
  private static func xml(_ name: String, _ value: JSON, _ draw: inout Draw) -> String {
    if let elements = value.array { return elements.map { xml(name, $0, &draw) }.joined() }
    guard let object = value.object else {
      return value.isNull ? "<\(name)/>" : "<\(name)><!-- c -->\(written(value))</\(name)>"
    }
    let attributes = object.members.filter { $0.name.hasPrefix("@") }
    let elements = object.members.filter { !$0.name.hasPrefix("@") && $0.name != "#text" }
    let head = attributes.map { " \($0.name.dropFirst()) = \"\(written($0.value))\"" }.joined()
    let space = elements.isEmpty ? "" : draw.pick(["", "\n  ", " "])
    let text = object["#text"].map { written($0) + (elements.isEmpty ? "" : "<?p?>") } ?? space
    let inner = elements.map { xml($0.name, $0.value, &draw) }
    return "<\(name)\(head)\n>\(text)\(inner.joined(separator: space))</\(name)>"
  }

  @Test(arguments: seeds)
  func `A document becomes what it was written from`(seed: UInt64) throws {
    var draw = Draw(seed)
    for round in 0..<50 {
      let page: JSON = ["r": Self.value(0, &draw)]
      let text = Self.xml("r", page["r"] ?? .null, &draw)
      #expect(try JSON(reading: made(of: text)) == page, "seed \(seed), round \(round): \(text)")
    }
  }

  @Test(arguments: seeds)
  func `A list is added where it is named, and nothing else changes`(seed: UInt64) throws {
    var draw = Draw(seed)
    for round in 0..<50 {
      let text = Self.xml("r", Self.value(0, &draw), &draw)
      let name = draw.pick(Self.names)
      let plain = try JSON(reading: made(of: text))
      let listed = try JSON(reading: made(of: text, lists: ["/r/\(name)"]))
      var wanted = plain["r"]?.object ?? JSONObject()
      switch wanted[name] {
      case .array: break
      case let one?: wanted[name] = [one]
      case nil
      where plain["r"]?.isNull == true
        || !wanted.isEmpty && wanted.names.allSatisfy { $0.hasPrefix("@") }:
        wanted[name] = []
      case nil: break
      }
      let isText = plain["r"]?.string.map { !$0.allSatisfy(\.isWhitespace) } ?? false
      if plain["r"]?.string != nil && !isText { wanted[name] = [] }
      let object: JSON = isText ? plain : ["r": .object(wanted)]
      #expect(listed == object, "seed \(seed), round \(round): \(text)")
    }
  }

  @Test(arguments: seeds)
  func `What was damaged is read or refused, and never becomes anything but JSON`(
    seed: UInt64
  ) throws {
    var draw = Draw(seed)
    for _ in 0..<100 {
      var bytes = Array(Self.xml("r", Self.value(0, &draw), &draw).utf8)
      for _ in 0...draw.below(3) where !bytes.isEmpty {
        let at = draw.below(bytes.count)
        switch draw.below(3) {
        case 0: bytes[at] = UInt8(draw.below(256))
        case 1: bytes.remove(at: at)
        default: bytes.insert(draw.pick(Array("<>&;/'\"=:! ".utf8)), at: at)
        }
      }
      // `made` looks at what comes of it.
      _ = try? made(of: bytes, lists: ["/r/a", "/r/m:a/b"])
    }
  }
}
