internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
public import PatchbayMessages

/// The rules that the messages of one session keep, whatever the plugin does. Give it every message
/// of both sides in order, then look at ``problems``.
public struct Conduct: Sendable {
  /// What was asked for under a correlation, and how far it is.
  private struct Asked: Sendable {
    var kind: MessageKind
    var plans = 0
    var isFramed = false
    var isAnswered = false
    var hasFailed = false
    var isCancelled = false
    /// Records were staged under it.
    var hasRecords = false
    var isCovered = false
  }

  /// What was wrong, each with the place where it was noticed.
  public private(set) var problems: [String] = []
  private var asked: [UInt64: Asked] = [:]
  private var offered: Set<String> = []
  private var features: Set<String> = []
  private var limit = 0
  private var inputs: Int64 = 0
  private var isInputComplete = true
  private var outcomes: Set<Int64> = []
  private var hasOpened = false
  private var hasEnded = false
  private var place = "the end"

  public init() {}

  /// Looks at the next message. `place` is put in front of what is wrong with it.
  public mutating func take(_ message: Message, isToPlugin: Bool, place: String) {
    self.place = place
    let (kind, name) = (message.kind, message.kind.name)
    if kind.isFromPlugin == isToPlugin { wrong("“\(name)” goes the other way") }
    for problem in Heads.shape(of: kind).problems(in: message.head) { wrong("\(name) \(problem)") }
    if (kind == .open) != (isToPlugin && !hasOpened) {
      wrong("open is the first message, and only the first")
    }
    if hasEnded { wrong("“\(name)” comes after the end") }
    if isToPlugin {
      hasOpened = true
      takeFromHost(kind, message)
    } else {
      if !offered.contains(name) { wrong("the host did not offer “\(name)”") }
      takeFromPlugin(kind, message)
    }
  }

  /// Nothing follows.
  public mutating func end() {
    place = "the end"
    if !hasEnded { wrong("the session has no end (done or error)") }
  }

  private mutating func wrong(_ text: String) { problems.append("\(place): \(text)") }

  // MARK: - Host to plugin

  private mutating func takeFromHost(_ kind: MessageKind, _ message: Message) {
    let head = message.head
    switch kind {
    case .open:
      offered = Set(head["kinds"]?.array?.compactMap(\.string) ?? [])
      features = Set(head["features"]?.array?.compactMap(\.string) ?? [])
      limit = Int(head.at("/limits/requests_in_flight")?.integer ?? 0)
      isInputComplete = head["op"]?.string != "write"
    case .httpResponse, .httpEvents, .waited, .result, .failed: answer(kind, message)
    case .input:
      let count = head["count"]?.integer ?? 0
      if Int64(Self.lines(message.body)) != count { wrong("the body has not \(count) lines") }
      if isInputComplete { wrong("input after the last") }
      inputs &+= max(0, count)
      isInputComplete = head["last"]?.bool ?? false
    default: break
    }
    if ![.httpResponse, .httpEvents, .waited, .result, .failed].contains(kind)
      && message.correlation != 0
    {
      wrong("“\(kind.name)” has no correlation")
    }
  }

  private mutating func answer(_ kind: MessageKind, _ message: Message) {
    guard var request = asked[message.correlation], request.kind != .records else {
      return wrong("nothing was asked under \(message.correlation)")
    }
    if request.isAnswered { wrong("\(message.correlation) is answered a second time") }
    let wanted: [MessageKind] =
      switch request.kind {
      case .httpRequest: [request.isFramed ? .httpEvents : .httpResponse, .failed]
      case .wait: [.waited, .failed]
      default: [.result, .failed]
      }
    if !wanted.contains(kind) { wrong("“\(kind.name)” does not answer “\(request.kind.name)”") }
    request.isAnswered = kind != .httpEvents || message.head["last"]?.bool == true
    request.hasFailed = kind == .failed
    if kind == .httpEvents {
      let sizes = message.head["events"]?.array?.compactMap { $0["size"]?.integer } ?? []
      // A transcript is anybody's: its numbers may be any.
      if sizes.reduce(0, &+) != Int64(message.body.count) {
        wrong("events and body differ in size")
      }
    }
    let isGood = (200..<300).contains(message.head["status"]?.integer ?? 0)
    if kind == .httpResponse && isGood {
      checkExtracted(message.head["extracted"]?.array ?? [], &request)
    }
    asked[message.correlation] = request
  }

  private mutating func checkExtracted(_ extracted: [JSON], _ request: inout Asked) {
    if extracted.count != request.plans { wrong("\(request.plans) plans, not as many extracted") }
    for one in extracted {
      let count = one["count"]?.integer ?? 0
      if count > 0 { request.hasRecords = true }
      if let kept = one["kept"]?.array, Int64(kept.count) != count - (one["dead"]?.integer ?? 0) {
        wrong("kept has not one entry for each live record")
      }
    }
  }

