package import PatchbayCore

/// Seals secrets before they are stored and opens them for the egress, and for nobody else. It is
/// that of one organisation.
package struct Vault: Sendable {
  private let store: any SecretStore & KeyStore
  private let keys: MasterKeys

  package init(
    store: any SecretStore & KeyStore, folder: String, environment: [String: String]
  ) {
    self.store = store
    keys = MasterKeys(folder: folder, environment: environment)
  }

  package func seal(_ secret: String, connection: String, name: String) async throws(Failure)
    -> [UInt8]
  {
    try Envelope(secret: name, of: connection, store.organisation)
      .seal(Array(secret.utf8), under: try keys.toSeal(beside: try await store.anySealedValue()))
  }

  /// The secrets of a connection by name, in clear.
  package func secrets(of connection: String) async throws(Failure) -> [String: String] {
    let sealed = try await store.sealedSecrets(of: connection)
    if sealed.isEmpty { return [:] }
    let known = try keys.known()
    var secrets: [String: String] = [:]
    for (name, bytes) in sealed {
      let plain = try Envelope(secret: name, of: connection, store.organisation)
        .open(bytes, known)
      secrets[name] = String(decoding: plain, as: UTF8.self)
    }
    return secrets
  }

  package func replace(_ secret: String, connection: String, name: String) async throws(Failure) {
    try await exclusively { () throws(Failure) in
      let sealed = try await seal(secret, connection: connection, name: name)
      try await store.replaceSealedSecrets([
        SealedSecret(
          organisation: store.organisation, connection: connection, name: name, sealed: sealed)
      ])
    }
  }

  /// A key of 32 bytes that the hub made for a purpose, which outlives the master key; `nil` where
  /// there is none yet.
  package func knownKey(_ name: String) async throws(Failure) -> [UInt8]? {
    guard let sealed = try await store.sealedKey(name) else { return nil }
    return try Envelope(key: name, of: store.organisation).open(sealed, try keys.known())
  }

  /// The same, made now where there is none. `adopting`: what served as the key before there were
  /// such keys, and was proven to be it.
  package func key(_ name: String, adopting old: [UInt8]? = nil) async throws(Failure) -> [UInt8] {
    if let known = try await knownKey(name) { return known }
    let envelope = Envelope(key: name, of: store.organisation)
    return try await exclusively { () throws(Failure) in
      var bytes = old
      if bytes == nil { bytes = try Envelope.freshKey() }
      let master = try keys.toSeal(beside: try await store.anySealedValue())
      // Somebody else may have made one meanwhile.
      let kept = try await store.keepKey(name, sealed: envelope.seal(bytes ?? [], under: master))
      return try envelope.open(kept, try keys.known())
    }
  }

  /// What the master key gave for a purpose, before keys were kept by themselves; `nil` where there
  /// is no master key.
  package func derivedKey(for purpose: String) throws(Failure) -> [UInt8]? {
    try keys.ifThere()?.derived(for: purpose)
  }

  /// Keeps the master key as it is, in all processes, from sealing to storing.
  package func exclusively<R: Sendable>(
    _ body: () async throws(Failure) -> R
  ) async throws(Failure) -> R {
    try await keys.exclusively(body)
  }
}
