package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Journal {
  /// Notes that a customer paid an invoice, or a part of it, within a batch. A reference of the
  /// bank counts once. When all of it is paid, the partners' parts are collected.
  package func receive(_ number: String, _ amount: Micros?, reference: String, nowMS: Int64)
    throws(Failure) -> BillingDocument
  {
    let invoice = try document(number)
    let key = "payment:\(number):\(Account.part(reference))"
    if try isThere(key, amount, of: reference) { return invoice }
    let open = invoice.total - invoice.paid - (try credited(number).total)
    if try isCreditNote(reference) {
      return try offset(invoice, amount, reference, open: open, nowMS: nowMS)
    }
    let wanted = amount ?? open
    guard !invoice.isCreditNote, let currency = invoice.currency, wanted > 0, wanted <= open else {
      throw Failure(
        .conflict, "ledger.payment",
        "\(wanted.decimalText) cannot be paid of \(number): \(open.decimalText) is open",
        mend: "give at most what is open with --amount")
    }
    if wanted % currency.minorMicros != 0 {
      throw Failure(
        .config, "ledger.amount", "\(wanted.decimalText) \(currency) cannot be paid",
        mend: "\(currency) has \(currency.minorUnits) digits after the point")
    }
    try post(
      Transfer(
        debit: .bank(currency), credit: .due(invoice.customer, currency), amount: wanted, key: key,
        details: JSONObject([
          .init("document", .string(number)), .init("reference", .string(reference)),
        ])), atMS: nowMS)
    try setPaid(number, invoice.paid + wanted)
    if wanted == open { try moveLots(of: number, to: .collected, nowMS: nowMS) }
    return try document(number)
  }

  /// Takes back what a payment brought, within a batch: the bank gave it back to the customer, or
  /// the customer disputes it. Partners wait for it again; what they were paid already is kept back
  /// from what they earn later. Payment is noted anew when it comes. A reference counts once.
  package func chargeback(
    _ number: String, _ amount: Micros?, payment name: String, reference: String, reason: String,
    nowMS: Int64
  ) throws(Failure) -> BillingDocument {
    let invoice = try document(number)
    let key = "chargeback:\(number):\(Account.part(reference))"
    if try isThere(key, amount, of: reference) { return invoice }
    guard let payment = try provenEntry(key: "payment:\(number):\(Account.part(name))"),
      let currency = invoice.currency
    else {
      throw Failure(
        .config, "ledger.payment", "\(number) has no payment “\(name)”",
        mend: "give the reference with which it was received")
    }
    let before = try entries(referringTo: payment.id).reduce(Micros(0)) { $0 + $1.transfer.amount }
    let wanted = amount ?? payment.transfer.amount - before
    guard wanted > 0, before + wanted <= payment.transfer.amount else {
      throw Failure(
        .conflict, "ledger.payment",
        "\(wanted.decimalText) cannot go back: the payment was "
          + "\(payment.transfer.amount.decimalText), and \(before.decimalText) went back already",
        mend: "give at most what is left of it")
    }
    try post(
      Transfer(
        debit: .due(invoice.customer, currency), credit: .bank(currency), amount: wanted,
        key: key, refers: payment.id,
        details: JSONObject([
          .init("document", .string(number)), .init("reference", .string(reference)),
          .init("reason", .string(reason)),
        ])), atMS: nowMS)
    try setPaid(number, invoice.paid - wanted)
    // What credit notes took back needs no payment.
    if invoice.total - (invoice.paid - wanted) - (try credited(number).total) > 0 {
      try moveLots(of: number, to: .earned, nowMS: nowMS)
    }
    return try document(number)
  }

  /// Whether what a reference stands for is in the books; with another amount it is refused.
  func isThere(_ key: String, _ amount: Micros?, of reference: String) throws(Failure) -> Bool {
    guard let known = try entry(key: key) else { return false }
    if amount == nil || known.transfer.amount == amount { return true }
    throw Failure(
      .conflict, "ledger.payment",
      "“\(reference)” is in the books already, with \(known.transfer.amount.decimalText)",
      mend: "what is paid another time has another reference")
  }

  func setPaid(_ number: String, _ paid: Micros) throws(Failure) {
    try update(documentRow(number), ("paid", .micros(paid)))
  }

  /// What credit notes took back from an invoice.
  func credited(_ number: String) throws(Failure) -> (net: Micros, tax: Micros, total: Micros) {
    var sum: (net: Micros, tax: Micros, total: Micros) = (0, 0, 0)
    for row in try rows(
      .documents,
      """
      WHERE kind = 'credit_note'
        AND customer = (SELECT customer FROM documents WHERE number = ?)
      """, .text(number))
    {
      let note = try Self.document(row)
      if note.refers != number { continue }
      sum = (sum.net + note.net, sum.tax + note.tax, sum.total + note.total)
    }
    return sum
  }
}
