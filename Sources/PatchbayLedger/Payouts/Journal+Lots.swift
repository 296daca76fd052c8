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

  static let columns = "invoice, party, currency, amount, stage, since_ms, moves"

  init?(_ row: any SQLRow) {
    guard let currency = Currency(row.text(2)), let stage = Account.Stage(rawValue: row.text(4))
    else { return nil }
    (invoice, party, self.currency) = (row.text(0), row.text(1), currency)
    (amount, self.stage) = (Micros(bigEndian: row.bytes(3)), stage)
    (sinceMS, moves) = (row.integer(5), row.integer(6))
  }
}

extension Journal {
  func lots(where condition: String, _ values: SQLValue...) throws(Failure) -> [Lot] {
    let statement = try database.statement(
      "SELECT \(Lot.columns) FROM lots WHERE \(condition) ORDER BY invoice, party")
    statement.bind(all: values)
    return try statement.rows(Lot.init).compactMap { $0 }
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
    try database.statement(
      "UPDATE lots SET stage = ?, since_ms = ?, moves = moves + 1 WHERE invoice = ? AND party = ?"
    ).bind(.text(stage.rawValue), .integer(nowMS), .text(lot.invoice), .text(lot.party)).run()
    try seal(lot)
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
    try database.statement("UPDATE lots SET amount = ? WHERE invoice = ? AND party = ?").bind(
      .blob(max(0, lot.amount - amount).bigEndianBytes), .text(lot.invoice), .text(lot.party)
    ).run()
    try seal(lot)
  }

  private func seal(_ lot: Lot) throws(Failure) {
    try sealRows(.lots, where: "invoice = ? AND party = ?", .text(lot.invoice), .text(lot.party))
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
