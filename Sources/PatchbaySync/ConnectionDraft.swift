package import PatchbayCore
internal import PatchbayEgress
internal import PatchbaySources
internal import PatchbayHost
package import PatchbayJSON
package import PatchbayStore

/// A connection as it is to be.
package struct ConnectionDraft: Sendable {
  package var name: String
  package var plugin: String
  package var settings = JSONObject()
  /// Secrets in clear; those that are stored and not named here stay.
  package var secrets: [String: String] = [:]

  package init(name: String, plugin: String) {
    self.name = name
    self.plugin = plugin
  }
}

/// A draft that was checked against all that is known, and what it would change.
package struct ConnectionPlan: Sendable {
  package let draft: ConnectionDraft
  /// What is agreed to by whoever makes the connection, or was when it was made.
  let acceptance: Acceptance
  /// The streams that it will have.
  let streams: Set<String>
  /// What is stored under this name.
  package let old: Connection?
  /// Records, checkpoints and perhaps secrets so far are those of another account.
  let isOtherAccount: Bool
  let isOtherPlugin: Bool
  /// Lines that begin with `+`, `-` or `~`; none where all is as it was.
  package let changes: [String]
}

extension Hub {
  /// Checks a draft whole and changes nothing. `resets` allows what makes the records so far those
  /// of another account.
  package func plan(_ draft: ConnectionDraft, resets: Bool) async throws(Failure) -> ConnectionPlan
  {
    let old = try await store.connection(draft.name)
    if old == nil { try ConnectionName.check(draft.name) }
    try await checkCase(of: draft.name)
    let isOtherPlugin = old.map { Self.id($0.plugin) != Self.id(draft.plugin) } ?? false
    let known = isOtherPlugin ? nil : old?.acceptance
    let file = try registry.find(draft.plugin, of: known?.plugin)
    let manifest = file.manifest
    try Self.refuseUnserved(manifest)
    let secrets = manifest.secrets.map(\.name)
    for secret in draft.secrets.keys.sorted() where !secrets.contains(secret) {
      let known = secrets.joined(separator: ", ")
      throw Failure(
        .config, "usage.secret", "“\(secret)” is not a secret of \(draft.plugin)",
        mend: known.isEmpty ? "it takes none" : "it takes: \(known)")
    }
    let sealed = isOtherPlugin ? [:] : try await store.sealedSecrets(of: draft.name)
    let terms = try ConnectionTerms(
      connection: draft.name, manifest: manifest, settings: draft.settings,
      secrets: Set(sealed.keys).union(draft.secrets.keys))
    // What cannot be opened any more counts as another value.
    let opened = isOtherPlugin ? [:] : try? await vault.secrets(of: draft.name)
    let credentials = (opened ?? [:]).merging(draft.secrets) { $1 }
    let streams = try await streams(
      of: draft, file, config: terms.config, secrets: credentials)
    let stored = Dictionary(uniqueKeysWithValues: sealed.keys.map { ($0, opened?[$0] ?? "") })
    let plan = ConnectionPlan(
      draft: draft, acceptance: known ?? Acceptance(file), streams: streams, old: old,
      isOtherAccount: isOtherPlugin || isElsewhere(draft, old, manifest),
      isOtherPlugin: isOtherPlugin, changes: Self.changes(draft, old, stored))
    if !resets { try await refuseOtherAccount(plan) }
    return plan
  }

  /// Stores plans, all of them or none.
  package func save(_ plans: [ConnectionPlan], resets: Bool) async throws(Failure) {
    try await vault.exclusively { () throws(Failure) in
      try await saveAlone(plans, resets: resets)
    }
  }

  private func saveAlone(_ plans: [ConnectionPlan], resets: Bool) async throws(Failure) {
    var locks: [StreamLocks] = []
    var changes: [ConnectionChange] = []
    for plan in plans where !plan.changes.isEmpty {
      let draft = plan.draft
      if let old = plan.old { locks.append(try await lock(old, plan.streams)) }
      // A run may have begun, and ended, since it was planned.
      if !resets { try await refuseOtherAccount(plan) }
      var change = ConnectionChange(
        Connection(
          name: draft.name, plugin: draft.plugin, settings: draft.settings,
          createdMS: plan.old?.createdMS ?? Time.nowMS(), accepted: plan.acceptance.json),
        replaces: plan.old)
      for (name, value) in draft.secrets {
        change.secrets[name] = try await vault.seal(value, connection: draft.name, name: name)
      }
      change.forgetsSecrets = plan.isOtherPlugin
      if resets || plan.isOtherAccount { change.resetsTo = plan.streams }
      changes.append(change)
    }
    if !changes.isEmpty { try await store.save(changes) }
    withExtendedLifetime(locks) {}
  }

