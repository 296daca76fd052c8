package import PatchbayCore
package import PatchbayEgress
package import PatchbayHost
package import PatchbayJSON
internal import PatchbayMessages
internal import PatchbaySources
package import PatchbayStore

/// One data folder as one organisation sees it, and the plugins that there are.
package struct Hub: Sendable {
  /// The data folder, of all organisations.
  package let folder: String
  package let organisation: Organisation
  package let store: any Store
  package let vault: Vault
  package let registry: Registry
  package let egress: Egress
  /// Who does what: one process at a time.
  let leases: any LeaseStore
  let installed: any InstalledPlugins
  /// Files of vendors.
  package let blobs: Blobs
  private let isSafeMode: Bool
  let sources: Sources
  let limits: PluginSession.Limits

  /// Opens (or makes) the data folder. Plugins are those that are installed, and those that lie in
  /// the folders. In safe mode no plugin's code is run.
  package init(
    folder: String, organisation: Organisation = .standard, pluginFolders: [String],
    installed: any InstalledPlugins = NothingInstalled(),
    isSafeMode: Bool = false, limits: PluginSession.Limits = .init(),
    environment: [String: String]
  ) throws(Failure) {
    self.folder = folder
    self.organisation = organisation
    self.installed = installed
    self.isSafeMode = isSafeMode
    self.limits = limits
    try Self.makeFolder(folder)
    store = try SQLiteStore(folder: folder, organisation: organisation)
    leases = try FileLeases(folder: "\(organisation.folder(in: folder))/locks")
    vault = Vault(store: store, folder: folder, environment: environment)
    blobs = Blobs(store: store, vault: vault, leases: leases, hubFolder: folder)
    sources = try Sources(
      organisation, hubFolder: folder, version: Product.version, environment: environment)
    registry = try Registry(
      folders: pluginFolders, index: "\(folder)/plugins.json", installed: installed,
      builtIn: sources.files)
    egress = try Egress(vault: vault, leases: leases, environment: environment)
  }

  private static func makeFolder(_ folder: String) throws(Failure) {
    do throws(Failure) {
      try FileBytes.makeFolder(folder)
    } catch {
      throw Failure(
        .config, "hub.folder", error.message, mend: "choose another data folder with --data DIR")
    }
  }

  /// Runs in a row in which a plugin crashed, until it is left alone.
  private static let crashPatience = 5

  func refuseQuarantined(_ file: PluginFile) async throws(Failure) {
    let (count, reason) = try await store.crashes(of: file.manifest.fullName, sha256: file.sha256)
    if count < Self.crashPatience { return }
    let id = file.manifest.id
    let tier = try await tier(of: file)
    throw Failure(
      .bug, "plugin.quarantined",
      "\(id) \(file.manifest.version) is in quarantine: it failed \(count) runs in a row "
        + "(\(reason))",
      mend: "install another version, or to let it try again: "
        + "patchbay plugin trust \(id) \(tier.rawValue)")
  }

  /// Remembers whether a plugin crashed in a run. One that hung in this process has taken a thread
  /// for good: it is in quarantine at once.
  func note(
    _ failures: [Failure], isServed: Bool = false, of plugin: LoadedPlugin?
  ) async throws(Failure) {
    guard let plugin else { return }
    let crash = failures.first { $0.code == "plugin.crashed" || $0.code == "plugin.hung" }
    guard crash != nil || isServed else { return }
    let isLost = crash?.code == "plugin.hung" && plugin.isolation == .process
    for _ in 0..<(isLost ? Self.crashPatience : 1) {
      try await store.noteCrash(
        crash?.message, of: plugin.manifest.fullName, sha256: plugin.file.sha256,
        nowMS: Time.nowMS())
    }
  }

  /// Loads a plugin to where its tier says that it runs.
  package func load(_ file: PluginFile) async throws(Failure) -> LoadedPlugin {
    try refuseInSafeMode(file)
    return try LoadedPlugin.load(
      file, in: try await tier(of: file).isolation, for: organisation,
      installed: file.grant == nil ? nil : installed)
  }

  package func refuseInSafeMode(_ file: PluginFile) throws(Failure) {
    if !isSafeMode { return }
    throw Failure(
      .permission, "plugin.safe_mode",
      "\(file.manifest.id) is not started: this is the safe mode, which starts no plugin",
      mend: "look at what is stored, or change tiers and connections; then leave --safe-mode out")
  }

  private func limits(of plugin: LoadedPlugin) -> PluginSession.Limits {
    var limits = limits
    if let grant = plugin.file.grant { limits.stepMS = grant.stepMS }
    return limits
  }

  /// The streams of a plugin with these settings, once it may look for them.
  func streams(of plugin: LoadedPlugin, config: JSONObject) async throws(Failure)
    -> [Manifest.Stream]
  {
    do throws(Failure) {
      return try await Discovery.streams(plugin, config: config, limits(of: plugin))
    } catch {
      try await note([error], of: plugin)
      throw error
    }
  }

  /// A source and its streams. Files and databases block: never a thread of the shared pool.
  func opened(_ file: PluginFile, _ settings: JSONObject, _ secrets: [String: String])
    async throws(Failure) -> (any Source, [Manifest.Stream])
  {
    let sources = sources
    return try await SerialQueue("patchbay.source").run { () throws(Failure) in
      let source = try sources.source(file, settings: settings, secrets: secrets)
      return (source, try source.streams())
    }
  }

  /// A connection as it is stored; throws where there is none.
  func stored(_ name: String) async throws(Failure) -> Connection {
    if let connection = try await store.connection(name) { return connection }
    let known = try await store.connections().map(\.name).joined(separator: ", ")
    throw Failure(
      .config, "connection.unknown", "there is no connection “\(name)”",
      mend: known.isEmpty
        ? "add one: patchbay connection add \(name) --plugin ID" : "known connections: \(known)")
  }

  /// A connection with its plugin, ready to be used.
  package func open(_ name: String) async throws(Failure) -> OpenConnection {
    let connection = try await stored(name)
    let file = try file(of: connection)
    try Self.refuseUnserved(file.manifest)
    try await checkAcceptance(connection, file)
    let secrets = Set(try await store.sealedSecrets(of: name).keys)
    let terms = try ConnectionTerms(
      connection: name, manifest: file.manifest, settings: connection.settings, secrets: secrets)
    let missing = file.manifest.requires.filter { !HostFeatures.all.contains($0) }
    if !missing.isEmpty {
      throw Failure(
        .unsupported, "plugin.requires",
        "the plugin \(file.manifest.id) needs \(missing.joined(separator: ", "))",
        mend: "use a newer Patchbay")
    }
    if file.isBuiltIn {
      let secrets = try await vault.secrets(of: name)
      let (source, streams) = try await opened(file, connection.settings, secrets)
      return OpenConnection(
        organisation: organisation, stored: connection, file: file, origin: .source(source),
        streams: streams,
        config: terms.config, limits: limits, line: try egress.line(terms.line))
    }
    try await refuseQuarantined(file)
    let plugin = try await load(file)
    return OpenConnection(
      organisation: organisation, stored: connection, file: plugin.file, origin: .plugin(plugin),
      streams: try await streams(of: plugin, config: terms.config),
      config: terms.config, limits: limits(of: plugin),
      line: try egress.line(terms.line))
  }
}

