internal import PatchbayJSON

/// Pages of a made-up bookshop: texts with quotes and emoji, nulls, numbers, something nested, and
/// now and then a value in another form than most.
enum SamplePages {
  private static let words = [
    "Wind", "Sand", "Sterne", "Jürgen", "“Quoted”", "back\\slash", "Ødegård", "東京", "🚀",
    "line\nbreak", "plain", "words", "and", "more", "of", "them",
  ]

  static func book(_ id: Int) -> JSON {
    func word(_ salt: Int) -> String { words[(id &* 31 &+ salt &* 17) & 15] }
    let title = "\(word(1)) \(word(2)) \(word(3))"
    return [
      "id": .string(String(id)), "title": .string(title),
      "price": price(id),
      "stock": id % 7 == 0 ? .null : .integer(Int64(id) &* 7_919),
      "in_print": id % 500 == 3 ? .string("False") : .bool(id % 3 != 0),
      "about": .string((4..<28).map(word).joined(separator: " ")),
      "author": ["name": .string(word(30)), "born": .integer(Int64(1900 + id % 100))],
      "tags": .array((40..<44).map { .string(word($0)) }),
      "updated_at": updated(id),
    ]
  }

  private static func price(_ id: Int) -> JSON {
    let usual = "\(id % 90).\(10 + id % 89)"
    return switch id % 500 {
    case 11: .string(usual)
    case 12: .string("on request")
    case 13: .number("12345678901234567890.5")
    case 14: .number("1e-3")
    default: .number(usual)
    }
  }

  private static func updated(_ id: Int) -> JSON {
    let usual = "2026-01-\(10 + id % 20)T00:00:\(10 + id % 50)"
    return switch id % 500 {
    case 21: .string(usual + "+02:00")
    case 22: .string(usual + ".123456789Z")
    case 23: .integer(1_768_000_000 + Int64(id))
    default: .string(usual + ".000Z")
    }
  }

  /// The same books as an odd table: where the next page is, then a row each.
  static func table(_ index: Int, of count: Int) -> [UInt8] {
    let first = index * Setup.pageSize
    var text = "next\t\(index + 1 < count ? String(index + 1) : "")\n"
    for id in first..<(first + Setup.pageSize) {
      let book = book(id)
      let cells = [book["id"], book["title"], book["about"]].map { cell in
        String((cell?.string ?? "").map { $0 == "\n" || $0 == "\t" ? " " : $0 })
      }
      text += cells.joined(separator: "\t") + "\n"
    }
    return Array(text.utf8)
  }

  /// Page `index` of `count`.
  static func page(_ index: Int, of count: Int) -> [UInt8] {
    let first = index * Setup.pageSize
    var page = JSONObject([
      .init("data", .array((first..<(first + Setup.pageSize)).map(book)))
    ])
    page["next"] = index + 1 < count ? .string(String(index + 1)) : nil
    return JSON.object(page).bytes
  }
}
