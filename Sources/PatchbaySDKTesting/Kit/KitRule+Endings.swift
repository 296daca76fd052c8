internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

extension KitRule {
  /// How a plugin ends, and goes on from where it was.
  static let endings: [KitRule] = [
    KitRule("end.cancel", "ends when it is cancelled, and asks for nothing more") { bench in
      try bench.each { vendor, talk in
        for step in places(talk.said.count) {
          let flaw = try Self.cancelled(bench.plugin(), vendor, after: step)
          if let flaw { return .failed("cancelled after step \(step): \(flaw)") }
        }
        return .passed
      }
    },
    KitRule("end.late", "ignores answers to what it never asked, or has given up") { bench in
      try bench.each { vendor, talk in
        var changes = KitChanges()
        var again = vendor
        changes.answer = { question, _ in
          again.answer(question).map { answer in
            let strangers = strangers(like: answer.messages)
            return strangers + answer.messages + strangers
          }
        }
        let other = try KitTalk(bench.plugin(), vendor, changes)
        let (one, two) = (talk.text, other.text)
        return one == two ? .passed : .failed("it answers what was not for it")
      }
    },
    KitRule("end.failed", "takes no failed request for the end, whatever it failed of") { bench in
      try bench.each("it asks for no records") { vendor, talk in
        guard talk.end == .done else { return nil }
        var hasTried = false
        for (number, kind) in Self.recordQuestions(talk) {
          for failure in Self.failures {
            hasTried = true
            var changes = KitChanges()
            changes.answer = { question, asked in
              asked == number
                ? [Message(.failed, correlation: question.correlation, head: failure)] : nil
            }
            let other = try KitTalk(bench.plugin(), vendor, changes)
            let flaw = Self.quiet(other)
            if let flaw {
              let name = failure["class"]?.string ?? ""
              return .failed("\(kind) \(number) failed (\(name)): \(flaw)")
            }
          }
        }
        return hasTried ? .passed : nil
      }
    },
    KitRule("end.refused", "believes nothing that does not verify, or that was used before") {
      bench in
      try bench.each("it believes nothing that must be verified") { vendor, talk in
        let questions = talk.all.filter { KitVendor.isQuestion($0.kind) }
        guard talk.end == .done, believed(talk) > 0 else { return nil }
        var hasTried = false
        for (index, question) in questions.enumerated() {
          for refusal in refusals(of: question) {
            hasTried = true
            var changes = KitChanges()
            changes.answer = { _, asked in asked == index + 1 ? [refusal] : nil }
            let other = try KitTalk(bench.plugin(), vendor, changes)
            let place = "\(question.kind.name) \(index + 1) gets \(refusal.head.text)"
            if believed(other) >= believed(talk) { return .failed("\(place): it goes on") }
            if let flaw = quiet(other), other.end != .done { return .failed("\(place): \(flaw)") }
          }
        }
        return hasTried ? .passed : nil
      }
    },
    KitRule("end.state", "goes on from each of its checkpoints, to the same end") { bench in
      try bench.each("it makes no checkpoints") { vendor, talk in
        guard talk.end == .done else { return nil }
        let checkpoints = talk.all.filter { $0.kind == .checkpoint }
        guard let last = checkpoints.last, vendor.open.head["op"]?.string == "read" else {
          return nil
        }
        for place in places(checkpoints.count - 1) {
          let checkpoint = checkpoints[place - 1]
          var changes = KitChanges()
          changes.state = checkpoint.head["state"]
          let other = try KitTalk(bench.plugin(), vendor, changes)
          let end = other.all.last { $0.kind == .checkpoint } ?? checkpoint
          if case .foreign(let question) = other.end {
            return .failed(
              "from checkpoint \(place) it asks for what it did not ask before: "
                + question.prefix(300))
          }
          if other.end != .done { return .failed("from checkpoint \(place) it does not end well") }
          if end.head["state"] != last.head["state"] {
            return .failed(
              "from checkpoint \(place) it ends at \(end.head["state"]?.text ?? "nothing"), "
                + "not at \(last.head["state"]?.text ?? "nothing")")
          }
          let missed = Self.pages(talk, after: place).subtracting(Self.pages(other, after: 0))
          if let one = missed.first {
            return .failed("from checkpoint \(place) it leaves out \(one.prefix(300))")
          }
        }
        return .passed
      }
    },
  ]

