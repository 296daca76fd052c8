package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// What became of usage events.
public struct RatingReport: Sendable, Equatable {
  public var events = 0
  /// Events that were in the books already.
  public var known = 0
  public var charges = 0
  /// Events that nothing is charged for: of plugins without terms, or whose meter costs nothing.
  public var free = 0

  public init() {}
}

extension Journal {
  package func makeRatingTables() throws(Failure) {
    try database.execute(
      """
      CREATE TABLE IF NOT EXISTS rated (key TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS quantities (
        customer TEXT NOT NULL, contract TEXT NOT NULL, meter TEXT NOT NULL, month TEXT NOT NULL,
        price TEXT NOT NULL, quantity BLOB NOT NULL, charged BLOB NOT NULL,
        PRIMARY KEY (customer, contract, meter, month, price)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS rating (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER);
      CREATE TABLE IF NOT EXISTS contracts (id TEXT PRIMARY KEY, gross BLOB NOT NULL) WITHOUT ROWID;
      """)
  }

  /// The number of the last event that was looked at.
  func ratedUpTo() throws(Failure) -> Int64 {
    try database.prepare("SELECT number FROM rating").bind().first { $0.integer(0) } ?? 0
  }

  func setRatedUpTo(_ number: Int64) throws(Failure) {
    try database.prepare("INSERT OR REPLACE INTO rating (one, number) VALUES (1, ?)")
      .bind(.integer(number)).run()
  }

  /// Charges an event, within a batch: what its month costs with it, less what it cost before. So
  /// the order of events makes no difference, and an event that comes again changes nothing.
  package func rate(_ event: UsageEvent, _ terms: CommercialTerms?, into report: inout RatingReport)
    throws(Failure)
  {
    report.events += 1
    let body = Digest.sha256(event.json.bytes)
    let known = try database.prepare("SELECT body FROM rated WHERE key = ?").bind(.text(event.key))
      .first { $0.bytes(0) }
    if let known {
      guard known == body else {
        throw Failure(
          .conflict, "meter.conflict",
          "the usage “\(event.key)” is in the books already, with other content",
          mend: "nothing is charged; find out which of the two is true, and post the difference")
      }
      report.known += 1
      return
    }
    try database.prepare("INSERT INTO rated (key, body) VALUES (?, ?)")
      .bind(.text(event.key), .blob(body)).run()
    let day = String(Time.format(event.atMS).prefix(10))
    guard let terms, let price = terms.terms.price(of: event.meter, on: day),
      let currency = Currency(terms.terms.currency), event.quantity > 0
    else {
      report.free += 1
      return
    }
    let contract = Contract(terms)
    let month = Month(String(day.prefix(7)))
    let (quantity, charged) = try quantity(event, contract, month, price)
    let later = quantity + Int128(event.quantity)
    let cost = price.cost(of: later, in: month)
    try setQuantity(event, contract, month, price, later, cost)
    let charge = cost - charged
    if charge == 0 {
      report.free += 1
      return
    }
    report.charges += 1
    try post(charge, for: event, contract, currency)
  }

  private func post(
    _ charge: Micros, for event: UsageEvent, _ contract: Contract, _ currency: Currency
  ) throws(Failure) {
    let gross = try gross(of: contract)
    try setGross(of: contract, gross + charge)
    let customer = Account("customer:\(event.customer)", currency)
    var details = JSONObject()
    for member in event.json.object?.members ?? [] where member.name != "at_ms" {
      details[member.name == "key" ? "usage" : member.name] = member.value
    }
    details["contract"] = .string(contract.id)
    details["charge"] = .string(charge.decimalText)
    for (name, amount) in contract.shares(of: charge, after: gross) where amount != 0 {
      let account = Account(name, currency)
      // A price of volume may fall when more is used: then money goes back.
      try post(
        Transfer(
          debit: amount > 0 ? customer : account, credit: amount > 0 ? account : customer,
          amount: Micros(amount.magnitude), key: "usage:\(event.key):\(name)", details: details),
        atMS: event.atMS)
    }
  }

  private func quantity(
    _ event: UsageEvent, _ contract: Contract, _ month: Month, _ price: Terms.Price
  ) throws(Failure) -> (quantity: Int128, charged: Micros) {
    try database.prepare(
      """
      SELECT quantity, charged FROM quantities
      WHERE customer = ? AND contract = ? AND meter = ? AND month = ? AND price = ?
      """
    ).bind(
      .text(event.customer), .text(contract.id), .text(event.meter.rawValue), .text(month.name),
      .text(price.from)
    ).first { (Int128(bigEndian: $0.bytes(0)), Micros(bigEndian: $0.bytes(1))) } ?? (0, 0)
  }

  private func setQuantity(
    _ event: UsageEvent, _ contract: Contract, _ month: Month, _ price: Terms.Price,
    _ quantity: Int128, _ charged: Micros
  ) throws(Failure) {
    try database.prepare(
      """
      INSERT OR REPLACE INTO quantities
        (customer, contract, meter, month, price, quantity, charged) VALUES (?, ?, ?, ?, ?, ?, ?)
      """
    ).bind(
      .text(event.customer), .text(contract.id), .text(event.meter.rawValue), .text(month.name),
      .text(price.from), .blob(quantity.bigEndianBytes), .blob(charged.bigEndianBytes)
    ).run()
  }

  package func gross(of contract: Contract) throws(Failure) -> Micros {
    try database.prepare("SELECT gross FROM contracts WHERE id = ?").bind(.text(contract.id))
      .first { Micros(bigEndian: $0.bytes(0)) } ?? 0
  }

  private func setGross(of contract: Contract, _ gross: Micros) throws(Failure) {
    try database.prepare("INSERT OR REPLACE INTO contracts (id, gross) VALUES (?, ?)")
      .bind(.text(contract.id), .blob(gross.bigEndianBytes)).run()
  }
}
