public import PatchbayCore
public import PatchbayEgress
public import PatchbayHost
public import PatchbayJSON

/// Settings of a connection, checked against the manifest and sorted: some are the host's, which
/// every connector has, the others go to the plugin.
public struct ConnectionTerms: Sendable {
  /// What the plugin is told.
  public let config: JSONObject
  public let line: LineTerms

  /// The host's own settings, with what they are for.
  public static let hostSettings: [(name: String, kind: Manifest.Setting.Kind, about: String)] = [
    ("base_url", .text, "where the vendor's API is, if not where the manifest says"),
    ("rate_limit", .text, "requests per time, as in 20/s or 110/10s; off for none"),
    ("rate_burst", .number, "requests at once on top of rate_limit"),
    ("request_timeout", .number, "seconds for one whole answer (120)"),
    ("stall_timeout", .number, "seconds without a byte after which a request is sent again (30)"),
    ("max_attempts", .number, "how often a request is sent before it fails (8)"),
    ("allow_private", .flag, "whether the plugin's hosts may be on a private network (false)"),
  ]

  public init(
    connection: String, manifest: Manifest, settings: JSONObject, secrets: Set<String>
  ) throws(Failure) {
    var config = JSONObject()
    for setting in manifest.settings {
      config[setting.name] = settings[setting.name] ?? setting.initial
      if setting.isRequired && config[setting.name] == nil {
        throw Failure(
          .config, "connection.setting", "\(connection) lacks the setting “\(setting.name)”",
          mend: "give it: --set \(setting.name)=…  (\(setting.about))")
      }
    }
    self.config = config
    var line = LineTerms(
      connection: connection, hosts: manifest.hosts,
      baseURL: settings["base_url"]?.string ?? manifest.baseURL, settings: config)
    line.rules = try Self.rules(manifest, settings)
    line.rateHeaders = manifest.rateHeaders
    line.inFlightLimit = manifest.inFlight
    if let seconds = settings["request_timeout"]?.double { line.timeoutMS = Int64(seconds * 1000) }
    if let seconds = settings["stall_timeout"]?.double { line.stallMS = Int64(seconds * 1000) }
    if let attempts = settings["max_attempts"]?.integer { line.attempts = Int(attempts) }
    line.allowsPrivate = settings["allow_private"]?.bool ?? false
    line.userAgent = "Patchbay (\(manifest.id)/\(manifest.version))"
    line.auth = try Self.scheme(connection, manifest, given: secrets.union(config.names))
    self.line = line
  }

  private static func rules(_ manifest: Manifest, _ settings: JSONObject) throws(Failure)
    -> [RateRule]?
  {
    guard let text = settings["rate_limit"]?.plainText else {
      return manifest.limits.isEmpty ? nil : manifest.limits
    }
    if text == "off" { return nil }
    return [try RateRule(text: text, burst: settings["rate_burst"]?.integer.map { Int($0) })]
  }

  private static func scheme(_ connection: String, _ manifest: Manifest, given: Set<String>)
    throws(Failure) -> AuthScheme
  {
    if manifest.auth.isEmpty { return .none }
    if let scheme = manifest.auth.first(where: { given.isSuperset(of: $0.needs) }) { return scheme }
    let ways = manifest.auth.map { $0.needs.joined(separator: " + ") }.joined(separator: ", or ")
    throw Failure(
      .config, "connection.secret", "\(connection) has no credentials: it needs \(ways)",
      mend: "give them: --secret NAME=env:VARIABLE or --secret NAME=file:PATH")
  }

  /// Reads `key=value` texts into settings of the types that the manifest and the host give them.
  public static func parse(_ pairs: [String], for manifest: Manifest) throws(Failure) -> JSONObject
  {
    var kinds: [String: Manifest.Setting.Kind] = [:]
    for setting in hostSettings { kinds[setting.name] = setting.kind }
    for setting in manifest.settings { kinds[setting.name] = setting.kind }
    var settings = JSONObject()
    for pair in pairs {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let kind = kinds[String(parts[0])] else {
        let known = kinds.keys.sorted().joined(separator: ", ")
        throw Failure(
          .config, "connection.setting",
          "“\(parts.first ?? "")” is not a setting of \(manifest.id)",
          mend: "write --set key=value; known settings: \(known)")
      }
      let name = String(parts[0])
      settings[name] = try value(String(parts[1]), kind, name)
    }
    return settings
  }

  /// Checks settings that came as JSON or YAML.
  public static func value(_ text: String, _ kind: Manifest.Setting.Kind, _ name: String)
    throws(Failure) -> JSON
  {
    switch kind {
    case .text: return .string(text)
    case .list:
      return .array(text.split(separator: ",").map { .string(String($0)) })
    case .number:
      if let integer = Int64(text) { return .integer(integer) }
      if Double(text)?.isFinite == true, let json = try? JSON(reading: text) { return json }
    case .flag:
      if text == "true" || text == "false" { return .bool(text == "true") }
    }
    let wanted = kind == .flag ? "true or false" : "a number"
    throw Failure(
      .config, "connection.setting", "the setting “\(name)” is “\(text)”; it takes \(wanted)")
  }
}
