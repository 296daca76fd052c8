import PatchbaySDK

/// Reads what the settings say of one stream.
struct StreamReading {
  let name: String
  let part: Part
  let parameters: [String: String]

  private static let members = [
    "about", "path", "method", "query", "parameters", "body", "records", "jq", "item", "map", "key",
    "cursor", "deleted", "total", "fail_if", "incremental", "pagination", "columns", "default",
    "no_records", "volatile", "format", "parent",
  ]
  /// Members that give records and state no other meaning.
  private static let harmless: Set<String> = [
    "about", "columns", "default", "fail_if", "no_records", "total", "volatile",
  ]

  mutating func stream() throws(Problem) -> Configuration.Stream {
    try part.expectMembers(Self.members)
    var query = try self.query()
    let changes = try self.changes()
    let paging = try Paging(part["pagination"], query: &query)
    let pagination = paging.pagination
    let parent = try ParentReading(part).parent(query: query)
    let moving = [paging.parameter, try incrementalParameter()].compactMap { $0 }
    let (path, starts) = try path(values: parent?.values.map(\.name) ?? [], moving: moving)
    var source = RESTStream(
      path: path, extract: try extract(), query: query, pagination: pagination,
      changes: changes)
    source.ends = paging.ends
    source.starts = starts
    source.body = try body()
    try refuseUncounted(source)
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
    listing.volatile = try pointers(part["volatile"], 1...64)
    listing.fingerprint = fingerprint(path)
    return Configuration.Stream(listing: listing, source: source, parent: parent)
  }

  /// Pages that are counted need to say where what is counted stands.
  private func refuseUncounted(_ source: RESTStream) throws(Problem) {
    guard let jq = part["jq"], part["records"] == nil else { return }
    let kind = part["pagination"]?.json["kind"]?.string ?? part["pagination"]?.json.string
    let isCounted = part["pagination"]?.json["count"] == nil
    guard kind == "offset" || kind == "page" && isCounted else { return }
    var problem = jq.wrong("a “records” beside it for pages that are counted")
    problem.mend =
      "add records: where the list is in a page, as in /items; what jq makes of it may be more, or "
      + "less"
    throw problem
  }

  /// Of everything that decides which records there are, by which key, and what changed.
  private func fingerprint(_ path: String) -> String {
    var members = (part.json.object ?? JSONObject()).members
      .filter { !Self.harmless.contains($0.name) }.map { "\($0.name)=\($0.value.sortedText)" }
    members.append("path=\(path)")
    return Spelling.digest(of: members.sorted().joined(separator: "\n"))
  }

  private func pointers(_ part: Part?, _ count: ClosedRange<Int>) throws(Problem) -> [String] {
    guard let part else { return [] }
    guard let elements = part.json.array else { return [try part.pointer()] }
    guard count.contains(elements.count) else {
      throw part.wrong("\(count.lowerBound) to \(count.upperBound) JSON Pointers")
    }
    var pointers: [String] = []
    for element in elements {
      pointers.append(try Part(json: element, place: part.place).pointer())
    }
    return pointers
  }

  // MARK: The request

