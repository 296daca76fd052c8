internal import PatchbayCore
internal import PatchbayJSON

/// A value as search compares it.
enum SearchKey: Comparable, Sendable {
  case number(Double)
  case text(String)

  init(_ value: String, of property: Property) {
    switch property.kind {
    case .number: self = Double(value).map { .number($0) } ?? .text(value.lowercased())
    case .datetime, .date:
      let ms = Int64(value) ?? Time.parse(value.count == 10 ? value + "T00:00:00Z" : value)
      self = ms.map { .number(Double($0)) } ?? .text(value.lowercased())
    default: self = .text(value.lowercased())
    }
  }
}

extension Record {
  /// The value of a property, or `nil` where there is none (an empty text counts as none).
  func searchKey(_ property: Property) -> SearchKey? {
    switch property.source {
    case .id: return .number(Double(id))
    case .modified: return .number(Double(modifiedMS))
    case .created: return .number(Double(createdMS))
    default:
      guard let value = value(property), !value.isEmpty else { return nil }
      return SearchKey(value, of: property)
    }
  }
}

/// One condition of a search.
struct SearchFilter: Sendable {
  enum Operator: String, Sendable {
    case equal = "EQ"
    case notEqual = "NEQ"
    case less = "LT"
    case lessOrEqual = "LTE"
    case greater = "GT"
    case greaterOrEqual = "GTE"
    case between = "BETWEEN"
    case oneOf = "IN"
    case noneOf = "NOT_IN"
    case present = "HAS_PROPERTY"
    case absent = "NOT_HAS_PROPERTY"
    case containsToken = "CONTAINS_TOKEN"
    case lacksToken = "NOT_CONTAINS_TOKEN"
  }

  let property: Property
  let relation: Operator
  /// What is compared with: one value, the two ends of a range, or a list.
  let operands: [SearchKey]

  init(_ json: JSON, _ schema: Schema) throws(APIError) {
    let name = json["propertyName"]?.string ?? ""
    guard let property = schema[name] else {
      throw APIError(400, "There was a problem with the request: no property “\(name)”")
    }
    guard let relation = json["operator"]?.string.flatMap(Operator.init) else {
      throw APIError(400, "There was a problem with the request: unknown operator")
    }
    self.property = property
    self.relation = relation
    let values: [JSON?] =
      switch relation {
      case .oneOf, .noneOf: json["values"]?.array.map { $0.map { $0 } } ?? [nil]
      case .between: [json["value"], json["highValue"]]
      case .present, .absent: []
      default: [json["value"]]
      }
    operands = try values.map { (value) throws(APIError) in
      guard let text = value?.plainText else {
        throw APIError(400, "\(relation.rawValue) on \(name) lacks a value")
      }
      return SearchKey(text, of: property)
    }
  }

  func matches(_ record: Record) -> Bool {
    guard let key = record.searchKey(property) else {
      return [.notEqual, .noneOf, .absent, .lacksToken].contains(relation)
    }
    switch relation {
    case .present: return true
    case .absent: return false
    case .oneOf: return operands.contains(key)
    case .noneOf: return !operands.contains(key)
    case .between: return operands[0] <= key && key <= operands[1]
    case .containsToken: return hasToken(key)
    case .lacksToken: return !hasToken(key)
    case .equal: return key == operands[0]
    case .notEqual: return key != operands[0]
    case .less: return key < operands[0]
    case .lessOrEqual: return key <= operands[0]
    case .greater: return key > operands[0]
    case .greaterOrEqual: return key >= operands[0]
    }
  }

  /// Whether a text holds the words asked for; `*` stands for any end of a word.
  private func hasToken(_ key: SearchKey) -> Bool {
    guard case .text(let text) = key, case .text(let token) = operands[0] else { return false }
    return text.contains(token.filter { $0 != "*" })
  }
}

/// A search but for its page.
struct SearchQuery: Sendable {
  /// No search leads further than this.
  static let window = 10_000

