internal import PatchbayCore
internal import PatchbayJSON

/// One record, small until its values are asked for.
struct Record: Sendable {
  let type: ObjectType
  let index: Int
  let id: Int64
  let createdMS: Int64
  let modifiedMS: Int64
  let isArchived: Bool
  /// How often the record was changed since it was made; it flows into its texts.
  let revision: Int
  /// Noise of this record alone.
  let noise: UInt64

  func value(_ property: Property) -> String? {
    var draw = Draw(noise ^ property.salt)
    switch property.source {
    case .id: return String(id)
    case .created: return Time.format(createdMS)
    case .modified: return Time.format(modifiedMS)
    case .always(let text): return text
    case .nothing: return draw.below(20) == 0 ? "" : nil
    case .instant(let days):
      guard draw.below(5) > 0 else { return nil }
      return Time.format(createdMS + Int64(draw.below(days * 86_400_000)))
    case .date(let days):
      guard draw.below(5) > 0 else { return nil }
      let shift = days == 0 ? -Int64(7_000 + draw.below(12_000)) : Int64(draw.below(days))
      return String(Time.format(createdMS + shift * 86_400_000).prefix(10))
    case .count(let bound): return draw.below(8) == 0 ? nil : String(draw.below(bound))
    case .money: return money(&draw)
    case .hugeInteger: return draw.below(4) == 0 ? nil : draw.digits(12 + draw.below(14))
    case .longDecimal:
      return draw.below(4) == 0 ? "" : draw.digits(18) + "." + draw.digits(17)
    case .flag:
      let choice = draw.below(5)
      return choice == 0 ? nil : choice < 3 ? "true" : "false"
    case .choice(let choices): return draw.below(9) == 0 ? nil : draw.pick(choices)
    case .owner:
      return draw.below(6) == 0 ? nil : String(Owner.id(draw.below(Owner.count)))
    default: return text(property, &draw)
    }
  }

  private func text(_ property: Property, _ draw: inout Draw) -> String? {
    switch property.source {
    case .firstName: return draw.below(25) == 0 ? nil : draw.pick(Words.firstNames)
    case .lastName: return draw.below(25) == 0 ? "" : draw.pick(Words.lastNames)
    case .company: return draw.below(16) == 0 ? nil : draw.pick(Words.companies)
    case .email:
      guard draw.below(12) > 0 else { return nil }
      return "person.\(index)+\(draw.below(1000))@\(draw.below(9) == 0 ? "bücher" : "mail").example"
    case .domain: return draw.below(10) == 0 ? nil : "site-\(index).example"
    case .phone: return draw.below(4) == 0 ? nil : "+49 30 " + draw.digits(7)
    case .title:
      guard draw.below(20) > 0 else { return "" }
      return draw.pick(Words.titles) + " \(index)" + (revision > 0 ? " (edit \(revision))" : "")
    case .nestedJSON: return draw.below(3) == 0 ? nil : nestedJSON(depth: 2 + draw.below(38))
    default:
      let choice = draw.below(Words.prose.count + 2)
      let edit = revision > 0 ? " (edit \(revision))" : ""
      guard choice < Words.prose.count else { return choice == Words.prose.count ? nil : "" }
      return Words.prose[choice] + edit
    }
  }

  private func money(_ draw: inout Draw) -> String? {
    switch draw.below(12) {
    case 0: nil
    case 1: ""
    case 2: "0"
    case 3: "-" + draw.digits(3) + "." + draw.digits(2)
    case 4: draw.digits(21)
    case 5: "1.5E7"
    default: draw.digits(4) + "." + draw.digits(2)
    }
  }

  /// A JSON text that stands inside of a string.
  private func nestedJSON(depth: Int) -> String {
    var text = String(repeating: "{\"level\":[", count: depth)
    text += "\"\\\"\(index)\\\\\""
    return text + String(repeating: "]}", count: depth)
  }
}

extension Record {
  /// Most values need no escape, and are then copied as they are.
  private static func write(_ value: String?, into output: inout [UInt8]) {
    guard let value else {
      output.append(contentsOf: "null".utf8)
      return
    }
    let needsEscape = value.utf8.contains {
      $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\")
    }
    if needsEscape {
      JSON.write(value, into: &output)
    } else {
      output.append(UInt8(ascii: "\""))
      output.append(contentsOf: value.utf8)
      output.append(UInt8(ascii: "\""))
    }
  }

  /// Writes the record as the list, search and read endpoints serve it; `extra` stands at its end.
  func write(_ selection: [Property], extra: [UInt8] = [], into output: inout [UInt8]) {
    let modified = Time.format(modifiedMS)
    let created = Time.format(createdMS)
    output.append(contentsOf: "{\"id\":\"".utf8)
    output.append(contentsOf: String(id).utf8)
    output.append(contentsOf: "\",\"properties\":{".utf8)
    for (position, property) in selection.enumerated() {
      if position > 0 { output.append(UInt8(ascii: ",")) }
      output.append(contentsOf: property.key)
      let value =
        switch property.source {
        case .modified: modified
        case .created: created
        default: value(property)
        }
      Self.write(value, into: &output)
    }
    output.append(contentsOf: "},\"createdAt\":\"".utf8)
    output.append(contentsOf: created.utf8)
    output.append(contentsOf: "\",\"updatedAt\":\"".utf8)
    output.append(contentsOf: modified.utf8)
    output.append(contentsOf: (isArchived ? "\",\"archived\":true" : "\",\"archived\":false").utf8)
    if isArchived {
      output.append(contentsOf: ",\"archivedAt\":\"".utf8)
      output.append(contentsOf: modified.utf8)
      output.append(UInt8(ascii: "\""))
    }
    output.append(contentsOf: extra)
    output.append(UInt8(ascii: "}"))
  }
}
