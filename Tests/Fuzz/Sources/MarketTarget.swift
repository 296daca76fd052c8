import PatchbayCore
import PatchbayJSON

@testable import PatchbayMarketplace

extension FuzzTarget {
  /// The documents of a marketplace, and the terms in them: what is taken costs something in every
  /// month, whatever is used.
  static let market = FuzzTarget(
    name: "market", seeds: { marketSeeds.map { Array($0.utf8) } },
    words: [
      "\"prices\":[", "\"steps\":[", "\"up_to\":1", "\"micros\":1", "\"per\":1", "\"free\":1",
      "\"minimum_micros\":1", "\"kind\":\"flat\"", "\"kind\":\"graduated\"", "\"kind\":\"volume\"",
      "\"kind\":\"package\"", "\"meter\":\"records_read\"", "\"meter\":\"months\"",
      "\"from\":\"2026-01-01\"", "\"shares\":[", "\"ppm\":1000000", "\"refund_days\":1",
      "\"catalogue\":2", "\"digits\":1", "\"revocations\":1", "\"policy\":1", "\"plugins\":",
      "\"versions\":[", "\"published_ms\":1", "\"log\":1",
    ], run: checkMarket)
}

private let terms = """
  {"currency":"EUR","prices":[{"from":"2026-01-01","meter":"records_read","kind":"graduated",\
  "per":1000,"free":10,"minimum_micros":5,"steps":[{"up_to":100,"micros":7},{"micros":3}]},\
  {"from":"2026-03-15","meter":"records_read","kind":"package","per":3,"steps":[{"micros":1}]}],\
  "shares":[{"party":"acme","ppm":600000},{"party":"b","ppm":400000}],"refund_days":14}
  """

private let marketSeeds = [
  terms,
  """
  {"listing":1,"name":"acme/books","uuid":"6f0d3a52-9a5e-4b7e-8d0c-2f6a1c94e7b1","license":"MIT",\
  "compatibility":{"host":">=0.1.0 <1.0.0"},"permissions":{"memory_mb":64,"step_ms":1000},\
  "terms":\(terms)}
  """,
  """
  {"catalogue":1,"plugins":[{"name":"acme/books","kind":"connector","title":"a","about":"b",\
  "categories":[],"cost":"free","versions":[{"version":"1.0.0","abi":"1.0","host":">=0.1.0",\
  "platforms":["linux-x86_64"],"published_ms":1,"log":7}]}]}
  """,
  #"{"catalogue":2,"digits":2}"#,
  #"{"policy":1,"platform_ppm":{"default":300000},"publishers":{"acme":{"name":"Acme"}}}"#,
  #"{"kind":"volume","per":10,"steps":[{"up_to":5,"micros":7},{"micros":1}]}"#,
]

private func checkMarket(_ bytes: [UInt8]) {
  guard let json = try? JSON(reading: bytes) else { return }
  if let terms = try? Terms(json, in: "it") { check(terms) }
  if let listing = try? Listing(reading: bytes, from: "it") { check(listing.terms) }
  if let release = try? Release(reading: bytes, from: "it") { check(release.terms) }
  for entry in (try? Catalogue(json))?.entries ?? [] {
    expect(entry.versions.allSatisfy { $0.publishedMS >= 0 }, "published before 1970")
  }
  if let digits = try? Catalogue.digits(in: json) {
    expect(Catalogue.path(of: "books", digits: digits).hasSuffix(".json"), "a bin has no file")
  }
  if let policy = try? Policy(json) {
    let ppm = policy.platformPPM(of: "acme/books", kind: "connector")
    expect((0...1_000_000).contains(ppm), "a part of \(ppm) ppm")
  }
  _ = try? Revocations(json)
  check(UnitPrice(json))
}

private func check(_ terms: Terms) {
  for name in ["0001-01", "2026-03", "9999-12"] {
    for units in [1, 1000, Int128(Int64.max)] {
      var least: Int128 = 0
      for meter in Terms.Meter.allCases {
        guard let cost = terms.cost(of: units, meter, in: Month(name)) else { continue }
        least = min(least, cost)
      }
      expect(least == 0, "use costs less than nothing")
    }
  }
  expect(terms.dearer(than: terms).isEmpty, "terms are dearer than themselves")
  _ = terms.summary(on: "2026-03-20")
}

/// A price of a document, which nobody checked.
private func check(_ price: UnitPrice) {
  for units in [.min, -1, 0, 1, 7, Int128(Int64.max), 1 << 120, .max] {
    if let cost = price.cost(of: units) {
      expect((0...1 << 120).contains(cost), "\(units) units cost \(cost)")
    }
  }
  _ = price.text("EUR")
}
