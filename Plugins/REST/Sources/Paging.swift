import PatchbaySDK

/// How one page leads to the next, as the settings say it.
struct Paging {
  let pagination: RESTStream.Pagination
  private(set) var ends = RESTStream.Ends()

  /// What the place of a page is sent as.
  var parameter: String? {
    switch pagination {
    case .cursor(_, let parameter), .lastKey(let parameter, _), .page(let parameter, _, _, _),
      .offset(let parameter, _):
      parameter
    case .nextLink, .linkHeader, .none: nil
    }
  }

  private static let members = [
    "cursor": ["at", "parameter"], "next_link": ["at"], "link_header": [],
    "last_key": ["parameter", "more"],
    "page": ["parameter", "first", "size", "size_parameter", "count"],
    "offset": ["parameter", "size", "size_parameter"], "none": [],
  ]
  /// What else may be said of the end of a list.
  private static let endings = [
    "more", "end_status", "absent_is_end", "self_is_end", "expired_status",
  ]
  private static let kinds = [
    "cursor", "next_link", "link_header", "last_key", "page", "offset", "none",
  ]

  /// Puts into the query how large a page shall be, where the settings name the parameter for it.
  init(_ part: Part?, query: inout [(name: String, value: String)]) throws(Problem) {
    guard let part else {
      pagination = .none
      return
    }
    // A kind that needs nothing else may stand alone.
    let isBare = part.json.object == nil
    let kind = try (isBare ? part : part.needed("kind", Part.list(Self.kinds))).choice(Self.kinds)
    let whole = isBare ? Part(json: .object(JSONObject()), place: part.place) : part
    let known = ["kind"] + (Self.members[kind] ?? [])
    try whole.expectMembers(
      known + (kind == "none" ? [] : Self.endings.filter { !known.contains($0) }))
    func parameter(_ usual: String?) throws(Problem) -> String {
      if let usual, whole["parameter"] == nil { return usual }
      return try whole.needed("parameter", "what it is sent as, as in after").text()
    }
    func pointer(_ name: String, _ about: String) throws(Problem) -> String {
      try whole.needed(name, about).pointer()
    }
    func size() throws(Problem) -> Int {
      try whole.needed("size", "how many records a full page has, as in 100").integer(1...1_000_000)
    }
    switch kind {
    case "cursor":
      pagination = .cursor(
        at: try pointer("at", "where the cursor is in a page, as in /next"),
        parameter: try parameter(nil))
    case "next_link":
      pagination = .nextLink(at: try pointer("at", "where the URL is in a page, as in /links/next"))
    case "link_header": pagination = .linkHeader
    case "last_key":
      pagination = .lastKey(
        parameter: try parameter(nil),
        more: try pointer("more", "where a page says that there is more, as in /has_more"))
    case "page":
      let count = try whole["count"]?.pointer()
      pagination = .page(
        parameter: try parameter("page"), first: try whole["first"]?.integer(0...1) ?? 1,
        size: count == nil || whole["size"] != nil ? try size() : 1, count: count)
    case "offset": pagination = .offset(parameter: try parameter("offset"), size: try size())
    default: pagination = .none
    }
    ends = try Self.ends(whole, kind)
    if let parameter = try whole["size_parameter"]?.text() {
      query.append((parameter, String(try size())))
    }
  }

  private static func ends(_ part: Part, _ kind: String) throws(Problem) -> RESTStream.Ends {
    var ends = RESTStream.Ends()
    if kind != "last_key" { ends.more = try part["more"]?.pointer() }
    ends.statuses = try statuses(part["end_status"])
    ends.expiredStatuses = try statuses(part["expired_status"])
    ends.isAbsentEnd = try part["absent_is_end"]?.flag() ?? false
    ends.isSelfEnd = try part["self_is_end"]?.flag() ?? false
    return ends
  }

  private static func statuses(_ part: Part?) throws(Problem) -> [Int] {
    guard let part else { return [] }
    let wanted = "a status from 400 to 499, or a list of them"
    let list = part.json.array ?? [part.json]
    var statuses: [Int] = []
    for status in list {
      guard let number = status.integer, (400...499).contains(number),
        ![401, 403, 429].contains(number)
      else { throw part.wrong(wanted + " (but not 401, 403 or 429)") }
      statuses.append(Int(number))
    }
    return statuses
  }
}
