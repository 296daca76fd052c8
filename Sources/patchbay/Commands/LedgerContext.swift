internal import PatchbayCore
internal import PatchbayJSON
internal import PatchbayLedger
internal import PatchbayMarketplace
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

extension Context {
  /// The books as they are; or new ones in place of those that are gone.
  func books(anew: Bool = false) async throws(Failure) -> Ledger {
    try FileBytes.makeFolder(folder)
    return try await Ledger(folder, vault: try hubVault(), anew: anew)
  }

  /// The books are the whole hub's, whatever organisation the command is about.
  private func hubVault() throws(Failure) -> Vault {
    Vault(store: try SQLiteStore(folder: folder), folder: folder, environment: environment)
  }

  /// The books, with all that was used until now in them. What an organisation used whose data
  /// cannot be read is told of and not charged yet; with `needsAll` that is a failure.
  func ledger(needsAll: Bool = false) async throws(Failure) -> Ledger {
    let ledger = try await books()
    for organisation in try await wholeHub().organisations() {
      do throws(Failure) {
        let report = try await ledger.rate(
          from: SQLiteStore(folder: folder, organisation: organisation), proof: MarketProof(folder))
        if report.waiting > 0 {
          Output.error(
            "patchbay: \(report.waiting) uses of \(organisation.name) are not charged before "
              + "somebody decides: patchbay ledger held")
        }
      } catch {
        if needsAll || organisation.isStandard { throw error }
        Output.error(
          "patchbay: what \(organisation.name) used is not charged yet: "
            + visible(error.description))
      }
    }
    return ledger
  }

  /// What the use here would cost by the terms of a candidate; `nil` for what is new here.
  func use(of candidate: Candidate) async throws(Failure) -> UseComparison? {
    guard let current = candidate.current else { return nil }
    let name = candidate.release.name
    let terms = try Terms(current.terms, in: name)
    guard let used = try await lastUse(of: name) else { return nil }
    return UseComparison(
      of: used.uses, in: used.month, by: candidate.release.terms, not: terms,
      nextMonth: Month.name(after: Month.name(atMS: Time.nowMS())))
  }

  /// What all organisations used of a plugin in the last month that is over, or if that is nothing
  /// in this one so far; `nil` for nothing at all.
  private func lastUse(of plugin: String) async throws(Failure) -> (
    month: String, uses: [MeterUse]
  )? {
    let month = Month.name(atMS: Time.nowMS())
    for name in [Month.name(before: month), month] {
      guard let fromMS = Month(name).startMS, let toMS = Month(Month.name(after: name)).startMS
      else { continue }
      var uses: [MeterUse] = []
      for organisation in try await wholeHub().organisations() {
        let store = try SQLiteStore(folder: folder, organisation: organisation)
        uses += try await store.used(of: plugin, fromMS: fromMS, toMS: toMS)
      }
      if !uses.isEmpty { return (name, uses) }
    }
    return nil
  }

  /// Who is asked before a sync uses more than was allowed; nobody where nothing is limited.
  func gate(_ hub: Hub) async throws(Failure) -> (any SpendGate)? {
    guard try await Ledger.areBegun(in: hub.folder, vault: try hubVault()) else { return nil }
    return try await LedgerGate(
      try await books(), hub.store, proof: MarketProof(hub.folder))
  }

  /// An amount that was given, or `nil`.
  func amount(_ option: String) throws(Failure) -> Micros? {
    guard let text = invocation.value(option) else { return nil }
    if let amount = Micros(decimal: text), amount > 0, amount < 1_000_000_000_000_000_000_000_000 {
      return amount
    }
    throw Failure(
      .config, "usage.amount", "--\(option) takes an amount, not “\(text)”",
      mend: "write it as in 12.50, with at most six digits after the point")
  }

  func currency(_ option: String) throws(Failure) -> Currency {
    let text = invocation.value(option) ?? ""
    if let currency = Currency(text) { return currency }
    throw Failure(
      .config, "usage.currency", "--\(option) takes a currency, not “\(text)”",
      mend: "give its code (ISO 4217), as in EUR")
  }

  /// An option that has to be there in this use of a command.
  func needed(_ option: String) throws(Failure) -> String {
    if let value = invocation.value(option), !value.isEmpty { return value }
    throw Failure(
      .config, "usage.option", "--\(option) is missing",
      mend: "patchbay \(invocation.path.joined(separator: " ")) --help says what it is")
  }
}

/// What a run was charged, as it is shown.
struct RunCosts {
  let lines: [RunCost]

  /// Such as “charged: 0.012000 EUR (31 records_changed)”.
  var text: String {
    if lines.isEmpty { return "charged: nothing" }
    let parts = lines.map {
      "\($0.amount.decimalText) \($0.currency) (\($0.quantity) \($0.meter))"
    }
    return "charged: " + parts.joined(separator: ", ")
  }
}

extension Context {
  /// What a run was charged so far; `nil` where there are no books, or they cannot be read: then it
  /// is told, and what the run did is shown nevertheless. `begins` books where there are none.
  func costs(ofRun run: String, begins: Bool = false) async -> RunCosts? {
    do throws(Failure) {
      if !begins, try await !Ledger.areBegun(in: folder, vault: try hubVault()) { return nil }
      let ledger = try await ledger()
      return RunCosts(
        lines: try await ledger.read { (journal) throws(Failure) in try journal.costs(ofRun: run) })
    } catch {
      Output.error("patchbay: what the run cost is not known: \(visible(error.description))")
      return nil
    }
  }
}

extension JSON {
  /// The summary of a run with what it cost.
  func adding(_ costs: RunCosts?) -> JSON {
    guard let costs, var object else { return self }
    object["costs"] = .array(costs.lines.map(\.json))
    return .object(object)
  }
}
