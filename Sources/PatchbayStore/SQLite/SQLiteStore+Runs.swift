package import PatchbayCore

extension SQLiteStore {
  package func begin(_ run: RunRecord) throws(Failure) { try runTable.begin(run) }

  package func update(_ run: RunRecord) throws(Failure) { try runTable.update(run) }

  package func end(_ run: RunRecord, usage: [UsageEvent]) throws(Failure) {
    // Usage first: it can be written again, and a run that has ended was counted.
    try data.transaction { () throws(Failure) in
      for event in usage where event.quantity > 0 { try usageTable.write(event) }
    }
    try update(run)
  }

  package func run(_ id: String) throws(Failure) -> RunRecord? { try runTable.find(id) }

  package func runs(limit: Int) throws(Failure) -> [RunRecord] { try runTable.latest(limit) }

  package func requestCancel(_ run: String, nowMS: Int64) throws(Failure) -> Bool {
    try runTable.requestCancel(run, nowMS: nowMS)
  }

  package func isCancelRequested(_ run: String) throws(Failure) -> Bool {
    try runTable.isCancelRequested(run)
  }

  // MARK: Usage

  package func used(of plugin: String, fromMS: Int64, toMS: Int64) throws(Failure) -> [MeterUse] {
    try usageTable.used(of: plugin, fromMS: fromMS, toMS: toMS)
  }

  package func usage(after number: Int64, limit: Int) throws(Failure)
    -> (events: [UsageEvent], last: Int64)
  {
    try usageTable.events(after: number, limit: limit)
  }

  package func keep(_ terms: CommercialTerms) throws(Failure) { try usageTable.keep(terms) }

  package func allTerms() throws(Failure) -> [(sha256: String, terms: CommercialTerms)] {
    try usageTable.allTerms()
  }

  package func terms(_ sha256: String, library: String) throws(Failure) -> CommercialTerms? {
    try usageTable.terms(sha256, library: library)
  }
}
