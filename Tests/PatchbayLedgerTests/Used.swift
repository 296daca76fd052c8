import PatchbayCore
import PatchbayJSON
import PatchbayStore

/// What was used, as a database has it.
actor Used: UsageStore {
  nonisolated let organisation = Organisation.standard
  private var events: [UsageEvent]
  private var all: [CommercialTerms]
  /// The hash of terms that cannot be.
  var unreadable = ""

  init(_ events: [UsageEvent], _ all: [CommercialTerms]) { (self.events, self.all) = (events, all) }

  func usage(after number: Int64, limit: Int) -> (events: [UsageEvent], last: Int64) {
    let part = events.dropFirst(Int(number)).prefix(limit)
    return (Array(part), number + Int64(part.count))
  }
  func used(of plugin: String, fromMS: Int64, toMS: Int64) -> [MeterUse] { [] }
  func keep(_ terms: CommercialTerms) {}
  func terms(_ sha256: String, library: String) throws(Failure) -> CommercialTerms? {
    let shares: JSON = [["party": "acme", "ppm": .integer(.max)]]
    // What a database gives of terms that somebody wrote into it.
    if sha256 == unreadable { _ = try Terms(["currency": "EUR", "shares": shares], in: "data.db") }
    return all.last { $0.library == library && ($0.terms.sha256 == sha256 || all.count == 1) }
  }
  func allTerms() -> [(sha256: String, terms: CommercialTerms)] { [] }
  func add(_ event: UsageEvent) { events.append(event) }
  func spoil(_ sha256: String) { unreadable = sha256 }
  /// What the database has of terms from here on, whatever was signed.
  func set(_ all: [CommercialTerms]) { self.all = all }
}
