internal import PatchbayCore
internal import PatchbayJSON

/// The members of an entry, read back from the bytes that are hashed.
struct EntryText {
  private(set) var number: Int64 = 0
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
    _ = integer()
    period = text()
    _ = integer()
    debit = text()
    currency = String(decoding: take(3), as: UTF8.self)
    credit = text()
    _ = take(3)
    amount = Micros(bigEndian: take(16))
    _ = text()
    _ = text()
    _ = integer()
    let json = text()
    details = (try? JSON(reading: json)) ?? .null
    isWhole = rest.isEmpty && details != .null
  }

  /// Whether a line of a statement says what is in the books.
  func says(_ value: Micros, _ line: JSON) -> Bool {
    let account = line["account"]?.string
    let isIn = account == credit && value == amount
    let isOut = account == debit && value == -amount
    return isWhole && (isIn || isOut) && line["entry"]?.integer == number
      && line["details"] == details
  }
}
