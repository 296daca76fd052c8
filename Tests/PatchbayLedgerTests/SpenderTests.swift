import PatchbayCore
import PatchbayJSON
import PatchbayLedger
import Seeded
import Testing

/// A journal of its own on a file that others write to as well.
private actor Spender {
  private let executor = SerialQueue("patchbay.tests.spender")
  private let journal: Journal
  private let euro: Currency

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Unsafe: the executor lives as long as the actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  init(_ path: String, _ euro: Currency) throws(Failure) {
    journal = try Journal(path: path, key: Array("secret of the tests".utf8))
    self.euro = euro
  }

  private static let spend = Spend(["plugin": "acme/books"])

  /// Whether so much may be spent.
  func reserve(_ usage: String, _ most: Micros) throws(Failure) -> Bool {
    let (journal, euro) = (journal, euro)
    do throws(Failure) {
      try journal.batch { () throws(Failure) in
        try journal.reserve(usage, Self.spend, most, euro, nowMS: Books.monthMS)
      }
      return true
    } catch {
      if error.code == "budget.spent" { return false }
      throw error
    }
  }

  /// What is left after it; never less than nothing.
  func settle(_ usage: String, _ cost: Micros) throws(Failure) -> Micros {
    let (journal, euro) = (journal, euro)
    return try journal.batch { () throws(Failure) -> Micros in
      try journal.settle(usage, Self.spend, cost, euro, atMS: Books.monthMS)
      return try journal.status(of: journal.policy().budgets[0], "2026-03").left
    }
  }

  /// Spends again and again; what was spent, and how often there was not enough.
  func spendAll(_ name: String, seed: UInt64) async throws -> (spent: Micros, refused: Int) {
    var draw = Draw(seed)
    var (spent, refused): (Micros, Int) = (0, 0)
    for round in 0..<12 {
      let usage = "\(name)/\(round)"
      let most = Micros(1 + draw.below(6000))
      guard try reserve(usage, most) else {
        refused += 1
        continue
      }
      // Others come in between.
      await Task.yield()
      let cost = Micros(draw.below(Int(most) + 1))
      #expect(try settle(usage, cost) >= 0)
      spent += cost
    }
    return (spent, refused)
  }
}

@Suite("Spenders side by side") struct SpenderTests {
  private static let limit: Micros = 1_000_000

  /// 64 spenders on 8 connections to the same file: together they never have more than there is.
  @Test(arguments: Scale.isNightly ? [2, 64_064] : [Scale.fresh])
  func `64 spenders never pass a cap`(seed: UInt64) async throws {
    let books = try Books()
    defer { books.close() }
    try books.setPolicy(
      """
      {"billing":1,"budgets":[{"name":"all","match":{"plugin":"acme/books"},"currency":"EUR",
        "limit_micros":\(Self.limit),"alerts_percent":[50,100]}]}
      """)
    let euro = books.account("x").currency
    var (spent, refused): (Micros, Int) = (0, 0)
    try await withThrowingTaskGroup(of: (spent: Micros, refused: Int).self) { group in
      for connection in 0..<8 {
        let spender = try Spender(books.path, euro)
        for number in 0..<8 {
          let name = "\(connection)/\(number)"
          let own = seed &+ UInt64(connection * 8 + number)
          group.addTask { try await spender.spendAll(name, seed: own) }
        }
      }
      for try await result in group {
        spent += result.spent
        refused += result.refused
      }
    }
    let status = try books.journal.status(of: books.journal.policy().budgets[0], "2026-03")
    print("seed \(seed): \(spent) of \(Self.limit) spent, \(refused) times there was not enough")
    #expect(status.spent == spent && status.held == 0)
    #expect(spent <= Self.limit && spent > Self.limit * 9 / 10 && refused > 0)
    #expect(status.alerts.map(\.percent).first == 50)
    #expect(try books.journal.verify().problem == nil)
  }
}