/// A connection that is ready to be used.
package struct OpenConnection: Sendable {
  /// What reads its records.
  enum Origin: Sendable {
    case plugin(LoadedPlugin)
    case source(any Source)
  }

  let organisation: Organisation
  /// As it was when it was opened.
  let stored: Connection
  package var name: String { stored.name }
  /// Its plugin, or what the host does in place of one.
  package let file: PluginFile
  let origin: Origin
  package var plugin: LoadedPlugin? {
    if case .plugin(let plugin) = origin { plugin } else { nil }
  }
  package let streams: [Manifest.Stream]
  /// What the plugin is told: settings, never secrets.
  package let config: JSONObject
  package let limits: PluginSession.Limits
  package let line: Line
  /// Counts what is used of the plugin, under a key that is used once.
  func meter(_ key: String) -> UsageMeter {
    let manifest = file.manifest
    return UsageMeter(
      key: key, customer: organisation.qualified(name),
      plugin: "\(manifest.publisher)/\(manifest.id)",
      version: manifest.version, library: file.sha256,
      terms: file.grant?.commercial?.terms.sha256 ?? "")
  }

  /// Whether its plugin's use is charged.
  package var hasPrices: Bool { file.grant?.commercial?.terms.isFree == false }

  /// Counts a month in which the plugin was used by the connection: the first run of it does.
  func monthMeter(_ atMS: Int64) -> UsageMeter {
    let manifest = file.manifest
    let month = Time.format(atMS).prefix(7)
    return meter(
      "\(organisation.qualified(name))/\(manifest.publisher)/\(manifest.id)/\(month)")
  }

  /// The host's own settings among them.
  var settings: JSONObject { stored.settings }

  /// What the plugin may ask for in one run.
  var requestLimit: Int { Int(clamping: stored.settings["max_requests"]?.integer ?? 1_000_000) }
}
