// Unsafe: rename takes C strings, made for the call.
internal import Glibc
public import PatchbayCore
internal import PatchbayCrypto

/// Seals secrets before they are stored and opens them for the egress, and for nobody else.
///
/// Each secret has a data key of its own, sealed under the master key; connection and name are part
/// of what is authenticated, so a sealed value cannot be moved to another place.
public struct Vault: Sendable {
  private let store: any Store
  private let folder: String
  private let environment: [String: String]

  public init(store: any Store, folder: String, environment: [String: String]) {
    self.store = store
    self.folder = folder
    self.environment = environment
  }

  private static let version: UInt8 = 1
  private static let wrappedSize = AESGCM.nonceSize + AESGCM.keySize + AESGCM.tagSize

  public func seal(_ secret: String, connection: String, name: String) throws(Failure) -> [UInt8] {
    try Self.seal(Array(secret.utf8), connection, name, under: try masterKey())
  }

  /// The secrets of a connection by name, in clear.
  public func secrets(of connection: String) async throws(Failure) -> [String: String] {
    let sealed = try await store.sealedSecrets(of: connection)
    if sealed.isEmpty { return [:] }
    let keys = try knownKeys()
    var secrets: [String: String] = [:]
    for (name, bytes) in sealed {
      secrets[name] = String(
        decoding: try Self.open(bytes, connection, name, keys), as: UTF8.self)
    }
    return secrets
  }

  public func replace(_ secret: String, connection: String, name: String) async throws(Failure) {
    try await exclusively { () throws(Failure) in
      let sealed = try seal(secret, connection: connection, name: name)
      try await store.replaceSealedSecrets([
        SealedSecret(connection: connection, name: name, sealed: sealed)
      ])
    }
  }

  /// Keeps the master key as it is, in all processes, from sealing to storing.
  public func exclusively<R: Sendable>(
    _ body: () async throws(Failure) -> R
  ) async throws(Failure) -> R {
    let lock = try await FileLock.take("\(folder)/master.key.lock")
    defer { withExtendedLifetime(lock) {} }
    return try await body()
  }

  /// Makes a new master key and seals every secret under it. Returns how many.
  ///
  /// The new key is on disk beside the old one before anything is sealed under it, so that a
  /// process that dies in between leaves nothing that cannot be opened.
  public func rotate() async throws(Failure) -> Int {
    guard environment["PATCHBAY_MASTER_KEY"] == nil else {
      throw Failure(
        .config, "secrets.rotate_environment", "the master key comes from PATCHBAY_MASTER_KEY",
        mend: "unset it with the key in master.key (mode 0600), rotate, and set the new one")
    }
    return try await exclusively { () throws(Failure) in try await rotateAlone() }
  }

  private func rotateAlone() async throws(Failure) -> Int {
    _ = try masterKey()
    let path = MasterKey.file(in: folder)
    let nextPath = path + ".next"
    let next: MasterKey
    if let bytes = try MasterKey.read(nextPath) {
      next = MasterKey(bytes: bytes)
    } else {
      next = try MasterKey.fresh()
      try next.write(to: nextPath)
    }
    let keys = try knownKeys()
    var secrets = try await store.allSealedSecrets()
    for index in secrets.indices {
      let secret = secrets[index]
      let plain = try Self.open(secret.sealed, secret.connection, secret.name, keys)
      secrets[index].sealed = try Self.seal(plain, secret.connection, secret.name, under: next)
    }
    try await store.replaceSealedSecrets(secrets)
    guard unsafe rename(nextPath, path) == 0 else {
      throw Failure(.config, "secrets.master_key", "cannot replace \(path)")
    }
    FileBytes.syncFolder(folder)
    return secrets.count
  }

  private func masterKey() throws(Failure) -> MasterKey {
    try MasterKey.load(folder: folder, environment: environment)
  }

  /// The master key, and the next one where a rotation was interrupted.
  private func knownKeys() throws(Failure) -> [MasterKey] {
    let next = try MasterKey.read(MasterKey.file(in: folder) + ".next")
    return [try masterKey()] + (next.map { [MasterKey(bytes: $0)] } ?? [])
  }

  private static func context(_ connection: String, _ name: String) -> [UInt8] {
    Array(connection.utf8) + [0] + Array(name.utf8)
  }

  private static func seal(
    _ plain: [UInt8], _ connection: String, _ name: String, under master: MasterKey
  ) throws(Failure) -> [UInt8] {
    let context = context(connection, name)
    do throws(CryptoFault) {
      let dataKey = try RandomBytes.make(AESGCM.keySize)
      let wrapped = try AESGCM.seal(dataKey, key: master.bytes, context: context)
      return [version] + master.id + wrapped
        + (try AESGCM.seal(plain, key: dataKey, context: context))
    } catch {
      throw Failure(error)
    }
  }

  private static func open(
    _ sealed: [UInt8], _ connection: String, _ name: String, _ keys: [MasterKey]
  ) throws(Failure) -> [UInt8] {
    let context = context(connection, name)
    let header = 9 + wrappedSize
    guard sealed.count > header, sealed[0] == version else {
      throw Failure(.data, "secrets.form", "the secret \(name) of \(connection) is damaged")
    }
    guard let key = keys.first(where: { $0.id == Array(sealed[1..<9]) }) else {
      throw Failure(
        .config, "secrets.key",
        "the secret \(name) of \(connection) was sealed under another master key",
        mend: "bring back that master.key (or PATCHBAY_MASTER_KEY), or set the secret again")
    }
    guard
      let dataKey = AESGCM.open(Array(sealed[9..<header]), key: key.bytes, context: context),
      let plain = AESGCM.open(Array(sealed[header...]), key: dataKey, context: context)
    else {
      throw Failure(
        .data, "secrets.damaged", "the secret \(name) of \(connection) was changed or moved",
        mend: "set it again")
    }
    return plain
  }
}
