package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// What a partner has of an invoice, and where that stands: earned, collected when the customer
/// paid, payable when it was held long enough. Parts move whole, and back where a payment does.
struct Lot {
  let invoice: String
  let party: String
  let currency: Currency
  let amount: Micros
  let stage: Account.Stage
  let sinceMS: Int64
  let moves: Int64

  let row: SealedRow

  init?(_ row: SealedRow) {
    guard let currency = Currency(row.text("currency")),
      let stage = Account.Stage(rawValue: row.text("stage"))
    else { return nil }
    (invoice, party, self.currency) = (row.text("invoice"), row.text("party"), currency)
    (amount, self.stage) = (row.micros("amount"), stage)
    (sinceMS, moves) = (row.integer("since_ms"), row.integer("moves"))
    self.row = row
  }
}

extension Journal {
  func lots(where condition: String, _ values: SQLValue...) throws(Failure) -> [Lot] {
    let found = try rows(.lots, "WHERE \(condition) ORDER BY invoice, party", all: values)
    return found.compactMap(Lot.init)
  }

  func moveLots(of invoice: String, to stage: Account.Stage, nowMS: Int64) throws(Failure) {
    for lot in try lots(where: "invoice = ?", .text(invoice)) where lot.stage != stage {
      try move(lot, to: stage, nowMS: nowMS)
    }
  }

  func move(_ lot: Lot, to stage: Account.Stage, nowMS: Int64) throws(Failure) {
    if lot.amount > 0 {
      try post(
        Transfer(
          debit: .partner(lot.party, lot.stage, lot.currency),
          credit: .partner(lot.party, stage, lot.currency), amount: lot.amount,
          key: "stage:\(lot.invoice):\(Account.part(lot.party)):\(lot.moves + 1)",
          details: JSONObject([
            .init("document", .string(lot.invoice)), .init("from", .string(lot.stage.rawValue)),
            .init("to", .string(stage.rawValue)),
          ])), atMS: nowMS)
    }
    try update(
      lot.row, ("stage", .text(stage.rawValue)), ("since_ms", .integer(nowMS)),
      ("moves", .integer(lot.moves + 1)))
  }

  /// Takes a part from what a partner has of an invoice, wherever it stands.
  func reduce(_ invoice: String, _ party: String, by amount: Micros, key: String, nowMS: Int64)
    throws(Failure)
  {
    let lot = try lots(where: "invoice = ? AND party = ?", .text(invoice), .text(party)).first
    if let lot { try reduce(lot, by: amount, key: key, nowMS: nowMS) }
  }

  /// Gives back a part of a lot that a refund took: it goes from where it stands to what was
  /// earned, from which the refund takes it.
  private func reduce(_ lot: Lot, by amount: Micros, key: String, nowMS: Int64) throws(Failure) {
    if lot.stage != .earned {
      try post(
        Transfer(
          debit: .partner(lot.party, lot.stage, lot.currency),
          credit: .partner(lot.party, .earned, lot.currency), amount: amount, key: key,
          details: JSONObject([
            .init("document", .string(lot.invoice)), .init("from", .string(lot.stage.rawValue)),
            .init("to", "earned"),
          ])), atMS: nowMS)
    }
    try update(lot.row, ("amount", .micros(max(0, lot.amount - amount))))
  }

  /// What was held long enough may be paid out.
  package func mature(nowMS: Int64) throws(Failure) {
    let policy = try policy()
    for lot in try lots(where: "stage = 'collected'") {
      let holdMS = policy.partner(lot.party).holdDays * 86_400_000
      if lot.sinceMS + holdMS <= nowMS { try move(lot, to: .payable, nowMS: nowMS) }
    }
  }
}
