package import PatchbayCore

/// What one organisation used of plugins.
package protocol UsageStore: Sendable {
  var organisation: Organisation { get }
  /// Events from one on, in the order in which they were stored, with the number of the last.
  func usage(after number: Int64, limit: Int) async throws(Failure)
    -> (events: [UsageEvent], last: Int64)
  /// What was used of a plugin from one time to another, that one not included.
  func used(of plugin: String, fromMS: Int64, toMS: Int64) async throws(Failure) -> [MeterUse]
  /// Keeps terms for as long as there is usage that was charged by them.
  func keep(_ terms: CommercialTerms) async throws(Failure)
  /// Terms by their plugin's file and their hash.
  func terms(_ sha256: String, library: String) async throws(Failure) -> CommercialTerms?
  /// All terms, each with the hash by which it is named.
  func allTerms() async throws(Failure) -> [(sha256: String, terms: CommercialTerms)]
}

/// What a batch is counted by: the plugin whose records it stores, and a key that no other has.
package struct UsageMeter: Sendable {
  package var key: String
  package var customer: String
  package var plugin: String
  package var version: String
  package var library: String
  package var terms: String

  package init(
    key: String, customer: String, plugin: String, version: String, library: String, terms: String
  ) {
    (self.key, self.customer, self.plugin) = (key, customer, plugin)
    (self.version, self.library, self.terms) = (version, library, terms)
  }

  /// Whether what is only read counts, too: not where the host reads again by its own wish.
  package var countsReading = true

  /// Events of records that were stored; only of what there was any of.
  package func events(_ use: RecordUse, atMS: Int64) -> [UsageEvent] {
    let counts: [(Terms.Meter, Int64)] = [
      (.recordsRead, countsReading ? use.readable : 0), (.recordsChanged, use.changed),
      (.activeRecords, use.active), (.recordsEmitted, use.emitted),
    ]
    return counts.filter { $0.1 > 0 }.map { event($0.0, $0.1, atMS: atMS) }
  }

  /// Events of the most that so many records can count for.
  package func most(_ records: Int64, atMS: Int64) -> [UsageEvent] {
    let meters: [Terms.Meter] = [.recordsRead, .recordsChanged, .activeRecords, .recordsEmitted]
    return meters.filter { countsReading || $0 != .recordsRead }
      .map { event($0, records, atMS: atMS) }
  }

  /// An event of something that was counted.
  package func event(_ meter: Terms.Meter, _ quantity: Int64, atMS: Int64) -> UsageEvent {
    UsageEvent(
      key: "\(key)/\(meter.rawValue)", atMS: atMS, customer: customer, plugin: plugin,
      version: version, library: library, terms: terms, meter: meter, quantity: quantity)
  }
}
