internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages
internal import PatchbayStore

extension OpenConnection {
  /// The first message of a session with the connection's plugin.
  func opening(_ role: Role, _ more: [(String, JSON?)] = []) -> Message {
    .open(role, config: config, limits, more)
  }

  /// A stream of the connection by its name; throws where there is none.
  func stream(_ name: String) throws(Failure) -> Manifest.Stream {
    if let stream = streams.first(where: { $0.name == name }) { return stream }
    throw Failure(
      .config, "stream.unknown", "\(self.name) has no stream “\(name)”",
      mend: "known streams: \(streams.map(\.name).joined(separator: ", "))")
  }

  /// The keys that the plugin may use in one session.
  func keys(_ vault: Vault) -> SessionKeys {
    SessionKeys(
      of: name, from: ConnectionKeys(stored: stored, manifest: file.manifest, vault: vault))
  }
}

/// The secrets that a plugin's manifest names, and settings that are texts, as public keys are.
private struct ConnectionKeys: KeySource {
  let stored: Connection
  let manifest: Manifest
  let vault: Vault

  func key(_ name: String) async throws(Failure) -> [UInt8]? {
    if manifest.secrets.contains(where: { $0.name == name }) {
      return try await vault.secrets(of: stored.name)[name].map { Array($0.utf8) }
    }
    guard manifest.settings.contains(where: { $0.name == name }) else { return nil }
    return stored.settings[name]?.string.map { Array($0.utf8) }
  }
}