  /// At most a dozen places from 1 to `count`, the first and the last among them.
  private static func places(_ count: Int) -> [Int] {
    if count <= 12 { return count < 1 ? [] : Array(1...count) }
    return (0..<12).map { 1 + $0 * (count - 1) / 11 }
  }

  private static func cancelled(_ plugin: LoadedPlugin, _ vendor: KitVendor, after step: Int) throws
    -> String?
  {
    var heard = 0
    var isCancelled = false
    var changes = KitChanges()
    changes.input = { message in
      heard += 1
      if heard <= step { return message }
      defer { isCancelled = true }
      if !isCancelled { return Message(.cancel, head: ["grace_ms": 1000]) }
      return Message(
        .failed, correlation: message.correlation,
        head: ["class": "cancelled", "code": "cancelled", "message": "the operation was cancelled"])
    }
    changes.steps = step + 200
    let talk = try KitTalk(plugin, vendor, changes)
    let after = talk.said.dropFirst(step).flatMap { $0 }
    if let more = after.first(where: { $0.kind == .httpRequest || $0.kind == .wait }) {
      return "it still asks: \(more.head.text.prefix(200))"
    }
    if talk.end == .stuck && heard > step { return "it does not end" }
    if talk.end == .broken { return "it does not end" }
    return nil
  }

  /// An answer and a failure of what nobody asked.
  private static func strangers(like messages: [Message]) -> [Message] {
    guard var stranger = messages.last else { return [] }
    stranger.correlation = 1 << 40
    return [stranger, Message(.failed, correlation: 1 << 40, head: failures[3])]
  }

  /// The numbers of the questions whose answers held records.
  static func recordQuestions(_ talk: KitTalk) -> [(number: Int, kind: String)] {
    let emitted = Set(talk.all.filter { $0.kind == .records }.map(\.correlation))
    var found: [(Int, String)] = []
    let questions = talk.all.filter { KitVendor.isQuestion($0.kind) }
    for (index, question) in questions.enumerated() where question.kind == .httpRequest {
      if question.head["extract"] != nil || emitted.contains(question.correlation) {
        found.append((index + 1, "request"))
      }
    }
    // Enough to meet the first, one in the midst, and the last.
    return places(found.count).prefix(12).map { found[$0 - 1] }
  }

  /// How often it says that somebody is who they say they are, or that something happened.
  private static func believed(_ talk: KitTalk) -> Int {
    talk.all.count { $0.kind == .principal || $0.kind == .event }
  }

  /// Answers that are no yes to a question which has one.
  private static func refusals(of question: Message) -> [Message] {
    guard question.kind == .claim || question.head["do"] == "verify" else { return [] }
    let heads: [JSON] = [["verified": false, "fresh": false], [:]]
    return heads.map { Message(.result, correlation: question.correlation, head: $0) }
      + [Message(.failed, correlation: question.correlation, head: failures[4])]
  }

  private static let failures: [JSON] = [
    "auth", "permission", "rate_limit", "transient", "data", "unsupported", "budget",
  ].map {
    [
      "class": .string($0), "code": "kit.failure", "message": "the kit let it fail",
      "retryable": .bool($0 == "transient" || $0 == "rate_limit"),
    ]
  }

  /// Whether it ended as if all had been well.
  static func quiet(_ talk: KitTalk) -> String? {
    switch talk.end {
    case .done:
      talk.last?.head["unproven"] == nil ? "it is done, as if there had been nothing more" : nil
    case .stuck: "it waits for nothing, and is not done"
    case .broken: "it comes to no end"
    case .error, .foreign: nil
    }
  }

  /// The pages asked for once so many checkpoints had been made. Those that were covered by then,
  /// or of which nothing was wanted, need not be asked for again.
  private static func pages(_ talk: KitTalk, after checkpoints: Int) -> Set<String> {
    var settled: Set<UInt64> = []
    var count = 0
    for message in talk.all where count < checkpoints {
      if message.kind == .httpCancel { settled.insert(message.correlation) }
      guard message.kind == .checkpoint else { continue }
      count += 1
      settled.formUnion(
        (message.head["covers"]?.array ?? []).compactMap { $0.integer.map { UInt64(clamping: $0) } }
      )
    }
    let pages = talk.all.filter {
      $0.kind == .httpRequest && $0.head["extract"] != nil && !settled.contains($0.correlation)
    }
    return Set(pages.map(KitVendor.question))
  }
}
