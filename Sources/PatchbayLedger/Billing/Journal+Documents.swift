package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

extension Journal {
  /// The next number of a series, such as INV-2026-000001, within a batch: numbers have no gaps,
  /// because what is not issued takes none.
  func nextNumber(_ series: String, nowMS: Int64) throws(Failure) -> String {
    let prefix = "\(series)-\(Time.format(nowMS).prefix(4))-"
    let (table, column) = series == "PO" ? ("payouts", "batch") : ("documents", "number")
    let last =
      try database.statement(
        "SELECT \(column) FROM \(table) WHERE \(column) >= ? AND \(column) < ? "
          + "ORDER BY length(\(column)) DESC, \(column) DESC LIMIT 1"
      ).bind(.text(prefix), .text(prefix + ":")).first { $0.optionalText(0) } ?? nil
    let count = last.flatMap { Int($0.dropFirst(prefix.utf8.count)) } ?? 0
    let digits = String(count + 1)
    return prefix + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  func keep(_ document: BillingDocument, carry: Micros) throws(Failure) {
    try insert(
      .documents,
      [
        .text(document.number), .text(document.isCreditNote ? "credit_note" : "invoice"),
        .text(document.customer), .text(document.json["currency"]?.string ?? ""),
        .text(document.period), .text(document.json.text), .text(document.sha256), .micros(0),
        .micros(carry), .micros(0),
      ])
  }

  /// A document with what was paid of it.
  static func document(_ row: SealedRow) throws(Failure) -> BillingDocument {
    BillingDocument(json: try stored(row.text("json")), paid: row.micros("paid"))
  }

  /// Moves what a document says between what was used, what is due, and the tax.
  func postDocument(_ document: BillingDocument, sign: Int, nowMS: Int64) throws(Failure) {
    guard let currency = document.currency else { return }
    let (usage, due) = (
      Account.usage(document.customer, currency), Account.due(document.customer, currency)
    )
    let details = JSONObject([
      .init("document", .string(document.number)), .init("sha256", .string(document.sha256)),
      .init("customer", .string(document.customer)),
    ])
    let kind = sign > 0 ? "invoice" : "credit"
    func move(_ amount: Micros, _ from: Account, _ name: String) throws(Failure) {
      if amount == 0 { return }
      try post(
        Transfer(
          debit: sign > 0 ? due : from, credit: sign > 0 ? from : due, amount: amount,
          key: "\(kind):\(document.number):\(name)", details: details), atMS: nowMS)
    }
    try move(document.net, usage, "net")
    try move(document.tax, .tax(document.taxPPM, currency), "tax")
  }

  /// A document that was issued.
  package func document(_ number: String) throws(Failure) -> BillingDocument {
    try Self.document(documentRow(number))
  }

  func documentRow(_ number: String) throws(Failure) -> SealedRow {
    if let row = try row(.documents, .text(number)) { return row }
    throw Failure(
      .config, "ledger.unknown", "there is no document “\(number)”",
      mend: "patchbay ledger invoice lists those that were issued")
  }

  /// All that were issued, in the order of their numbers.
  package func documents() throws(Failure) -> [BillingDocument] {
    try rows(.documents, "ORDER BY length(number), number").map { (row) throws(Failure) in
      try Self.document(row)
    }
  }

  /// Whether every document is as its entry in the journal says, and no number is missing.
  func documentProblem() throws(Failure) -> String? {
    var last: [String: Int] = [:]
    for document in try documents() {
      let parts = document.number.split(separator: "-")
      let series = parts.dropLast().joined(separator: "-")
      guard let number = parts.last.flatMap({ Int($0) }), number == last[series, default: 0] + 1
      else { return "the document before \(document.number) is gone" }
      last[series] = number
      let kind = document.isCreditNote ? "credit" : "invoice"
      let said = try entry(key: "\(kind):\(document.number):net")?.transfer.details["sha256"]
      if said?.string != document.sha256 {
        return "the document \(document.number) is not what was issued"
      }
    }
    let issued =
      try database.statement(
        """
        SELECT count(*) FROM transfers WHERE (key >= 'invoice:' AND key < 'invoice;'
          OR key >= 'credit:' AND key < 'credit;') AND key LIKE '%:net'
        """
      ).bind().first { $0.integer(0) } ?? 0
    return issued == last.values.reduce(0) { $0 + Int64($1) }
      ? nil : "documents are gone: \(issued) were issued"
  }
}
