internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

extension KitRule {
  /// The same messages give the same bytes, whatever is around them.
  static let sameness: [KitRule] = [
    KitRule("same.processes", "the same messages give the same bytes in another process") {
      bench in
      let other = try LoadedPlugin.alone(bench.file())
      return try bench.each { vendor, talk in
        try compare(talk, KitTalk(other, vendor), "in another process")
      }
    },
    KitRule("same.sessions", "sessions do not know of each other, nor of earlier ones") { bench in
      try bench.each { vendor, talk in
        // Another session is in the midst of its work meanwhile, and one has come to its end.
        var changes = KitChanges()
        changes.steps = max(1, talk.said.count / 2)
        return try KitInterlude(bench.plugin(), vendor).around {
          try compare(talk, KitTalk(bench.plugin(), vendor), "beside another session")
        }
      }
    },
    KitRule("same.room", "says the same where there is room for one message at a time") { bench in
      try bench.each { vendor, talk in
        var changes = KitChanges()
        changes.limits.messages = 1
        return try compare(talk, KitTalk(bench.plugin(), vendor, changes), "with little room")
      }
    },
    KitRule("same.pieces", "says the same in whatever pieces a streamed answer comes") { bench in
      try bench.each("no answer of the transcripts comes in pieces") { vendor, talk in
        guard talk.heard.contains(where: { $0.kind == .httpEvents }) else { return nil }
        var changes = KitChanges()
        var again = vendor
        changes.answer = { question, _ in
          again.answer(question).map { $0.messages.flatMap(singles) }
        }
        let pieces = try KitTalk(bench.plugin(), vendor, changes)
        let (one, other) = (content(talk), content(pieces))
        return one == other ? .passed : .failed("one event at a time it says something else")
      }
    },
    KitRule("same.unknown", "ignores members and kinds of messages that it does not know") {
      bench in
      try bench.each { vendor, talk in
        var changes = KitChanges()
        changes.surprise = 63
        changes.input = { message in
          var message = message
          guard var head = message.head.object else { return message }
          head["x-later"] = ["kind": ["of", 1, nil]]
          message.head = .object(head)
          return message
        }
        let other = try KitTalk(bench.plugin(), vendor, changes)
        if other.surprised > 0 {
          return .failed("it answers a message of a kind that is not known")
        }
        return compare(talk, other, "with members that it cannot know")
      }
    },
  ]

  private static func compare(_ talk: KitTalk, _ other: KitTalk, _ where: String)
    -> KitReport.Verdict
  {
    let (one, two) = (talk.text, other.text)
    if one == two { return .passed }
    let place =
      zip(one, two).enumerated().first { $1.0 != $1.1 }?.offset ?? min(one.count, two.count)
    func shown(_ list: [String]) -> String {
      list.indices.contains(place) ? String(list[place].prefix(200)) : "nothing"
    }
    return .failed("\(`where`), message \(place + 1): \(shown(two)) instead of \(shown(one))")
  }

  /// An answer's pieces, one event in each.
  private static func singles(_ message: Message) -> [Message] {
    let events = message.head["events"]?.array ?? []
    guard message.kind == .httpEvents, events.count > 1, let head = message.head.object else {
      return [message]
    }
    var at = 0
    return events.enumerated().map { index, event in
      // A transcript is anybody's: its numbers may be any.
      let rest = Int64(message.body.count - at)
      let end = at + Int(min(max(event["size"]?.integer ?? 0, 0), rest))
      defer { at = end }
      var single = head
      single["events"] = [event]
      single["last"] = .bool(index == events.count - 1 && head["last"] == true)
      if index > 0 {
        single["status"] = nil
        single["headers"] = nil
      }
      return Message(
        .httpEvents, correlation: message.correlation, head: .object(single),
        body: Array(message.body[at..<end]))
    }
  }

  /// What was said in all, wherever the plugin parts it: by kind, with bodies joined.
  private static func content(_ talk: KitTalk) -> [String] {
    var out: [String] = []
    for kind in [MessageKind.delta, .records, .done, .error, .httpRequest] {
      let messages = talk.all.filter { $0.kind == kind }
      let bodies = messages.flatMap(\.body)
      out.append("\(kind.name) \(Hex.encode(Digest.sha256(bodies)))")
      if kind == .done || kind == .error { out += messages.map(\.head.text) }
    }
    return out
  }
}

/// A session of the same plugin that is in the midst of its work while something else goes on.
struct KitInterlude {
  private let plugin: LoadedPlugin
  private let vendor: KitVendor

  init(_ plugin: LoadedPlugin, _ vendor: KitVendor) {
    self.plugin = plugin
    self.vendor = vendor
  }

  func around<R>(_ body: () throws -> R) throws -> R {
    // One that was left in its midst, one that is there meanwhile, with its first step behind it.
    var changes = KitChanges()
    changes.steps = 2
    _ = try KitTalk(plugin, vendor, changes)
    let session = try PluginSession(plugin)
    _ = try session.step(vendor.open, Moment(nowMS: vendor.moment.nowMS + 1, seed: 77))
    let result = try body()
    if !session.isEnded {
      _ = try session.step(Message(.cancel, head: ["grace_ms": 0]), vendor.moment)
    }
    return result
  }
}
