package import PatchbayCore

/// A new master key for all secrets of a hub, whatever organisation they are of.
package struct KeyRotation: Sendable {
  private let store: any OrganisationStore
  private let folder: String
  private let environment: [String: String]

  package init(
    store: any OrganisationStore, folder: String, environment: [String: String]
  ) {
    (self.store, self.folder, self.environment) = (store, folder, environment)
  }

  /// Makes a new master key and seals every secret under it. Returns how many.
  ///
  /// The new key is on disk beside the old one before anything is sealed under it, so that a
  /// process that dies in between leaves nothing that cannot be opened.
  package func rotate() async throws(Failure) -> Int {
    guard environment["PATCHBAY_MASTER_KEY"] == nil else {
      throw Failure(
        .config, "secrets.rotate_environment", "the master key comes from PATCHBAY_MASTER_KEY",
        mend: "unset it with the key in master.key (mode 0600), rotate, and set the new one")
    }
    let keys = MasterKeys(folder: folder, environment: environment)
    return try await keys.exclusively { () throws(Failure) in try await rotateAlone(keys) }
  }

  private func rotateAlone(_ keys: MasterKeys) async throws(Failure) -> Int {
    _ = try keys.current()
    let next = try keys.next()
    let known = try keys.known()
    var secrets = try await store.everySealedSecret()
    for index in secrets.indices {
      let secret = secrets[index]
      let envelope = Envelope(secret: secret.name, of: secret.connection, secret.organisation)
      secrets[index].sealed = try envelope.seal(
        try envelope.open(secret.sealed, known), under: next)
    }
    var own = try await store.everySealedKey()
    for index in own.indices {
      let envelope = Envelope(key: own[index].name, of: own[index].organisation)
      own[index].sealed = try envelope.seal(
        try envelope.open(own[index].sealed, known), under: next)
    }
    try await store.replaceEvery(secrets, own)
    try keys.advance()
    return secrets.count
  }
}
