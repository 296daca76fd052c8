package import PatchbayCore
internal import PatchbayCrypto
package import PatchbayJSON
internal import PatchbayStore

/// What a partner earned in a month, and where it stands. Its lines are given one by one: there may
/// be millions.
package struct PartnerStatement: Sendable {
  package struct Line: Sendable {
    package let number: Int64
    package let atMS: Int64
    /// charge, least, refund, payout, exchange or adjustment.
    package let kind: String
    package let account: String
    /// What it adds to what the partner has; negative where it takes away.
    package let amount: Micros
    package let details: JSONObject
    /// The invoice that asks the customer for it, and the payout with which the partner has it, as
    /// far as there are any.
    package let invoice: String?
    package let payout: String?
    /// The entry's bytes, which are hashed.
    package var bytes: [UInt8] { raw.bytes }
    let raw: RawEntry
    /// Where the entry stands in its period.
    package let index: Int
  }

  package let partner: String
  package let period: String
  package let currency: Currency
  package let opening: Micros
  package let closing: Micros
  /// What of the closing balance is earned, collected and payable.
  package let stages: [(name: String, amount: Micros)]
  /// Entries of the period in all, and the root over them; of an open period as it is now.
  package let count: Int
  package let root: [UInt8]
  package let isClosed: Bool
  let tree: MerkleTree
  /// The end of the books when it was made.
  let anchor: JSONObject
  /// Who is asked to pay, and who earns, as the billing policy names them.
  let parties: JSONObject

  /// All but the lines.
  package var json: JSONObject {
    JSONObject([
      .init("statement", 1), .init("partner", .string(partner)),
      .init("period", .string(period)), .init("currency", .string(currency.code)),
      .init("opening", .string(opening.decimalText)),
      .init("closing", .string(closing.decimalText)),
      .init(
        "stages",
        .object(JSONObject(stages.map { .init($0.name, .string($0.amount.decimalText)) }))),
      .init("closed", .bool(isClosed)), .init("entries", .integer(Int64(count))),
      .init("root", .string(Hex.encode(root))), .init("books", .object(anchor)),
      .init("parties", .object(parties)),
    ])
  }

  /// The way from an entry of the period to the root, by where it stands.
  package func proof(_ index: Int) -> [[UInt8]] { tree.proof(index) }

  /// A line with what proves it under the root.
  package func json(_ line: Line) -> JSON {
    [
      "entry": .integer(line.number), "at": .string(Time.format(line.atMS)),
      "kind": .string(line.kind), "account": .string(line.account),
      "amount": .string(line.amount.decimalText), "details": .object(line.details),
      "invoice": line.invoice.map { .string($0) } ?? .null,
      "payout": line.payout.map { .string($0) } ?? .null,
      "bytes": .string(Hex.encode(line.bytes)), "index": .integer(Int64(line.index)),
      "proof": .array(proof(line.index).map { .string(Hex.encode($0)) }),
    ]
  }
}

extension PartnerStatement {
  /// What an entry of this key is to a partner.
  static func kind(ofKey key: String) -> String {
    switch Substring(key.utf8.prefix { $0 != UInt8(ascii: ":") }) {
    case "usage": "charge"
    case "least": "least"
    case "refund": "refund"
    case "payout": "payout"
    case "exchange": "exchange"
    default: "adjustment"
    }
  }
}

extension Journal {
  /// The statements of a partner for a month, one for each currency, without their lines.
  package func statements(of partner: String, _ period: String) throws(Failure)
    -> [PartnerStatement]
  {
    let parties = try policy().parties(ofStatementTo: partner)
    let accounts = try partnerAccounts(partner)
    var (opening, leaves): ([Account: Micros], [[UInt8]]) = ([:], [])
    let before = try closedPeriods().last { $0.period < period }?.period
    for (account, balance) in try closings(before ?? "") where accounts.contains(account) {
      opening[account] = balance
    }
    var closing = opening
    // Months before this one that are still open count into the opening balance.
    try forEachRaw(of: (before ?? "") + "!"...period) { (entry) throws(Failure) in
      if entry.period == period { leaves.append(entry.leaf) }
      guard entry.isMovement else { return }
      func add(_ amount: Micros, to account: Account) {
        guard accounts.contains(account) else { return }
        closing[account, default: 0] += amount
        if entry.period != period { opening[account, default: 0] += amount }
      }
      add(-entry.value, to: entry.debit)
      add(entry.value, to: entry.credit)
    }
    let tree = MerkleTree(leaves)
    let isClosed = try closedPeriods().contains { $0.period == period }
    let anchor = try statementAnchor()
    return Set(closing.keys.map(\.currency)).sorted().map { currency in
      func sum(_ balances: [Account: Micros]) -> Micros {
        balances.reduce(0) { $0 + ($1.key.currency == currency ? $1.value : 0) }
      }
      return PartnerStatement(
        partner: partner, period: period, currency: currency, opening: sum(opening),
        closing: sum(closing),
        stages: Account.Stage.allCases.map {
          ($0.rawValue, closing[.partner(partner, $0, currency)] ?? 0)
        }, count: leaves.count, root: tree.root, isClosed: isClosed, tree: tree, anchor: anchor,
        parties: parties)
    }
  }

