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
  /// there are books and nothing proves to be their key: none is made for them; `ledger.missing`
  /// where books were begun and are gone, unless they are to begin `anew`.
  package init(_ dataFolder: String, vault: Vault, anew: Bool = false) async throws(Failure) {
    let path = Self.path(in: dataFolder)
    let isBegun = try await vault.knownKey(Self.begunName) != nil
    let hasBooks = FileBytes.exists(path) ? try Journal.hasEnd(path: path) : false
    if isBegun && !hasBooks && !anew { throw Self.missing(path) }
    if anew && hasBooks {
      throw Failure(
        .conflict, "ledger.begun", "\(path) has books",
        mend: "nothing is begun anew beside them; patchbay ledger verify looks at them")
    }
    journal = try await Self.journal(path, hasBooks: hasBooks, vault)
    if !isBegun { _ = try await vault.key(Self.begunName) }
  }

  private static func path(in dataFolder: String) -> String { "\(dataFolder)/ledger.db" }

  private static func missing(_ path: String) -> Failure {
    Failure(
      .data, "ledger.missing", "\(path) has no books, and this hub had begun some",
      mend: "bring the file back from a backup; where there is none: patchbay ledger begin --anew")
  }

  /// Whether a data folder has books, or had some.
  package static func areBegun(
    in dataFolder: String, vault: @autoclosure () throws(Failure) -> Vault
  ) async throws(Failure) -> Bool {
    // Mostly the file is there, and no store has to be opened to ask for more.
    if FileBytes.exists(path(in: dataFolder)) { return true }
    return try await vault().knownKey(begunName) != nil
  }

  private static func journal(_ path: String, hasBooks: Bool, _ vault: Vault) async throws(Failure)
    -> Journal
  {
    if let known = try await vault.knownKey(Self.keyName) {
      return try Journal(path: path, key: known)
    }
    var old: [UInt8]?
    if hasBooks {
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
    return try Journal(path: path, key: try await vault.key(Self.keyName, adopting: old))
  }

  private static let keyName = "ledger.seal"
  /// Is there since books were begun, and seals nothing: who has the files alone can make none.
  private static let begunName = "ledger.begun"

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

  /// The same, on books that were looked at as a whole: each entry and row is what was written.
  /// Takes as long as ``verify()``.
  @discardableResult
  package func writeVerified<R: Sendable>(
    _ body: @Sendable (Journal) throws(Failure) -> R
  ) throws(Failure) -> R {
    let journal = journal
    return try journal.verifiedBatch { () throws(Failure) in try body(journal) }
  }

  /// Whether the store is not the one that was rated, but an earlier state of it: then its numbers
  /// mean other events.
  private func isOther(_ store: any UsageStore) async throws(Failure) -> Bool {
    let (number, key, _) = try journal.ratedUpTo(store.organisation)
    if number == 0 || key.isEmpty { return false }
    let (events, last) = try await store.usage(after: number.subtracting(clamped: 1), limit: 1)
    return last != number || events.first?.key != key
  }

  /// Events that are charged in one transaction.
  private static let batch = 1000

  /// Charges what an organisation used since the last time. Events that the books have already
  /// change nothing; those whose time or terms cannot be wait for a person. `proof` says what was
  /// signed; without one, terms are compared with the hash that an event names alone.
  @discardableResult
  package func rate(
    from store: any UsageStore, proof: (any TermsProof)? = nil, nowMS: Int64 = Time.nowMS()
  ) async throws(Failure) -> RatingReport {
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
        terms[event.terms + event.library] = try await Self.terms(of: event, in: store)
      }
      let part = EventPart(
        events: events, terms: terms, organisation: store.organisation, after: after, last: last)
      let before = report
      report = try write { (journal) throws(Failure) in
        try journal.rate(part, proof, nowMS: nowMS, before)
      }
    }
  }

  /// What a store says of an event's terms. Terms that cannot be are not those that were signed:
  /// the event waits for a person, and others are charged.
  private static func terms(of event: UsageEvent, in store: any UsageStore) async throws(Failure)
    -> CommercialTerms?
  {
    do throws(Failure) {
      return try await store.terms(event.terms, library: event.library)
    } catch  where error.code == "listing.terms" {
      return nil
    }
  }

  /// Looks at all of the books, and lets nothing be written to them any more where something is
  /// wrong.
  package func verify() throws(Failure) -> BookCheck { try journal.verifyAndLatch() }

  /// What would be asked for if a month were over now; nothing is kept.
  package func preview(_ customer: String, _ period: String) throws(Failure) -> [BillingDocument] {
    try journal.preview(customer, period, nowMS: Time.nowMS())
  }
}

/// Some events of an organisation, in their order, and what is known of their terms.
private struct EventPart: Sendable {
  let events: [UsageEvent]
  let terms: [String: CommercialTerms]
  let organisation: Organisation
  /// The number before the first, and that of the last.
  let after: Int64
  let last: Int64
}

extension Journal {
  /// Charges events, within a batch, unless another process did so meanwhile.
  fileprivate func rate(
    _ part: EventPart, _ proof: (any TermsProof)?, nowMS: Int64, _ report: RatingReport
  ) throws(Failure) -> RatingReport {
    let known = try ratedUpTo(part.organisation)
    if known.number != part.after { return report }
    var (done, lastMS) = (report, known.atMS)
    // Terms are hashed and compared once for all events of a version.
    var judged: [[String]: String?] = [:]
    for event in part.events {
      let terms = part.terms[event.terms + event.library]
      if try isRated(event.key) {
        try rate(event, terms, nowMS: nowMS, into: &done)
        continue
      }
      var doubt = Self.doubt(event, lastMS: lastMS, nowMS: nowMS)
      if doubt == nil {
        let name = [event.plugin, event.version, event.library, event.terms]
        if judged[name] == nil {
          judged.updateValue(try self.doubt(event, terms, proof), forKey: name)
        }
        doubt = judged[name] ?? nil
      }
      if let doubt {
        try hold(event, terms, doubt, of: part.organisation)
        done.events += 1
        done.waiting += 1
        continue
      }
      try rate(event, terms, nowMS: nowMS, into: &done)
      lastMS = max(lastMS, event.atMS)
    }
    try setRatedUpTo(
      part.last, of: part.organisation, key: part.events.last?.key ?? "", lastMS: lastMS)
    return done
  }

  /// Looks at all events again: those that were charged are known.
  fileprivate func rateAll(of organisation: Organisation) throws(Failure) {
    try setRatedUpTo(0, of: organisation, lastMS: try ratedUpTo(organisation).atMS)
  }

  /// Charges what a month costs besides its use, and closes it, within a batch.
  package func closeMonth(_ period: String, nowMS: Int64) throws(Failure) -> ClosedPeriod {
    try settleMonth(period, nowMS: nowMS)
    return try close(period, nowMS: nowMS)
  }
}
