public import PatchbayCore

extension SQLiteStore {
  public func begin(_ run: RunRecord) throws(Failure) { try runTable.begin(run) }

  public func update(_ run: RunRecord) throws(Failure) { try runTable.update(run) }

  public func end(_ run: RunRecord, usage: [UsageEvent]) throws(Failure) {
    // Usage first: it can be written again, and a run that has ended was counted.
    try data.transaction { () throws(Failure) in
      for event in usage where event.quantity > 0 { try usageTable.write(event) }
    }
    try update(run)
  }

  public func run(_ id: String) throws(Failure) -> RunRecord? { try runTable.find(id) }

  public func runs(limit: Int) throws(Failure) -> [RunRecord] { try runTable.latest(limit) }

  public func requestCancel(_ run: String, nowMS: Int64) throws(Failure) -> Bool {
    try runTable.requestCancel(run, nowMS: nowMS)
  }

  public func isCancelRequested(_ run: String) throws(Failure) -> Bool {
    try runTable.isCancelRequested(run)
  }

  // MARK: Usage

  public func usage(after number: Int64, limit: Int) throws(Failure)
    -> (events: [UsageEvent], last: Int64)
  {
    try usageTable.events(after: number, limit: limit)
  }

  public func keep(_ terms: CommercialTerms) throws(Failure) { try usageTable.keep(terms) }

  public func terms(_ sha256: String, library: String) throws(Failure) -> CommercialTerms? {
    try usageTable.terms(sha256, library: library)
  }
}
