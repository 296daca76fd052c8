package import PatchbayCore
internal import PatchbayJSON

/// How many units of one currency another is worth: a whole number of millionths.
package struct ExchangeRate: Sendable, Equatable {
  /// In millionths of a unit.
  package let millionths: Int128

  /// Of a number such as 1.0834.
  package init?(_ text: String) {
    guard let value = Micros(decimal: text), value > 0, value < 1_000_000_000_000_000 else {
      return nil
    }
    millionths = value
  }
}

extension Journal {
  /// Changes what a partner may be paid into another currency, within a batch: two linked transfers
  /// by way of the accounts where the hub holds both. What is too small to be had in the other is
  /// not changed. A key is done once.
  package func exchange(
    partner: String, from: Currency, to: Currency, _ amount: Micros?, rate: ExchangeRate,
    key: String, nowMS: Int64
  ) throws(Failure) -> (given: Micros, got: Micros) {
    let key = [partner, from.code, to.code, key].map(Account.part).joined(separator: ":")
    if let (first, second) = try exchanged(key) {
      if (amount ?? first.transfer.amount) == first.transfer.amount,
        first.transfer.details["rate"]?.string == rate.millionths.decimalText
      {
        return (first.transfer.amount, second.transfer.amount)
      }
      throw Failure(
        .conflict, "ledger.exchange",
        "with this key \(first.transfer.amount.decimalText) were changed already, at "
          + "\(first.transfer.details["rate"]?.string ?? "")",
        mend: "another exchange has another key")
    }
    let source = Account.partner(partner, .payable, from)
    let free = try state(source).map { $0.credits - $0.debits - $0.heldDebits } ?? 0
    let given = amount ?? free
    guard from != to, given > 0, given <= free else {
      throw Failure(
        .conflict, "ledger.exchange",
        "\(given.decimalText) \(from) of \(partner) cannot be changed into \(to): "
          + "\(free.decimalText) may be paid out",
        mend: "give at most that, and another currency")
    }
    let got = given.times(rate.millionths, over: 1_000_000)
    if got == 0 {
      throw Failure(
        .conflict, "ledger.exchange", "\(given.decimalText) \(from) are no \(to) at all",
        mend: "change more at once")
    }
    let details = JSONObject([
      .init("partner", .string(partner)), .init("from", .string(from.code)),
      .init("to", .string(to.code)), .init("rate", .string(rate.millionths.decimalText)),
      .init("given", .string(given.decimalText)), .init("got", .string(got.decimalText)),
    ])
    let first = try post(
      Transfer(
        debit: source, credit: .liquidity(from), amount: given, key: "exchange:\(key):given",
        details: details), atMS: nowMS)
    try post(
      Transfer(
        debit: .liquidity(to), credit: .partner(partner, .payable, to), amount: got,
        key: "exchange:\(key):got", refers: first.id, details: details), atMS: nowMS)
    return (given, got)
  }

  private func exchanged(_ key: String) throws(Failure) -> (Entry, Entry)? {
    guard let first = try provenEntry(key: "exchange:\(key):given"),
      let second = try provenEntry(key: "exchange:\(key):got")
    else { return nil }
    return (first, second)
  }
}
