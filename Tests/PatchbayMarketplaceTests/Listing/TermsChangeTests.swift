import PatchbayCore
import PatchbayJSON
import Seeded
import Testing

@testable import PatchbayMarketplace

@Suite("Terms that get dearer") struct TermsChangeTests {
  /// A price of records with these members changed.
  static func price(_ changes: (String, JSON)...) -> JSON {
    var price = PluginDraft.price(400_000).object ?? JSONObject()
    for (name, value) in changes { price[name] = value }
    return .object(price)
  }

  static func dearer(_ new: [JSON], than old: [JSON]) throws -> [String] {
    try Terms(PluginDraft.terms(new), in: "new").dearer(
      than: Terms(PluginDraft.terms(old), in: "old"))
  }

  static let steps: JSON = [["up_to": 1000, "micros": 400_000], ["micros": 200_000]]

  @Test(arguments: [
    ([], []), ([price()], [price()]), ([], [price()]),
    ([price(("free", 10))], [price()]), ([price()], [price(("minimum_micros", 1))]),
    ([price(("steps", [["micros": 0]]))], []),
    // Later, and no more.
    ([price(("from", "2026-06-01"))], [price()]),
    // Of another form: the dearest step is not dearer than the cheapest of before.
    ([price(("kind", "graduated"), ("steps", steps))], [price()]),
    ([price(("per", 1), ("steps", [["micros": 400]]))], [price()]),
    ([price()], [price(("kind", "package"))]),
    ([price(("kind", "package"), ("per", 1), ("steps", [["micros": 4]]))], [price(("per", 1))]),
  ])
  func `cost no more`(new: [JSON], old: [JSON]) throws {
    #expect(try Self.dearer(new, than: old) == [])
  }

  @Test(arguments: [
    ([price()], [], "it cost nothing"),
    ([price(("steps", [["micros": 400_001]]))], [price()], "not 0.40 EUR per 1000"),
    ([price()], [price(("free", 1))], "1 a month free"),
    ([price(("minimum_micros", 1))], [price()], "at least 0.000001 EUR"),
    ([price(("minimum_micros", 1), ("steps", [["micros": 0]]))], [], "it cost nothing"),
    // What is cheaper today and dearer from a day on is dearer.
    (
      [
        price(("steps", [["micros": 1]])),
        price(("from", "2027-01-01"), ("steps", [["micros": 500_000]])),
      ],
      [price()], "from 2027-01-01 on"
    ),
    // It would have got cheaper, and now does not.
    ([price()], [price(), price(("from", "2027-01-01"), ("steps", [["micros": 1]]))], "from 2027"),
    ([price(("kind", "package"))], [price()], "per 1000"),
    ([price(("kind", "package"))], [price(("kind", "package"), ("per", 100))], "per 1000"),
    // A month of 1500: 500 of them are charged, at the dearer step.
    (
      [price(("kind", "volume"), ("steps", steps), ("free", 1000))],
      [price(("kind", "volume"), ("steps", steps))], "1000 a month free"
    ),
    ([price()], [price(("kind", "graduated"), ("steps", steps))], "above per 1000"),
  ])
  func `cost more, and are named`(new: [JSON], old: [JSON], why: String) throws {
    let found = try Self.dearer(new, than: old)
    #expect(found.count == 1 && found[0].contains(why), "\(found)")
  }

  @Test func `another currency cannot be compared`() throws {
    let euros = try Terms(PluginDraft.terms([Self.price()]), in: "x")
    let dollars = try Terms(PluginDraft.terms([Self.price()], currency: "USD"), in: "x")
    #expect(dollars.dearer(than: euros) == ["is charged in USD, not in EUR"])
    let free = try Terms(PluginDraft.terms(currency: "USD"), in: "x")
    #expect(free.dearer(than: euros) == [])
    #expect(euros.dearer(than: free).count == 1)
  }

  /// Whoever is told of no dearer price pays no more, whatever is used on any day. In volumes that
  /// get cheaper, units that are free can lead to a dearer step: both ways to count them are tried.
  @Test func `what is called no dearer never costs more`() throws {
    let seed = Scale.fresh
    var draw = Draw(seed)
    var compared = 0
    for _ in 0..<6000 {
      let old = draw.prices()
      let new = draw.below(3) == 0 ? draw.prices() : old.map { draw.changed($0) }
      let (mine, theirs) = (
        try Terms(PluginDraft.terms(new), in: "new"), try Terms(PluginDraft.terms(old), in: "old")
      )
      guard mine.dearer(than: theirs).isEmpty else { continue }
      compared += 1
      for day in ["2025-01-01"] + Draw.days {
        for meter in Draw.meters {
          let (price, before) = (mine.price(of: meter, on: day), theirs.price(of: meter, on: day))
          for quantity in draw.quantities(of: [price, before]) {
            for order in [MonthlyCost.Order.freeFirst, .freeInPlace] {
              let cost = MonthlyCost(order).of(quantity, price)
              let known = MonthlyCost(order).of(quantity, before)
              guard cost > known else { continue }
              Issue.record(
                """
                seed \(seed): \(quantity) cost more on \(day) by \(JSON.array(new).text) than by \
                \(JSON.array(old).text)
                """)
              return
            }
          }
        }
      }
    }
    #expect(compared > 300, "seed \(seed)")
  }

  /// What the last month's use would cost, each customer's by itself.
  @Test func `what was used here is priced by both terms`() throws {
    func compared(_ new: [JSON], _ old: [JSON]) throws -> UseComparison? {
      let uses = [
        MeterUse(customer: "a", meter: .recordsRead, quantity: 1500),
        MeterUse(customer: "b", meter: .recordsRead, quantity: 700),
      ]
      return UseComparison(
        of: uses, in: "2026-10", by: try Terms(PluginDraft.terms(new), in: "new"),
        not: try Terms(PluginDraft.terms(old), in: "old"), nextMonth: "2026-12")
    }
    let free = Self.price(("free", 1000))
    // 500 of one customer are charged by the old terms, 1500 and 700 by the new ones.
    let dearer = try #require(try compared([Self.price()], [free]))
    #expect(dearer.isDearer)
    #expect(
      dearer.text
        == "what was used here in 2026-10 would cost 0.88 EUR in 2026-12, not 0.20 EUR")
    let same = try #require(try compared([free], [free]))
    #expect(!same.isDearer && same.text.hasSuffix("would cost 0.20 EUR in 2026-12, as before"))
    #expect(try compared([free], [Self.price()])?.isDearer == false)
    // A price of later on is reckoned with.
    let later = Self.price(("from", "2027-03-15"), ("steps", [["micros": 500_000]]))
    let change = try #require(try compared([Self.price(), later], [Self.price()]))
    #expect(change.isDearer && change.priced == "2027-04")
    // What was used and cost nothing now has a price.
    let none = UseComparison(
      of: [MeterUse(customer: "a", meter: .recordsChanged, quantity: 3)], in: "2026-10",
      by: try Terms(PluginDraft.terms([free]), in: "new"),
      not: try Terms(PluginDraft.terms([]), in: "old"), nextMonth: "2026-12")
    #expect(none?.now == 0 && none?.isDearer == false)
    #expect(
      UseComparison(
        of: [], in: "2026-10", by: try Terms(PluginDraft.terms([free]), in: "new"),
        not: try Terms(PluginDraft.terms([free]), in: "old"), nextMonth: "2026-12") == nil)
  }
}
