internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayLedger
internal import PatchbayTerminal

enum LedgerPayoutVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "payout"], summary: "Order payments to partners, mark them, or list them.",
    discussion: """
      --order makes a batch of what every partner may be paid: what customers paid, after the days
      for which it is held, from the least that the partner wants paid on. It is set aside until it
      is marked; made again, a batch has nothing. --csv prints a batch for the bank. Marks are made
      once: a payment that failed is in the next batch again.

      Example:
        patchbay ledger payout --order
        patchbay ledger payout --batch PO-2026-000001 --csv > payments.csv
        patchbay ledger payout --batch PO-2026-000001 --paid all
      """,
    options: [
      Option("order", about: "make a batch"),
      Option("batch", valueName: "NAME", about: "look at this one"),
      Option(
        "paid", valueName: "ITEM", isRepeated: true, about: "these were paid: numbers, or all"),
      Option("failed", valueName: "ITEM", isRepeated: true, about: "these were not"),
      Option("csv", about: "print comma-separated values"),
    ])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let nowMS = Time.nowMS()
    if context.invocation.flag("order") {
      let made = try await context.ledger().writeVerified { (journal) throws(Failure) in
        try journal.orderPayouts(nowMS: nowMS)
      }
      if made.payouts.isEmpty && !context.wantsJSON {
        context.say("Nobody has anything to be paid out.")
      } else {
        show(made.payouts, context)
      }
      for over in made.carried {
        context.say(
          "\(visible(over.party)): \(over.amount.decimalText) \(over.currency) carried over: "
            + over.reason)
      }
      return 0
    }
    let batch = context.invocation.value("batch")
    let (paid, failed) = (context.invocation.values("paid"), context.invocation.values("failed"))
    if !(paid + failed).isEmpty { _ = try context.needed("batch") }
    let payouts = try await context.books().write { (journal) throws(Failure) in
      let all = try journal.payouts(of: batch)
      for (items, isPaid) in [(paid, true), (failed, false)] {
        for payout in try chosen(items, all) {
          _ = try journal.mark(payout, paid: isPaid, nowMS: nowMS)
        }
      }
      return try journal.payouts(of: batch)
    }
    show(payouts, context)
    return 0
  }

  private static func chosen(_ items: [String], _ payouts: [Payout]) throws(Failure) -> [Payout] {
    if items == ["all"] { return payouts.filter { $0.status == .ordered } }
    var found: [Payout] = []
    for item in items {
      guard let payout = payouts.first(where: { String($0.item) == item || $0.name == item }) else {
        throw Failure(
          .config, "usage.item", "the batch has no payment “\(item)”",
          mend: "items are numbers from 1 to \(payouts.count), or all")
      }
      found.append(payout)
    }
    return found
  }

  private static func show(_ payouts: [Payout], _ context: Context) {
    if context.wantsJSON { return context.print(.array(payouts.map(\.json))) }
    if context.invocation.flag("csv") {
      Output.text(
        PartnerStatement.row(["payout", "partner", "account", "currency", "amount"]))
      // A batch for the bank has what is still to be paid.
      for payout in payouts where payout.status == .ordered {
        Output.text(
          PartnerStatement.row([
            payout.name, payout.party, payout.account, payout.currency.code,
            payout.net.decimalText,
          ]))
      }
      return
    }
    context.print(
      Table(
        [
          .init("payout"), .init("partner", mayShrink: true), .init("account"),
          .init("gross", alignment: .right), .init("withheld", alignment: .right),
          .init("net", alignment: .right), .init(""), .init("status"),
        ],
        rows: payouts.map {
          [
            $0.name, visible($0.party), visible($0.account), $0.gross.decimalText,
            $0.withheld.decimalText, $0.net.decimalText, $0.currency.code, $0.status.rawValue,
          ]
        }))
  }
}

enum LedgerExchangeVerb: Verb {
  static let scope = VerbScope.hub
  static let command = Command(
    ["ledger", "exchange"], summary: "Change what a partner may be paid into another currency.",
    discussion: """
      Two linked entries, by way of what the hub holds in both currencies. A key is done once.

      Example:
        patchbay ledger exchange acme --from EUR --to USD --rate 1.0834 --key 2026-11-20
      """,
    options: [
      Option("from", valueName: "CODE", isRequired: true, about: "as in EUR"),
      Option("to", valueName: "CODE", isRequired: true, about: "as in USD"),
      Option("rate", valueName: "N", isRequired: true, about: "what one of the first is worth"),
      Option("amount", valueName: "N", about: "of the first; default all that may be paid out"),
      Option("key", valueName: "TEXT", isRequired: true, about: "such as the day"),
    ], arguments: [Argument("PARTNER", about: "whose money it is")])

  static func run(_ context: Context) async throws(Failure) -> Int32 {
    let (from, to) = (try context.currency("from"), try context.currency("to"))
    let (partner, amount) = (context.argument(0), try context.amount("amount"))
    guard let rate = ExchangeRate(try context.needed("rate")) else {
      throw Failure(
        .config, "usage.rate", "--rate takes a number above 0",
        mend: "write it as in 1.0834, with at most six digits after the point")
    }
    let key = try context.needed("key")
    let done = try await context.ledger().write { (journal) throws(Failure) in
      try journal.mature(nowMS: Time.nowMS())
      return try journal.exchange(
        partner: partner, from: from, to: to, amount, rate: rate, key: key, nowMS: Time.nowMS())
    }
    if context.wantsJSON {
      context.print([
        "given": .string(done.given.decimalText), "got": .string(done.got.decimalText),
      ])
    }
    context.say("\(done.given.decimalText) \(from) became \(done.got.decimalText) \(to).")
    return 0
  }
}
