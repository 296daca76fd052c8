internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayJSON

/// An entry as it is stored and hashed, before its details are read. A class, since it has many
/// members and is handed on often.
final class RawEntry: Sendable {
  let number: Int64
  let id: [UInt8]
  let atMS: Int64
  let period: String
  let kind: Int64
  let debit: Account
  let credit: Account
  let amount: [UInt8]
  let key: String
  let refers: [UInt8]
  let expiresMS: Int64?
  let details: [UInt8]
  let hash: [UInt8]

  init(
    number: Int64, id: [UInt8], atMS: Int64, period: String, kind: Int64, debit: Account,
    credit: Account, amount: [UInt8], key: String, refers: [UInt8], expiresMS: Int64?,
    details: [UInt8], hash: [UInt8]
  ) {
    (self.number, self.id, self.atMS, self.period) = (number, id, atMS, period)
    (self.kind, self.debit, self.credit, self.amount) = (kind, debit, credit, amount)
    (self.key, self.refers, self.expiresMS) = (key, refers, expiresMS)
    (self.details, self.hash) = (details, hash)
  }

  init(_ entry: Entry) {
    let transfer = entry.transfer
    (number, id, atMS, period) = (entry.number, entry.id.bytes, entry.atMS, entry.period)
    (kind, debit, credit) = (transfer.kind.rawValue, transfer.debit, transfer.credit)
    (amount, key) = (transfer.amount.bigEndianBytes, transfer.key)
    (refers, expiresMS) = (transfer.refers?.bytes ?? [], transfer.expiresMS)
    details = JSON.object(transfer.details).bytes
    hash = entry.hash
  }

  /// What is hashed: every member, each with its length before it.
  var bytes: [UInt8] { Array(EntryBytes(self, after: Entry.noHash).bytes.dropFirst(32)) }

  /// The leaf of its bytes, made in one buffer.
  var leaf: [UInt8] { Digest.sha256(EntryBytes(self, after: Merkle.leafMark).bytes) }

  /// The hash that it must have behind another.
  func expectedHash(after before: [UInt8]) -> [UInt8] {
    Digest.sha256(EntryBytes(self, after: before).bytes)
  }

  var value: Micros { Micros(bigEndian: amount) }

  /// Whether it moves money: it is posted, or settled.
  var isMovement: Bool {
    kind == Transfer.Kind.post.rawValue || kind == Transfer.Kind.settle.rawValue
  }

  func read() throws(Failure) -> Entry {
    guard let kind = Transfer.Kind(rawValue: kind) else { throw damaged }
    let object: JSONObject
    do {
      object = try JSON(reading: details).object ?? JSONObject()
    } catch {
      throw damaged
    }
    let transfer = Transfer(
      kind, debit: debit, credit: credit, amount: value, key: key,
      refers: refers.isEmpty ? nil : TransferID(bytes: refers), expiresMS: expiresMS,
      details: object)
    return Entry(
      number: number, id: TransferID(bytes: id), atMS: atMS, period: period, transfer: transfer,
      hash: hash)
  }

  private var damaged: Failure { Self.damaged(number) }

  static func damaged(_ number: Int64) -> Failure {
    Failure(
      .data, "ledger.damaged", "entry \(number) cannot be read",
      mend: "find out what changed it: patchbay ledger verify; restore a backup",
      params: JSONObject([.init("entry", .integer(number))]))
  }
}
