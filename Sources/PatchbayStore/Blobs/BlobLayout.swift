internal import PatchbayCore
internal import PatchbayCrypto

/// How a blob is kept in its file: a head with its own key, sealed, then chunks of equal size, each
/// sealed with its number and whether it is the last. So any part can be read by itself, and none
/// can be changed, moved, left out or cut off unseen.
struct BlobLayout {
  static let chunkBytes = 64 << 10
  static let sealedChunkBytes = chunkBytes + AESGCM.nonceSize + AESGCM.tagSize
  private static let mark = Array("PBB1".utf8)
  static let headBytes = mark.count + AESGCM.keySize + AESGCM.nonceSize + AESGCM.tagSize

  private let wrapping: [UInt8]
  private let naming: HMAC
  private let organisation: Organisation

  /// `key`: the organisation's key for blobs.
  init(key: [UInt8], _ organisation: Organisation) {
    wrapping = HKDF.sha256(key, info: Array("patchbay.blob.key".utf8), count: AESGCM.keySize)
    naming = HMAC(key: HKDF.sha256(key, info: Array("patchbay.blob.id".utf8), count: 32))
    self.organisation = organisation
  }

  /// The id of a content by its SHA-256.
  func id(ofDigest digest: [UInt8]) -> String { Hex.encode(naming.code(of: digest)) }

  func head(_ dataKey: [UInt8], of id: String) throws(Failure) -> [UInt8] {
    do {
      return Self.mark + (try AESGCM.seal(dataKey, key: wrapping, context: context(of: id)))
    } catch {
      throw Failure(error)
    }
  }

  /// The key of a blob, by its head; `nil` where the head is not that of this blob.
  func dataKey(head: [UInt8], of id: String) -> [UInt8]? {
    guard head.starts(with: Self.mark) else { return nil }
    return AESGCM.open(
      Array(head.dropFirst(Self.mark.count)), key: wrapping, context: context(of: id))
  }

  private func context(of id: String) -> [UInt8] { Array("\(organisation.name)\u{0}\(id)".utf8) }

  static func seal(_ chunk: [UInt8], number: Int64, isLast: Bool, key: [UInt8]) throws(Failure)
    -> [UInt8]
  {
    do {
      return try AESGCM.seal(chunk, key: key, context: place(number, isLast))
    } catch {
      throw Failure(error)
    }
  }

  static func open(_ sealed: [UInt8], number: Int64, isLast: Bool, key: [UInt8]) -> [UInt8]? {
    AESGCM.open(sealed, key: key, context: place(number, isLast))
  }

  private static func place(_ number: Int64, _ isLast: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    SQLValue.integer(number).append(to: &bytes)
    return bytes + [isLast ? 1 : 0]
  }
}
