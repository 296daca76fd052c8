package import PatchbayCore
package import PatchbayStore

/// Keeps syncs within budgets and plans: sets aside before, and settles when use is charged.
package struct LedgerGate: SpendGate {
  private let ledger: Ledger
  private let store: any UsageStore

  /// `nil` where the billing policy has neither budgets nor plans that count anything.
  package init?(_ ledger: Ledger, _ store: any UsageStore) async throws(Failure) {
    let policy = try await ledger.read { (journal) throws(Failure) in try journal.policy() }
    if policy.budgets.isEmpty && policy.plans.allSatisfy({ $0.requests == nil }) { return nil }
    (self.ledger, self.store) = (ledger, store)
  }

  package func begin(_ events: [UsageEvent]) async throws(Failure) {
    try await ledger.rate(from: store)
    for event in events {
      try await ledger.read { (journal) throws(Failure) in
        try journal.checkBudgets(Spend(event), nowMS: Time.nowMS())
      }
      try await admit(event)
    }
  }

  package func admit(_ event: UsageEvent) async throws(Failure) {
    guard let terms = try await store.terms(event.terms, library: event.library) else { return }
    // What was used so far says at which step of its price the next use begins.
    try await ledger.rate(from: store)
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
    let terms = try await store.terms(event.terms, library: event.library)
    let day = String(Time.format(event.atMS).prefix(10))
    let price = terms?.terms.price(of: event.meter, on: day)
    if price != nil { try await admit(event) }
    let allowed = try await ledger.write { (journal) throws(Failure) in
      try journal.allow(event.customer, event.key, part: part, wanted, nowMS: Time.nowMS())
    }
    return allowed ?? (price == nil ? nil : wanted)
  }
}
