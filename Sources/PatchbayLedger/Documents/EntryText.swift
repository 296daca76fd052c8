internal import PatchbayCore
internal import PatchbayJSON

/// The members of an entry, read back from the bytes that are hashed.
struct EntryText {
  private(set) var number: Int64 = 0
  private(set) var atMS: Int64 = 0
  private(set) var kind: Int64 = 0
  private(set) var key = ""
  private(set) var period = ""
  private(set) var currency = ""
  private(set) var debit = ""
  private(set) var credit = ""
  private(set) var amount: Micros = 0
  private(set) var details: JSON = .null
  private let isWhole: Bool

  init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    func take(_ count: Int) -> [UInt8] {
      let part = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      return part
    }
    func text() -> String {
      let size = take(4).reduce(0) { $0 << 8 | Int($1) }
      return String(decoding: take(min(size, rest.count)), as: UTF8.self)
    }
    func integer() -> Int64 { Int64(bitPattern: take(8).reduce(0) { $0 << 8 | UInt64($1) }) }
    number = integer()
    _ = take(16)
    atMS = integer()
    period = text()
    kind = integer()
    debit = text()
    currency = String(decoding: take(3), as: UTF8.self)
    credit = text()
    _ = take(3)
    amount = Micros(bigEndian: take(16))
    key = text()
    _ = text()
    _ = integer()
    let json = text()
    details = (try? JSON(reading: json)) ?? .null
    isWhole = rest.isEmpty && details != .null && amount > 0
  }

  /// Whether a line of a statement says what is in the books: money that came to the partner or
  /// went, not what was set aside, or only moved from one of its accounts to another.
  func says(_ value: Micros, _ line: JSON, of partner: String) -> Bool {
    let account = line["account"]?.string
    let parties = [debit, credit].map { Account($0, .none).partner }
    let isMovement = kind == Transfer.Kind.post.rawValue || kind == Transfer.Kind.settle.rawValue
    guard isMovement, amount > 0, parties.filter({ $0 == partner }).count == 1,
      Account(account ?? "", .none).partner == partner,
      line["kind"]?.string == PartnerStatement.kind(ofKey: key),
      line["at"]?.string == Time.format(atMS)
    else { return false }
    let isIn = account == credit && value == amount
    let isOut = account == debit && value == -amount
    return isWhole && (isIn || isOut) && line["entry"]?.integer == number
      && line["details"] == details
  }
}
