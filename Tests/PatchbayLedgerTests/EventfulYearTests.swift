import Foundation
import PatchbayCore
import PatchbayJSON
import PatchbayStore
import Seeded
import Testing

@testable import PatchbayLedger

/// A year of a hub in which all happens that happens to books: upgrades with other prices, budgets
/// that end uses, refunds, a master key that is replaced, a clock that jumps.
@Suite("An eventful year") struct EventfulYearTests {
  /// A hub's folder with its books, which are opened anew after each rekeying.
  private struct Hub {
    let folder: String
    let store: SQLiteStore
    var ledger: Ledger

    init() async throws {
      folder = NSTemporaryDirectory() + "patchbay-eventful-" + UUID().uuidString
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      store = try SQLiteStore(folder: folder)
      ledger = try await Ledger(
        folder, vault: Vault(store: store, folder: folder, environment: [:]))
    }

    mutating func rekey() async throws {
      _ = try await KeyRotation(
        store: try SQLiteHub(folder: folder), folder: folder, environment: [:]
      ).rotate()
      ledger = try await Ledger(
        folder, vault: Vault(store: store, folder: folder, environment: [:]))
    }

    func books() async throws -> Books {
      let vault = Vault(store: store, folder: folder, environment: [:])
      return try Books(in: folder, key: try #require(try await vault.knownKey("ledger.seal")))
    }
  }

  private static let currencies = ["EUR", "JPY", "KWD"]

  private static func terms(_ currency: String, inMonth number: Int) throws -> CommercialTerms {
    number < 6
      ? try Year.terms(currency, free: 500)
      : try Year.terms(currency, free: 300, release: 2, micros: 52_777_777)
  }

  /// What happened to uses.
  private struct Fates {
    var refused = 0
    var jumped = 0
    var charged = 0
  }

  /// Uses of a month.
  private static let uses = Scale.count(quick: 12, nightly: 24)

  /// Uses of a month: some ask a budget first, some have a time that cannot be.
  private static func use(
    _ year: inout Year, _ number: Int, _ startMS: Int64, _ used: Used, _ fates: inout Fates
  ) async throws {
    let journal = year.books.journal
    for index in 0..<Self.uses {
      let terms = try terms(year.draw.pick(currencies), inMonth: number)
      let atMS = startMS + Int64(index) * 600 / Int64(Self.uses) * 3_600_000
      var event = UsageEvent(
        "\(number)/\(index)", terms, Int64(1 + year.draw.below(3000)), at: atMS,
        customer: "c\(year.draw.below(3))")
      let jumps = index % (Self.uses / 3) == Self.uses / 3 - 1
      if !jumps && year.draw.below(3) == 0 {
        do throws(Failure) {
          try journal.batch { () throws(Failure) in
            try journal.admit(event, terms, nowMS: atMS)
          }
        } catch {
          #expect(error.code == "budget.spent", "\(error)")
          fates.refused += 1
          continue
        }
      }
      if jumps {
        event.atMS += year.draw.pick([-9, 40, 90_000]) * 86_400_000
        fates.jumped += 1
      }
      await used.add(event)
      year.charged.append(event.key)
    }
  }

  /// A person decides what waits: its time was that of the day, or it is dropped.
  private static func decide(_ year: inout Year, _ nowMS: Int64) throws {
    let journal = year.books.journal
    for use in try journal.waitingUses() where use.status == "waiting" {
      let charges = year.draw.below(3) > 0
      try journal.batch { () throws(Failure) in
        _ = try journal.decide(use.event.key, charges: charges, atMS: nowMS, nowMS: nowMS)
      }
    }
  }

  private static let budgets = """
    [{"name":"all","match":{"plugin":"acme/eur"},"currency":"EUR","limit_micros":90000000,
      "alerts_percent":[50,100]},
     {"name":"one","match":{"connection":"c1"},"currency":"JPY","limit_micros":60000000}]
    """

  private static func expectSound(_ books: Books, _ when: String) throws {
    #expect(try books.journal.verify().problem == nil, "\(when)")
    var sums: [Currency: Micros] = [:]
    for (account, balance) in try books.balances() {
      sums[account.currency, default: 0] += balance
    }
    #expect(sums.values.allSatisfy { $0 == 0 }, "\(when): \(sums)")
  }

  @Test(arguments: Scale.isNightly ? Scale.seeds(quick: 1, nightly: 10) : [Scale.fresh])
  func `everything adds up, and all of it can be worked out`(seed: UInt64) async throws {
    var hub = try await Hub()
    defer { try? FileManager.default.removeItem(atPath: hub.folder) }
    var year = try Year(try await hub.books(), seed: seed)
    let books = year.books
    let signed = SignedTerms(
      try Self.currencies.flatMap { currency in
        try [1, 6].map { try Self.terms(currency, inMonth: $0) }
      })
    let used = Used([], signed.all)
    var fates = Fates()
    for number in 1...12 {
      let month = "2026-\(number < 10 ? "0" : "")\(number)"
      let startMS = try #require(Time.parse("\(month)-01T00:00:00Z"))
      if number == 4 { try books.setPolicy(Year.policy(budgets: Self.budgets)) }
      try await Self.use(&year, number, startMS, used, &fates)
      let report = try await hub.ledger.rate(
        from: used, proof: signed, nowMS: startMS + 26 * 86_400_000)
      fates.charged += report.charges
      try Self.decide(&year, startMS + 26 * 86_400_000)
      if number % 5 == 0 { try await hub.rekey() }
      try year.end(month, startMS)
      try Self.expectSound(books, month)
    }
    #expect(try await hub.ledger.verify().problem == nil)
    #expect(fates.refused > 0 && fates.jumped == 36 && fates.charged > 5 * Self.uses, "\(fates)")
    #expect(try books.journal.waitingUses().count == fates.jumped)
    try Self.expectRecomputable(books)
    for (format, program) in ExportTests.programs {
      var text = ""
      try books.journal.export(format) { text += $0 }
      #expect(try ExportTests.isTaken(text, books, program), "\(format)")
    }
  }

  private static func expectRecomputable(_ books: Books) throws {
    let documents = try books.journal.documents().filter { !$0.isCreditNote }
    #expect(documents.count > 20)
    for document in documents { try RecomputeTests.check(document.json) }
    for number in 1...12 {
      let month = "2026-\(number < 10 ? "0" : "")\(number)"
      for statement in try books.journal.statements(of: "acme", month) {
        let check = try StatementCheck(try books.json(statement), root: nil)
        #expect(check.problems == [], "\(month)")
      }
    }
  }
}
