// Unsafe: rename takes C strings, made for the call.
internal import Glibc
internal import PatchbayCore

/// The master key of a data folder, and the next one where a rotation was interrupted.
struct MasterKeys {
  let folder: String
  let environment: [String: String]

  func current(mayMake: Bool = false) throws(Failure) -> MasterKey {
    try MasterKey.load(folder: folder, environment: environment, mayMake: mayMake)
  }

  /// The key to seal by. `sealed` is a value that is sealed in the hub already: under another key
  /// nothing is sealed beside it, and where it is there no key is made.
  func toSeal(beside sealed: [UInt8]?) throws(Failure) -> MasterKey {
    let key = try current(mayMake: sealed == nil)
    guard let sealed else { return key }
    if try known().contains(where: { Envelope.isSealed(sealed, under: $0) }) { return key }
    throw Failure(
      .config, "secrets.key", "what this hub keeps sealed was sealed under another master key",
      mend: "bring back that master.key, or unset PATCHBAY_MASTER_KEY")
  }

  /// `nil` where there is none.
  func ifThere() throws(Failure) -> MasterKey? {
    if environment["PATCHBAY_MASTER_KEY"] == nil,
      try MasterKey.read(MasterKey.file(in: folder)) == nil
    {
      return nil
    }
    return try current()
  }

  func known() throws(Failure) -> [MasterKey] {
    let next = try MasterKey.read(MasterKey.file(in: folder) + ".next")
    return [try current()] + (next.map { [MasterKey(bytes: $0)] } ?? [])
  }

  /// Keeps them as they are, in all processes.
  func exclusively<R: Sendable>(_ body: () async throws(Failure) -> R) async throws(Failure) -> R {
    let lock = try await FileLock.take("\(folder)/master.key.lock")
    defer { withExtendedLifetime(lock) {} }
    return try await body()
  }

  /// The key that is to be: on disk beside the old one before anything is sealed under it.
  func next() throws(Failure) -> MasterKey {
    let path = MasterKey.file(in: folder) + ".next"
    if let bytes = try MasterKey.read(path) { return MasterKey(bytes: bytes) }
    let next = try MasterKey.fresh()
    try next.write(to: path)
    return next
  }

  /// The next key takes the place of the current one.
  func advance() throws(Failure) {
    let path = MasterKey.file(in: folder)
    guard unsafe rename(path + ".next", path) == 0 else {
      throw Failure(.config, "secrets.master_key", "cannot replace \(path)")
    }
    FileBytes.syncFolder(folder)
  }
}
