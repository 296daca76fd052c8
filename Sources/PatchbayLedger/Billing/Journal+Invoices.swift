package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Journal {
  /// Asks a customer to pay what was used up to a month that is closed, within a batch: one invoice
  /// for each currency in which there is anything to pay. One that was issued is given again.
  package func invoice(_ customer: String, _ period: String, nowMS: Int64) throws(Failure)
    -> [BillingDocument]
  {
    guard try closedPeriods().contains(where: { $0.period == period }) else {
      throw Failure(
        .conflict, "ledger.period", "\(period) is not closed, and use may still come",
        mend: "close it first: patchbay ledger close \(period)")
    }
    let name = Account.usage(customer, .none).name
    let currencies = try allAccounts().filter { $0.name == name }.map(\.currency)
    if currencies.isEmpty {
      throw Failure(
        .config, "ledger.unknown", "the books have no customer “\(customer)”",
        mend: "customers are connections, once something was charged")
    }
    var found: [BillingDocument] = []
    for currency in currencies {
      let (known, carry, last) = try lastInvoice(customer, currency, upTo: period)
      if let known, known.period == period {
        found.append(known)
      } else if last < period {
        let draft = try draft(customer, currency, after: last, through: period, carry: carry)
        if let draft { found.append(try issue(draft, nowMS: nowMS)) }
      }
    }
    return found
  }

  /// What an invoice is made of.
  private struct Draft {
    let customer: String
    let currency: Currency
    let period: String
    let carry: Micros
    var lines: [BillingDocument.Line] = []
    /// What partners have of it.
    var parts: [String: Micros] = [:]
    var sum: Micros { lines.reduce(carry) { $0 + $1.amount } }
  }

  /// The newest invoice up to a month, what it carried over, and the month of the newest of all.
  private func lastInvoice(_ customer: String, _ currency: Currency, upTo period: String)
    throws(Failure) -> (BillingDocument?, carry: Micros, last: String)
  {
    let rows = try database.statement(
      """
      SELECT json, paid, carry, period FROM documents
      WHERE kind = 'invoice' AND customer = ? AND currency = ? ORDER BY period DESC
      """
    ).bind(.text(customer), .text(currency.code)).rows { (row) throws(Failure) in
      (
        BillingDocument(
          json: try Self.stored(row.text(0)), paid: Micros(bigEndian: row.bytes(1))),
        Micros(bigEndian: row.bytes(2)), row.text(3)
      )
    }
    let last = rows.first?.2 ?? ""
    return (rows.first { $0.2 <= period }?.0, rows.first?.1 ?? 0, last)
  }

  private func draft(
    _ customer: String, _ currency: Currency, after last: String, through period: String,
    carry: Micros
  ) throws(Failure) -> Draft? {
    var draft = Draft(customer: customer, currency: currency, period: period, carry: carry)
    let usage = Account.usage(customer, currency)
    var order: [String] = []
    var sums: [String: (quantity: Int128, amount: Micros, events: Set<String>)] = [:]
    try forEach(touching: [usage.name], in: last + "!"...period) { (entry) throws(Failure) in
      let transfer = entry.transfer
      guard transfer.kind == .post || transfer.kind == .settle,
        transfer.debit.currency == currency, !transfer.key.hasPrefix("invoice:")
      else { return }
      let amount = transfer.debit == usage ? transfer.amount : -transfer.amount
      let other = transfer.debit == usage ? transfer.credit : transfer.debit
      // What was given back of another invoice, that one's parts gave.
      if let party = other.partner, transfer.details["document"] == nil {
        draft.parts[party, default: 0] += amount
      }
      let text = Self.lineText(transfer)
      if sums[text] == nil { order.append(text) }
      var sum = sums[text] ?? (0, 0, [])
      // A charge is posted once for each who has a part of it, and was used once.
      if sum.events.insert(transfer.details["usage"]?.string ?? transfer.key).inserted {
        sum.quantity += Int128(transfer.details["quantity"]?.integer ?? 0)
      }
      sum.amount += amount
      sums[text] = sum
    }
    draft.lines = order.compactMap { text in
      sums[text].map {
        BillingDocument.Line(text: text, quantity: $0.quantity, amount: $0.amount)
      }
    }
    return draft.sum.payable(in: currency) > 0 ? draft : nil
  }

  private static func lineText(_ transfer: Transfer) -> String {
    func text(_ name: String) -> String { transfer.details[name]?.string ?? "" }
    switch transfer.key.prefix(while: { $0 != ":" }) {
    case "usage": return "\(text("plugin")) \(text("version")), \(text("meter"))"
    case "least": return "\(text("plugin")), \(text("meter")): the least of a month"
    case "plan": return "plan: \(text("plans"))"
    case "refund": return "given back: \(text("plugin")), \(text("reason"))"
    case "credit": return "given back by credit note \(text("document"))"
    default: return "adjustment: \(text("reason"))"
    }
  }

  private func issue(_ draft: Draft, nowMS: Int64) throws(Failure) -> BillingDocument {
    let policy = try policy()
    let buyer = policy.customer(draft.customer)
    let net = draft.sum.payable(in: draft.currency)
    let tax = net.tax(buyer.taxPPM, in: draft.currency)
    let number = try nextNumber("INV", nowMS: nowMS)
    let json = Self.json(
      draft, number, policy, net: net, tax: tax, day: String(Time.format(nowMS).prefix(10)))
    let document = BillingDocument(json: json, paid: 0)
    try keep(document, carry: draft.sum - net)
    try postDocument(document, sign: 1, nowMS: nowMS)
    for (party, amount) in draft.parts.sorted(by: { $0.key < $1.key }) where amount != 0 {
      if amount < 0 {
        try keepBack(-amount, of: party, draft.currency, number, nowMS: nowMS)
        continue
      }
      try database.statement(
        """
        INSERT INTO lots (invoice, party, currency, amount, stage, since_ms, moves)
        VALUES (?, ?, ?, ?, 'earned', ?, 0)
        """
      ).bind(
        .text(number), .text(party), .text(draft.currency.code), .blob(amount.bigEndianBytes),
        .integer(nowMS)
      ).run()
      try sealRows(.lots, where: "invoice = ? AND party = ?", .text(number), .text(party))
    }
    return document
  }

  /// More was given back than was earned: that is kept back from what the partner may be paid.
  private func keepBack(
    _ amount: Micros, of party: String, _ currency: Currency, _ number: String, nowMS: Int64
  ) throws(Failure) {
    try post(
      Transfer(
        debit: .partner(party, .payable, currency), credit: .partner(party, .earned, currency),
        amount: amount, key: "stage:\(number):\(Account.part(party)):back",
        details: JSONObject([.init("document", .string(number))])), atMS: nowMS)
  }

  private static func json(
    _ draft: Draft, _ number: String, _ policy: BillingPolicy, net: Micros, tax: Micros,
    day: String
  ) -> JSON {
    let buyer = policy.customer(draft.customer)
    return [
      "kind": "invoice", "number": .string(number), "day": .string(day),
      "period": .string(draft.period), "customer": .string(draft.customer),
      "currency": .string(draft.currency.code),
      "seller": .array(policy.seller.map { .string($0) }),
      "buyer": .array(([buyer.name] + buyer.lines).map { .string($0) }),
      "buyer_tax_id": .string(buyer.taxID),
      "carried_over": .string(draft.carry.decimalText),
      "lines": .array(
        draft.lines.map {
          [
            "text": .string($0.text), "quantity": .integer(Int64(clamping: $0.quantity)),
            "amount": .string($0.amount.decimalText),
          ]
        }), "carried": .string((draft.sum - net).decimalText), "net": .string(net.decimalText),
      "tax_name": .string(buyer.taxName), "tax_ppm": .integer(buyer.taxPPM),
      "tax": .string(tax.decimalText), "total": .string((net + tax).decimalText),
    ]
  }
}

extension Currency {
  /// The code for no currency at all (ISO 4217).
  static let none = Currency(known: "XXX")
}
