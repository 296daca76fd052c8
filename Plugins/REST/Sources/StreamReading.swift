import PatchbaySDK

/// Reads what the settings say of one stream.
struct StreamReading {
  let name: String
  let part: Part
  let parameters: [String: String]

  private static let members = [
    "about", "path", "method", "query", "parameters", "body", "records", "jq", "item", "map", "key",
    "cursor", "deleted", "total", "fail_if", "incremental", "pagination", "columns", "default",
  ]

  mutating func stream() throws(Problem) -> Configuration.Stream {
    try part.expectMembers(Self.members)
    var query = try self.query()
    let changes = try self.changes()
    let pagination = try Paging(part["pagination"], query: &query).pagination
    var source = RESTStream(
      path: try path(), extract: try extract(), query: query, pagination: pagination,
      changes: changes)
    source.body = try body()
    if case .lastKey = pagination, let key = part["key"],
      key.json.array.map({ $0.count > 1 }) == true
    {
      throw key.wrong("one pointer, for pages that go on from the last key")
    }
    var listing = StreamListing(name)
    listing.about = try part["about"]?.text() ?? ""
    listing.isIncremental = changes != nil
    listing.isDefault = try part["default"]?.flag() ?? true
    listing.columns = try columns()
    listing.jq = try part["jq"]?.text("a jq program")
    return Configuration.Stream(listing: listing, source: source)
  }

  // MARK: The request

  private func path() throws(Problem) -> String {
    let part = try part.needed("path", "where the records are, as in /v2/orders")
    var rest = try part.text("a path, as in /v2/orders")[...]
    guard rest.utf8.first == UInt8(ascii: "/"), !rest.utf8.contains(UInt8(ascii: "?")) else {
      throw part.wrong("a path that begins with / and has no query, as in /v2/orders")
    }
    let known = parameters.merging(try Configuration.values(self.part["parameters"])) { $1 }
    var path = ""
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw part.wrong("{name} with both braces")
      }
      let name = String(rest[rest.index(after: open)..<close])
      guard let value = known[name] else {
        throw part.wrong(
          "{name} for parameters that there are (\(Part.list(known.keys.sorted(), "and")))",
          meant: Spelling.nearest(to: name, among: known.keys.sorted()).map { "{\($0)}" })
      }
      path += rest[..<open] + Self.percentEncoded(value)
      rest = rest[rest.index(after: close)...]
    }
    return path + rest
  }

  private func query() throws(Problem) -> [(name: String, value: String)] {
    var query: [(name: String, value: String)] = []
    for (name, value) in try part["query"]?.members("an object of parameters") ?? [] {
      guard let elements = value.json.array else {
        query.append((name, try value.scalar()))
        continue
      }
      for element in elements {
        guard let text = element.plainText else {
          throw value.wrong("a value, or a list of values")
        }
        query.append((name, text))
      }
    }
    return query
  }

  private func body() throws(Problem) -> JSONObject? {
    let method = try part["method"]?.choice(["GET", "POST"]) ?? "GET"
    guard let body = part["body"] else { return method == "POST" ? JSONObject() : nil }
    guard method == "POST" else {
      throw body.wrong("nothing, unless the stream has the method POST")
    }
    guard let object = body.json.object else { throw body.wrong("an object") }
    return object
  }

  // MARK: The answer

  private func extract() throws(Problem) -> Extract {
    var extract = Extract(jq: "")
    extract.jq = try part["jq"]?.text("a jq program, as in .items[]")
    extract.records =
      extract.jq == nil
      ? try part.needed(
        "records", "where the list of records is in a page, as in /data, or \"\" for all of it"
      ).pointer(mayBeWhole: true) : try part["records"]?.pointer(mayBeWhole: true)
    if extract.jq != nil, let other = part["item"] ?? part["map"] {
      throw other.wrong("nothing beside jq, which can do the same")
    }
    extract.key = try key()
    extract.item = try part["item"]?.pointer()
    extract.isMap = try part["map"]?.flag() ?? false
    extract.deleted = try part["deleted"]?.pointer()
    extract.total = try part["total"]?.pointer()
    if let failIf = part["fail_if"] { extract.failIf = [(try failIf.pointer(), .data)] }
    let cursor = try self.cursor()
    extract.cursor = cursor?.at
    extract.cursorType =
      switch cursor?.type {
      case .time: .time
      case .number, .epochSeconds, .epochMilliseconds: .number
      case .text, nil: .text
      }
    return extract
  }

  private func key() throws(Problem) -> [String] {
    let part = try part.needed("key", "what tells records apart, as in /id")
    guard let elements = part.json.array else { return [try part.pointer()] }
    guard (1...8).contains(elements.count) else { throw part.wrong("1 to 8 JSON Pointers") }
    var key: [String] = []
    for element in elements { key.append(try Part(json: element, place: part.place).pointer()) }
    return key
  }

  private static let types: [(name: String, type: RESTStream.Changes.CursorType)] = [
    ("time", .time), ("seconds", .epochSeconds), ("milliseconds", .epochMilliseconds),
    ("number", .number), ("text", .text),
  ]

  private func cursor() throws(Problem) -> (at: String, type: RESTStream.Changes.CursorType)? {
    guard let part = part["cursor"] else { return nil }
    if part.json.object == nil { return (try part.pointer(), .time) }
    try part.expectMembers(["at", "type"])
    let name = try part["type"]?.choice(Self.types.map(\.name)) ?? "time"
    let at = try part.needed("at", "where it is in a record, as in /updated_at").pointer()
    return (at, Self.types.first { $0.name == name }?.type ?? .time)
  }

  private func changes() throws(Problem) -> RESTStream.Changes? {
    guard let part = part["incremental"] else { return nil }
    try part.expectMembers(["parameter", "format", "overlap_seconds"])
    guard let cursor = try cursor() else {
      throw part.wrong("a “cursor” beside it: the member that moves with every change")
    }
    let formats = RESTStream.Changes.Format.allCases
    let format = try part["format"]?.choice(formats.map(\.rawValue)) ?? "same"
    return RESTStream.Changes(
      parameter: try part.needed("parameter", "what asks for changes, as in updated_since").text(),
      cursor: cursor.at, type: cursor.type,
      format: formats.first { $0.rawValue == format } ?? .same,
      overlapSeconds: try part["overlap_seconds"]?.integer(0...31_622_400) ?? 60)
  }

  private func columns() throws(Problem) -> [StreamListing.Column] {
    var columns: [StreamListing.Column] = []
    for (name, value) in try part["columns"]?.members("an object of columns") ?? [] {
      guard !name.isEmpty, name.utf8.count <= 200 else {
        throw value.wrong("a name of 1 to 200 bytes")
      }
      if value.json.object == nil {
        columns.append((name, try value.pointer(), "text"))
        continue
      }
      try value.expectMembers(["at", "type"])
      let type = try value["type"]?.choice(["text", "number", "boolean", "time", "json"]) ?? "text"
      let at = try value.needed("at", "where it is in a record, as in /total").pointer()
      columns.append((name, at, type))
    }
    return columns
  }

  private static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { result, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}
