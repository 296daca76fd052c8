internal import PatchbayCore
internal import PatchbayJSON

/// A plain API to begin with: `GET /v1/items`, in pages, with `after`, `limit` and `updated_since`.
/// `patchbay plugin new` makes connectors for it.
///
/// Each item was changed once before the sandbox began, a minute after the one before it. Since
/// then another one changes every ten seconds, so that a later sync finds something.
extension Sandbox {
  static let itemsChangeMS: Int64 = 10_000

  func items(_ request: Request) throws(APIError) -> Reply {
    let size = try pageSize(request["limit"], standard: 100, limit: options.pageSizeLimit)
    var first = 1
    if let after = request["after"] {
      guard let last = Int(after), last >= 0 else {
        throw APIError(400, "after is not a cursor of this list: \(after)")
      }
      first = min(last, options.records) + 1
    }
    var sinceMS = Int64.min
    if let since = request["updated_since"] {
      guard let time = Time.parse(since) else {
        throw APIError(400, "updated_since is no time: \(since)")
      }
      sinceMS = time
    }
    let changes = (nowMS - beganMS) / Self.itemsChangeMS
    var page: [JSON] = []
    while first <= options.records, page.count < size {
      let updatedMS = itemTimeMS(first, changes)
      if updatedMS >= sinceMS { page.append(item(first, updatedMS)) }
      first += 1
    }
    let next = first <= options.records ? JSON.string(String(first - 1)) : .null
    return Reply(json: ["data": .array(page), "next": next])
  }

  private func itemTimeMS(_ number: Int, _ changes: Int64) -> Int64 {
    let count = Int64(options.records)
    // The changes go round: item 1, 2, … and 1 again.
    let rounds = (changes - Int64(number)) / max(count, 1)
    if changes >= Int64(number) {
      return beganMS + (Int64(number) + rounds * count) * Self.itemsChangeMS
    }
    return beganMS - (count - Int64(number) + 1) * 60_000
  }

  private func item(_ number: Int, _ updatedMS: Int64) -> JSON {
    let words = ["lamp", "chair", "kettle", "rope", "ladder", "basket", "mirror"]
    let noise = Noise.mix(options.seed, UInt64(number))
    return [
      "id": .string("item-\(number)"),
      "name": .string("\(words[Int(noise % UInt64(words.count))]) \(number)"),
      "price": .integer(Int64(noise / 7 % 10_000)),
      "updated_at": .string(Time.format(updatedMS)),
    ]
  }
}
