package import PatchbayCore
package import PatchbayStore

/// The books of a data folder: `ledger.db`. Calls run one after the other, off the shared pool.
package actor Ledger {
  private let executor = SerialQueue("patchbay.ledger")
  private let journal: Journal

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Unsafe: the executor lives as long as the actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Opens (or makes) the books. Their end is sealed by a key of their own, which `vault` keeps for
  /// the hub. Books that were begun without one were sealed by what the master key gave: once that
  /// is proven it stays their key, also when the master key is replaced. Throws `ledger.key` where
  /// there are books and nothing proves to be their key: none is made for them.
  package init(_ dataFolder: String, vault: Vault) async throws(Failure) {
    let path = "\(dataFolder)/ledger.db"
    if let known = try await vault.knownKey(Self.keyName) {
      journal = try Journal(path: path, key: known)
      return
    }
    var old: [UInt8]?
    if FileBytes.exists(path), try Journal.hasEnd(path: path) {
      old = try vault.derivedKey(for: "patchbay.ledger.seal")
      let isProven = try old.map { (key) throws(Failure) in
        try Journal.isSealed(path: path, key: key)
      }
      guard isProven == true else {
        throw Failure(
          .config, "ledger.key", "\(path) was sealed under a key that this hub does not have",
          mend:
            "bring back the hub.db and the master.key (or PATCHBAY_MASTER_KEY) that belong to it")
      }
    }
    journal = try Journal(path: path, key: try await vault.key(Self.keyName, adopting: old))
  }

  private static let keyName = "ledger.seal"

  /// Reads the books, as they are at one moment.
  package func read<R: Sendable>(_ body: @Sendable (Journal) throws(Failure) -> R) throws(Failure)
    -> R
  {
    let journal = journal
    return try journal.snapshot { () throws(Failure) in try body(journal) }
  }

  /// Changes the books in one transaction: all that the body posts is on disk when this returns, or
  /// none of it is there.
  @discardableResult
  package func write<R: Sendable>(_ body: @Sendable (Journal) throws(Failure) -> R) throws(Failure)
    -> R
  {
    let journal = journal
    return try journal.batch { () throws(Failure) in try body(journal) }
  }

  /// Whether the store is not the one that was rated, but an earlier state of it: then its numbers
  /// mean other events.
  private func isOther(_ store: any UsageStore) async throws(Failure) -> Bool {
    let (number, key) = try journal.ratedUpTo(store.organisation)
    if number == 0 || key.isEmpty { return false }
    let (events, last) = try await store.usage(after: number - 1, limit: 1)
    return last != number || events.first?.key != key
  }

  /// Events that are charged in one transaction.
  private static let batch = 1000

  /// Charges what an organisation used since the last time. Events that the books have already
  /// change nothing.
  @discardableResult
  package func rate(from store: any UsageStore) async throws(Failure) -> RatingReport {
    var report = RatingReport()
    if try await isOther(store) {
      try write { (journal) throws(Failure) in try journal.rateAll(of: store.organisation) }
    }
    while true {
      let after = try journal.ratedUpTo(store.organisation).number
      let (events, last) = try await store.usage(after: after, limit: Self.batch)
      if last == after { return report }
      var terms: [String: CommercialTerms] = [:]
      for event in events where terms[event.terms + event.library] == nil {
        terms[event.terms + event.library] = try await store.terms(
          event.terms, library: event.library)
      }
      let (known, before) = (terms, report)
      report = try write { (journal) throws(Failure) in
        try journal.rate(
          events, known, of: store.organisation, after: after, through: last, before)
      }
    }
  }
}

extension Journal {
  /// Charges events, within a batch, unless another process did so meanwhile.
  fileprivate func rate(
    _ events: [UsageEvent], _ terms: [String: CommercialTerms], of organisation: Organisation,
    after: Int64, through last: Int64, _ report: RatingReport
  ) throws(Failure) -> RatingReport {
    if try ratedUpTo(organisation).number != after { return report }
    let nowMS = Time.nowMS()
    var done = report
    for event in events {
      let found = terms[event.terms + event.library]
      if !event.terms.isEmpty && found == nil {
        throw Failure(
          .data, "ledger.terms",
          "the terms \(event.terms.prefix(12))… of \(event.plugin) \(event.version) are gone",
          mend: "restore data.db from a backup; nothing of this batch is charged")
      }
      try rate(event, found, nowMS: nowMS, into: &done)
    }
    let lastMS = events.map(\.atMS).max() ?? 0
    try setRatedUpTo(
      last, of: organisation, key: events.last?.key ?? "",
      lastDay: String(Time.format(lastMS).prefix(10)))
    return done
  }

  /// Looks at all events again: those that were charged are known.
  fileprivate func rateAll(of organisation: Organisation) throws(Failure) {
    try setRatedUpTo(0, of: organisation, lastDay: "")
  }

  /// Charges what a month costs besides its use, and closes it, within a batch.
  package func closeMonth(_ period: String, nowMS: Int64) throws(Failure) -> ClosedPeriod {
    try settleMonth(period, nowMS: nowMS)
    return try close(period, nowMS: nowMS)
  }
}
