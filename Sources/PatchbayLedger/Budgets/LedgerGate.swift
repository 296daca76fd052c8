package import PatchbayCore
package import PatchbayStore

/// Keeps syncs within budgets and plans: sets aside before, and settles when use is charged.
package struct LedgerGate: SpendGate {
  private let ledger: Ledger
  private let store: any UsageStore
  private let proof: (any TermsProof)?

  /// `nil` where the billing policy has neither budgets nor plans that count anything.
  package init?(
    _ ledger: Ledger, _ store: any UsageStore, proof: (any TermsProof)? = nil
  ) async throws(Failure) {
    let policy = try await ledger.read { (journal) throws(Failure) in try journal.policy() }
    if policy.budgets.isEmpty && policy.plans.allSatisfy({ $0.requests == nil }) { return nil }
    (self.ledger, self.store, self.proof) = (ledger, store, proof)
  }

  package func begin(_ events: [UsageEvent]) async throws(Failure) {
    try await ledger.rate(from: store, proof: proof)
    for event in events {
      try await ledger.read { (journal) throws(Failure) in
        try journal.checkBudgets(Spend(event), nowMS: Time.nowMS())
      }
      try await admit(event)
    }
  }

  package func counts(_ event: UsageEvent) async throws(Failure) -> Bool {
    try await price(event) != nil
  }

  /// The terms by which a use has a price, or `nil`.
  private func price(_ event: UsageEvent) async throws(Failure) -> CommercialTerms? {
    guard let terms = try await store.terms(event.terms, library: event.library),
      terms.terms.price(of: event.meter, on: String(Time.format(event.atMS).prefix(10))) != nil
    else { return nil }
    return terms
  }

  package func admit(_ event: UsageEvent) async throws(Failure) {
    guard let terms = try await price(event) else { return }
    // What was used so far says at which step of its price the next use begins.
    try await ledger.rate(from: store, proof: proof)
    try await ledger.write { (journal) throws(Failure) in
      try journal.admit(event, terms, nowMS: Time.nowMS())
    }
  }

  package func release(_ event: UsageEvent) async {
    // What cannot be freed now is free after a day.
    try? await ledger.write { (journal) throws(Failure) in try journal.release(event.key) }
  }

  package func lease(_ event: UsageEvent, part: Int64, wanted: Int64) async throws(Failure)
    -> Int64?
  {
    let hasPrice = try await counts(event)
    if hasPrice { try await admit(event) }
    let allowed = try await ledger.write { (journal) throws(Failure) in
      try journal.allow(event.customer, event.key, part: part, wanted, nowMS: Time.nowMS())
    }
    return allowed ?? (hasPrice ? wanted : nil)
  }
}
