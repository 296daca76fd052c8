import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbayLedger

/// Amounts, times and numbers that nobody should write into documents and books.
@Suite struct StrangeAmountTests {
  @Test func `An amount of any bytes can be negated, added and written`() throws {
    for byte: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
      for rest: UInt8 in [0, 0xFF] {
        let amount = Micros(bigEndian: [byte] + [UInt8](repeating: rest, count: 15))
        #expect(-amount <= 1 << 120 && amount + amount - -amount != 1)
        #expect(!amount.decimalText.isEmpty)
      }
    }
    for amount: Micros in [0, 1, -1, 1 << 100, -(1 << 100), (1 << 120) - 1] {
      #expect(Micros(bigEndian: amount.bigEndianBytes) == amount)
    }
    for text in Extreme.texts { _ = Micros(decimal: text).map { -$0 } }
  }

  @Test func `An entry of the least amount is not what a line says`() {
    let bytes = EntryBytes(
      RawEntry(
        number: 1, id: [UInt8](repeating: 0, count: 16), atMS: .min, period: "2026-03", kind: 0,
        debit: Account("partner:acme:earned", .none), credit: Account("a", .none),
        amount: [0x80] + [UInt8](repeating: 0, count: 15), key: "usage:1", refers: [],
        expiresMS: nil, details: Array("{}".utf8), hash: []), after: Entry.noHash)
    let entry = EntryText(Array(bytes.bytes.dropFirst(32)))
    let line: JSON = [
      "entry": 1, "kind": "charge", "account": "partner:acme:earned",
      "at": .string(Time.format(.min)), "details": [:],
    ]
    for kind in ["charge", "refund", "payout"] {
      var object = line.object ?? JSONObject()
      object["kind"] = .string(kind)
      #expect(!entry.says(0, .object(object), of: "acme"))
    }
  }

  @Test func `A statement with any number in it is found out, or holds`() throws {
    let (books, statement, root) = try ForgeryTests.month()
    defer { books.close() }
    #expect(try StatementCheck(statement, root: root).problems.isEmpty)
    for text in Extreme.variants(of: statement.text) {
      _ = try? StatementCheck(JSON(reading: text), root: root).problems
    }
  }

  @Test func `An anchor with any number in it is compared, or refused`() throws {
    let (books, _, _) = try ForgeryTests.month()
    defer { books.close() }
    let journal = books.journal
    let anchor = try journal.anchor(nowMS: BillingTests.aprilMS)
    let check = BookCheck(entries: 1, periods: 0, problem: nil)
    for text in Extreme.variants(of: anchor.text) {
      _ = try? journal.compare([JSON(reading: text)], check)
    }
  }

  @Test func `A policy with any number in it decides, or is refused`() throws {
    let policy = """
      {"billing":1,"payment_days":30,
      "platform_ppm":[{"publisher":"acme","from":"2027-01-01","ppm":250000}],
      "plans":[{"name":"team","currency":"EUR","month_micros":299000000,"requests":250000}],
      "customers":{"a":{"plans":[{"plan":"team","from":"2026-03-01","trial_days":14}]}}}
      """
    #expect(throws: Never.self) { try BillingPolicy(JSON(reading: policy)) }
    for text in Extreme.variants(of: policy) {
      guard let policy = try? BillingPolicy(JSON(reading: text)) else { continue }
      for month in ["0001-01", "9999-12"] { _ = policy.fee(of: "a", in: Month(month)) }
    }
  }

  @Test func `Every month that has a name ends`() {
    #expect(Period.lastMS("9999-12") == Time.last && Period.after("9999-12") == "10000-01")
    var names = MonthNames()
    for ms in Extreme.integers { #expect(names.name(of: ms).utf8.count == 7) }
  }
}
