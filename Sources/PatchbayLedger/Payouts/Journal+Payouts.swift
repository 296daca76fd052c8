package import PatchbayCore
package import PatchbayJSON
internal import PatchbayStore

/// One payment to a partner.
package struct Payout: Sendable, Equatable {
  package enum Status: String, Sendable {
    /// In a batch file, and set aside.
    case ordered
    case paid, failed
  }

  package let batch: String
  package let item: Int64
  package let party: String
  package let currency: Currency
  /// What the partner had, of which the tax is kept back.
  package let gross: Micros
  package let withheld: Micros
  package let account: String
  package let status: Status

  package var net: Micros { gross - withheld }
  package var name: String { "\(batch)/\(item)" }

  package var json: JSON {
    [
      "payout": .string(name), "partner": .string(party), "currency": .string(currency.code),
      "gross": .string(gross.decimalText), "withheld": .string(withheld.decimalText),
      "net": .string(net.decimalText), "account": .string(account),
      "status": .string(status.rawValue),
    ]
  }
}

/// A partner who is not paid this time, and why.
package struct CarriedOver: Sendable {
  package let party: String
  package let currency: Currency
  package let amount: Micros
  package let reason: String
}

extension Journal {
  /// Makes a batch of payments, within a batch of the journal: what every partner may be paid is
  /// set aside until the payment is marked. Made twice, the second has nothing.
  package func orderPayouts(nowMS: Int64) throws(Failure) -> (
    payouts: [Payout], carried: [CarriedOver]
  ) {
    try mature(nowMS: nowMS)
    let batch = try nextNumber("PO", nowMS: nowMS)
    var (orders, carried): ([Payout], [CarriedOver]) = ([], [])
    for account in try allAccounts() where account.name.hasSuffix(":payable") {
      guard let party = account.partner, let state = try state(account) else { continue }
      let free = state.credits - state.debits - state.heldDebits
      if free == 0 { continue }
      if let reason = try reason(againstPaying: party, free, account.currency) {
        carried.append(
          CarriedOver(party: party, currency: account.currency, amount: free, reason: reason))
        continue
      }
      orders.append(try order(batch, Int64(orders.count + 1), party, free, account, nowMS))
    }
    return (orders, carried)
  }

  private func reason(againstPaying party: String, _ free: Micros, _ currency: Currency)
    throws(Failure) -> String?
  {
    if free < 0 { return "paid too much before; kept back from what comes" }
    let policy = try policy().partner(party)
    if policy.account.isEmpty { return "no account to pay to" }
    let own =
      try row(.parties, .text(party), .text(currency.code)).map {
        Micros($0.integer("minimum_payout"))
      } ?? 0
    let least = max(policy.minimumPayoutMicros ?? own, currency.minorMicros)
    return free < least ? "less than \(least.decimalText)" : nil
  }

  private func order(
    _ batch: String, _ item: Int64, _ party: String, _ free: Micros, _ account: Account,
    _ nowMS: Int64
  ) throws(Failure) -> Payout {
    let (policy, currency) = (try policy().partner(party), account.currency)
    let gross = free.payable(in: currency)
    let withheld = gross.times(Int128(policy.withholdingPPM), over: 1_000_000).payable(in: currency)
    let payout = Payout(
      batch: batch, item: item, party: party, currency: currency, gross: gross, withheld: withheld,
      account: policy.account, status: .ordered)
    for (name, amount) in Self.parts(payout) where amount > 0 {
      try post(
        Transfer(
          .reserve, debit: account, credit: Self.target(name, currency), amount: amount,
          key: "order:\(payout.name):\(name)", details: Self.details(payout)), atMS: nowMS)
    }
    try insert(
      .payouts,
      [
        .text(batch), .integer(item), .text(party), .text(currency.code), .micros(gross),
        .micros(withheld), .text(policy.account), .text("ordered"), .integer(nowMS),
      ])
    for lot in try lots(
      where: "party = ? AND currency = ? AND stage = 'payable' AND payout IS NULL", .text(party),
      .text(currency.code))
    {
      try update(lot.row, ("payout", .text(payout.name)))
    }
    return payout
  }

  private static func parts(_ payout: Payout) -> [(name: String, amount: Micros)] {
    [("net", payout.net), ("withheld", payout.withheld)]
  }

  private static func target(_ name: String, _ currency: Currency) -> Account {
    name == "net" ? .bank(currency) : .withheld(currency)
  }

  private static func details(_ payout: Payout) -> JSONObject {
    JSONObject([
      .init("payout", .string(payout.name)), .init("partner", .string(payout.party)),
      .init("account", .string(payout.account)),
    ])
  }

  /// Marks a payment as made, or as failed, within a batch. A mark is made once; another one of the
  /// same payment is refused.
  package func mark(_ payout: Payout, paid: Bool, nowMS: Int64) throws(Failure) -> Payout {
    let wanted: Payout.Status = paid ? .paid : .failed
    if payout.status == wanted { return payout }
    guard payout.status == .ordered else {
      throw Failure(
        .conflict, "ledger.payout", "\(payout.name) is marked as \(payout.status.rawValue) already",
        mend: "what the bank gave back later is an entry by hand: patchbay ledger post")
    }
    for (name, amount) in Self.parts(payout) where amount > 0 {
      let key = "order:\(payout.name):\(name)"
      guard let order = try provenEntry(key: key) else { continue }
      try post(
        Transfer(
          paid ? .settle : .void, debit: order.transfer.debit, credit: order.transfer.credit,
          amount: paid ? amount : 0, key: "payout:\(payout.name):\(name)", refers: order.id,
          details: Self.details(payout)), atMS: nowMS)
    }
    if let row = try row(.payouts, .text(payout.batch), .integer(payout.item)) {
      try update(row, ("status", .text(wanted.rawValue)))
    }
    if !paid {
      for lot in try lots(where: "payout = ?", .text(payout.name)) {
        try update(lot.row, ("payout", .null))
      }
    }
    return try payouts(of: payout.batch).first { $0.item == payout.item } ?? payout
  }

  /// The payments of a batch, or of all.
  package func payouts(of batch: String? = nil) throws(Failure) -> [Payout] {
    let all = try rows(
      .payouts, "WHERE batch = ?1 OR ?1 IS NULL ORDER BY batch, item", .text(batch))
    let found = all.compactMap { row -> Payout? in
      guard let currency = Currency(row.text("currency")),
        let status = Payout.Status(rawValue: row.text("status"))
      else { return nil }
      return Payout(
        batch: row.text("batch"), item: row.integer("item"), party: row.text("party"),
        currency: currency, gross: row.micros("gross"), withheld: row.micros("withheld"),
        account: row.text("account"), status: status)
    }
    if let batch, found.isEmpty {
      throw Failure(
        .config, "ledger.unknown", "there is no batch of payouts “\(batch)”",
        mend: "patchbay ledger payout list shows them")
    }
    return found
  }
}
