internal import PatchbayCore
internal import PatchbayLedger
internal import PatchbayStore
internal import PatchbaySync
internal import PatchbayTerminal

extension Context {
  /// The books as they are.
  func books() async throws(Failure) -> Ledger {
    try FileBytes.makeFolder(folder)
    // The books are the whole hub's, whatever organisation the command is about.
    let store = try SQLiteStore(folder: folder)
    let vault = Vault(store: store, folder: folder, environment: environment)
    return try await Ledger(folder, vault: vault)
  }

  /// The books, with all that was used until now in them. What an organisation used whose data
  /// cannot be read is told of and not charged yet; with `needsAll` that is a failure.
  func ledger(needsAll: Bool = false) async throws(Failure) -> Ledger {
    let ledger = try await books()
    for organisation in try await wholeHub().organisations() {
      do throws(Failure) {
        try await ledger.rate(from: SQLiteStore(folder: folder, organisation: organisation))
      } catch {
        if needsAll || organisation.isStandard { throw error }
        Output.error(
          "patchbay: what \(organisation.name) used is not charged yet: "
            + visible(error.description))
      }
    }
    return ledger
  }

  /// Who is asked before a sync uses more than was allowed; nobody where nothing is limited.
  func gate(_ hub: Hub) async throws(Failure) -> (any SpendGate)? {
    guard FileBytes.exists("\(hub.folder)/ledger.db") else { return nil }
    return try await LedgerGate(try await books(), hub.store)
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
