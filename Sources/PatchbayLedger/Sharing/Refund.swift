package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// What was given back.
package struct RefundReport: Sendable {
  package let amount: Micros
  package let currency: Currency
  /// What the customer gets for it, where an invoice was out already.
  package let creditNote: String?
}

extension Journal {
  /// Gives back a part of what was charged for a use, or all of it, within a batch: each posting of
  /// the charge is reversed in its part. Refunds of a charge add up: the last one leaves nothing.
  /// A key counts once for a use.
  package func refund(
    usage: String, _ amount: Micros?, reason: String, key: String, atMS: Int64
  ) throws(Failure) -> RefundReport {
    let postings = try charge(of: usage)
    let currency = postings[0].transfer.debit.currency
    let customer = postings[0].transfer.details["customer"]?.string ?? ""
    // The price of a volume may have fallen, so that the charge is a gift.
    if postings.contains(where: { $0.transfer.credit.userOfUsage != nil }) {
      throw Failure(
        .conflict, "ledger.refund", "“\(usage)” made its month cheaper: nothing was paid for it",
        mend: "give back another use of the month")
    }
    try checkRefundDays(postings[0], usage, atMS: atMS)
    let total = postings.reduce(Micros(0)) { $0 + $1.transfer.amount }
    var back: [Micros] = []
    var (known, isKnown): (Micros, Bool) = (0, false)
    for posting in postings {
      let earlier = try entries(referringTo: posting.id)
      for entry in earlier where entry.transfer.key.hasPrefix("refund:\(Account.part(key)):") {
        known += entry.transfer.amount
        isKnown = true
      }
      back.append(earlier.reduce(Micros(0)) { $0 + $1.transfer.amount })
    }
    if isKnown && (amount ?? known) == known {
      return RefundReport(amount: known, currency: currency, creditNote: nil)
    }
    if isKnown {
      throw Failure(
        .conflict, "ledger.refund",
        "“\(key)” gave back \(known.decimalText) of “\(usage)” already",
        mend: "another refund has another key")
    }
    let before = back.reduce(0, +)
    let most = min(total - before, try leftOfMonth(postings[0]) ?? .max)
    let wanted = amount ?? most
    guard wanted > 0, wanted <= most else {
      throw Failure(
        .conflict, "ledger.refund",
        "\(wanted.decimalText) cannot be given back of the charge “\(usage)”: it was "
          + "\(total.decimalText), \(before.decimalText) were given back already, and "
          + "\(most.decimalText) can be",
        mend: "give back at most \(most.decimalText)")
    }
    let invoice = try invoiceBefore(giving: postings[0], to: customer, currency, nowMS: atMS)
    var (left, weight) = (before + wanted, total)
    for (index, posting) in postings.enumerated() {
      let transfer = posting.transfer
      let sum = transfer.amount == weight ? left : left.times(transfer.amount, over: weight)
      left -= sum
      weight -= transfer.amount
      let part = sum - back[index]
      if part <= 0 { continue }
      try reverse(posting, part, invoice, usage: usage, reason: reason, key: key, atMS: atMS)
    }
    let note =
      try invoice.map { (invoice) throws(Failure) in
        try credit(invoice, wanted, reason: reason, nowMS: atMS)
      } ?? nil
    return RefundReport(amount: wanted, currency: currency, creditNote: note?.number)
  }

  /// What is left to give back of all that a month was charged by a price that falls with use: its
  /// charges may be more together than what the month cost in the end. `nil` for any other price.
  private func leftOfMonth(_ posting: Entry) throws(Failure) -> Micros? {
    let (details, usage) = (posting.transfer.details, posting.transfer.debit)
    func slot(_ details: JSONObject) -> [String] {
      ["month", "customer", "plugin", "meter", "price"].map { details[$0]?.string ?? "" }
    }
    let names = slot(details)
    guard try price(names[4])?["kind"]?.string == Terms.Kind.volume.rawValue,
      let row = try row(
        .quantities, .text(names[0]), .text(names[1]), .text("\(names[2]) \(usage.currency)"),
        .text(names[3]), .text(names[4]))
    else { return nil }
    var left = try Use(row).charged
    try forEach(touching: [usage.name], in: posting.period..."9999-99") { (entry) throws(Failure) in
      let transfer = entry.transfer
      guard transfer.key.hasPrefix("refund:"), transfer.credit == usage, let id = transfer.refers,
        let about = try self.entry(id: id)?.transfer.details,
        names == slot(about)
      else { return }
      left -= transfer.amount
    }
    return max(0, left)
  }

  /// Terms say for how many days their charges are given back.
  private func checkRefundDays(_ posting: Entry, _ usage: String, atMS: Int64) throws(Failure) {
    let id = posting.transfer.details["contract"]?.string ?? ""
    guard let days = try contract(id)?.refundDays else { return }
    let (day, isOver) = posting.atMS.addingReportingOverflow(days * 86_400_000)
    if isOver || atMS <= day { return }
    throw Failure(
      .conflict, "ledger.refund_days",
      "“\(usage)” is of \(Time.format(posting.atMS).prefix(10)), and its terms give back within "
        + (days == 1 ? "one day" : "\(days) days"),
      mend: "what the hub gives at its own cost is an entry by hand: patchbay ledger post")
  }

  /// The invoice that a charge is on. One of a closed month is issued first: so what is given back
  /// is taken from what the customer was asked to pay, and partners had of it.
  private func invoiceBefore(
    giving posting: Entry, to customer: String, _ currency: Currency, nowMS: Int64
  ) throws(Failure) -> BillingDocument? {
    if posting.period <= closedThrough {
      _ = try self.invoice(customer, posting.period, nowMS: nowMS)
    }
    return try invoice(of: customer, currency, covering: posting.period)
  }

  private func reverse(
    _ posting: Entry, _ part: Micros, _ invoice: BillingDocument?, usage: String, reason: String,
    key: String, atMS: Int64
  ) throws(Failure) {
    let transfer = posting.transfer
    var details = JSONObject([
      .init("reason", .string(reason)), .init("usage", .string(usage)),
      .init("plugin", transfer.details["plugin"] ?? .null),
      .init("terms", transfer.details["terms"] ?? .null),
    ])
    if let invoice { details["document"] = .string(invoice.number) }
    try post(
      Transfer(
        debit: transfer.credit, credit: transfer.debit, amount: part,
        key: "refund:\(Account.part(key)):\(transfer.key)", refers: posting.id, details: details),
      atMS: atMS)
    guard let invoice, let party = transfer.credit.partner else { return }
    try reduce(
      invoice.number, party, by: part, key: "stage:refund:\(Account.part(key)):\(transfer.key)",
      nowMS: atMS)
  }

  private func charge(of usage: String) throws(Failure) -> [Entry] {
    var found: [Entry] = []
    // What was used, or what a month costs besides.
    for prefix in ["usage:\(usage):", "\(usage):"] {
      let ids = try database.statement(
        "SELECT id FROM transfers WHERE key >= ?1 AND key < ?2 ORDER BY number"
      ).bind(.text(prefix), .text(prefix.dropLast() + ";")).rows {
        TransferID(bytes: $0.bytes(0))
      }
      for id in ids {
        if let entry = try entry(id: id), entry.transfer.details["usage"]?.string == usage {
          found.append(entry)
        }
      }
    }
    if let plan = try entry(key: usage), plan.transfer.key.hasPrefix("plan:") { found = [plan] }
    try prove(found)
    if found.isEmpty {
      throw Failure(
        .config, "ledger.unknown", "nothing was charged for the usage “\(usage)”",
        mend: "statements name each usage that was charged")
    }
    return found
  }
}
