public import PatchbayCore
internal import PatchbayJSON

extension SQLiteStore {
  /// Writes an event, within a transaction. One that is there already must be the same.
  func write(_ event: UsageEvent) throws(Failure) {
    let added = try data.prepare(
      """
      INSERT INTO usage (key, at_ms, customer, plugin, version, library, terms, meter, quantity)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
      """
    ).bind(
      .text(event.key), .integer(event.atMS), .text(event.customer), .text(event.plugin),
      .text(event.version), .text(event.library), .text(event.terms),
      .text(event.meter.rawValue), .integer(event.quantity)
    ).run()
    // A month is counted by the first run in it.
    if added == 1 || event.meter == .months { return }
    let known = try data.prepare("SELECT \(Self.usageColumns) FROM usage WHERE key = ?")
      .bind(.text(event.key)).first(Self.usage)
    if known?.event == event { return }
    throw Failure(
      .conflict, "meter.conflict",
      "the usage “\(event.key)” was counted already, and differently",
      mend: "report it: it is a fault of the hub, and nothing of the batch was stored")
  }

  public func end(_ run: RunRecord, usage: [UsageEvent]) throws(Failure) {
    // Usage first: it can be written again, and a run that has ended was counted.
    try data.transaction { () throws(Failure) in
      for event in usage where event.quantity > 0 { try write(event) }
    }
    try update(run)
  }

  public func usage(after number: Int64, limit: Int) throws(Failure)
    -> (events: [UsageEvent], last: Int64)
  {
    let rows = try data.prepare(
      "SELECT \(Self.usageColumns) FROM usage WHERE number > ? ORDER BY number LIMIT ?"
    ).bind(.integer(number), .integer(Int64(limit))).rows(Self.usage)
    return (rows.compactMap(\.event), rows.last?.number ?? number)
  }

  private static let usageColumns =
    "number, key, at_ms, customer, plugin, version, library, terms, meter, quantity"

  private static func usage(_ row: Statement) -> (number: Int64, event: UsageEvent?) {
    let event = Terms.Meter(rawValue: row.text(8)).map {
      UsageEvent(
        key: row.text(1), atMS: row.integer(2), customer: row.text(3), plugin: row.text(4),
        version: row.text(5), library: row.text(6), terms: row.text(7), meter: $0,
        quantity: row.integer(9))
    }
    return (row.integer(0), event)
  }

  public func keep(_ terms: CommercialTerms) throws(Failure) {
    try data.prepare(
      """
      INSERT INTO terms (sha256, library, plugin, version, kind, platform_ppm, terms)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET platform_ppm = excluded.platform_ppm
      """
    ).bind(
      .text(terms.terms.sha256), .text(terms.library), .text(terms.plugin), .text(terms.version),
      .text(terms.kind), .integer(terms.platformPPM), .text(terms.terms.json.text)
    ).run()
  }

  public func terms(_ sha256: String, library: String) throws(Failure) -> CommercialTerms? {
    try data.prepare(
      "SELECT plugin, version, kind, platform_ppm, terms FROM terms "
        + "WHERE sha256 = ? AND library = ?"
    ).bind(.text(sha256), .text(library)).first { (row) throws(Failure) in
      CommercialTerms(
        plugin: row.text(0), version: row.text(1), kind: row.text(2), library: library,
        terms: try Terms(Self.stored(row.text(4), "terms"), in: row.text(0)),
        platformPPM: row.integer(3))
    }
  }
}
