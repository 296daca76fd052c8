internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// What is counted together: one customer's use of one meter in one month, by one price.
struct Slot: Hashable {
  let customer: String
  /// The plugin and the currency: who shares in it, and how, makes no difference here.
  let plugin: String
  let meter: Terms.Meter
  let month: String
  let price: String

  init(_ event: UsageEvent, _ currency: Currency, _ price: Terms.Price, _ day: String) {
    (customer, plugin, meter) = (event.customer, "\(event.plugin) \(currency)", event.meter)
    (month, self.price) = (String(day.prefix(7)), price.rules)
  }

  /// A name for it, which no other has.
  var key: String {
    [month, customer, plugin, meter.rawValue, price].joined(separator: "\u{1F}")
  }
}

/// What was used of a slot, and charged.
struct Use {
  var quantity: Int128 = 0
  var charged: Micros = 0
  /// What the month costs at least, which is charged when it is over.
  var least: Micros = 0
  var isSettled = false
  /// Of the last event: whose use it is.
  var details = JSONObject()

  init() {}

  init(_ row: any SQLRow) throws(Failure) {
    (quantity, charged) = (Int128(bigEndian: row.bytes(0)), Micros(bigEndian: row.bytes(1)))
    (least, isSettled) = (Micros(bigEndian: row.bytes(2)), row.integer(3) != 0)
    details = try Journal.stored(row.text(4)).object ?? JSONObject()
  }

  static let columns = "quantity, charged, least, is_settled, details"
}

extension Journal {
  func use(_ slot: Slot) throws(Failure) -> Use {
    try database.statement(
      """
      SELECT \(Use.columns) FROM quantities
      WHERE month = ? AND customer = ? AND plugin = ? AND meter = ? AND price = ?
      """
    ).bind(
      .text(slot.month), .text(slot.customer), .text(slot.plugin), .text(slot.meter.rawValue),
      .text(slot.price)
    ).first(Use.init) ?? Use()
  }

  func set(_ slot: Slot, _ use: Use) throws(Failure) {
    try database.statement(
      """
      INSERT INTO quantities (month, customer, plugin, meter, price, quantity, charged, least,
        is_settled, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (month, customer, plugin, meter, price) DO UPDATE SET
        quantity = excluded.quantity, charged = excluded.charged, least = excluded.least,
        is_settled = excluded.is_settled, details = excluded.details
      """
    ).bind(
      .text(slot.month), .text(slot.customer), .text(slot.plugin), .text(slot.meter.rawValue),
      .text(slot.price), .blob(use.quantity.bigEndianBytes), .blob(use.charged.bigEndianBytes),
      .blob(use.least.bigEndianBytes), .integer(use.isSettled ? 1 : 0),
      .text(JSON.object(use.details).text)
    ).run()
  }

  // MARK: Contracts

  func sums(of contract: Contract) throws(Failure) -> Contract.Sums {
    try database.statement("SELECT gross, shared FROM contracts WHERE id = ?")
      .bind(.text(contract.id)).first {
        Contract.Sums(
          gross: Micros(bigEndian: $0.bytes(0)), shared: Micros(bigEndian: $0.bytes(1)))
      } ?? Contract.Sums()
  }

  func setSums(of contract: Contract, _ sums: Contract.Sums) throws(Failure) {
    try database.statement("UPDATE contracts SET gross = ?, shared = ? WHERE id = ?")
      .bind(
        .blob(sums.gross.bigEndianBytes), .blob(sums.shared.bigEndianBytes), .text(contract.id)
      ).run()
  }

  /// Keeps what a contract says, and what its parties want paid at least.
  func note(_ terms: CommercialTerms, _ contract: Contract, _ currency: Currency) throws(Failure) {
    let zero = Micros(0).bigEndianBytes
    let added = try database.statement(
      """
      INSERT INTO contracts (id, gross, shared, platform_ppm, parties, currency)
      VALUES (?1, ?2, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING
      """
    ).bind(
      .text(contract.id), .blob(zero), .integer(contract.platformPPM),
      .text(contract.partiesJSON.text), .text(currency.code)
    ).run()
    if added == 0 { return }
    for share in contract.parties where share.ppm > 0 {
      try database.statement(
        """
        INSERT INTO parties (name, currency, minimum_payout) VALUES (?, ?, ?)
        ON CONFLICT (name, currency) DO UPDATE SET minimum_payout = excluded.minimum_payout
          WHERE excluded.minimum_payout < parties.minimum_payout
        """
      ).bind(
        .text(share.party), .text(currency.code), .integer(terms.terms.minimumPayoutMicros)
      ).run()
    }
  }

  func contract(_ id: String) throws(Failure) -> Contract? {
    try database.statement("SELECT platform_ppm, parties FROM contracts WHERE id = ?")
      .bind(.text(id)).first { (row) throws(Failure) in
        Contract(
          id: id, platformPPM: row.integer(0), partiesJSON: try Self.stored(row.text(1)))
      }
  }

  func gross(of group: BillingPolicy.Group) throws(Failure) -> Micros {
    try database.statement("SELECT gross FROM group_sums WHERE name = ? AND currency = ?")
      .bind(.text(group.name), .text(group.currency)).first { Micros(bigEndian: $0.bytes(0)) } ?? 0
  }

  func setGross(of group: BillingPolicy.Group, _ gross: Micros) throws(Failure) {
    try database.statement(
      """
      INSERT INTO group_sums (name, currency, gross) VALUES (?, ?, ?)
      ON CONFLICT (name, currency) DO UPDATE SET gross = excluded.gross
      """
    ).bind(.text(group.name), .text(group.currency), .blob(gross.bigEndianBytes)).run()
  }

  /// JSON that the journal wrote itself.
  static func stored(_ text: String) throws(Failure) -> JSON {
    do {
      return try JSON(reading: text)
    } catch {
      throw Failure(
        .data, "ledger.damaged", "a stored value cannot be read: \(error)",
        mend: "restore ledger.db from a backup")
    }
  }
}
