package import PatchbayCore
internal import Synchronization

/// What a connection has for its plugin to sign, verify and decrypt with.
package protocol KeySource: Sendable {
  /// The bytes of a secret or a setting; `nil` where the connection has none of that name.
  func key(_ name: String) async throws(Failure) -> [UInt8]?
}

/// The keys that a plugin may use by name in one session, and never sees: secrets of its
/// connection, and what the host made for it and kept (`as`). What was kept is forgotten with the
/// session.
package final class SessionKeys: Sendable {
  private static let keptLimit = 64
  private let connection: String
  private let source: any KeySource
  private let kept = Mutex<[String: [UInt8]]>([:])

  package init(of connection: String, from source: any KeySource) {
    (self.connection, self.source) = (connection, source)
  }

  func key(_ name: String) async throws(Failure) -> [UInt8] {
    if let key = kept.withLock({ $0[name] }) { return key }
    if let key = try await source.key(name), !key.isEmpty { return key }
    throw Failure(
      .config, "crypto.key", "the connection \(connection) has no secret “\(name)”",
      mend: "set it: patchbay secret set \(connection) \(name) --from env:VARIABLE")
  }

  /// Keeps a key for the rest of the session, under a name that no other key has.
  func keep(_ key: [UInt8], as name: String) async throws(Failure) {
    let isSecret = try await source.key(name) != nil
    let isKept = kept.withLock { kept in
      if isSecret || kept[name] != nil || kept.count == Self.keptLimit { return false }
      kept[name] = key
      return true
    }
    if isKept { return }
    throw Failure(
      .bug, "crypto.handle",
      "the name “\(name.beginning(bytes: 60))” is taken, or \(Self.keptLimit) keys are kept",
      mend: "report it to the plugin's publisher")
  }
}
