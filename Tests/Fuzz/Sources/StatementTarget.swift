import PatchbayCore
import PatchbayCrypto
import PatchbayJSON

@testable import PatchbayLedger

extension FuzzTarget {
  /// Statements that partners get, and billing policies: whatever is in them, they are read or
  /// refused, and under the root of the books nothing holds that is not in them.
  static let statement = FuzzTarget(
    name: "statement", seeds: { [Array(printed.bytes), Array(BillingPolicy.none.bytes)] },
    words: [
      "\"lines\":[", "\"bytes\":\"", "\"proof\":[\"", "\"index\":0", "\"entries\":1",
      "\"opening\":\"0.000000\"", "\"closing\":\"0.000000\"", "\"root\":\"", "\"currency\":\"EUR\"",
      "\"billing\":1", "\"plans\":[", "\"budgets\":[", "\"limit_micros\":1", "\"customers\":{",
      "9223372036854775807", "-9223372036854775808",
    ], run: checkStatement)
}

/// Entries of a small month, in which a partner has two.
private let entries: [RawEntry] = (1...5).compactMap { (number: Int64) -> RawEntry? in
  guard let euro = Currency("EUR") else { return nil }
  let partner = number % 2 == 0 ? "partner:acme:earned" : "partner:other:earned"
  return RawEntry(
    Entry(
      number: number, id: TransferID(atMS: number, UInt64(number)), atMS: number,
      period: "2026-03",
      transfer: Transfer(
        debit: Account("customer:c:usage", euro), credit: Account(partner, euro),
        amount: Micros(number * 7), key: "usage:\(number)",
        details: JSONObject([.init("usage", .string("u\(number)"))])), hash: []))
}

private let tree = MerkleTree(entries.map(\.leaf))

private let printed: JSON = {
  let lines: [JSON] = entries.filter { $0.number % 2 == 0 }.map { entry in
    [
      "entry": .integer(entry.number), "kind": "charge",
      "at": .string(Time.format(entry.atMS)), "account": .string(entry.credit.name),
      "amount": .string(entry.value.decimalText),
      "details": ["usage": .string("u\(entry.number)")],
      "bytes": .string(Hex.encode(entry.bytes)), "index": .integer(entry.number - 1),
      "proof": .array(tree.proof(Int(entry.number) - 1).map { .string(Hex.encode($0)) }),
    ]
  }
  return [
    "partner": "acme", "period": "2026-03", "currency": "EUR", "opening": "0.000000",
    "closing": "0.000042", "stages": ["earned": "0.000042"],
    "entries": .integer(Int64(entries.count)),
    "root": .string(Hex.encode(tree.root)), "lines": .array(lines),
  ]
}()

private func checkStatement(_ bytes: [UInt8]) {
  guard let json = try? JSON(reading: bytes) else { return }
  if let policy = try? BillingPolicy(json) {
    expect(policy.json == json, "a policy is another one than was read")
  }
  guard let check = try? StatementCheck(json, root: Hex.encode(tree.root)) else { return }
  if json == printed { expect(check.problems.isEmpty, "the statement is refused") }
  guard check.problems.isEmpty else { return }
  let known = Set(entries.map { Hex.encode($0.bytes) })
  for line in json["lines"]?.array ?? [] {
    let bytes = line["bytes"]?.string?.lowercased() ?? ""
    expect(known.contains(bytes), "a line holds that is not in the books")
  }
}
