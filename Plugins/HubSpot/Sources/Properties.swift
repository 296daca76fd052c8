import PatchbaySDK

/// Which properties of a type are read: those that the settings name, or all that the vendor lists.
struct Properties {
  private let type: ObjectType
  private(set) var names: [String]
  private var types: [String: String] = [:]
  private(set) var isKnown: Bool

  /// Longer lists do not fit into a URL; the records are then read in batches.
  private static let lengthLimit = 6000

  init(_ type: ObjectType, chosen: [String]) {
    self.type = type
    names = chosen
    isKnown = !chosen.isEmpty
  }

  var request: Request { .get("/crm/v3/properties/\(type.rawValue)") }

  /// Takes the vendor's list; `false` where it is none.
  mutating func learn(_ json: JSON) -> Bool {
    for property in json["results"]?.array ?? [] {
      guard let name = property["name"]?.string else { continue }
      names.append(name)
      types[name] = Self.columnType(property["type"]?.string ?? "")
    }
    isKnown = !names.isEmpty
    return isKnown
  }

  private static func columnType(_ type: String) -> String {
    switch type {
    case "number": "number"
    case "bool": "boolean"
    case "datetime", "date": "time"
    default: "text"
    }
  }

  /// Columns for the view: the properties under their own names.
  var columns: [(name: String, at: String, type: String)] {
    names.map { name in
      ("\(name)", "/properties/\(name)", types[name] ?? "text")
    }
  }

  var areTooLong: Bool { names.reduce(0) { $0 + $1.utf8.count + 3 } > Self.lengthLimit }

  /// The batch that reads the records of a page of ids.
  func batch(_ ids: [String], isArchived: Bool) -> Request {
    var extract = Extract.objects(areArchived: isArchived)
    extract.keep = ["/id"]
    var request = Request.post(
      "\(type.path)/batch/read?archived=\(isArchived)",
      [
        "inputs": .array(ids.map { ["id": .string($0)] }),
        "properties": .array(names.map { .string($0) }),
      ], extract: extract)
    request.isIdempotent = true
    return request
  }
}
