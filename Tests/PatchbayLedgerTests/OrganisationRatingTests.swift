import Foundation
import PatchbayCore
import PatchbayJSON
import PatchbayLedger
import PatchbayStore
import Testing

/// What organisations used: each counts its own events, from 1 on.
@Suite("Organisations in the books") struct OrganisationRatingTests {
  private struct Used: UsageStore {
    let organisation: Organisation
    var count: Int64

    func used(of plugin: String, fromMS: Int64, toMS: Int64) -> [MeterUse] { [] }
    func usage(after number: Int64, limit: Int) async throws(Failure)
      -> (events: [UsageEvent], last: Int64)
    {
      let numbers = (1...count).filter { $0 > number }.prefix(limit)
      let events = numbers.map { number in
        UsageEvent(
          key: organisation.qualified("run\(number)/requests"), atMS: number,
          customer: organisation.qualified("crm"), plugin: "p/p", version: "1.0.0", library: "l",
          terms: "", meter: .requests, quantity: 1)
      }
      return (events, numbers.last ?? number)
    }
    func keep(_ terms: CommercialTerms) async throws(Failure) {}
    func allTerms() async throws(Failure) -> [(sha256: String, terms: CommercialTerms)] { [] }
    func terms(_ sha256: String, library: String) async throws(Failure) -> CommercialTerms? { nil }
  }

  @Test func `each organisation is rated from where it stands, and once`() async throws {
    let folder = NSTemporaryDirectory() + "patchbay-books-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = try SQLiteStore(folder: folder)
    let ledger = try await Ledger(
      folder, vault: Vault(store: store, folder: folder, environment: [:]))
    var one = Used(organisation: .standard, count: 3)
    let two = Used(organisation: try Organisation("acme"), count: 5)
    #expect(try await ledger.rate(from: one).events == 3)
    #expect(try await ledger.rate(from: two).events == 5)
    #expect(try await ledger.rate(from: two).events == 0)
    one.count = 4
    let more = try await ledger.rate(from: one)
    #expect(more.events == 1 && more.known == 0)
  }

  @Test func `a use is found by its organisation, and by the connection as the hub knows it`() {
    func names(_ customer: String) -> [String: String] {
      Spend(
        UsageEvent(
          key: "k", atMS: 1, customer: customer, plugin: "p/p", version: "1.0.0", library: "l",
          terms: "", meter: .requests, quantity: 1)
      ).names
    }
    #expect(names("crm")["organisation"] == "default" && names("crm")["connection"] == "crm")
    #expect(names("acme/crm")["organisation"] == "acme")
    #expect(names("acme/crm")["connection"] == "acme/crm")
  }
}
