import PatchbaySDK
import PatchbaySDKTesting
import HubSpot

/// As much of HubSpot as the plugin asks for, over records that a test makes up.
struct Vendor {
  struct Object {
    var id: Int
    var modifiedMS: Int64
    var isArchived = false
  }

  var objects: [Object] = []
  var properties = ["email", "hs_object_id", "lastmodifieddate", "our_own_one"]
  /// Ids of what belongs to an object.
  var associations: [Int: [Int]] = [:]
  var headers: [String: String] = [:]
  /// An old server: it answers every list with all records that are not archived.
  var ignoresArchived = false
  /// Both lists hold all records, live and archived.
  var mixesLists = false
  var statesTotals = true
  /// Members of a search's answer to put in place of the true ones.
  var searchLie: JSON?

  static let startMS: Int64 = 1_772_784_000_000

  init(_ times: [Int64] = []) {
    objects = times.enumerated().map {
      Object(id: $0.offset + 1, modifiedMS: Self.startMS + $0.element)
    }
  }

  var keys: Set<String> { Set(objects.map { String($0.id) }) }
  /// Keys of what is not archived.
  var living: Set<String> { Set(objects.filter { !$0.isArchived }.map { String($0.id) }) }

  func answer(_ request: SentRequest) -> Answer? {
    let path = request.url.replacing("{base_url}", with: "")
    if path.hasPrefix("/crm/v3/properties/") { return propertyList }
    if path.hasPrefix("/crm/v3/owners") { return list(request, size: 100) }
    if path.hasSuffix("/search") { return search(request) }
    if path.contains("/batch/read?archived=") {
      return batch(request, isArchived: path.hasSuffix("true"))
    }
    if path.hasPrefix("/crm/v4/associations/") { return associated(request) }
    if path.hasPrefix("/crm/v3/objects/") { return list(request, size: 100) }
    return nil
  }

  private var propertyList: Answer {
    let types = ["email": "string", "lastmodifieddate": "datetime", "hs_object_id": "number"]
    let results = properties.map { name -> JSON in
      ["name": .string(name), "type": .string(types[name] ?? "bool")]
    }
    return .json(["results": .array(results)])
  }

  private func json(_ object: Object, _ names: [String]) -> JSON {
    let values = names.map { JSONObject.Member($0, .string("\($0) of \(object.id)")) }
    return [
      "id": .string(String(object.id)), "properties": .object(JSONObject(values)),
      "updatedAt": .string(Time.format(object.modifiedMS)), "archived": .bool(object.isArchived),
    ]
  }

  private func page(_ results: [JSON], next: String?, _ more: [(String, JSON)] = []) -> Answer {
    var body = JSONObject(more.map { .init($0.0, $0.1) })
    body["results"] = .array(results)
    body["paging"] = next.map { ["next": ["after": .string($0)]] }
    return .json(
      .object(body), status: body["numErrors"] == nil ? 200 : 207, headers: headers)
  }

  private func list(_ request: SentRequest, size: Int) -> Answer {
    let isArchived = request["archived"] == "true" && !ignoresArchived
    let after = request["after"].flatMap { Int($0) } ?? 0
    let rest = objects.filter { (mixesLists || $0.isArchived == isArchived) && $0.id > after }
    let names = (request["properties"] ?? "").split(separator: ",").map { String($0) }
    let found = rest.prefix(size)
    return page(
      found.map { json($0, names) },
      next: rest.count > size ? found.last.map { String($0.id) } : nil)
  }

  private func batch(_ request: SentRequest, isArchived: Bool) -> Answer? {
    guard let inputs = request.json?["inputs"]?.array, inputs.count <= 100 else { return nil }
    let ids = Set(inputs.compactMap { $0["id"]?.string.flatMap { Int($0) } })
    let names = request.json?["properties"]?.array?.compactMap(\.string) ?? []
    let found = objects.filter { ids.contains($0.id) && $0.isArchived == isArchived }
    let gone = ids.subtracting(found.map(\.id)).sorted()
    return page(
      found.map { json($0, names) }, next: nil,
      gone.isEmpty ? [] : Self.errors([Self.notFound("ids", gone.map { String($0) })]))
  }

