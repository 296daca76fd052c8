internal import PatchbayCore
internal import PatchbayJSON

/// An entry in one buffer: the hash of the entry before, and every member with its length before
/// it. Where the members that are stored lie is noted, so that they are stored from here.
struct EntryBytes {
  private(set) var bytes: [UInt8] = []
  private(set) var id = 0..<0
  private(set) var period = 0..<0
  private(set) var amount = 0..<0
  private(set) var key = 0..<0
  private(set) var refers = 0..<0
  private(set) var details = 0..<0
  /// Behind all, once it is known.
  private(set) var hash = 0..<0

  init(_ entry: Entry, after before: [UInt8]) {
    let transfer = entry.transfer
    bytes.reserveCapacity(640)
    bytes += before
    add(entry.number)
    id = addPlain(entry.id.bytes)
    add(entry.atMS)
    period = add(entry.period.utf8)
    add(transfer.kind.rawValue)
    add(transfer.debit)
    add(transfer.credit)
    amount = addPlain(transfer.amount.bigEndianBytes)
    key = add(transfer.key.utf8)
    refers = add(transfer.refers?.bytes ?? [])
    add(transfer.expiresMS ?? 0)
    addDetails(transfer.details)
  }

  /// Hashes what is here, and puts the hash behind it.
  mutating func seal() -> [UInt8] {
    let digest = Digest.sha256(bytes)
    hash = addPlain(digest)
    return digest
  }

  /// Eight bytes, the greatest first.
  private mutating func add(_ value: Int64) {
    // Unsafe: the bytes of a number are copied.
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func add(count: Int) {
    // Unsafe: the bytes of a number are copied.
    unsafe withUnsafeBytes(of: UInt32(count).bigEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func add(_ account: Account) {
    _ = add(account.name.utf8)
    bytes.append(contentsOf: account.currency.code.utf8)
  }

  private mutating func add(_ part: some Collection<UInt8>) -> Range<Int> {
    add(count: part.count)
    return addPlain(part)
  }

  private mutating func addPlain(_ part: some Collection<UInt8>) -> Range<Int> {
    let start = bytes.count
    bytes.append(contentsOf: part)
    return start..<bytes.count
  }

  private mutating func addDetails(_ object: JSONObject) {
    let place = bytes.count
    add(count: 0)
    JSON.object(object).write(into: &bytes)
    details = place + 4..<bytes.count
    let count = UInt32(details.count)
    for index in 0..<4 {
      bytes[place + index] = UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * index))
    }
  }
}
