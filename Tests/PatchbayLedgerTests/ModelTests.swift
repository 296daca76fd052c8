import PatchbayCore
import PatchbayJSON
import PatchbayLedger
import Seeded
import Testing

/// What the journal should hold, reckoned apart from it in the plainest way.
private struct Model {
  struct Sums {
    var debits: Micros = 0
    var credits: Micros = 0
    var heldDebits: Micros = 0
    var balance: Micros { credits - debits }
  }

  var sums: [Account: Sums] = [:]
  var open: [(id: TransferID, transfer: Transfer)] = []

  /// Nothing may be taken from these that is not in them.
  static func isBox(_ account: Account) -> Bool { account.name.hasPrefix("box") }

  func allows(_ transfer: Transfer) -> Bool {
    guard Self.isBox(transfer.debit) else { return true }
    let box = sums[transfer.debit] ?? Sums()
    return box.balance - box.heldDebits >= transfer.amount
  }

  mutating func post(_ transfer: Transfer) {
    sums[transfer.debit, default: Sums()].debits += transfer.amount
    sums[transfer.credit, default: Sums()].credits += transfer.amount
  }

  mutating func reserve(_ id: TransferID, _ transfer: Transfer) {
    sums[transfer.debit, default: Sums()].heldDebits += transfer.amount
    open.append((id, transfer))
  }

  mutating func end(_ index: Int) {
    let held = open.remove(at: index)
    sums[held.transfer.debit, default: Sums()].heldDebits -= held.transfer.amount
  }
}

/// Operations at random, on the books and on the model of them.
private struct Player {
  let books: Books
  let currencies: [Currency]
  var draw: Draw
  var model = Model()
  var recent: [Transfer] = []
  var operations = 0
  var refused = 0

