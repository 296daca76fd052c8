import PatchbayCrypto
import PatchbayJSON
import Testing

@testable import PatchbayCore

@Suite("Commercial terms") struct TermsTests {
  static func problems(_ json: JSON) -> [String] {
    Terms.shape.problems(in: json).map(\.description)
  }

  /// What is wrong with terms that have a price with these members changed.
  static func refusal(_ changes: [(String, JSON?)]) -> String? {
    var price = PluginDraft.price(400).object ?? JSONObject()
    for (name, value) in changes { price[name] = value }
    let json = PluginDraft.terms([.object(price)])
    if let first = problems(json).first { return first }
    return refusal(json)
  }

  static func refusal(_ json: JSON) -> String? {
    do throws(Failure) {
      _ = try Terms(json, in: "acme/books")
      return nil
    } catch {
      return error.code == "listing.terms" ? error.message : "\(error)"
    }
  }

  @Test func `terms are read as they are written`() throws {
    let json = PluginDraft.terms([PluginDraft.price(400_000)])
    #expect(Self.problems(json) == [])
    let terms = try Terms(json, in: "acme/books")
    #expect(terms.currency == "EUR" && !terms.isFree && terms.refundDays == 0)
    let price = try #require(terms.prices.first)
    #expect(price.meter == .recordsRead && price.per == 1000 && price.free == 0)
    #expect(price.text("EUR") == "0.40 EUR per 1000 records_read")
    #expect(terms.price(of: .recordsRead, on: "2025-12-31") == nil)
    #expect(terms.price(of: .recordsRead, on: "2026-01-01") == price)
    #expect(terms.price(of: .bytes, on: "2026-01-01") == nil)
    #expect(terms.summary(on: "2025-12-31") == "free")
    #expect(terms.sha256 == Hex.encode(Digest.sha256(json.bytes)))
    #expect(try Terms(PluginDraft.terms(), in: "x").isFree)
  }

  @Test(arguments: Terms.Meter.allCases)
  func `everything that the host counts can have a price`(meter: Terms.Meter) throws {
    #expect(Self.refusal([("meter", .string(meter.rawValue))]) == nil)
  }

  @Test(
    arguments: [
      ("from", "2026-02-30"), ("from", "1.1.2026"), ("meter", "clicks"), ("kind", "auction"),
      ("per", 0), ("per", -1), ("free", -1), ("minimum_micros", -1), ("steps", []), ("steps", nil),
      ("steps", [["micros": -1]]), ("steps", [["micros": "1"]]), ("surprise", 1), ("from", nil),
      ("free", 1_000_000_000_000_001),
    ] as [(String, JSON?)])
  func `what does not fit names its member`(name: String, value: JSON?) throws {
    let refusal = try #require(Self.refusal([(name, value)]))
    #expect(refusal.contains("/prices/0") && refusal.contains(name), "\(refusal)")
  }

  @Test(
    arguments: [
      ("flat", [["up_to": 10, "micros": 2], ["micros": 1]], "has one step"),
      ("package", [["up_to": 10, "micros": 2], ["micros": 1]], "has one step"),
      ("flat", [["up_to": 10, "micros": 2]], "where it ends"),
      ("graduated", [["micros": 2], ["micros": 1]], "where it ends"),
      ("volume", [["up_to": 10, "micros": 2]], "where it ends"),
      (
        "graduated", [["up_to": 10, "micros": 2], ["up_to": 10, "micros": 1], ["micros": 0]],
        "not above"
      ),
      (
        "volume", [["up_to": 10, "micros": 2], ["up_to": 9, "micros": 1], ["micros": 0]],
        "not above"
      ),
    ] as [(String, JSON, String)])
  func `steps go up, and the last one has no end`(kind: String, steps: JSON, why: String) throws {
    let refusal = try #require(Self.refusal([("kind", .string(kind)), ("steps", steps)]))
    #expect(refusal.contains("/prices/0") && refusal.contains(why), "\(refusal)")
  }

  @Test func `the prices of a meter stand by their days`() throws {
    let (early, late) = (PluginDraft.price(2), PluginDraft.price(1, from: "2026-02-01"))
    let terms = try Terms(PluginDraft.terms([early, late]), in: "x")
    #expect(terms.price(of: .recordsRead, on: "2026-01-31")?.steps.first?.micros == 2)
    #expect(terms.price(of: .recordsRead, on: "2026-02-01")?.steps.first?.micros == 1)
    for wrong in [[late, early], [early, early]] {
      let refusal = try #require(Self.refusal(PluginDraft.terms(wrong)))
      #expect(refusal.contains("/prices/1/from") && refusal.contains("by their days"))
    }
  }

  @Test(
    arguments: [
      ([["party": "acme", "ppm": 999_999]], "999999 parts per million"),
      ([["party": "acme", "ppm": 1_000_000], ["party": "ada", "ppm": 1]], "1000001 parts"),
      ([["party": "acme", "ppm": 500_000], ["party": "acme", "ppm": 500_000]], "a party twice"),
    ] as [(JSON, String)])
  func `shares are the whole, each party's once`(shares: JSON, why: String) throws {
    let refusal = try #require(Self.refusal(PluginDraft.terms(shares: shares)))
    #expect(refusal.contains(why), "\(refusal)")
  }

  @Test(arguments: ["eur", "EURO", "", "E1R"])
  func `a currency has three capital letters`(text: String) {
    #expect(Self.problems(PluginDraft.terms(currency: text)).contains { $0.contains("currency") })
  }

  @Test(
    arguments: [
      (0, "0.00 EUR"), (1, "0.000001 EUR"), (400_000, "0.40 EUR"), (1_500_000, "1.50 EUR"),
      (1_234_567, "1.234567 EUR"), (1_000_000_000_000_000, "1000000000.00 EUR"),
    ] as [(Int64, String)])
  func `amounts are written with all their decimals, two at least`(micros: Int64, text: String) {
    #expect(Terms.text(micros, "EUR") == text)
  }
}
