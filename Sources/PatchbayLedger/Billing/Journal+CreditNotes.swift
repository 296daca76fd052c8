package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Journal {
  /// The invoice that asks for what a customer used in a month, or `nil`.
  func invoice(of customer: String, _ currency: Currency, covering period: String) throws(Failure)
    -> BillingDocument?
  {
    let found = try rows(
      .documents,
      """
      WHERE kind = 'invoice' AND customer = ? AND currency = ? AND period >= ?
      ORDER BY period LIMIT 1
      """, .text(customer), .text(currency.code), .text(period)
    ).first
    return try found.map { (row) throws(Failure) in try Self.document(row) }
  }

  /// Issues a credit note over what was given back of an invoice: what can be paid of it. The rest
  /// waits for the next one, so that together they are what was given back.
  func credit(_ invoice: BillingDocument, _ amount: Micros, reason: String, nowMS: Int64)
    throws(Failure) -> BillingDocument?
  {
    guard let currency = invoice.currency else { return nil }
    try addRefunded(invoice.number, amount)
    let all = try refundedAndCredited(invoice.customer, currency)
    let before = try credited(invoice.number)
    let net = min(all.refunded.payable(in: currency) - all.credited, invoice.net - before.net)
    if net <= 0 { return nil }
    let isAll = before.net + net == invoice.net
    let taxSoFar =
      isAll
      ? invoice.tax : invoice.tax.times(before.net + net, over: invoice.net).payable(in: currency)
    let tax = taxSoFar - before.tax
    let json: JSON = [
      "kind": "credit_note", "number": .string(try nextNumber("CN", nowMS: nowMS)),
      "invoice": .string(invoice.number), "day": .string(String(Time.format(nowMS).prefix(10))),
      "period": .string(invoice.period), "customer": .string(invoice.customer),
      "currency": .string(currency.code), "seller": invoice.json["seller"] ?? [],
      "seller_tax_id": invoice.json["seller_tax_id"] ?? "",
      "buyer": invoice.json["buyer"] ?? [], "buyer_tax_id": invoice.json["buyer_tax_id"] ?? "",
      "lines": [
        BillingDocument.Line("refund", "given back of \(invoice.number): \(reason)", net).json
      ], "net": .string(net.decimalText), "tax_name": invoice.json["tax_name"] ?? "",
      "tax_ppm": .integer(invoice.taxPPM), "tax": .string(tax.decimalText),
      "total": .string((net + tax).decimalText),
    ]
    let note = BillingDocument(json: json, paid: 0)
    try keep(note, carry: 0)
    try postDocument(note, sign: -1, nowMS: nowMS)
    let open = invoice.total - invoice.paid - before.total - note.total
    if open <= 0 && invoice.paid > 0 {
      try moveLots(ofPaid: invoice.number, nowMS: nowMS)
    }
    return note
  }

  /// Parts of an invoice that wait for its payment.
  private func moveLots(ofPaid number: String, nowMS: Int64) throws(Failure) {
    for lot in try lots(where: "invoice = ? AND stage = 'earned'", .text(number)) {
      try move(lot, to: .collected, nowMS: nowMS)
    }
  }

  private func addRefunded(_ number: String, _ amount: Micros) throws(Failure) {
    let row = try documentRow(number)
    try update(row, ("refunded", .micros(row.micros("refunded") + amount)))
  }

  private func refundedAndCredited(_ customer: String, _ currency: Currency) throws(Failure) -> (
    refunded: Micros, credited: Micros
  ) {
    var sum: (refunded: Micros, credited: Micros) = (0, 0)
    for row in try rows(
      .documents, "WHERE customer = ? AND currency = ?", .text(customer), .text(currency.code))
    {
      let document = try Self.document(row)
      sum.refunded += row.micros("refunded")
      if document.isCreditNote { sum.credited += document.net }
    }
    return sum
  }

  /// Notes that a customer got back what a credit note says, within a batch. Once.
  package func payBack(_ number: String, reference: String, nowMS: Int64) throws(Failure)
    -> BillingDocument
  {
    let note = try document(number)
    let key = "payback:\(number)"
    if try has(key) { return note }
    guard note.isCreditNote, let currency = note.currency else {
      throw Failure(
        .conflict, "ledger.payment", "\(number) is no credit note",
        mend: "money goes back by a credit note: give back what was charged first")
    }
    let invoice = try document(note.refers)
    let credit = try free(of: note)
    if credit < note.total {
      throw Failure(
        .conflict, "ledger.payment",
        "of \(number), \(credit.decimalText) of \(note.total.decimalText) \(currency) can go back",
        mend: "the rest lowers what the customer has to pay for \(invoice.number), or paid another "
          + "invoice")
    }
    try post(
      Transfer(
        debit: .due(note.customer, currency), credit: .bank(currency), amount: note.total,
        key: key,
        details: JSONObject([
          .init("document", .string(number)), .init("reference", .string(reference)),
        ])), atMS: nowMS)
    try setPaid(invoice.number, invoice.paid - note.total)
    try setPaid(number, note.total)
    return try document(number)
  }

  func isCreditNote(_ number: String) throws(Failure) -> Bool {
    try row(.documents, .text(number))?.text("kind") == "credit_note"
  }

  /// What of a credit note is the customer's to have: what was paid too much of its invoice.
  private func free(of note: BillingDocument) throws(Failure) -> Micros {
    let invoice = try document(note.refers)
    let tooMuch = invoice.paid + (try credited(invoice.number).total) - invoice.total
    return max(0, min(note.total - note.paid, tooMuch))
  }

  /// Pays an invoice with a credit note of the same customer: no money moves, and both are with the
  /// same account. A note counts once for an invoice.
  func offset(
    _ invoice: BillingDocument, _ amount: Micros?, _ number: String, open: Micros, nowMS: Int64
  ) throws(Failure) -> BillingDocument {
    let key = "offset:\(invoice.number):\(number)"
    if try isThere("\(key):from", amount, of: number) { return invoice }
    let note = try document(number)
    let free = try free(of: note)
    let wanted = amount ?? min(open, free)
    guard note.customer == invoice.customer, note.currency == invoice.currency, wanted > 0,
      wanted <= open, wanted <= free
    else {
      throw Failure(
        .conflict, "ledger.payment",
        "\(number) cannot pay \(wanted.decimalText) of \(invoice.number): "
          + "\(free.decimalText) of it are free, and \(open.decimalText) are open",
        mend: "a credit note pays what its customer has to pay, up to what was paid too much")
    }
    let origin = try document(note.refers)
    let currency = note.currency ?? .none
    let (due, credit) = (
      Account.due(note.customer, currency), Account.credit(note.customer, currency)
    )
    for (way, document, debit, credit) in [
      ("from", origin.number, due, credit), ("to", invoice.number, credit, due),
    ] {
      try post(
        Transfer(
          debit: debit, credit: credit, amount: wanted, key: "\(key):\(way)",
          details: JSONObject([
            .init("document", .string(document)), .init("reference", .string(number)),
          ])), atMS: nowMS)
    }
    try setPaid(origin.number, origin.paid - wanted)
    try setPaid(number, note.paid + wanted)
    try setPaid(invoice.number, invoice.paid + wanted)
    if wanted == open { try moveLots(of: invoice.number, to: .collected, nowMS: nowMS) }
    return try document(invoice.number)
  }
}
