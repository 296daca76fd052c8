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
  /// As it is in the file.
  var row: SealedRow
  var state: AccountState
  /// Whether memory is ahead of the file.
  var isChanged = false
  var id: Int64 { row.integer("id") }

  init(_ row: SealedRow) {
    self.row = row
    state = AccountState(
      bound: AccountBound(rawValue: row.integer("bound")) ?? .none,
      debits: row.micros("debits"), credits: row.micros("credits"),
      heldDebits: row.micros("held_debits"), heldCredits: row.micros("held_credits"))
  }
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
      try insert(
        .held, [.blob(entry.id.bytes), .integer(transfer.expiresMS), .blob(entry.hash)])
    } else if transfer.kind != .post, let id = transfer.refers, let row = try heldRow(id) {
      try remove([row])
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
    guard let id = transfer.refers, try entry(id: id)?.transfer.kind == .reserve else {
      throw refuse("it refers to no reservation")
    }
    guard let held = try heldEntry(id)?.transfer else {
      throw refuse("the reservation is settled, void, or its time is over")
    }
    if held.debit != transfer.debit || held.credit != transfer.credit {
      throw refuse("the reservation is between other accounts")
    }
    if transfer.kind == .settle && transfer.amount > held.amount {
      throw refuse(
        "it settles \(transfer.amount.decimalText) of a reservation of \(held.amount.decimalText)")
    }
    return held
  }

  private func heldRow(_ id: TransferID) throws(Failure) -> SealedRow? {
    try row(.held, .blob(id.bytes))
  }

  /// The reservation of an id, if it is open; it is as it was written.
  func heldEntry(_ id: TransferID) throws(Failure) -> Entry? {
    guard let row = try heldRow(id), let entry = try entry(id: id) else { return nil }
    let before = try database.statement("SELECT hash FROM transfers WHERE number = ?")
      .bind(.integer(entry.number - 1)).first { $0.bytes(0) }
    let hash = RawEntry(entry).expectedHash(after: before ?? Entry.noHash)
    if hash == row.bytes("hash") { return entry }
    throw Self.damaged("entry \(entry.number) is not what was written")
  }

  func cell(_ account: Account) throws(Failure) -> AccountCell {
    if let known = accounts[account] { return known }
    if let row = try stored(account) { return keep(row, account) }
    var number = lastAccount ?? 0
    if lastAccount == nil { number = try nextNumber(.accounts) - 1 }
    let zero = SQLValue.micros(0)
    let values: [SQLValue] = [
      .integer(number + 1), .text(account.name), .text(account.currency.code), .integer(0), zero,
      zero, zero, zero,
    ]
    guard try insert(.accounts, values), let row = try stored(account) else {
      throw Failure(.bug, "ledger.account", "\(account) is not there")
    }
    lastAccount = number + 1
    return keep(row, account)
  }

  private func keep(_ row: SealedRow, _ account: Account) -> AccountCell {
    let cell = AccountCell(row)
    accounts[account] = cell
    return cell
  }

  private func stored(_ account: Account) throws(Failure) -> SealedRow? {
    try rows(
      .accounts, "WHERE name = ? AND currency = ?", .text(account.name),
      .text(account.currency.code)
    ).first
  }

  /// Writes the sums of the accounts that a batch changed.
  func writeChanged() throws(Failure) {
    for cell in changed {
      try write(cell)
      cell.isChanged = false
    }
    changed = []
  }

  private func write(_ cell: AccountCell) throws(Failure) {
    let state = cell.state
    let values = cell.row.with([
      ("bound", .integer(state.bound.rawValue)), ("debits", .micros(state.debits)),
      ("credits", .micros(state.credits)), ("held_debits", .micros(state.heldDebits)),
      ("held_credits", .micros(state.heldCredits)),
    ])
    cell.row = try replace(cell.row, with: values)
  }

  /// Says what an account may hold, from here on, within a batch.
  package func setBound(_ bound: AccountBound, of account: Account) throws(Failure) {
    let cell = try cell(account)
    if cell.state.bound == bound { return }
    var state = cell.state
    state.bound = bound
    set(cell, state)
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
    return try stored(account).map { AccountCell($0).state }
  }
}
