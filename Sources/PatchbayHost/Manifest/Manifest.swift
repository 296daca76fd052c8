package import PatchbayCore
package import PatchbayEgress
package import PatchbayJSON
package import PatchbayStore

/// What a plugin says of itself: read from the file without running any of it.
package struct Manifest: Sendable {
  package struct Stream: Sendable {
    package let name: String
    package let about: String
    package let isIncremental: Bool
    /// Synced where no stream is named.
    package let isDefault: Bool
    package let columns: [Column]
    package let unified: [String: [String: String]]
    /// The program that maps its pages, where a `catalog` told of one.
    package let jq: String?
    /// Of the settings that give its records and state their meaning; `nil` where nobody says.
    package var fingerprint: String? = nil
    /// Members whose change alone is no change of a record, as JSON Pointers.
    package var volatile: [String] = []
    /// How it is written; `nil` where it is not.
    package var writes: Writes? = nil
  }

  /// How records of a stream are written.
  package struct Writes: Sendable {
    /// create, update, upsert, delete.
    package let actions: Set<String>
    /// Of these, what may be sent again without harm, since the vendor sees to it.
    package let repeatable: Set<String>
    /// Records that are given to the plugin at once.
    package let batch: Int

    init(_ json: JSON) {
      func names(_ member: String) -> Set<String> {
        Set((json[member]?.array ?? []).compactMap(\.string))
      }
      (actions, repeatable) = (names("actions"), names("repeatable"))
      batch = Int(clamping: json["batch"]?.integer ?? 100)
    }
  }

  package struct Setting: Sendable {
    /// `json`: any value, which the plugin judges itself.
    package enum Kind: String, Sendable { case text, number, flag, list, json }
    package let name: String
    package let kind: Kind
    package let about: String
    package let isRequired: Bool
    package let initial: JSON?
  }

  package let json: JSON
  package let id: String
  package let version: String
  /// The version as it is compared.
  package let semantic: SemanticVersion
  package let kind: String
  package let name: String
  package let about: String
  package let publisher: String
  package let abi: String
  /// PUBLISHER/ID: two publishers may give the same id.
  package var fullName: String { "\(publisher)/\(id)" }
  /// Whether this host runs plugins of that ABI.
  var fitsABI: Bool { PluginFile.serves(abi: abi) }
  package let requires: [String]
  package let operations: [String]
  package let hosts: [String]
  package let baseURL: String?
  package let settings: [Setting]
  package let secrets: [(name: String, about: String)]
  package let auth: [AuthScheme]
  /// Headers in which an API key may stand.
  package var keyHeaders: [String] { auth.flatMap(\.headerNames) }
  package let limits: [RateRule]
  package let rateHeaders: RateHeaders
  package let inFlight: Int
  package let streams: [Stream]

  /// The streams are not the plugin's but those of each connection.
  package var hasOwnStreams: Bool { streams.isEmpty && operations.contains("discover") }

  /// Reads a manifest; the failure names every member that does not fit.
  package init(reading bytes: [UInt8], from source: String) throws(Failure) {
    guard bytes.count <= 1 << 20 else {
      throw Failure(.config, "manifest.size", "the manifest of \(source) is larger than 1 MiB")
    }
    let json: JSON
    do {
      json = try JSON(reading: bytes)
    } catch {
      throw Failure(
        .config, "manifest.json", "the manifest of \(source) cannot be read: \(error)",
        mend: "correct plugin.json and build the plugin again")
    }
    try self.init(json, from: source)
  }

  package init(_ json: JSON, from source: String) throws(Failure) {
    func refuse(_ text: String) -> Failure {
      Failure(
        .config, "manifest.shape", "the manifest of \(source) does not fit: \(text)",
        mend: "correct plugin.json and build the plugin again")
    }
    let problems = Self.shape.problems(in: json)
    if !problems.isEmpty { throw refuse(problems.map(\.description).joined(separator: "; ")) }
    func texts(_ name: String) -> [String] { json[name]?.array?.compactMap(\.string) ?? [] }
    self.json = json
    id = json["id"]?.string ?? ""
    version = json["version"]?.string ?? ""
    guard let semantic = SemanticVersion(version) else { throw refuse("/version: \(version)") }
    self.semantic = semantic
    kind = json["kind"]?.string ?? ""
    name = json["name"]?.string ?? id
    about = json["about"]?.string ?? ""
    publisher = json["publisher"]?.string ?? ""
    abi = json["abi"]?.string ?? ""
    requires = texts("requires")
    operations = texts("operations")
    hosts = texts("hosts")
    baseURL = json["base_url"]?.string
    settings = Self.settings(json["settings"])
    secrets = (json["secrets"]?.object?.members ?? []).map {
      ($0.name, $0.value["about"]?.string ?? "")
    }
    var schemes: [AuthScheme] = []
    for (index, member) in (json["auth"]?.array ?? []).enumerated() {
      guard let scheme = AuthScheme(member) else {
        throw refuse("/auth/\(index) lacks a member that its scheme needs")
      }
      if let problem = scheme.headerProblem { throw refuse("/auth/\(index): \(problem)") }
      schemes.append(scheme)
    }
    auth = schemes
    limits = (json["limits"]?.array ?? []).map {
      RateRule(
        .window(requests: Int($0["requests"]?.integer ?? 1), perMS: $0["per_ms"]?.integer ?? 1000),
        path: $0["path"]?.string)
    }
    rateHeaders = RateHeaders(
      remaining: json["rate_headers"]?["remaining"]?.string,
      intervalMS: json["rate_headers"]?["interval_ms"]?.string)
    inFlight = Int(json["in_flight"]?.integer ?? 8)
    streams = (json["streams"]?.array ?? []).map { Self.stream($0, name: "name") }
  }

  private static func settings(_ json: JSON?) -> [Setting] {
    (json?.object?.members ?? []).map { member in
      Setting(
        name: member.name, kind: member.value["type"]?.string.flatMap(Setting.Kind.init) ?? .text,
        about: member.value["about"]?.string ?? "",
        isRequired: member.value["required"]?.bool ?? false, initial: member.value["default"])
    }
  }

  /// A stream that a plugin found at the vendor or in its settings: the head of a `catalog`.
  package static func stream(catalog head: JSON) -> Stream {
    var stream = stream(head, name: "stream")
    stream.fingerprint = head["fingerprint"]?.string
    stream.volatile = (head["volatile"]?.array ?? []).compactMap(\.string)
    return stream
  }

  private static func stream(_ json: JSON, name: String) -> Stream {
    var unified: [String: [String: String]] = [:]
    for view in json["unified"]?.object?.members ?? [] {
      for column in view.value.object?.members ?? [] {
        unified[view.name, default: [:]][column.name] = column.value.string
      }
    }
    var stream = Stream(
      name: json[name]?.string ?? "", about: json["about"]?.string ?? "",
      isIncremental: json["incremental"]?.bool ?? false,
      isDefault: json["default"]?.bool ?? true,
      columns: (json["columns"]?.array ?? []).map {
        Column(
          name: $0["name"]?.string ?? "", at: $0["at"]?.string ?? "",
          kind: $0["type"]?.string.flatMap(Column.Kind.init) ?? .text)
      }, unified: unified, jq: json["jq"]?.string)
    stream.writes = json["writes"].map { Writes($0) }
    return stream
  }
}
