package import PatchbayCore
package import PatchbayEgress
package import PatchbayHost
package import PatchbayJSON

/// Settings of a connection, checked against the manifest and sorted: some are the host's, which
/// every connector has, the others go to the plugin.
package struct ConnectionTerms: Sendable {
  /// What the plugin is told.
  package let config: JSONObject
  package let line: LineTerms

  package init(
    connection: String, manifest: Manifest, settings: JSONObject, secrets: Set<String>
  ) throws(Failure) {
    try Self.check(settings)
    var config = JSONObject()
    for setting in manifest.settings {
      config[setting.name] = settings[setting.name] ?? setting.initial
      if setting.kind == .number, let value = config[setting.name],
        value.double?.isFinite != true
      {
        throw Failure(
          .config, "connection.setting",
          "the setting “\(setting.name)” of \(connection) is \(value.text); it takes a number",
          mend: "write --set \(setting.name)=…  (\(setting.about))")
      }
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
    if let seconds = settings["outage_seconds"]?.double { line.outageMS = Int64(seconds * 1000) }
    if let attempts = settings["max_attempts"]?.integer { line.attempts = Int(attempts) }
    line.authorities = try settings["ca"]?.string.map { (pem) throws(Failure) in
      try CertificateAuthorities(pem: pem)
    }
    line.isBaseGiven = settings["base_url"] != nil
    line.allowsPrivate = settings["allow_private"]?.bool ?? false
    line.userAgent = "Patchbay (\(manifest.id)/\(manifest.version))"
    let scheme = try Self.scheme(connection, manifest, secrets, config)
    line.auth = scheme.filled(from: config)
    if let problem = line.auth.headerProblem {
      throw Failure(
        .config, "connection.setting", "the API key of \(connection) cannot be sent: \(problem)",
        mend: "name the header that the vendor's documentation names")
    }
    // A default is the plugin's word: it must lead to one of the plugin's hosts.
    if case .oauth2(let stated) = scheme, case .oauth2(let filled) = line.auth,
      let setting = AuthScheme.setting(in: stated.tokenURL), settings[setting] != nil
    {
      line.ownTokenURL = try Self.checked(tokenURL: filled.tokenURL)
    }
    self.line = line
  }

  /// Checks the host's own settings.
  private static func check(_ settings: JSONObject) throws(Failure) {
    for setting in HostSetting.all {
      if let value = settings[setting.name] { try setting.check(value) }
    }
    if let text = settings["base_url"]?.string {
      let url = try BaseURL(text)
      if url.scheme == "http", !url.isNear, settings["allow_private"]?.bool != true {
        throw Failure(
          .config, "connection.setting",
          "the setting “base_url” leads to \(url.host) without encryption",
          mend: "write https://…, or where that host is on a private network, "
            + "--set allow_private=true")
      }
    }
    let rate = settings["rate_limit"]?.string
    if settings["rate_burst"] != nil, rate == nil || rate == "off" {
      throw Failure(
        .config, "connection.setting", "the setting “rate_burst” stands without a “rate_limit”",
        mend: "give both: --set rate_limit=20/s --set rate_burst=…")
    }
  }

  /// Where the admin says that tokens come from: a client's secret is sent there.
  private static func checked(tokenURL: String) throws(Failure) -> String {
    let isNear = (try? BaseURL(tokenURL))?.isNear ?? false
    if tokenURL.hasPrefix("https://") || isNear { return tokenURL }
    throw Failure(
      .config, "connection.setting", "the address that tokens come from is no https:// URL",
      mend: "write it as https://host/path")
  }

  private static func rules(_ manifest: Manifest, _ settings: JSONObject) throws(Failure)
    -> [RateRule]?
  {
    guard let text = settings["rate_limit"]?.string else {
      return manifest.limits.isEmpty ? nil : manifest.limits
    }
    if text == "off" { return nil }
    return [try RateRule(text: text, burst: settings["rate_burst"]?.integer.map { Int($0) })]
  }

  private static func scheme(
    _ connection: String, _ manifest: Manifest, _ secrets: Set<String>, _ config: JSONObject
  ) throws(Failure) -> AuthScheme {
    if manifest.auth.isEmpty { return .none }
    let given = secrets.union(config.names)
    let known = secrets.intersection(manifest.secrets.map(\.name))
    let scheme = manifest.auth.first { given.isSuperset(of: $0.needs) }
    // A plugin that can do without credentials is not meant to drop those that it is given.
    if let scheme, scheme != .none || known.isEmpty { return scheme }
    let ways = manifest.auth.map { $0.needs.joined(separator: " + ") }.filter { !$0.isEmpty }
      .joined(separator: ", or ")
    let found =
      known.isEmpty
      ? "no credentials" : "of its credentials only " + known.sorted().joined(separator: ", ")
    throw Failure(
      .config, "connection.secret", "\(connection) has \(found): it needs \(ways)",
      mend: "give them: --secret NAME=env:VARIABLE or --secret NAME=file:PATH")
  }

  /// The type that the manifest or the host gives a setting; `nil` for one that there is not.
  package static func kind(of setting: String, for manifest: Manifest) -> Manifest.Setting.Kind? {
    manifest.settings.first { $0.name == setting }?.kind
      ?? HostSetting.all.first { $0.name == setting }?.kind
  }

  /// Reads `key=value` texts into settings of the types that the manifest and the host give them.
  package static func parse(_ pairs: [String], for manifest: Manifest) throws(Failure) -> JSONObject
  {
    var settings = JSONObject()
    for pair in pairs {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let kind = kind(of: String(parts[0]), for: manifest) else {
        let names = Set(HostSetting.all.map(\.name)).union(manifest.settings.map(\.name))
        let known = names.sorted().joined(separator: ", ")
        throw Failure(
          .config, "connection.setting",
          "“\(parts.first ?? "")” is not a setting of \(manifest.id)",
          mend: "write --set key=value; known settings: \(known)")
      }
      let name = String(parts[0])
      if settings[name] != nil {
        throw Failure(
          .config, "connection.setting", "the setting “\(name)” is given twice",
          mend: "give it once; write a list with commas")
      }
      settings[name] = try value(String(parts[1]), kind, name)
    }
    return settings
  }

  /// Checks settings that came as JSON or YAML.
  package static func value(_ text: String, _ kind: Manifest.Setting.Kind, _ name: String)
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
    case .json:
      if let json = try? JSON(reading: text) { return json }
      throw Failure(
        .config, "connection.setting", "the setting “\(name)” is no JSON",
        mend: "write --set \(name)=@FILE.yaml, or put it into a file for: patchbay apply FILE")
    }
    let wanted = kind == .flag ? "true or false" : "a number"
    throw Failure(
      .config, "connection.setting", "the setting “\(name)” is “\(text)”; it takes \(wanted)")
  }
}