  init(_ books: Books, seed: UInt64) throws {
    self.books = books
    draw = Draw(seed)
    currencies = try ["EUR", "JPY", "KWD", "CLF"].map { try #require(Currency($0)) }
    for currency in currencies {
      for box in 0..<3 {
        try books.journal.batch { () throws(Failure) in
          try books.journal.setBound(
            .debitsWithinCredits, of: Account("box\(box)", currency))
        }
      }
    }
  }

  private var atMS: Int64 { Books.monthMS + Int64(operations) }

  private mutating func transfer(_ kind: Transfer.Kind = .post) -> Transfer {
    let currency = draw.pick(currencies)
    let names = (0..<3).map { "box\($0)" } + (0..<9).map { "a\($0)" }
    let from = kind == .reserve ? draw.below(3) : draw.below(12)
    let to = (from + 1 + draw.below(11)) % 12
    let amount = Micros(1 + draw.below(draw.below(4) == 0 ? 1_000_000_000 : 10_000))
    return Transfer(
      kind, debit: Account(names[from], currency), credit: Account(names[to], currency),
      amount: amount, key: "k\(operations)",
      expiresMS: kind == .reserve && draw.below(3) == 0 ? atMS + Int64(draw.below(5000)) : nil)
  }

  mutating func step() throws(Failure) {
    operations += 1
    switch draw.below(100) {
    case ..<58: try post(transfer())
    case ..<68: try again(isChanged: false)
    case ..<71: try again(isChanged: true)
    case ..<86: try reserve()
    case ..<96: try end(isVoid: false)
    default: try end(isVoid: true)
    }
  }

  private mutating func post(_ transfer: Transfer) throws(Failure) {
    let isAllowed = model.allows(transfer)
    let code = try outcome(transfer)
    if code == nil { model.post(transfer) }
    expect(code == (isAllowed ? nil : "ledger.bound"), "\(transfer): \(code ?? "posted")")
    if code == nil { remember(transfer) }
    check(transfer)
  }

  /// The same once more changes nothing; the same key with other content is refused.
  private mutating func again(isChanged: Bool) throws(Failure) {
    guard !recent.isEmpty else { return }
    var transfer = draw.pick(recent)
    if isChanged { transfer.amount += 1 }
    let code = try outcome(transfer)
    expect(code == (isChanged ? "ledger.conflict" : nil), "\(transfer.key) again")
    check(transfer)
  }

  private mutating func reserve() throws(Failure) {
    let transfer = transfer(.reserve)
    let isAllowed = model.allows(transfer)
    do throws(Failure) {
      let entry = try books.journal.post(transfer, atMS: atMS)
      model.reserve(entry.id, transfer)
      expect(isAllowed, "\(transfer) was not to be had")
    } catch  where error.code == "ledger.bound" {
      refused += 1
      expect(!isAllowed, "\(transfer) was refused")
    }
    check(transfer)
  }

  private mutating func end(isVoid: Bool) throws(Failure) {
    guard !model.open.isEmpty else { return }
    let index = draw.below(model.open.count)
    let (id, held) = model.open[index]
    let isTooMuch = !isVoid && draw.below(20) == 0
    let amount = isVoid ? 0 : isTooMuch ? held.amount + 1 : Micros(draw.below(Int(held.amount) + 1))
    let ending = Transfer(
      isVoid ? .void : .settle, debit: held.debit, credit: held.credit, amount: amount,
      key: "k\(operations)", refers: id)
    let code = try outcome(ending)
    expect(code == (isTooMuch ? "ledger.reservation" : nil), "\(ending): \(code ?? "posted")")
    if code == nil {
      model.end(index)
      if !isVoid { model.post(ending) }
    }
    check(ending)
  }

  /// The code of the refusal, or `nil`.
  private mutating func outcome(_ transfer: Transfer) throws(Failure) -> String? {
    do throws(Failure) {
      try books.journal.post(transfer, atMS: atMS)
      return nil
    } catch  where error.code.hasPrefix("ledger.") {
      refused += 1
      return error.code
    }
  }

  private mutating func remember(_ transfer: Transfer) {
    if recent.count < 500 { recent.append(transfer) } else { recent[draw.below(500)] = transfer }
  }

  private func check(_ transfer: Transfer) {
    for account in [transfer.debit, transfer.credit] {
      let balance = try? books.journal.balance(account)
      expect(balance == model.sums[account]?.balance ?? 0, "\(account): \(balance ?? -1)")
    }
  }

  /// Reservations whose time is over are free again, in the books and in the model.
  mutating func expire() throws(Failure) {
    let nowMS = atMS
    _ = try books.journal.expire(nowMS: nowMS)
    for index in model.open.indices.reversed() {
      if let end = model.open[index].transfer.expiresMS, end <= nowMS { model.end(index) }
    }
  }

  func expect(_ isTrue: Bool, _ text: @autoclosure () -> String) {
    // A check of a million takes its time where each is recorded.
    if !isTrue { Issue.record("operation \(operations): \(text())") }
  }
}

@Suite("The journal, beside a plain model of it") struct ModelTests {
  /// Nightly a million operations and more.
  private static let thousands = Scale.count(quick: 10, nightly: 350)

  @Test(arguments: Scale.seeds(5, 1789, 20_261_122))
  func `every operation leaves what it should`(seed: UInt64) throws {
    let books = try Books()
    defer { books.close() }
    var player = try Player(books, seed: seed)
    for _ in 0..<Self.thousands {
      var next = player
      try books.journal.batch { () throws(Failure) in
        for _ in 0..<1000 { try next.step() }
        try next.expire()
      }
      player = next
      let balances = try books.balances()
      for currency in player.currencies {
        let sum = balances.reduce(Micros(0)) { $0 + ($1.key.currency == currency ? $1.value : 0) }
        #expect(sum == 0, "seed \(seed), operation \(player.operations): \(currency) \(sum)")
      }
      let wanted = player.model.sums.filter { $0.value.balance != 0 }.mapValues(\.balance)
      #expect(balances == wanted, "seed \(seed), operation \(player.operations)")
    }
    let check = try books.journal.verify()
    #expect(
      check.problem == nil && check.entries > Self.thousands * 4000 / 7, "seed \(seed): \(check)")
    print(
      "seed \(seed): \(player.operations) operations, \(check.entries) entries, "
        + "\(player.refused) refused as they should be")
  }
}
