internal import PatchbayCore
internal import PatchbayJSON

/// Usage events of one organisation, and the terms that they are charged by.
struct UsageTable {
  let database: any SQLConnection
  let organisation: Organisation

  private static let columns =
    "number, key, at_ms, customer, plugin, version, library, terms, meter, quantity"

  /// Writes an event, within a transaction. One that is there already must be the same.
  func write(_ event: UsageEvent) throws(Failure) {
    let added = try database.statement(
      """
      INSERT INTO usage (key, at_ms, customer, plugin, version, library, terms, meter, quantity,
        organisation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
      """
    ).bind(
      .text(event.key), .integer(event.atMS), .text(event.customer), .text(event.plugin),
      .text(event.version), .text(event.library), .text(event.terms),
      .text(event.meter.rawValue), .integer(event.quantity), .text(organisation.name)
    ).run()
    // A month is counted by the first run in it.
    if added == 1 || event.meter == .months { return }
    let known = try database.statement("SELECT \(Self.columns) FROM usage WHERE key = ?")
      .bind(.text(event.key)).first(Self.read)
    if known?.event == event { return }
    throw Failure(
      .conflict, "meter.conflict",
      "the usage “\(event.key)” was counted already, and differently",
      mend: "report it: it is a fault of the hub, and nothing of the batch was stored")
  }

  func events(after number: Int64, limit: Int) throws(Failure)
    -> (events: [UsageEvent], last: Int64)
  {
    let rows = try database.statement(
      """
      SELECT \(Self.columns) FROM usage WHERE organisation = ? AND number > ?
      ORDER BY number LIMIT ?
      """
    ).bind(.text(organisation.name), .integer(number), .integer(Int64(limit))).rows(Self.read)
    return (rows.compactMap(\.event), rows.last?.number ?? number)
  }

  func used(of plugin: String, fromMS: Int64, toMS: Int64) throws(Failure) -> [MeterUse] {
    try database.statement(
      """
      SELECT customer, meter, CAST(sum(quantity) AS BIGINT) FROM usage
      WHERE organisation = ? AND plugin = ? AND at_ms >= ? AND at_ms < ?
      GROUP BY customer, meter ORDER BY customer, meter
      """
    ).bind(.text(organisation.name), .text(plugin), .integer(fromMS), .integer(toMS)).rows { row in
      Terms.Meter(rawValue: row.text(1)).map {
        MeterUse(customer: row.text(0), meter: $0, quantity: row.integer(2))
      }
    }.compactMap { $0 }
  }

  private static func read(_ row: any SQLRow) -> (number: Int64, event: UsageEvent?) {
    let event = Terms.Meter(rawValue: row.text(8)).map {
      UsageEvent(
        key: row.text(1), atMS: row.integer(2), customer: row.text(3), plugin: row.text(4),
        version: row.text(5), library: row.text(6), terms: row.text(7), meter: $0,
        quantity: row.integer(9))
    }
    return (row.integer(0), event)
  }

  func keep(_ terms: CommercialTerms) throws(Failure) {
    try database.statement(
      """
      INSERT INTO terms (sha256, library, plugin, version, kind, platform_ppm, terms)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (sha256, library) DO UPDATE SET platform_ppm = excluded.platform_ppm
      """
    ).bind(
      .text(terms.terms.sha256), .text(terms.library), .text(terms.plugin), .text(terms.version),
      .text(terms.kind), .integer(terms.platformPPM), .text(terms.terms.json.text)
    ).run()
  }

  private static let termsColumns = "plugin, version, kind, platform_ppm, terms, library, sha256"

  func terms(_ sha256: String, library: String) throws(Failure) -> CommercialTerms? {
    try database.statement(
      "SELECT \(Self.termsColumns) FROM terms WHERE sha256 = ? AND library = ?"
    ).bind(.text(sha256), .text(library)).first(Self.readTerms)?.terms
  }

  func allTerms() throws(Failure) -> [(sha256: String, terms: CommercialTerms)] {
    try database.statement("SELECT \(Self.termsColumns) FROM terms ORDER BY plugin, version").bind()
      .rows(Self.readTerms)
  }

  private static func readTerms(_ row: any SQLRow) throws(Failure)
    -> (sha256: String, terms: CommercialTerms)
  {
    let terms = CommercialTerms(
      plugin: row.text(0), version: row.text(1), kind: row.text(2), library: row.text(5),
      terms: try Terms(JSON(stored: row.text(4), "terms"), in: row.text(0)),
      platformPPM: row.integer(3))
    return (row.text(6), terms)
  }
}
