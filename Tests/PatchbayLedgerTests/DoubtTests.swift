import Foundation
import PatchbayCore
import PatchbayCrypto
import PatchbayJSON
import PatchbayStore
import Testing

@testable import PatchbayLedger

/// Uses whose time or terms cannot be.
@Suite("Uses that wait for a person") struct DoubtTests {
  private static func ledger() async throws -> (Ledger, String) {
    let folder = NSTemporaryDirectory() + "patchbay-doubt-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let store = try SQLiteStore(folder: folder)
    let vault = Vault(store: store, folder: folder, environment: [:])
    return (try await Ledger(folder, vault: vault), folder)
  }

  @Test func `books that are gone are not begun anew by themselves`() async throws {
    let (first, folder) = try await Self.ledger()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let vault = Vault(store: try SQLiteStore(folder: folder), folder: folder, environment: [:])
    #expect(try await first.verify().problem == nil)
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    for isEmptyFile in [false, true] {
      if isEmptyFile {
        #expect(
          FileManager.default.createFile(
            atPath: "\(folder)/ledger.db", contents: nil, attributes: [.posixPermissions: 0o600]))
      }
      let failure = await #expect(throws: Failure.self) { try await Ledger(folder, vault: vault) }
      #expect(failure?.code == "ledger.missing" && failure?.mend.contains("--anew") == true)
      #expect(try await Ledger.areBegun(in: folder, vault: vault))
    }
    _ = try await Ledger(folder, vault: vault, anew: true)
    #expect(try await Ledger(folder, vault: vault).verify().problem == nil)
    let failure = await #expect(throws: Failure.self) {
      try await Ledger(folder, vault: vault, anew: true)
    }
    #expect(failure?.code == "ledger.begun")
  }

  private static func ms(_ text: String) throws -> Int64 { try #require(Time.parse(text)) }

  @Test func `a time that cannot be is not charged before somebody says when it was`() async throws
  {
    let (ledger, folder) = try await Self.ledger()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let terms = try Year.terms("EUR")
    let nowMS = try Self.ms("2026-11-28T12:00:00Z")
    let times = [
      "2026-11-28T10:00:00Z", "2026-11-27T11:00:00Z", "2020-01-01T00:00:00Z",
      "2099-01-01T00:00:00Z", "2026-11-28T11:59:00Z",
    ]
    var events: [UsageEvent] = []
    for (index, time) in times.enumerated() {
      events.append(UsageEvent("e\(index)", terms, 5000, at: try Self.ms(time)))
    }
    events.append(UsageEvent("least", terms, 5000, at: .min))
    events.append(UsageEvent("greatest", terms, 5000, at: .max))
    let store = Used(events, [terms])
    let report = try await ledger.rate(from: store, proof: SignedTerms([terms]), nowMS: nowMS)
    #expect(report.charges == 3 && report.waiting == 4)
    let waiting = try await ledger.read { (journal) throws(Failure) in try journal.waitingUses() }
    #expect(Set(waiting.map(\.event.key)) == ["e2", "e3", "least", "greatest"])
    try await ledger.write { (journal) throws(Failure) in
      _ = try journal.decide("e3", charges: true, atMS: nowMS, nowMS: nowMS)
      _ = try journal.decide("e2", charges: false, atMS: nil, nowMS: nowMS)
    }
    let entries = try await ledger.read { (journal) throws(Failure) in
      var months: Set<String> = []
      try journal.forEach { months.insert($0.period) }
      return months
    }
    #expect(entries == ["2026-11"])
    let again = await #expect(throws: Failure.self) {
      try await ledger.write { (journal) throws(Failure) in
        _ = try journal.decide("e2", charges: true, atMS: nil, nowMS: nowMS)
      }
    }
    #expect(again?.code == "ledger.held")
    #expect(try await ledger.verify().problem == nil)
  }

  @Test func `terms that were changed in the database are not charged`() async throws {
    let (ledger, folder) = try await Self.ledger()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let terms = try Year.terms("EUR")
    let nowMS = try Self.ms("2026-11-28T12:00:00Z")
    let store = Used([UsageEvent("a", terms, 5000, at: nowMS)], [terms])
    let proof = SignedTerms([terms])
    #expect(try await ledger.rate(from: store, proof: proof, nowMS: nowMS).charges == 1)
    // Another part for the platform than the one that was signed.
    await store.set([
      CommercialTerms(
        plugin: terms.plugin, version: terms.version, kind: terms.kind, library: terms.library,
        terms: terms.terms, platformPPM: 1)
    ])
    await store.add(UsageEvent("b", terms, 5000, at: nowMS))
    #expect(try await ledger.rate(from: store, proof: proof, nowMS: nowMS).waiting == 1)
    // Other prices under the same hash.
    let cheap = try JSON(reading: terms.terms.json.text.replacing("40333333", with: "1"))
    await store.set([
      CommercialTerms(
        plugin: terms.plugin, version: terms.version, kind: terms.kind, library: terms.library,
        terms: try Terms(cheap, in: "the tests"), platformPPM: terms.platformPPM)
    ])
    await store.add(UsageEvent("c", terms, 5000, at: nowMS))
    #expect(try await ledger.rate(from: store, proof: proof, nowMS: nowMS).waiting == 1)
    // What was proven before stays so when the plugin is gone; what was not, waits.
    await store.set([terms])
    await store.add(UsageEvent("d", terms, 5000, at: nowMS))
    let gone = SignedTerms([])
    #expect(try await ledger.rate(from: store, proof: gone, nowMS: nowMS).charges == 1)
    let waiting = try await ledger.read { (journal) throws(Failure) in try journal.waitingUses() }
    #expect(waiting.map(\.event.key) == ["b", "c"])
    #expect(waiting[0].reason.contains("platform’s part"), "\(waiting[0].reason)")
  }

  @Test func `terms that cannot be read hold their own uses alone`() async throws {
    let (ledger, folder) = try await Self.ledger()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (sound, spoilt) = (try Year.terms("EUR"), try Year.terms("JPY"))
    let nowMS = try Self.ms("2026-11-28T12:00:00Z")
    let store = Used(
      [
        UsageEvent("a", spoilt, 5000, at: nowMS), UsageEvent("b", sound, 5000, at: nowMS),
      ], [sound, spoilt])
    await store.spoil(spoilt.terms.sha256)
    let report = try await ledger.rate(
      from: store, proof: SignedTerms([sound, spoilt]), nowMS: nowMS)
    #expect(report.charges == 1 && report.waiting == 1)
    let waiting = try await ledger.read { (journal) throws(Failure) in try journal.waitingUses() }
    #expect(waiting.map(\.event.key) == ["a"])
  }

  @Test func `a refund comes within the days that were signed`() throws {
    let books = try Books()
    defer { books.close() }
    let terms = try Year.terms("EUR")
    try books.rate(UsageEvent("a", terms, 5000, at: Books.monthMS), terms)
    let journal = books.journal
    func refund(_ days: Int64) throws {
      try journal.batch { () throws(Failure) in
        _ = try journal.refund(
          usage: "a", 1000, reason: "outage", key: "k\(days)",
          atMS: Books.monthMS + days * 86_400_000)
      }
    }
    try refund(200)
    #expect(throws: Failure.self) { try refund(201) }
  }

  @Test func `a budget that is added in the middle of a month counts it from its first day`() throws
  {
    let books = try Books()
    defer { books.close() }
    let terms = try Year.terms("EUR")
    try books.rate(UsageEvent("a", terms, 12_000, at: Books.monthMS), terms)
    try books.rate(UsageEvent("b", terms, 12_000, at: Books.monthMS, customer: "c1"), terms)
    try books.setPolicy(
      """
      {"billing":1,"budgets":[
        {"name":"one","match":{"connection":"c0"},"currency":"EUR","limit_micros":5000000000},
        {"name":"all","match":{"plugin":"acme/eur"},"currency":"EUR","limit_micros":5000000000}]}
      """)
    let journal = books.journal
    func spent() throws -> [Micros] {
      try journal.policy().budgets.map { try journal.status(of: $0, "2026-03").spent }
    }
    // 12,000 at 40.333333 a thousand, twice.
    #expect(try spent() == [483_999_996, 967_999_992])
    // Another match is another count.
    try books.setPolicy(
      """
      {"billing":1,"budgets":[
        {"name":"one","match":{"connection":"c9"},"currency":"EUR","limit_micros":5000000000},
        {"name":"all","match":{"plugin":"acme/eur"},"currency":"EUR","limit_micros":5000000000}]}
      """)
    #expect(try spent() == [0, 967_999_992])
    #expect(try journal.verify().problem == nil)
  }
}