  /// Ten thousand results is all that paging reaches; so a request with a cursor has no answer.
  private func search(_ request: SentRequest) -> Answer? {
    guard let body = request.json, body["after"] == nil,
      let filters = body.at("/filterGroups/0/filters")?.array
    else { return nil }
    var found = objects.filter { !$0.isArchived }
    for filter in filters {
      guard let value = filter["value"]?.string.flatMap({ Int64($0) }) else { return nil }
      let isID = filter["propertyName"] == "hs_object_id"
      let relation = filter["operator"]?.string
      found = found.filter {
        let own = isID ? Int64($0.id) : $0.modifiedMS
        return switch relation {
        case "GT": own > value
        case "GTE": own >= value
        default: own == value
        }
      }
    }
    if body.at("/sorts/0/propertyName") != "hs_object_id" {
      found.sort { ($0.modifiedMS, $0.id) < ($1.modifiedMS, $1.id) }
    }
    let size = Int(body["limit"]?.integer ?? 10)
    if let searchLie { return .json(searchLie) }
    return page(
      found.prefix(size).map { json($0, []) }, next: found.count > size ? String(size) : nil,
      statesTotals ? [("total", .integer(Int64(found.count)))] : [])
  }

  private func associated(_ request: SentRequest) -> Answer {
    var results: [JSON] = []
    var errors: [JSON] = []
    for input in request.json?["inputs"]?.array ?? [] {
      let id = input["id"]?.string ?? ""
      let after = input["after"]?.string.flatMap { Int($0) } ?? 0
      let rest = (associations[Int(id) ?? 0] ?? []).filter { $0 > after }
      guard let last = rest.prefix(2).last else {
        errors.append(Self.notFound("fromObjectId", [id]))
        continue
      }
      var result: JSONObject = JSONObject([
        .init("from", ["id": .string(id)]),
        .init(
          "to",
          .array(
            rest.prefix(2).map {
              ["toObjectId": .integer(Int64($0)), "associationTypes": [["typeId": 1]]]
            })),
      ])
      if rest.count > 2 { result["paging"] = ["next": ["after": .string(String(last))]] }
      results.append(.object(result))
    }
    return page(results, next: nil, errors.isEmpty ? [] : Self.errors(errors))
  }

  /// What is put into the answer to a batch that was not wholly done.
  static func errors(_ errors: [JSON]) -> [(String, JSON)] {
    [("numErrors", .integer(Int64(errors.count))), ("errors", .array(errors))]
  }

  static func notFound(_ member: String, _ ids: [String]) -> JSON {
    [
      "status": "error", "category": "OBJECT_NOT_FOUND", "message": "They may be deleted.",
      "context": .object(JSONObject([.init(member, .array(ids.map { .string($0) }))])),
    ]
  }
}

extension Run {
  /// Keys of all records that came, the deleted among them.
  var seen: Set<String> { Set(records.map(\.key)) }
}

extension TestHost {
  /// The plugin with its own manifest.
  static func hubSpot() throws -> TestHost {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    let manifest = try FileBytes.read(folder.joined(separator: "/") + "/plugin.json")
    return try TestHost(HubSpot(), manifest: manifest)
  }

  /// Goes on from every checkpoint but the last, and says after which of them something else is
  /// stored than in the whole run, or as much is asked for again.
  func differences(resuming run: Run, _ answer: (SentRequest) -> Answer?) throws -> [Int] {
    try run.checkpoints.indices.dropLast().filter {
      let resumed = try resume(run, after: $0, answer: answer)
      return resumed.requests.count >= run.requests.count || resumed.stored != run.stored
        || resumed.state != run.state
        || resumed.problem != nil || resumed.unproven != nil
    }
  }
}
