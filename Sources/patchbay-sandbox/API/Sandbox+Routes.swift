internal import PatchbayCore
internal import PatchbayJSON

extension Sandbox {
  func route(_ request: Request, _ faults: [Fault]) throws(APIError) -> Reply {
    if request.method == "GET", request.path == "/v1/items" { return try items(request) }
    var parts = request.path.split(separator: "/").map(String.init)
    guard parts.count >= 3 else { throw notFound() }
    let root = parts.prefix(3).joined(separator: "/")
    parts.removeFirst(3)
    switch (request.method, root, parts.count) {
    case ("GET", "crm/v3/objects", 1):
      return try list(try type(parts[0]), request, faults)
    case ("GET", "crm/v3/objects", 2): return try read(try type(parts[0]), parts[1], request)
    case ("POST", "crm/v3/objects", 2) where parts[1] == "search":
      return try search(try type(parts[0]), request, faults)
    case ("POST", "crm/v3/objects", 3) where parts[1...] == ["batch", "read"]:
      return try batchRead(try type(parts[0]), request, faults)
    case ("GET", "crm/v3/properties", 1): return properties(try type(parts[0]), faults)
    case ("GET", "crm/v3/owners", 0): return try owners(request, faults)
    case ("POST", "crm/v4/associations", 4) where parts[2...] == ["batch", "read"]:
      return try associations(try type(parts[0]), try type(parts[1]), request, faults)
    case ("GET", "crm/v4/objects", 4) where parts[2] == "associations":
      return try associations(of: parts[1], try type(parts[0]), try type(parts[3]), request, faults)
    case ("GET", "account-info/v3/details", 0): return account()
    case (_, "crm/v3/objects", _), (_, "crm/v3/properties", _), (_, "crm/v3/owners", _),
      (_, "crm/v4/associations", _), (_, "crm/v4/objects", _), (_, "account-info/v3/details", _):
      throw APIError(405, "\(request.method) is not served here", "METHOD_NOT_ALLOWED")
    default: throw notFound()
    }
  }

  private func notFound() -> APIError {
    APIError(404, "Unable to find the page", "OBJECT_NOT_FOUND")
  }

  private func type(_ spelling: String) throws(APIError) -> ObjectType {
    guard let type = ObjectType(spelling: spelling) else {
      throw APIError(400, "Unable to infer object type from: \(spelling)")
    }
    return type
  }

  /// A body that must be a JSON object.
  func body(_ request: Request) throws(APIError) -> JSON {
    do {
      let json = try JSON(reading: request.body)
      guard case .object = json else { throw APIError(400, "Invalid input JSON: not an object") }
      return json
    } catch let error as JSONError {
      throw APIError(400, "Invalid input JSON: \(error)")
    } catch let error as APIError {
      throw error
    } catch {
      throw APIError(400, "Invalid input JSON")
    }
  }

  /// A whole number of the query, between 1 and `limit`.
  func pageSize(_ text: String?, standard: Int, limit: Int) throws(APIError) -> Int {
    guard let text else { return min(standard, limit) }
    guard let number = Int(text), (1...limit).contains(number) else {
      throw APIError(400, "limit must be a number from 1 to \(limit), not \(text)")
    }
    return number
  }

  func flag(_ name: String, _ request: Request) throws(APIError) -> Bool {
    switch request[name] {
    case nil, "false": return false
    case "true": return true
    default: throw APIError(400, "\(name) must be true or false")
    }
  }

  /// The address of the page after this one, up to and including `after=`.
  func link(_ request: Request) -> String {
    let rest = request.query.filter { $0.name != "after" }
      .map { percentEncoded($0.name) + "=" + percentEncoded($0.value) + "&" }.joined()
    return "http://\(request.host)\(request.path)?\(rest)after="
  }

  private func account() -> Reply {
    Reply(json: [
      "portalId": 4_711_001, "accountType": "DEVELOPER_TEST", "timeZone": "Europe/Berlin",
      "companyCurrency": "EUR", "additionalCurrencies": ["JPY"], "utcOffset": "+02:00",
      "utcOffsetMilliseconds": 7_200_000, "uiDomain": "app.hubspot.com",
      "dataHostingLocation": "eu1",
    ])
  }
}