  let type: ObjectType
  let groups: [[SearchFilter]]
  let words: String?
  let sort: Property?
  let isDescending: Bool
  /// Tells searches apart.
  let fingerprint: String

  init(_ type: ObjectType, _ json: JSON) throws(APIError) {
    let schema = Schema.of(type)
    let groups = json["filterGroups"]?.array ?? []
    guard groups.count <= 5 else { throw APIError(400, "at most 5 filterGroups are allowed") }
    self.groups = try groups.map { (group) throws(APIError) in
      let filters = group["filters"]?.array ?? []
      guard filters.count <= 6 else { throw APIError(400, "at most 6 filters in one group") }
      return try filters.map { (filter) throws(APIError) in try SearchFilter(filter, schema) }
    }
    guard self.groups.reduce(0, { $0 + $1.count }) <= 18 else {
      throw APIError(400, "at most 18 filters are allowed")
    }
    let sorts = json["sorts"]?.array ?? []
    guard sorts.count <= 1 else { throw APIError(400, "only one sort is allowed") }
    let given = sorts.first.flatMap { $0.string ?? $0["propertyName"]?.string }
    if let given {
      let name = given.hasPrefix("-") ? String(given.dropFirst()) : given
      guard let property = schema[name] else { throw APIError(400, "cannot sort by “\(name)”") }
      sort = property
    } else {
      sort = nil
    }
    isDescending =
      given?.hasPrefix("-") == true || sorts.first?["direction"]?.string == "DESCENDING"
    words = json["query"]?.string.flatMap { $0.isEmpty ? nil : $0.lowercased() }
    self.type = type
    let parts = [json["filterGroups"], json["sorts"], json["query"]].map { $0?.text ?? "" }
    fingerprint = type.rawValue + "\u{0}" + parts.joined(separator: "\u{0}")
  }

  func matches(_ record: Record) -> Bool {
    guard groups.isEmpty || groups.contains(where: { $0.allSatisfy { $0.matches(record) } })
    else { return false }
    guard let words else { return true }
    return Schema.of(type).properties.contains {
      $0.kind == .string && record.value($0)?.lowercased().contains(words) == true
    }
  }

  /// How many live records match, and the first of them in order, up to the window.
  func run(_ records: Records) -> SearchResult {
    struct Hit {
      let key: SearchKey?
      let index: Int
    }
    /// Records without a value stand last; ties are in the order of ids.
    func precedes(_ first: Hit, _ second: Hit) -> Bool {
      switch (first.key, second.key) {
      case (let one?, let two?) where one != two: isDescending ? one > two : one < two
      case (nil, _?): false
      case (_?, nil): true
      default: first.index < second.index
      }
    }
    var hits: [Hit] = []
    var bound: Hit?
    var total = 0
    for index in 0..<records.count(type) where records.isArchived(type, index) == false {
      guard let record = records.record(type, index), matches(record) else { continue }
      total += 1
      let hit = Hit(key: sort.flatMap { record.searchKey($0) }, index: index)
      if let bound, !precedes(hit, bound) { continue }
      hits.append(hit)
      if hits.count == Self.window * 2 {
        hits.sort(by: precedes)
        hits.removeLast(Self.window)
        bound = hits.last
      }
    }
    hits.sort(by: precedes)
    return SearchResult(total: total, indexes: hits.prefix(Self.window).map(\.index))
  }
}

struct SearchResult: Sendable {
  let total: Int
  let indexes: [Int]
}

/// The last few results, so that paging through one search looks at all records only once.
struct SearchCache: Sendable {
  private static let limit = 8
  private var entries: [(fingerprint: String, version: Int, result: SearchResult)] = []

  func result(_ query: SearchQuery, version: Int) -> SearchResult? {
    entries.first { $0.fingerprint == query.fingerprint && $0.version == version }?.result
  }

  mutating func keep(_ result: SearchResult, of query: SearchQuery, version: Int) {
    entries.removeAll { $0.fingerprint == query.fingerprint }
    entries.append((query.fingerprint, version, result))
    if entries.count > Self.limit { entries.removeFirst() }
  }
}