  /// Removes a connection with all that was stored for it.
  package func remove(_ connection: Connection) async throws(Failure) {
    let locks = try await lock(connection)
    try await store.removeConnection(connection.name)
    locks.removeFiles()
  }

  /// What the draft's streams will be. A plugin that finds them in the settings judges these, too.
  private func streams(
    of draft: ConnectionDraft, _ file: PluginFile, config: JSONObject, secrets: [String: String]
  ) async throws(Failure) -> Set<String> {
    if file.isBuiltIn {
      return Set(try await opened(file, draft.settings, secrets).1.map(\.name))
    }
    let streams = try await streams(of: file, config: config)
    try Discovery.tryPrograms(of: streams)
    return Set(streams.map(\.name))
  }

  private func streamsNow(of connection: Connection) async throws(Failure) -> [String] {
    let file = try file(of: connection)
    let manifest = file.manifest
    let terms = try ConnectionTerms(
      connection: connection.name, manifest: manifest, settings: connection.settings,
      secrets: Set(manifest.secrets.map(\.name)))
    return try await streams(of: file, config: terms.config).map(\.name)
  }

  private func streams(of file: PluginFile, config: JSONObject) async throws(Failure)
    -> [Manifest.Stream]
  {
    if file.isBuiltIn { return [] }
    if !file.manifest.hasOwnStreams { return file.manifest.streams }
    try await refuseQuarantined(file)
    return try await streams(of: try await load(file), config: config)
  }

  // MARK: What may be in the way

  private func checkCase(of name: String) async throws(Failure) {
    let twin = try await store.connections().first {
      $0.name != name && $0.name.lowercased() == name.lowercased()
    }
    guard let twin else { return }
    throw Failure(
      .conflict, "connection.exists",
      "“\(name)” and the connection “\(twin.name)” differ only in upper and lower case",
      mend: "choose another name: both would name the same views")
  }

  private static func id(_ plugin: String) -> String {
    plugin.split(separator: "@", maxSplits: 1).first.map(String.init) ?? plugin
  }

  /// Whether requests would go to another place than before.
  private func isElsewhere(_ draft: ConnectionDraft, _ old: Connection?, _ manifest: Manifest)
    -> Bool
  {
    guard let old else { return false }
    let before = old.settings["base_url"]?.string ?? manifest.baseURL ?? ""
    let after = draft.settings["base_url"]?.string ?? manifest.baseURL ?? ""
    if before == after { return false }
    guard let one = try? BaseURL(before), let two = try? BaseURL(after) else { return true }
    return one != two
  }

  private func refuseOtherAccount(_ plan: ConnectionPlan) async throws(Failure) {
    guard plan.isOtherAccount, try await !store.streams(of: plan.draft.name).isEmpty else { return }
    throw Failure(
      .conflict, "connection.other_account",
      "\(plan.draft.name) has records of another \(plan.isOtherPlugin ? "plugin" : "base_url")",
      mend: "choose another name, remove it and add it again, or add --reset: then the next sync "
        + "is a full one, and marks as deleted what is not there")
  }

  /// Keeps runs of the connection away.
  private func lock(_ connection: Connection, _ more: Set<String> = []) async throws(Failure)
    -> StreamLocks
  {
    let name = connection.name
    var streams = try await store.streams(of: name).map(\.stream) + more
    // A run that has only begun is not in the store yet.
    streams += (try? await streamsNow(of: connection)) ?? []
    return try StreamLocks(streams, of: name, in: leases) { stream in
      Failure(
        .conflict, "sync.running", "\(name)/\(stream) is being synced",
        mend: "stop the run first: patchbay sync list, then patchbay sync cancel RUN")
    }
  }

  private static func changes(
    _ draft: ConnectionDraft, _ old: Connection?, _ stored: [String: String]
  ) -> [String] {
    let before = old?.settings ?? JSONObject()
    var lines: [String] = []
    if old?.plugin != draft.plugin {
      if let old { lines.append("- plugin: \(old.plugin)") }
      lines.append("+ plugin: \(draft.plugin)")
    }
    let names = draft.settings.names + before.names.filter { draft.settings[$0] == nil }
    for name in old == nil ? names : names.sorted() where before[name] != draft.settings[name] {
      if let value = before[name] { lines.append("- \(name): \(value.text)") }
      if let value = draft.settings[name] { lines.append("+ \(name): \(value.text)") }
    }
    for (name, value) in draft.secrets.sorted(by: { $0.key < $1.key }) where stored[name] != value {
      lines.append("\(stored[name] == nil ? "+" : "~") \(name): (secret)")
    }
    return lines
  }
}