  /// What the lines of a statement are charged by: prices by their rules, and how charges are
  /// shared by their contracts.
  package func terms(of names: StatementNames) throws(Failure) -> JSONObject {
    var (prices, contracts) = (JSONObject(), JSONObject())
    for rules in names.prices.sorted() {
      if let price = try price(rules) { prices[rules] = price }
    }
    for id in names.contracts.sorted() {
      guard let contract = try contract(id)?.contract else { continue }
      contracts[id] = [
        "platform_ppm": .integer(contract.platformPPM), "parties": contract.partiesJSON,
      ]
    }
    return JSONObject([
      .init("prices", .object(prices)), .init("contracts", .object(contracts)),
    ])
  }

  /// The lines of a statement, in the order of the books.
  package func forEachLine(
    of statement: PartnerStatement, _ body: (PartnerStatement.Line) throws(Failure) -> Void
  ) throws(Failure) {
    let accounts = try partnerAccounts(statement.partner)
    var places = DocumentPlaces()
    var index = -1
    try forEachRaw(of: statement.period...statement.period) { (entry) throws(Failure) in
      index += 1
      guard entry.isMovement, entry.debit.currency == statement.currency else { return }
      let (isIn, isOut) = (accounts.contains(entry.credit), accounts.contains(entry.debit))
      // From one of the partner's accounts to another nothing is won.
      if isIn == isOut { return }
      let transfer = try entry.read().transfer
      let place = try self.place(of: transfer, entry.period, statement.partner, &places)
      try body(
        PartnerStatement.Line(
          number: entry.number, atMS: entry.atMS, kind: PartnerStatement.kind(ofKey: transfer.key),
          account: isIn ? entry.credit.name : entry.debit.name,
          amount: isIn ? entry.value : -entry.value, details: transfer.details,
          invoice: place.invoice, payout: place.payout, raw: entry, index: index))
    }
  }

  private func partnerAccounts(_ partner: String) throws(Failure) -> Set<Account> {
    let accounts = Set(try allAccounts().filter { $0.partner == partner })
    if !accounts.isEmpty { return accounts }
    throw Failure(
      .config, "ledger.unknown", "the books have no partner “\(partner)”",
      mend: "partners are those of the terms of installed plugins, once something was charged")
  }

  /// Where charges of a customer's month are asked for and paid out: looked up once for each
  /// account.
  private struct DocumentPlaces {
    var known: [Account: (invoice: String?, payout: String?)] = [:]
  }

  private func place(
    of transfer: Transfer, _ period: String, _ partner: String, _ places: inout DocumentPlaces
  ) throws(Failure) -> (invoice: String?, payout: String?) {
    if let payout = transfer.details["payout"]?.string { return (nil, payout) }
    if let document = transfer.details["document"]?.string { return (document, nil) }
    if let known = places.known[transfer.debit] ?? places.known[transfer.credit] { return known }
    let (debtor, creditor) = (transfer.debit.userOfUsage, transfer.credit.userOfUsage)
    guard let user = debtor ?? creditor else { return (nil, nil) }
    let currency = transfer.debit.currency
    let invoice = try invoice(of: user, currency, covering: period)?.number
    var payout: String?
    if let invoice {
      payout =
        try database.statement("SELECT payout FROM lots WHERE invoice = ? AND party = ?")
        .bind(.text(invoice), .text(partner)).first { $0.optionalText(0) } ?? nil
    }
    places.known[debtor == nil ? transfer.credit : transfer.debit] = (invoice, payout)
    return (invoice, payout)
  }
}

/// Prices and contracts that lines of a statement name.
package struct StatementNames: Sendable {
  fileprivate var prices: Set<String> = []
  fileprivate var contracts: Set<String> = []

  package init() {}

  package mutating func add(_ line: PartnerStatement.Line) {
    if let rules = line.details["price"]?.string { prices.insert(rules) }
    if let id = line.details["contract"]?.string { contracts.insert(id) }
  }
}

extension BillingPolicy {
  /// Both sides of a statement, with addresses and tax numbers as far as they are known.
  fileprivate func parties(ofStatementTo partner: String) -> JSONObject {
    let other = self.partner(partner)
    let name = other.name.isEmpty ? partner : other.name
    func side(_ lines: [String], _ taxID: String) -> JSON {
      ["lines": .array(lines.map { .string($0) }), "tax_id": .string(taxID)]
    }
    return JSONObject([
      .init("hub", side(seller, sellerTaxID)),
      .init("partner", side([name] + other.lines, other.taxID)),
    ])
  }
}
