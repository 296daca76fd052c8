package import PatchbayCore
internal import PatchbayJSON
internal import PatchbayStore

/// What an account holds, and what is set aside.
struct AccountState {
  var bound: AccountBound = .none
  var debits: Micros = 0
  var credits: Micros = 0
  var heldDebits: Micros = 0
  var heldCredits: Micros = 0
}

/// An account as it is in memory.
final class AccountCell {
  let id: Int64
  var state: AccountState
  /// Whether memory is ahead of the file.
  var isChanged = false

  init(_ id: Int64, _ state: AccountState) { (self.id, self.state) = (id, state) }
}

extension Journal {
  /// Changes what the accounts hold, or nothing where a bound forbids it.
  func apply(_ entry: Entry, _ debit: AccountCell, _ credit: AccountCell) throws(Failure) {
    let transfer = entry.transfer
    var (left, right) = (debit.state, credit.state)
    switch transfer.kind {
    case .post:
      left.debits += transfer.amount
      right.credits += transfer.amount
    case .reserve:
      left.heldDebits += transfer.amount
      right.heldCredits += transfer.amount
    case .settle, .void:
      let held = try reservation(transfer)
      left.heldDebits -= held.amount
      right.heldCredits -= held.amount
      if transfer.kind == .settle {
        left.debits += transfer.amount
        right.credits += transfer.amount
      }
    }
    try check(left, transfer.debit, after: debit.state)
    try check(right, transfer.credit, after: credit.state)
    if transfer.kind == .reserve {
      try database.statement("INSERT INTO held (id, expires_ms) VALUES (?, ?)")
        .bind(.blob(entry.id.bytes), .integer(transfer.expiresMS)).run()
    } else if transfer.kind != .post {
      try database.statement("DELETE FROM held WHERE id = ?")
        .bind(.blob(transfer.refers?.bytes ?? [])).run()
    }
    set(debit, left)
    set(credit, right)
  }

  private func set(_ cell: AccountCell, _ state: AccountState) {
    cell.state = state
    if !cell.isChanged {
      cell.isChanged = true
      changed.append(cell)
    }
  }

  /// What frees something is never refused, even where the bound came later.
  private func check(_ state: AccountState, _ account: Account, after before: AccountState)
    throws(Failure)
  {
    guard state.bound != .none, let free = state.bound.free(state), free < 0,
      free < state.bound.free(before) ?? 0
    else { return }
    throw Failure(
      .budget, "ledger.bound", "\(account) has \((-free).decimalText) too little",
      mend: "wait for the next period, raise the limit, or spend less")
  }

  /// The reservation that a transfer ends; it must be open, and between the same accounts.
  private func reservation(_ transfer: Transfer) throws(Failure) -> Transfer {
    func refuse(_ text: String) -> Failure {
      Failure(
        .conflict, "ledger.reservation", "the transfer “\(transfer.key)” is refused: \(text)",
        mend: "reserve anew, and settle that")
    }
    guard let id = transfer.refers, let held = try entry(id: id)?.transfer, held.kind == .reserve
    else {
      throw refuse("it refers to no reservation")
    }
    if try !isHeld(id) { throw refuse("the reservation is settled, void, or its time is over") }
    if held.debit != transfer.debit || held.credit != transfer.credit {
      throw refuse("the reservation is between other accounts")
    }
    if transfer.kind == .settle && transfer.amount > held.amount {
      throw refuse(
        "it settles \(transfer.amount.decimalText) of a reservation of \(held.amount.decimalText)")
    }
    return held
  }

  /// Whether a reservation is open.
  func isHeld(_ id: TransferID) throws(Failure) -> Bool {
    try database.statement("SELECT 1 FROM held WHERE id = ?").bind(.blob(id.bytes)).first { _ in
      true
    } ?? false
  }

  func cell(_ account: Account) throws(Failure) -> AccountCell {
    if let known = accounts[account] { return known }
    let zero = Micros(0).bigEndianBytes
    try database.statement(
      """
      INSERT INTO accounts (name, currency, debits, credits, held_debits, held_credits)
      VALUES (?1, ?2, ?3, ?3, ?3, ?3) ON CONFLICT DO NOTHING
      """
    ).bind(.text(account.name), .text(account.currency.code), .blob(zero)).run()
    guard let found = try stored(account) else {
      throw Failure(.bug, "ledger.account", "\(account) is not there")
    }
    accounts[account] = found
    return found
  }

  private func stored(_ account: Account) throws(Failure) -> AccountCell? {
    try database.statement(
      "SELECT id, bound, debits, credits, held_debits, held_credits FROM accounts "
        + "WHERE name = ? AND currency = ?"
    ).bind(.text(account.name), .text(account.currency.code)).first {
      AccountCell(
        $0.integer(0),
        AccountState(
          bound: AccountBound(rawValue: $0.integer(1)) ?? .none,
          debits: Micros(bigEndian: $0.bytes(2)), credits: Micros(bigEndian: $0.bytes(3)),
          heldDebits: Micros(bigEndian: $0.bytes(4)), heldCredits: Micros(bigEndian: $0.bytes(5))))
    }
  }

  /// Writes the sums of the accounts that a batch changed.
  func writeChanged() throws(Failure) {
    let update = try database.statement(
      "UPDATE accounts SET debits = ?, credits = ?, held_debits = ?, held_credits = ? WHERE id = ?")
    for cell in changed {
      let state = cell.state
      try update.bind(
        .blob(state.debits.bigEndianBytes), .blob(state.credits.bigEndianBytes),
        .blob(state.heldDebits.bigEndianBytes), .blob(state.heldCredits.bigEndianBytes),
        .integer(cell.id)
      ).run()
      cell.isChanged = false
    }
    changed = []
  }

  /// Says what an account may hold, from here on, within a batch.
  package func setBound(_ bound: AccountBound, of account: Account) throws(Failure) {
    let cell = try cell(account)
    if cell.state.bound == bound { return }
    cell.state.bound = bound
    try database.statement("UPDATE accounts SET bound = ? WHERE id = ?")
      .bind(.integer(bound.rawValue), .integer(cell.id)).run()
  }

  /// What an account holds: credits less debits. Nothing for one that is not there.
  package func balance(_ account: Account) throws(Failure) -> Micros {
    guard let state = try state(account) else { return 0 }
    return state.credits - state.debits
  }

  /// What an account holds and has set aside; `nil` for one that is not there.
  func state(_ account: Account) throws(Failure) -> AccountState? {
    // Outside of a batch, what is in memory may be behind what others wrote.
    if let known = accounts[account], known.isChanged { return known.state }
    return try stored(account)?.state
  }
}
