package import PatchbayCore
package import PatchbayJSON
internal import PatchbayCrypto
internal import PatchbayStore

/// A use that is not charged before a person decided: what it says of its time, or of its terms,
/// cannot be.
package struct WaitingUse: Sendable {
  package let event: UsageEvent
  package let reason: String
  /// waiting, charged or dropped.
  package let status: String

  package var json: JSON {
    [
      "usage": .string(event.key), "at": .string(Time.format(event.atMS)),
      "customer": .string(event.customer), "plugin": .string(event.plugin),
      "version": .string(event.version), "meter": .string(event.meter.rawValue),
      "quantity": .integer(event.quantity), "reason": .string(reason), "status": .string(status),
    ]
  }
}

extension Journal {
  /// How far before the last event's time another may be.
  private static var lateMS: Int64 { 86_400_000 }
  /// How far ahead of the clock an event's time may be.
  private static var aheadMS: Int64 { 60_000 }
  /// After how long without any use a time is doubted.
  private static var leapMS: Int64 { 400 * 86_400_000 }

  private static func isAhead(_ atMS: Int64, of nowMS: Int64) -> Bool {
    atMS.subtracting(clamped: nowMS) > aheadMS
  }

  /// Why an event's time cannot be, beside that of the last one (0 for none) and the clock.
  static func doubt(_ event: UsageEvent, lastMS: Int64, nowMS: Int64) -> String? {
    let when = Time.format(event.atMS)
    if isAhead(event.atMS, of: nowMS) {
      return "its time is \(when), and the clock says \(Time.format(nowMS))"
    }
    if lastMS == 0 { return nil }
    if lastMS.subtracting(clamped: event.atMS) > lateMS {
      return "its time is \(when), more than a day before the use before it"
    }
    if event.atMS.subtracting(clamped: lastMS) > leapMS {
      return "its time is \(when), more than 400 days after the use before it"
    }
    return nil
  }

  /// Keeps an event for a person to decide, within a batch; once.
  func hold(
    _ event: UsageEvent, _ terms: CommercialTerms?, _ reason: String, of organisation: Organisation
  ) throws(Failure) {
    if try !isNew(event) { return }
    try insert(
      .waiting,
      [
        .text(event.key), .integer(event.atMS), .text(reason), .text(organisation.name),
        .text(event.json.text), .text(terms?.json.text ?? ""), .text("waiting"),
      ])
    try release(event.key)
  }

  /// What waits for a person, and what was decided.
  package func waitingUses() throws(Failure) -> [WaitingUse] {
    try rows(.waiting, "ORDER BY at_ms, key").map { (row) throws(Failure) in
      WaitingUse(
        event: try Self.event(row), reason: row.text("reason"), status: row.text("status"))
    }
  }

  private static func event(_ row: SealedRow) throws(Failure) -> UsageEvent {
    if let event = UsageEvent(json: try stored(row.text("event"))) { return event }
    throw damaged("what waits as \(row.text("key")) cannot be read")
  }

  /// Charges a use that waits, at its own time or another, or drops it, within a batch.
  package func decide(_ usage: String, charges: Bool, atMS: Int64?, nowMS: Int64) throws(Failure)
    -> RatingReport
  {
    var report = RatingReport()
    guard let row = try row(.waiting, .text(usage)) else {
      throw Failure(
        .config, "ledger.unknown", "no use “\(usage)” waits for a decision",
        mend: "patchbay ledger held lists those that do")
    }
    var event = try Self.event(row)
    if row.text("status") != "waiting" {
      throw Failure(
        .conflict, "ledger.held", "“\(usage)” was \(row.text("status")) already",
        mend: "a charge is given back with patchbay ledger refund")
    }
    if charges {
      let text = row.text("terms")
      let terms = text.isEmpty ? nil : try CommercialTerms(stored: Self.stored(text))
      event.atMS = atMS ?? event.atMS
      if Self.isAhead(event.atMS, of: nowMS) {
        throw Failure(
          .conflict, "ledger.held",
          "“\(usage)” would be charged at \(Time.format(event.atMS)), and the clock says "
            + Time.format(nowMS), mend: "give the day of the use with --at")
      }
      try charge(event, terms, nowMS: nowMS, into: &report)
      // Somebody vouches for this time: what follows is judged by it.
      let organisation = try Organisation(row.text("organisation"))
      let last = try ratedUpTo(organisation)
      try setRatedUpTo(last.number, of: organisation, key: last.key, lastMS: event.atMS)
    }
    try update(row, ("status", .text(charges ? "charged" : "dropped")))
    return report
  }

  // MARK: Terms

  /// Why an event cannot be charged by terms that a database gave; `nil` where they are what was
  /// signed. What was proven once stays so when the plugin is gone.
  func doubt(_ event: UsageEvent, _ terms: CommercialTerms?, _ proof: (any TermsProof)?)
    throws(Failure) -> String?
  {
    if event.terms.isEmpty { return nil }
    guard let terms else {
      return "its terms \(event.terms.prefix(12))… are not in data.db, or cannot be read"
    }
    if terms.terms.sha256 != event.terms || terms.plugin != event.plugin
      || terms.version != event.version || terms.library != event.library
    {
      return "the terms in data.db are not those that it names"
    }
    guard let proof else { return nil }
    let name = [
      terms.plugin, terms.version, terms.library, event.terms, String(terms.platformPPM),
    ].joined(separator: " ")
    if try row(.proven, .text(name)) != nil { return nil }
    switch proof.judge(terms, named: event.terms) {
    case .proven: break
    case .unknown: return "the plugin is gone, so that nothing proves its terms"
    case .wrong(let problem): return problem
    }
    try insert(.proven, [.text(name)])
    return nil
  }
}

extension CommercialTerms {
  /// As it is kept with what waits.
  var json: JSON {
    [
      "plugin": .string(plugin), "version": .string(version), "kind": .string(kind),
      "library": .string(library), "platform_ppm": .integer(platformPPM), "terms": terms.json,
    ]
  }

  init(stored json: JSON) throws(Failure) {
    let plugin = json["plugin"]?.string ?? ""
    self.init(
      plugin: plugin, version: json["version"]?.string ?? "", kind: json["kind"]?.string ?? "",
      library: json["library"]?.string ?? "",
      terms: try Terms(json["terms"] ?? .null, in: plugin),
      platformPPM: json["platform_ppm"]?.integer ?? 0)
  }
}

extension UsageEvent {
  /// As ``json`` gave it.
  init?(json: JSON) {
    guard let meter = json["meter"]?.string.flatMap(Terms.Meter.init),
      let key = json["key"]?.string, let atMS = json["at_ms"]?.integer
    else { return nil }
    func text(_ name: String) -> String { json[name]?.string ?? "" }
    self.init(
      key: key, atMS: atMS, customer: text("customer"), plugin: text("plugin"),
      version: text("version"), library: text("library"), terms: text("terms"), meter: meter,
      quantity: json["quantity"]?.integer ?? 0)
  }
}
