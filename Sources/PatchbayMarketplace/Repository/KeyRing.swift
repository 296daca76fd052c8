// Unsafe: system calls take C strings and local structs.
internal import Glibc
package import PatchbayCore
internal import PatchbayTUF

/// The private keys that are at hand: PEM files, which nobody else may read.
package struct KeyRing: Sendable {
  private var keys: [String: PrivateKey] = [:]
  private let places: [String]

  /// Of files, and of all `.pem` files of folders.
  package init(_ places: [String]) throws(Failure) {
    self.places = places
    for place in places {
      let files =
        FileBytes.isFolder(place)
        ? FileBytes.names(in: place).filter { $0.hasSuffix(".pem") }.map { "\(place)/\($0)" }
        : [place]
      for file in files { try add(Self.read(file)) }
    }
  }

  mutating func add(_ key: PrivateKey) { keys[key.publicKey.id] = key }

  /// The keys of a role that are at hand.
  func keys(of role: RoleKeys) -> [PrivateKey] { role.keys.compactMap { keys[$0.id] } }

  /// Signs as a role, with all of its keys that are at hand; throws if they are too few.
  func sign(_ metadata: inout SignedMetadata, as role: RoleKeys, _ name: String) throws(Failure) {
    let found = keys(of: role)
    for key in found { try metadata.sign(with: key) }
    do throws(Failure) {
      try metadata.check(role, name: name)
    } catch {
      let looked = places.isEmpty ? "nowhere" : places.joined(separator: ", ")
      throw Failure(
        .permission, "market.keys",
        "“\(name)” needs \(role.threshold) signatures of its \(role.keys.count) keys; "
          + "\(found.count) of the keys are at hand (looked in \(looked))",
        mend: "name the folders and files with its keys: --keys PATH")
    }
  }

  /// Makes a key and writes it to a file that must not exist, with its public part beside it.
  static func make(_ path: String) throws(Failure) -> PrivateKey {
    for name in [path, publicPath(path)] where FileBytes.exists(name) {
      throw Failure(
        .config, "usage.exists", "\(name) exists already",
        mend: "a key is never overwritten: choose another name, or move it away")
    }
    let key = try PrivateKey.make()
    try FileBytes.replace(path, with: key.pem, mode: 0o600)
    try FileBytes.replace(publicPath(path), with: key.publicKey.pem, mode: 0o644)
    return key
  }

  /// Makes a key for a publisher. Returns its id.
  package static func makeKey(_ path: String) throws(Failure) -> (id: String, publicPath: String) {
    (try make(path).publicKey.id, publicPath(path))
  }

  private static func publicPath(_ path: String) -> String {
    (path.hasSuffix(".pem") ? String(path.dropLast(4)) : path) + ".pub"
  }

  static func read(_ path: String) throws(Failure) -> PrivateKey {
    var info = stat()
    if unsafe stat(path, &info) == 0, info.st_mode & 0o077 != 0 {
      throw Failure(
        .permission, "market.key",
        "\(path) can be read by others (mode \(String(info.st_mode & 0o777, radix: 8)))",
        mend: "chmod 600 \(path); if somebody may have read it, rotate the key")
    }
    let bytes = try FileBytes.read(path, limit: 64 << 10)
    do throws(Failure) {
      return try PrivateKey(pem: bytes)
    } catch {
      throw Failure(.config, "market.key", "\(path): \(error.message)", mend: error.mend)
    }
  }

  static func readPublic(_ path: String) throws(Failure) -> PublicKey {
    let bytes = try FileBytes.read(path, limit: 64 << 10)
    do throws(Failure) {
      return try PublicKey(pem: bytes)
    } catch {
      throw Failure(.config, "market.key", "\(path): \(error.message)", mend: error.mend)
    }
  }
}
