import PatchbayCore
import PatchbayStore

/// What was used, as a database has it.
actor Used: UsageStore {
  nonisolated let organisation = Organisation.standard
  private var events: [UsageEvent]
  private var all: [CommercialTerms]

  init(_ events: [UsageEvent], _ all: [CommercialTerms]) { (self.events, self.all) = (events, all) }

  func usage(after number: Int64, limit: Int) -> (events: [UsageEvent], last: Int64) {
    let part = events.dropFirst(Int(number)).prefix(limit)
    return (Array(part), number + Int64(part.count))
  }
  func used(of plugin: String, fromMS: Int64, toMS: Int64) -> [MeterUse] { [] }
  func keep(_ terms: CommercialTerms) {}
  func terms(_ sha256: String, library: String) -> CommercialTerms? {
    all.last { $0.library == library && ($0.terms.sha256 == sha256 || all.count == 1) }
  }
  func allTerms() -> [(sha256: String, terms: CommercialTerms)] { [] }
  func add(_ event: UsageEvent) { events.append(event) }
  /// What the database has of terms from here on, whatever was signed.
  func set(_ all: [CommercialTerms]) { self.all = all }
}