  /// The path, in which the names of `values` stay in braces, and of what moves with the pages; and
  /// what these begin with.
  private func path(values: [String], moving: [String]) throws(Problem)
    -> (path: String, starts: [(name: String, value: String)])
  {
    let part = try part.needed("path", "where the records are, as in /v2/orders")
    var rest = try part.text("a path, as in /v2/orders")[...]
    guard rest.utf8.first == UInt8(ascii: "/"), !rest.utf8.contains(UInt8(ascii: "?")) else {
      throw part.wrong("a path that begins with / and has no query, as in /v2/orders")
    }
    let known = parameters.merging(try Configuration.values(self.part["parameters"])) { $1 }
    var path = ""
    var starts: [(name: String, value: String)] = []
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw part.wrong("{name} with both braces")
      }
      let name = String(rest[rest.index(after: open)..<close])
      path += rest[..<open]
      if values.contains(name) {
        path += "{\(name)}"
      } else if let value = known[name] {
        let isMoving = moving.contains(name)
        if isMoving { starts.append((name, value)) }
        path += isMoving ? "{\(name)}" : Request.percentEncoded(value)
      } else {
        throw unknown(name, in: part, values: values, moving: moving, known: known)
      }
      rest = rest[rest.index(after: close)...]
    }
    return (path + rest, starts)
  }

  private func unknown(
    _ name: String, in path: Part, values: [String], moving: [String], known: [String: String]
  ) -> Problem {
    if moving.contains(name) {
      var problem = path.wrong("{\(name)} where a parameter says what it begins with")
      problem.mend = "add what the first page is asked for with: parameters: {\(name): …}"
      return problem
    }
    let names = (known.keys + values).sorted()
    return path.wrong(
      "{name} for parameters that there are (\(Part.list(names, "and")))",
      meant: Spelling.nearest(to: name, among: names).map { "{\($0)}" })
  }

  private func incrementalParameter() throws(Problem) -> String? {
    try part["incremental"]?["parameter"]?.text()
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
    try readFormat(into: &extract)
    extract.key = try key()
    extract.item = try part["item"]?.pointer()
    extract.isMap = try part["map"]?.flag() ?? false
    try readDeleted(into: &extract)
    extract.total = try part["total"]?.pointer()
    try readFailIf(into: &extract)
    for answer in try part["no_records"]?.choices(["null", "missing", "no_content"]) ?? [] {
      extract.noRecords.append(answer)
    }
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

  /// Lines and tables have their records in the page as a whole. XML has them in an element of it.
  private func readFormat(into extract: inout Extract) throws(Problem) {
    guard let format = part["format"] else { return }
    let name = try format.choice(["json", "ndjson", "csv", "tsv", "xml"])
    if name == "json" { return }
    extract.format = name
    if name == "xml" {
      if let map = part["map"] { throw map.wrong("nothing beside the format xml") }
      guard extract.records == "" else { return }
      throw (part["records"] ?? part).wrong("a pointer to the elements, as in /orders/order")
    }
    for member in ["map", "jq", "total", "fail_if", "no_records"] {
      if let other = part[member] { throw other.wrong("nothing beside the format \(name)") }
    }
    if extract.records != "" {
      throw (part["records"] ?? part).wrong("\"\" with the format \(name)")
    }
  }

  /// Where a mark stands, or that with the value that is one, or none.
  private func readDeleted(into extract: inout Extract) throws(Problem) {
    guard let mark = part["deleted"] else { return }
    guard mark.json.object != nil else {
      extract.deleted = try mark.pointer()
      return
    }
    try mark.expectMembers(["at", "equals", "not_equals", "optional"])
    extract.deleted = try mark.needed("at", "where it is in a record, as in /status").pointer()
    extract.deletedEquals = mark["equals"]?.json
    extract.deletedNotEquals = mark["not_equals"]?.json
    extract.isDeletedOptional = try mark["optional"]?.flag() ?? false
    try refuseBoth(mark)
  }

  private func readFailIf(into extract: inout Extract) throws(Problem) {
    guard let rule = part["fail_if"] else { return }
    guard rule.json.object != nil else {
      extract.failIf = [(try rule.pointer(), .data)]
      return
    }
    try rule.expectMembers(["at", "equals", "not_equals"])
    extract.failIf = [
      (try rule.needed("at", "where it is in a page, as in /success").pointer(), .data)
    ]
    extract.failEquals = rule["equals"]?.json
    extract.failNotEquals = rule["not_equals"]?.json
    try refuseBoth(rule)
  }

  private func refuseBoth(_ part: Part) throws(Problem) {
    if part["equals"] != nil, let other = part["not_equals"] {
      throw other.wrong("nothing beside equals")
    }
  }

  private func key() throws(Problem) -> [String] {
    try pointers(try part.needed("key", "what tells records apart, as in /id"), 1...8)
  }

  private static let types: [(name: String, type: RESTStream.Changes.CursorType)] = [
    ("time", .time), ("seconds", .epochSeconds), ("milliseconds", .epochMilliseconds),
    ("number", .number), ("text", .text),
  ]

  private typealias Cursor = (at: String, type: RESTStream.Changes.CursorType, zoneMinutes: Int?)

  private func cursor() throws(Problem) -> Cursor? {
    guard let part = part["cursor"] else { return nil }
    if part.json.object == nil { return (try part.pointer(), .time, nil) }
    try part.expectMembers(["at", "type", "zone"])
    let name = try part["type"]?.choice(Self.types.map(\.name)) ?? "time"
    let at = try part.needed("at", "where it is in a record, as in /updated_at").pointer()
    return (at, Self.types.first { $0.name == name }?.type ?? .time, try zone(part["zone"]))
  }

  /// Minutes east of UTC.
  private func zone(_ part: Part?) throws(Problem) -> Int? {
    guard let part else { return nil }
    let text = part.json.string ?? ""
    if text == "UTC" || text == "Z" { return 0 }
    let digits = text.dropFirst().split(separator: ":")
    guard let sign = text.first, sign == "+" || sign == "-", digits.count == 2,
      digits.allSatisfy({ $0.utf8.count == 2 }), let hours = Int(digits[0]),
      let minutes = Int(digits[1]), (0...14).contains(hours), (0...59).contains(minutes)
    else {
      throw part.wrong(
        "an offset from UTC, as in +01:00; where it changes with the season, leave it out: then a "
          + "day before the last change is read again")
    }
    return (hours * 60 + minutes) * (sign == "-" ? -1 : 1)
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
      overlapSeconds: try part["overlap_seconds"]?.integer(0...31_622_400) ?? 60,
      zoneMinutes: cursor.zoneMinutes)
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
}
