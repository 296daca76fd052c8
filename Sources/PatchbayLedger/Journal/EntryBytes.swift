internal import PatchbayCore
internal import PatchbayCrypto

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

  init(_ entry: RawEntry, after before: [UInt8]) {
    bytes.reserveCapacity(384 + entry.details.count)
    bytes += before
    add(entry.number)
    id = addPlain(entry.id)
    add(entry.atMS)
    period = add(entry.period.utf8)
    add(entry.kind)
    add(entry.debit)
    add(entry.credit)
    amount = addPlain(entry.amount)
    key = add(entry.key.utf8)
    refers = add(entry.refers)
    add(entry.expiresMS ?? 0)
    details = add(entry.details)
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
}
