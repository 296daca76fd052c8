import PatchbaySDK

/// Walks through changes in order of time without turning pages.
///
/// Normally each request asks for changes from the last one's time on. Where one time alone fills a
/// whole request, its records are walked through by id; then it goes on after that time.
struct Window: Equatable {
  private enum Mode: Equatable {
    /// Changes at or after `fromMS` (after it, if `isExclusive`).
    case byTime(isExclusive: Bool)
    /// Changes exactly at `fromMS`, with ids above this one.
    case byID(above: String)
  }

  private var fromMS: Int64
  private var mode = Mode.byTime(isExclusive: false)
  /// Some changes may be missing: a page was empty though the vendor said that there is more, or it
  /// does not tell where to go on.
  private(set) var isDoubtful = false

  /// How many records one request asks for.
  static let size = 200

  init(fromMS: Int64) { self.fromMS = fromMS }

  init?(_ json: JSON) {
    guard let from = json["from"]?.integer else { return nil }
    fromMS = from
    isDoubtful = json["doubtful"]?.bool ?? false
    if let id = json["above"]?.string {
      mode = .byID(above: id)
    } else {
      mode = .byTime(isExclusive: json["exclusive"]?.bool ?? false)
    }
  }

  var json: JSON {
    var object = JSONObject([.init("from", .integer(fromMS))])
    switch mode {
    case .byID(let id): object["above"] = .string(id)
    case .byTime(let isExclusive): object["exclusive"] = .bool(isExclusive)
    }
    if isDoubtful { object["doubtful"] = true }
    return .object(object)
  }

  /// Moves past a page. Returns whether it was the last.
  mutating func advance(count: Int, total: Int, lastChangeMS: Int64?, lastID: String?) -> Bool {
    let isWhole = total <= count || count == 0
    if isWhole && total > count { isDoubtful = true }
    switch mode {
    case .byID(let above):
      if let lastID, !isWhole, !lastID.isEmpty, lastID != above {
        mode = .byID(above: lastID)
      } else {
        // Where the last record has no readable id, the rest of this time cannot be reached.
        if !isWhole { isDoubtful = true }
        mode = .byTime(isExclusive: true)
      }
      return false
    case .byTime(let isExclusive):
      if isWhole { return true }
      let last = lastChangeMS ?? fromMS
      if last > fromMS || isExclusive && last != fromMS {
        fromMS = last
        mode = .byTime(isExclusive: false)
      } else {
        mode = .byID(above: "0")
      }
      return false
    }
  }

  func body(_ type: ObjectType, _ properties: [String]) -> JSON {
    func filter(_ name: String, _ operation: String, _ value: String) -> JSON {
      ["propertyName": .string(name), "operator": .string(operation), "value": .string(value)]
    }
    let filters: [JSON]
    let order: String
    switch mode {
    case .byTime(let isExclusive):
      filters = [filter(type.modified, isExclusive ? "GT" : "GTE", String(fromMS))]
      order = type.modified
    case .byID(let id):
      filters = [
        filter(type.modified, "EQ", String(fromMS)), filter("hs_object_id", "GT", id),
      ]
      order = "hs_object_id"
    }
    return [
      "filterGroups": [["filters": .array(filters)]],
      "sorts": [["propertyName": .string(order), "direction": "ASCENDING"]],
      "properties": .array(properties.map { .string($0) }), "limit": .integer(Int64(Self.size)),
    ]
  }
}
