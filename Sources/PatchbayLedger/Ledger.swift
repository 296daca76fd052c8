public import PatchbayCore
public import PatchbayStore

/// The books of a data folder: `ledger.db`. Calls run one after the other, off the shared pool.
public actor Ledger {
  private let executor = SerialQueue("patchbay.ledger")
  private let journal: Journal

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Unsafe: the executor lives as long as the actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Opens (or makes) the books. `key` seals their end.
  public init(_ dataFolder: String, key: MasterKey) throws(Failure) {
    let journal = try Journal(
      path: "\(dataFolder)/ledger.db", key: key.derived(for: "patchbay.ledger.seal"))
    try journal.batch { () throws(Failure) in try journal.makeRatingTables() }
    self.journal = journal
  }

  /// Events that are charged in one transaction.
  private static let batch = 1000

  /// Charges what was used since the last time. Events that the books have already change nothing.
  public func rate(from store: any Store) async throws(Failure) -> RatingReport {
    var report = RatingReport()
    while true {
      let after = try journal.ratedUpTo()
      let (events, last) = try await store.usage(after: after, limit: Self.batch)
      if last == after { return report }
      var known: [String: CommercialTerms] = [:]
      for event in events where known[event.terms + event.library] == nil {
        known[event.terms + event.library] = try await store.terms(
          event.terms, library: event.library)
      }
      let terms = known
      var done = report
      try journal.batch { () throws(Failure) in
        for event in events {
          let key = event.terms + event.library
          if !event.terms.isEmpty && terms[key] == nil {
            throw Failure(
              .data, "ledger.terms",
              "the terms \(event.terms.prefix(12))… of \(event.plugin) \(event.version) are gone",
              mend: "restore patchbay.db from a backup; nothing of this batch is charged")
          }
          try journal.rate(event, terms[key], into: &done)
        }
        try journal.setRatedUpTo(last)
      }
      report = done
    }
  }

  /// The statements of a partner for a month, one for each currency.
  public func statements(of partner: String, _ period: String) throws(Failure)
    -> [PartnerStatement]
  {
    try journal.statements(of: partner, Period.parse(period))
  }

  /// Computes everything anew, and names the first entry that is wrong.
  public func verify() throws(Failure) -> BookCheck { try journal.verify() }

  /// The books as text for another program, part by part.
  public func export(_ format: ExportFormat, _ write: (String) throws(Failure) -> Void)
    throws(Failure)
  {
    try journal.export(format, write)
  }

  /// Closes a month that is over.
  public func close(_ period: String, nowMS: Int64) throws(Failure) -> ClosedPeriod {
    let period = try Period.parse(period)
    return try journal.batch { () throws(Failure) in
      try journal.close(period, nowMS: nowMS)
    }
  }

  /// Gives back a part of what a use was charged, or all of it; returns how much. A key is done
  /// once.
  public func refund(usage: String, _ amount: Micros?, reason: String, key: String, nowMS: Int64)
    throws(Failure) -> Micros
  {
    try journal.batch { () throws(Failure) in
      try journal.refund(usage: usage, amount, reason: reason, key: key, atMS: nowMS)
    }
  }
}
