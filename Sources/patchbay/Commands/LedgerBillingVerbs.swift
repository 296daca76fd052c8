internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayLedger
internal import PatchbayTerminal

enum LedgerInvoiceVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "invoice"], summary: "Issue invoices, show one, or list them.",
    discussion: """
      With --customer and --period: asks for what was used up to that month, which has to be closed.
      One invoice for each currency; asked again, the same ones. Amounts below what can be paid are
      carried to the next invoice. With NUMBER: shows an invoice or a credit note. Without both:
      lists them. Numbers have no gaps. With --preview: shows what would be asked for if the month
      were over now; nothing is issued.

      Example:
        patchbay ledger close 2026-10
        patchbay ledger invoice --customer demo --period 2026-10
        patchbay ledger invoice INV-2026-000001 --html > invoice.html
      """,
    options: [
      Option("customer", valueName: "C", about: "who is asked to pay: a connection"),
      Option("period", valueName: "YYYY-MM", about: "the last month that it asks for"),
      Option("preview", about: "issue nothing; the month may be open"),
      Option("html", about: "print a page"),
    ], arguments: [Argument("NUMBER", about: "of a document", isOptional: true)])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    var documents: [BillingDocument] = []
    if let customer = context.invocation.value("customer") {
      let period = try Period.parse(try context.needed("period"))
      let ledger = try await context.ledger(needsAll: true)
      if context.invocation.flag("preview") {
        documents = try await ledger.preview(customer, period)
      } else {
        documents = try await ledger.writeVerified { (journal) throws(Failure) in
          try journal.invoice(customer, period, nowMS: Time.nowMS())
        }
      }
      if documents.isEmpty { context.say("There is nothing to pay yet; it is carried over.") }
    } else if let number = context.invocation.arguments.first {
      documents = [
        try await context.books().read { (journal) throws(Failure) in try journal.document(number) }
      ]
    } else {
      let all = try await context.books().read { (journal) throws(Failure) in
        try journal.documents()
      }
      list(all, context)
      return 0
    }
    show(documents, context)
    return 0
  }

  static func show(_ documents: [BillingDocument], _ context: Context) {
    if context.wantsJSON { return context.print(.array(documents.map(\.json))) }
    for document in documents {
      if context.invocation.flag("html") {
        Output.text(document.page)
      } else {
        show(document, context)
      }
    }
  }

  private static func show(_ document: BillingDocument, _ context: Context) {
    let kind =
      document.isPreview ? "preview" : document.isCreditNote ? "credit note" : "invoice"
    let (code, day) = (document.currency?.code ?? "", document.json["day"]?.string ?? "")
    let name = document.isPreview ? "preview of an invoice" : "\(kind) \(document.number)"
    context.say(
      "\(name) of \(day) to \(visible(document.customer))"
        + (document.due.isEmpty ? "" : ", to be paid by \(document.due)"))
    func text(_ number: Int64?) -> String { number.map { String($0) } ?? "" }
    let rows = document.lines.map { line in
      [
        visible(line.text), text(line.used), text(line.free), text(line.charged),
        visible(line.unitPrice(code)), line.amount.decimalText,
      ]
    }
    context.print(
      Table(
        [
          .init("", mayShrink: true), .init("used", alignment: .right),
          .init("free", alignment: .right), .init("charged", alignment: .right),
          .init("unit price", mayShrink: true), .init(code, alignment: .right),
        ], rows: rows + document.sums.map { [visible($0.name), "", "", "", "", $0.amount] }))
  }

  private static func list(_ documents: [BillingDocument], _ context: Context) {
    if context.wantsJSON {
      return context.print(
        .array(
          documents.map {
            var json = $0.json.object ?? JSONObject()
            json["paid"] = .string($0.paid.decimalText)
            return .object(json)
          }))
    }
    context.print(
      Table(
        [
          .init("number"), .init("customer", mayShrink: true), .init("period"),
          .init("net", alignment: .right), .init("tax", alignment: .right),
          .init("total", alignment: .right), .init("paid", alignment: .right), .init(""),
        ],
        rows: documents.map {
          [
            $0.number, visible($0.customer), $0.period, $0.net.decimalText, $0.tax.decimalText,
            $0.total.decimalText, $0.isCreditNote ? "" : $0.paid.decimalText,
            $0.currency?.code ?? "",
          ]
        }))
  }
}