  // MARK: - Plugin to host

  private mutating func takeFromPlugin(_ kind: MessageKind, _ message: Message) {
    switch kind {
    case .httpRequest, .wait, .crypto, .claim: ask(kind, message)
    case .httpCancel:
      if asked[message.correlation]?.kind != .httpRequest { wrong("no such request to cancel") }
      asked[message.correlation]?.isCancelled = true
    case .records: takeRecords(message)
    case .checkpoint: cover(message.head["covers"]?.array ?? [])
    case .outcome:
      for outcome in message.head["outcomes"]?.array ?? [] {
        let index = outcome["index"]?.integer ?? -1
        if index < 0 || index >= inputs { wrong("an outcome for record \(index), never given") }
        if !outcomes.insert(index).inserted { wrong("a second outcome for record \(index)") }
      }
    case .error: hasEnded = true
    case .done: finish()
    default: break
    }
    if ![.httpRequest, .httpCancel, .wait, .crypto, .claim, .records].contains(kind)
      && message.correlation != 0
    {
      wrong("“\(kind.name)” has no correlation")
    }
  }

  private mutating func ask(_ kind: MessageKind, _ message: Message) {
    if message.correlation == 0 { wrong("“\(kind.name)” needs a correlation") }
    if asked[message.correlation] != nil { wrong("\(message.correlation) is used a second time") }
    let plans = message.head["extract"]?.array ?? []
    asked[message.correlation] = Asked(
      kind: kind, plans: plans.count, isFramed: message.head["frame"] != nil)
    let running = asked.values.filter {
      $0.kind == .httpRequest && !$0.isAnswered && !$0.isCancelled
    }
    if running.count > limit { wrong("more than \(limit) requests in flight") }
    for plan in plans { checkFeatures(of: plan) }
    for (member, feature) in [
      ("frame", "http.frame"), ("parts", "http.parts"), ("relative_to", "http.relative_to"),
    ]
    where message.head[member] != nil && !features.contains(feature) {
      wrong("the host does not offer \(feature)")
    }
  }

  private mutating func checkFeatures(of plan: JSON) {
    var needed = ["extract.\(plan["format"]?.string ?? "json")"]
    if plan["deleted"]?["equals"] != nil { needed.append("extract.deleted_text") }
    let marks = (plan["fail_if"]?.array ?? []) + [plan["deleted"] ?? .null]
    if marks.contains(where: { $0["not_equals"] != nil || $0["optional"]?.bool != nil }) {
      needed.append("extract.not_equals")
    }
    for name in [
      "map", "item", "each", "keep", "total", "fail_if", "match", "jq", "no_records",
    ]
    where plan[name] != nil {
      needed.append("extract.\(name)")
    }
    let injected = plan["inject"]?.object?.members.map(\.value) ?? []
    if injected.contains(where: { $0.string != nil }) { needed.append("extract.inject") }
    if injected.contains(where: { $0.string == nil }) { needed.append("extract.inject_value") }
    for name in needed where !features.contains(name) { wrong("the host does not offer \(name)") }
  }

  private mutating func takeRecords(_ message: Message) {
    if message.correlation == 0 { wrong("records need a correlation") }
    var entry = asked[message.correlation] ?? Asked(kind: .records, isAnswered: true)
    if entry.isCovered || entry.hasFailed { wrong("\(message.correlation) is closed for records") }
    entry.hasRecords = true
    asked[message.correlation] = entry
    checkFeatures(of: message.head["extract"] ?? [:])
    for line in message.body.split(separator: UInt8(ascii: "\n")) {
      if (try? JSON(reading: line)) == nil { wrong("a record is not JSON") }
    }
  }

  private mutating func cover(_ correlations: [JSON]) {
    for correlation in correlations.compactMap({ $0.integer.map { UInt64(clamping: $0) } }) {
      guard let entry = asked[correlation] else {
        wrong("a checkpoint covers \(correlation), which nobody asked for")
        continue
      }
      if !entry.isAnswered || entry.hasFailed || entry.isCancelled || entry.isCovered {
        wrong("a checkpoint covers \(correlation), which is open, failed, cancelled or covered")
      }
      asked[correlation]?.isCovered = true
    }
  }

  private mutating func finish() {
    hasEnded = true
    for (correlation, entry) in asked.sorted(by: { $0.key < $1.key }) where !entry.isCancelled {
      if !entry.isAnswered { wrong("\(correlation) is still open at the end") }
      if entry.hasRecords && !entry.isCovered { wrong("no checkpoint covers \(correlation)") }
    }
    if !isInputComplete { wrong("the input is not complete") }
    if Int64(outcomes.count) != inputs { wrong("not every record has an outcome") }
  }

  private static func lines(_ body: [UInt8]) -> Int {
    body.split(separator: UInt8(ascii: "\n")).count
  }
}
