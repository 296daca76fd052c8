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

  /// What would be asked for if a month were over now, and all before it, too; nothing is kept.
  /// Must not be called within a batch.
  package func preview(_ customer: String, _ period: String, nowMS: Int64) throws(Failure)
    -> [BillingDocument]
  {
    var found: [BillingDocument] = []
    let undone = Failure(.cancelled, "ledger.preview", "nothing of a preview is kept")
    do throws(Failure) {
      try batch { () throws(Failure) in
        let afterMS = max(nowMS, Period.lastMS(period) + 1)
        while closedThrough < period {
          let next = try nextToClose() ?? period
          if next > period { break }
          try settleMonth(next, nowMS: afterMS)
          _ = try close(next, nowMS: afterMS)
        }
        found = try invoice(customer, period, nowMS: nowMS)
        throw undone
      }
    } catch  where error.code != undone.code {
      throw error
    } catch {}
    return try found.map { (document) throws(Failure) in
      // One that was issued is no preview.
      if try row(.documents, .text(document.number)) != nil { return document }
      var json = document.json.object ?? JSONObject()
      (json["kind"], json["number"]) = ("preview", "preview")
      return BillingDocument(json: .object(json), paid: 0)
    }
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
    let found = try rows(
      .documents,
      "WHERE kind = 'invoice' AND customer = ? AND currency = ? ORDER BY period DESC",
      .text(customer), .text(currency.code))
    let known = try found.first { $0.text("period") <= period }.map { (row) throws(Failure) in
      try Self.document(row)
    }
    return (known, found.first?.micros("carry") ?? 0, found.first?.text("period") ?? "")
  }

  private func draft(
    _ customer: String, _ currency: Currency, after last: String, through period: String,
    carry: Micros
  ) throws(Failure) -> Draft? {
    var draft = Draft(customer: customer, currency: currency, period: period, carry: carry)
    let usage = Account.usage(customer, currency)
    var (used, others) = (LineSums(), LineSums())
    try forEach(touching: [usage.name], in: last + "!"...period) { (entry) throws(Failure) in
      let transfer = entry.transfer
      guard transfer.kind == .post || transfer.kind == .settle,
        transfer.debit.currency == currency, !transfer.key.hasPrefix("invoice:")
      else { return }
      let amount = transfer.debit == usage ? transfer.amount : -transfer.amount
      let other = transfer.debit == usage ? transfer.credit : transfer.debit
      // What was given back of another invoice, that one's parts gave. What an entry by hand gave
      // to be paid out at once waits for no payment.
      if let party = other.earner, transfer.details["document"] == nil {
        draft.parts[party, default: 0] += amount
      }
      let (kind, text) = Self.lineText(transfer)
      if kind == "use" { used.add(kind, text, amount) } else { others.add(kind, text, amount) }
    }
    draft.lines = try useLines(customer, currency, after: last, through: period, used)
    draft.lines += others.all
    return draft.sum.payable(in: currency) > 0 ? draft : nil
  }

  /// Lines about use, by which each amount can be worked out again. Together they must be what was
  /// posted. Use of before there were such lines is shown as it was posted.
  private func useLines(
    _ customer: String, _ currency: Currency, after last: String, through period: String,
    _ posted: LineSums
  ) throws(Failure) -> [BillingDocument.Line] {
    let lines = try lines(of: customer, currency, after: last, through: period)
    var (found, hasOld): ([BillingDocument.Line], Bool) = ([], false)
    for line in lines {
      let price = try price(line.price)
      hasOld = hasOld || price == nil
      if line.amount == 0 && line.used == line.usedBefore { continue }
      found.append(BillingDocument.Line(json: line.json(price: price ?? .null)))
    }
    if lines.reduce(Micros(0), { $0 + $1.amount }) == posted.sum && !hasOld { return found }
    if hasOld { return posted.all }
    throw Self.damaged("what \(customer) used up to \(period) is not what was charged for it")
  }

  /// Of what kind a posting is, and how a line names it.
  private static func lineText(_ transfer: Transfer) -> (kind: String, text: String) {
    func text(_ name: String) -> String { transfer.details[name]?.string ?? "" }
    switch transfer.key.prefix(while: { $0 != ":" }) {
    case "usage": return ("use", "\(text("plugin")) \(text("version")), \(text("meter"))")
    case "least": return ("use", "\(text("plugin")), \(text("meter")): the least of a month")
    case "plan": return ("plan", "plan: \(text("plans"))")
    case "refund": return ("refund", "given back: \(text("plugin")), \(text("reason"))")
    case "credit": return ("credit", "given back by credit note \(text("document"))")
    default: return ("adjustment", "adjustment: \(text("reason"))")
    }
  }

  private func issue(_ draft: Draft, nowMS: Int64) throws(Failure) -> BillingDocument {
    let policy = try policy()
    let buyer = policy.customer(draft.customer)
    let net = draft.sum.payable(in: draft.currency)
    let tax = net.tax(buyer.taxPPM, in: draft.currency)
    let number = try nextNumber("INV", nowMS: nowMS)
    let document = BillingDocument(
      json: Self.json(draft, number, policy, net: net, tax: tax, nowMS: nowMS), paid: 0)
    try keep(document, carry: draft.sum - net)
    try postDocument(document, sign: 1, nowMS: nowMS)
    for (party, amount) in draft.parts.sorted(by: { $0.key < $1.key }) where amount != 0 {
      if amount < 0 {
        try keepBack(-amount, of: party, draft.currency, number, nowMS: nowMS)
        continue
      }
      try insert(
        .lots,
        [
          .text(number), .text(party), .text(draft.currency.code), .micros(amount),
          .text("earned"), .integer(nowMS), .integer(0), .null,
        ])
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
    nowMS: Int64
  ) -> JSON {
    let buyer = policy.customer(draft.customer)
    let due = nowMS + policy.paymentDays(of: draft.customer) * 86_400_000
    return [
      "kind": "invoice", "number": .string(number),
      "day": .string(String(Time.format(nowMS).prefix(10))),
      "due": .string(String(Time.format(due).prefix(10))),
      "period": .string(draft.period), "customer": .string(draft.customer),
      "currency": .string(draft.currency.code),
      "seller": .array(policy.seller.map { .string($0) }),
      "seller_tax_id": .string(policy.sellerTaxID),
      "buyer": .array(([buyer.name] + buyer.lines).map { .string($0) }),
      "buyer_tax_id": .string(buyer.taxID),
      "lines": .array(draft.lines.map(\.json)),
      "carried_over": .string(draft.carry.decimalText),
      "carried": .string((draft.sum - net).decimalText), "net": .string(net.decimalText),
      "tax_name": .string(buyer.taxName), "tax_ppm": .integer(buyer.taxPPM),
      "tax": .string(tax.decimalText), "total": .string((net + tax).decimalText),
    ]
  }
}

/// Amounts by the text of their line, in the order in which the first of each came.
private struct LineSums {
  private var order: [String] = []
  private var found: [String: (kind: String, amount: Micros)] = [:]

  var sum: Micros { found.values.reduce(0) { $0 + $1.amount } }

  mutating func add(_ kind: String, _ text: String, _ amount: Micros) {
    if found[text] == nil { order.append(text) }
    found[text, default: (kind, 0)].amount += amount
  }

  var all: [BillingDocument.Line] {
    order.compactMap { text in
      found[text].map { BillingDocument.Line($0.kind, text, $0.amount) }
    }
  }
}

extension Currency {
  /// The code for no currency at all (ISO 4217).
  static let none = Currency(known: "XXX")
}
