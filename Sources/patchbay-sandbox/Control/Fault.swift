internal import PatchbayJSON

/// One way in which answers under a path go wrong, and when.
struct Fault: Sendable {
  enum Kind: String, Sendable, CaseIterable {
    case status, html
    case htmlJSONType = "html_json_type"
    case emptyObject = "empty_object"
    case sameCursor = "same_cursor"
    case neverAnswer = "never_answer"
    case stall, truncate, reset
    case lyingTotal = "lying_total"
    case missingPage = "missing_page"
    case badRecord = "bad_record"
    case badEscape = "bad_escape"
    case deepRecord = "deep_record"
    case bigNumber = "big_number"
    case nullKey = "null_key"
    case slow, unauthorized
    case wrongContentType = "wrong_content_type"
    case redirect
  }

  enum Trigger: Sendable, Equatable {
    case always
    /// The numbers of the requests, from 1, counted since the fault was set.
    case at(Set<Int>)
    case probability(Double)
  }

  var kind: Kind
  var pathPrefix: String
  var trigger = Trigger.always
  /// How often the fault strikes at most.
  var times: Int?
  var status = 500
  var retryAfter: String?
  var delayMS = 0
  /// Where a redirect leads.
  var location = "http://127.0.0.1:9/elsewhere"

  private var seen = 0
  private var struck = 0

  init(_ kind: Kind, under pathPrefix: String) {
    self.kind = kind
    self.pathPrefix = pathPrefix
  }

  /// Counts a request, and says whether the fault strikes it.
  mutating func strikes(_ path: String) -> Bool {
    guard path.hasPrefix(pathPrefix) else { return false }
    seen += 1
    if let times, struck >= times { return false }
    let isDue =
      switch trigger {
      case .always: true
      case .at(let numbers): numbers.contains(seen)
      case .probability(let chance):
        Double(Noise.mix(Noise.hash(pathPrefix), UInt64(seen)) >> 11) < chance * 0x1p53
      }
    if isDue { struck += 1 }
    return isDue
  }
}

extension Fault {
  /// Reads `{"faults":[…]}`, or the array alone.
  static func list(_ json: JSON) throws(APIError) -> [Fault] {
    guard let elements = (json["faults"] ?? json).array else {
      throw APIError(400, "“faults” must be an array")
    }
    var faults: [Fault] = []
    for element in elements { faults.append(try Fault(json: element)) }
    return faults
  }

  init(json: JSON) throws(APIError) {
    guard let name = json["kind"]?.string, let kind = Kind(rawValue: name) else {
      let names = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw APIError(400, "“kind” must be one of \(names)")
    }
    self.init(kind, under: json["path_prefix"]?.string ?? "/")
    let known = [
      "kind", "path_prefix", "at", "probability", "always", "times", "status", "retry_after",
      "delay_ms", "location",
    ]
    if let stranger = json.object?.names.first(where: { !known.contains($0) }) {
      throw APIError(400, "a fault has no member “\(stranger)”")
    }
    if let at = json["at"] {
      guard let numbers = at.array?.map(\.integer), !numbers.contains(nil) else {
        throw APIError(400, "“at” must be an array of whole numbers")
      }
      trigger = .at(Set(numbers.compactMap { $0.map(Int.init(truncatingIfNeeded:)) }))
    } else if let chance = json["probability"]?.double {
      trigger = .probability(chance)
    }
    if kind == .unauthorized, trigger == .always { times = 1 }
    if let times = json["times"]?.integer { self.times = Int(clamping: times) }
    if let status = json["status"]?.integer {
      guard (200...599).contains(status) else { throw APIError(400, "“status” must be 200 to 599") }
      self.status = Int(status)
    }
    retryAfter = json["retry_after"]?.plainText
    delayMS = Int(clamping: min(max(json["delay_ms"]?.integer ?? 1000, 0), 600_000))
    location = json["location"]?.string ?? location
  }
}
