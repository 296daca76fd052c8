internal import PatchbayJSON

/// Pages of a made-up bookshop: texts with quotes and emoji, nulls, numbers, something nested.
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
      "price": .number("\(id % 90).\(10 + id % 89)"),
      "stock": id % 7 == 0 ? .null : .integer(Int64(id) &* 7_919),
      "about": .string((4..<28).map(word).joined(separator: " ")),
      "author": ["name": .string(word(30)), "born": .integer(Int64(1900 + id % 100))],
      "tags": .array((40..<44).map { .string(word($0)) }),
      "updated_at": .string("2026-01-\(10 + id % 20)T00:00:\(10 + id % 50).000Z"),
    ]
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