private let amountOption = Option("amount", valueName: "N", about: "default all that is left")
private let referenceOption = Option(
  "reference", valueName: "TEXT", isRequired: true,
  about: "the bank's, which counts once for an invoice; or a credit note's number")

enum LedgerReceiveVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "receive"], summary: "Note that a customer paid an invoice, or got money back.",
    discussion: """
      When all of an invoice is paid, the partners' parts of it are collected; they can be paid out
      after the days for which they are held. With a credit note's number as the reference, that
      note pays it. With the number of a credit note: its amount went back to the customer. With
      --chargeback: a payment that was noted went back, or is disputed; the partners wait for it
      again, and what they were paid already is kept back from later earnings.

      Example:
        patchbay ledger receive INV-2026-000001 --reference BANK-4711
        patchbay ledger receive INV-2026-000001 --reference BANK-4711 --chargeback CB-1 \\
          --reason disputed
      """,
    options: [
      referenceOption, amountOption,
      Option("chargeback", valueName: "TEXT", about: "the bank's reference of the way back"),
      Option("reason", valueName: "TEXT", about: "of a chargeback"),
    ], arguments: [Argument("NUMBER", about: "of an invoice or a credit note")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let (number, reference) = (context.argument(0), try context.needed("reference"))
    let amount = try context.amount("amount")
    let chargeback = context.invocation.value("chargeback")
    let reason = chargeback == nil ? "" : try context.needed("reason")
    let document = try await context.ledger().write { (journal) throws(Failure) in
      let nowMS = Time.nowMS()
      if let chargeback {
        return try journal.chargeback(
          number, amount, payment: reference, reference: chargeback, reason: reason, nowMS: nowMS)
      }
      let note = try journal.document(number)
      if note.isCreditNote {
        if let amount, amount != note.total {
          throw Failure(
            .config, "usage.amount",
            "a credit note goes back as a whole: "
              + note.total.decimalText, mend: "leave --amount out")
        }
        return try journal.payBack(number, reference: reference, nowMS: nowMS)
      }
      return try journal.receive(number, amount, reference: reference, nowMS: nowMS)
    }
    if context.wantsJSON {
      context.print([
        "number": .string(document.number), "total": .string(document.total.decimalText),
        "paid": .string(document.paid.decimalText),
      ])
    }
    context.say(
      document.isCreditNote
        ? "\(document.number): \(document.total.decimalText) went back to the customer."
        : "\(document.number): \(document.paid.decimalText) of \(document.total.decimalText) "
          + "\(document.currency?.code ?? "") are paid.")
    return 0
  }
}

enum LedgerRefundVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "refund"], summary: "Give back what a use was charged, or a part of it.",
    discussion: """
      Each posting of the charge is reversed in its part, so that everybody gives back what they
      had of it. Where the use is on an invoice, the customer gets a credit note; a use of a closed
      month is invoiced first. A key counts once for a use: asked again with it, nothing more is
      given back.

      Example:
        patchbay ledger refund RUN/contacts/1/records_read --key ticket-12 --reason outage
      """,
    options: [
      amountOption,
      Option("key", valueName: "TEXT", isRequired: true, about: "such as a ticket's number"),
      Option("reason", valueName: "TEXT", isRequired: true, about: "stands in the entries"),
    ], arguments: [Argument("USAGE", about: "as statements name it")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let (usage, amount) = (context.argument(0), try context.amount("amount"))
    let (key, reason) = (try context.needed("key"), try context.needed("reason"))
    let report = try await context.ledger().write { (journal) throws(Failure) in
      try journal.refund(usage: usage, amount, reason: reason, key: key, atMS: Time.nowMS())
    }
    if context.wantsJSON {
      context.print([
        "amount": .string(report.amount.decimalText), "currency": .string(report.currency.code),
        "credit_note": report.creditNote.map { .string($0) } ?? .null,
      ])
    }
    context.say(
      "\(report.amount.decimalText) \(report.currency) are given back"
        + (report.creditNote.map { ", with credit note \($0)." } ?? "."))
    return 0
  }
}
