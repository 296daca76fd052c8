package import PatchbayCore
package import PatchbayHost
package import PatchbayJSON
package import PatchbayStore

/// What somebody agreed to when a connection was made: whose plugin it is, and where requests and
/// credentials may go.
package struct Acceptance: Sendable, Equatable {
  package let plugin: PluginIdentity
  package let destinations: Destinations

  package init(_ file: PluginFile) { self.init(file.identity, file.manifest) }

  package init(_ plugin: PluginIdentity, _ manifest: Manifest) {
    self.plugin = plugin
    destinations = Destinations(manifest)
  }

  /// As it was stored. What is not there was not agreed to.
  package init(_ json: JSON) {
    plugin = PluginIdentity(json)
    destinations = Destinations(json)
  }

  package var json: JSON { .object(JSONObject(plugin.json.members + destinations.json.members)) }

  /// What it is beyond another one for a connection with these settings, in words.
  func beyond(_ other: Acceptance, _ settings: JSONObject) -> [String] {
    let stranger = plugin == other.plugin ? [] : ["is \(plugin), not \(other.plugin)"]
    return stranger + destinations.beyond(other.destinations, settings: settings)
  }
}

extension Connection {
  /// What was agreed to for it; `nil` where nobody was asked.
  var acceptance: Acceptance? { accepted.map { Acceptance($0) } }

  /// The id of its plugin, and the version where it is one alone.
  fileprivate var pluginAndVersion: (id: String, version: String?) {
    let parts = plugin.split(separator: "@", maxSplits: 1).map(String.init)
    return (parts.first ?? plugin, parts.count == 2 ? parts[1] : nil)
  }
}

extension Hub {
  /// The plugin of a connection, as long as it is nobody else's.
  package func file(of connection: Connection) throws(Failure) -> PluginFile {
    try registry.find(connection.plugin, of: connection.acceptance?.plugin)
  }

  /// Refuses a connection whose plugin would send elsewhere than somebody agreed to. One that is
  /// older than that keeps what it finds the first time.
  func checkAcceptance(_ connection: Connection, _ file: PluginFile) async throws(Failure) {
    let now = Acceptance(file)
    guard let known = connection.acceptance else {
      _ = try await keep(now, for: connection, actor: "patchbay", "connection.adopt", [])
      return
    }
    let more = now.beyond(known, connection.settings)
    if more.isEmpty { return }
    throw Failure(
      .permission, "connection.reach",
      "\(file.manifest.id) \(file.manifest.version) goes beyond what \(connection.name) agreed to: "
        + "it \(more.joined(separator: "; ")); nothing was sent",
      mend: "look at it (patchbay plugin info \(file.manifest.id)), then: "
        + "patchbay connection accept \(connection.name)")
  }

  /// What a connection has not agreed to, of the plugin that there is for it now.
  package func changes(of name: String) async throws(Failure) -> [String] {
    let (connection, file) = try await named(name)
    return connection.acceptance.map { Acceptance(file).beyond($0, connection.settings) } ?? []
  }

  /// Somebody agrees to where the plugin that there is now sends, and to whose it is.
  package func accept(_ name: String, actor: String) async throws(Failure) {
    let (connection, file) = try await named(name)
    let now = Acceptance(file)
    let more = connection.acceptance.map { now.beyond($0, connection.settings) } ?? []
    guard try await keep(now, for: connection, actor: actor, "connection.accept", more) else {
      throw Failure(
        .conflict, "connection.changed", "somebody else changed the connection “\(name)”",
        mend: "look at it (patchbay connection list), then try again")
    }
  }

  /// An upgrade, or the way back, was agreed to: so have this organisation's connections that had
  /// agreed to what was in use before. Returns their names.
  package func carryAcceptance(
    of plugin: PluginIdentity, from old: Manifest, to new: Manifest, actor: String
  ) async throws(Failure) -> [String] {
    let (before, next) = (Acceptance(plugin, old), Acceptance(plugin, new))
    var carried: [String] = []
    for connection in try await store.connections() {
      let (id, version) = connection.pluginAndVersion
      guard id == new.id, version == nil || version == new.version,
        let known = connection.acceptance
      else { continue }
      let more = next.beyond(known, connection.settings)
      guard before.beyond(known, connection.settings).isEmpty, !more.isEmpty,
        try await keep(next, for: connection, actor: actor, "connection.accept", more)
      else { continue }
      carried.append(connection.name)
    }
    return carried
  }

  /// Connections of an id that say nothing of whose plugin that is: those made before it was kept.
  package func connectionsOfUnknown(_ id: String) async throws(Failure) -> [String] {
    try await store.connections().filter { $0.accepted == nil && $0.pluginAndVersion.id == id }
      .map(\.name)
  }

  private func named(_ name: String) async throws(Failure) -> (Connection, PluginFile) {
    let connection = try await stored(name)
    do throws(Failure) {
      return (connection, try file(of: connection))
    } catch {
      if error.code != "plugin.publisher" { throw error }
      // Whose it is now is part of what is agreed to.
      return (connection, try registry.find(connection.plugin))
    }
  }

  private func keep(
    _ acceptance: Acceptance, for connection: Connection, actor: String, _ action: String,
    _ changes: [String]
  ) async throws(Failure) -> Bool {
    try await store.accept(
      acceptance.json, replacing: connection.accepted, of: connection.name,
      AuditEntry(
        atMS: Time.nowMS(), actor: actor, action: action,
        details: [
          "connection": .string(connection.name), "plugin": .string(acceptance.plugin.name),
          "signed": .bool(acceptance.plugin.isSigned),
          "accepted": .array(changes.map { .string($0) }),
        ]))
  }
}
