internal import PatchbayCore
internal import PatchbayCrypto

/// Values under data keys of their own, each sealed under a master key. Organisation and place are
/// part of what is authenticated, so a sealed value cannot be moved to another place.
///
/// Form 2: version, 8 bytes that name the master key, the wrapped data key, the sealed value. Form
/// 1, of hubs without organisations, named the connection and the secret only.
struct Envelope {
  /// What is sealed, as errors name it.
  let what: String
  private let context: [UInt8]
  /// That of form 1, where it may be one.
  private let oldContext: [UInt8]?

  private static let version: UInt8 = 2
  private static let wrappedSize = AESGCM.nonceSize + AESGCM.keySize + AESGCM.tagSize

  /// A secret of a connection.
  init(secret name: String, of connection: String, _ organisation: Organisation) {
    what = "the secret \(name) of \(connection)"
    context = Self.joined(["secret", organisation.name, connection, name])
    oldContext = organisation.isStandard ? Self.joined([connection, name]) : nil
  }

  /// A key that the hub made.
  init(key name: String, of organisation: Organisation) {
    what = "the key \(name) of \(organisation.name)"
    context = Self.joined(["key", organisation.name, name])
    oldContext = nil
  }

  private static func joined(_ parts: [String]) -> [UInt8] {
    Array(parts.map { Array($0.utf8) }.joined(separator: [0]))
  }

  static func freshKey() throws(Failure) -> [UInt8] { try randomBytes(AESGCM.keySize) }

  static func randomBytes(_ count: Int) throws(Failure) -> [UInt8] {
    do throws(CryptoFault) {
      return try RandomBytes.make(count)
    } catch {
      throw Failure(error)
    }
  }

  /// Whether the head of a sealed value names this master key.
  static func isSealed(_ sealed: [UInt8], under master: MasterKey) -> Bool {
    sealed.count > 9 && master.id == Array(sealed[1..<9])
  }

  func seal(_ plain: [UInt8], under master: MasterKey) throws(Failure) -> [UInt8] {
    do throws(CryptoFault) {
      let dataKey = try RandomBytes.make(AESGCM.keySize)
      let wrapped = try AESGCM.seal(dataKey, key: master.bytes, context: context)
      return [Self.version] + master.id + wrapped
        + (try AESGCM.seal(plain, key: dataKey, context: context))
    } catch {
      throw Failure(error)
    }
  }

  func open(_ sealed: [UInt8], _ keys: [MasterKey]) throws(Failure) -> [UInt8] {
    let header = 9 + Self.wrappedSize
    let known = sealed.first == Self.version ? context : sealed.first == 1 ? oldContext : nil
    guard sealed.count > header, let context = known else {
      throw Failure(.data, "secrets.form", "\(what) is damaged", mend: "set it again")
    }
    guard let key = keys.first(where: { $0.id == Array(sealed[1..<9]) }) else {
      throw Failure(
        .config, "secrets.key", "\(what) was sealed under another master key",
        mend: "bring back that master.key (or PATCHBAY_MASTER_KEY), or set the secret again")
    }
    guard
      let dataKey = AESGCM.open(Array(sealed[9..<header]), key: key.bytes, context: context),
      let plain = AESGCM.open(Array(sealed[header...]), key: dataKey, context: context)
    else {
      throw Failure(
        .data, "secrets.damaged", "\(what) was changed or moved", mend: "set it again")
    }
    return plain
  }
}
