internal import PatchbayCore
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

extension KitRule {
  /// What vendors send.
  static let pages: [KitRule] = [
    KitRule("page.broken", "takes a page that it reads itself, and that is broken, for no end") {
      bench in
      try bench.each("it reads no pages of records itself") { vendor, talk in
        guard talk.end == .done else { return nil }
        let emitted = Set(talk.all.filter { $0.kind == .records }.map(\.correlation))
        let questions = talk.all.filter { KitVendor.isQuestion($0.kind) }
        var hasTried = false
        for (index, question) in questions.enumerated()
        where emitted.contains(question.correlation) && question.head["frame"] == nil {
          for (name, damage) in damages {
            hasTried = true
            let other = try Self.talk(bench, vendor, number: index + 1) { message in
              message.body = damage(message.body)
            }
            if let flaw = quiet(other) { return .failed("request \(index + 1), \(name): \(flaw)") }
          }
        }
        return hasTried ? .passed : nil
      }
    },
    KitRule("page.odd", "survives whatever a page may be: empty, odd, cut off, of other types") {
      bench in
      try bench.each("it asks for nothing") { vendor, talk in
        let count = talk.all.count { $0.kind == .httpRequest }
        if count == 0 { return nil }
        for number in 1...min(count, 4) {
          for (name, body) in Self.oddities {
            let other = try Self.talk(bench, vendor, number: number) { message in
              message.body = body
              Self.setCounts(&message, 0)
            }
            if other.end == .stuck || other.end == .broken {
              return .failed("request \(number), \(name): it comes to no end")
            }
          }
        }
        return .passed
      }
    },
    KitRule("page.huge", "takes a page of 250,000 records, and one of 16 MiB, within a step's time")
    {
      bench in
      try bench.each("it asks for nothing") { vendor, talk in
        guard talk.all.contains(where: { $0.kind == .httpRequest }) else { return nil }
        _ = try Self.talk(bench, vendor, number: 1) { Self.setCounts(&$0, 250_000) }
        _ = try Self.talk(bench, vendor, number: 1) { message in
          let text = "{\"x\":\"" + String(repeating: "é", count: 8 << 20) + "\"}"
          message.body = Array(text.utf8)
        }
        return .passed
      }
    },
    KitRule("page.unicode", "brings every letter through: in keys, cursors and values kept") {
      bench in
      try bench.each("it gets no texts") { vendor, talk in
        for number in 1...max(1, min(talk.all.count { $0.kind == .httpRequest }, 3)) {
          let other = try Self.talk(bench, vendor, number: number) { message in
            message.head = Self.odd(message.head)
            if let body = try? JSON(reading: message.body) { message.body = Self.odd(body).bytes }
          }
          if other.end == .stuck || other.end == .broken { return .failed("it comes to no end") }
          if let text = other.all.map(\.head.text).first(where: { $0.contains("\u{FFFD}") }) {
            return .failed("letters were lost: \(text.prefix(200))")
          }
        }
        return .passed
      }
    },
    KitRule("page.memory", "takes no more memory for page 10,000 than for page 2,000") { bench in
      var known: Set<String> = []
      return try bench.each("it asks for nothing") { vendor, talk in
        guard talk.end == .done, talk.all.contains(where: { $0.kind == .httpRequest }) else {
          return nil
        }
        // Another pass over the same stream says nothing new.
        let head = vendor.open.head
        let name = "\(head["op"]?.string ?? "") \(head["stream"]?.string ?? "")"
        guard known.insert(name).inserted else { return nil }
        return try KitTreadmill(LoadedPlugin.alone(bench.file()), vendor).run()
      }
    },
  ]

  /// A talk in which one answer is changed.
  private static func talk(
    _ bench: KitBench, _ vendor: KitVendor, number: Int, _ change: @escaping (inout Message) -> Void
  ) throws -> KitTalk {
    var changes = KitChanges()
    changes.steps = 2_000
    var again = vendor
    changes.answer = { question, asked in
      guard var answer = again.answer(question)?.messages else { return nil }
      if asked == number, answer[0].kind == .httpResponse { change(&answer[0]) }
      return answer
    }
    return try KitTalk(bench.plugin(), vendor, changes)
  }

  private static let damages: [(String, @Sendable ([UInt8]) -> [UInt8])] = [
    ("nothing at all", { _ in [] }), ("an empty object", { _ in Array("{}".utf8) }),
    ("null", { _ in Array("null".utf8) }),
    ("a page of HTML", { _ in Array("<html><body>Service Unavailable</body></html>".utf8) }),
    ("the first half", { Array($0.prefix($0.count / 2)) }),
  ]

  private static let oddities: [(String, [UInt8])] = [
    ("no body", []), ("{}", Array("{}".utf8)), ("[]", Array("[]".utf8)),
    ("null", Array("null".utf8)),
    ("a number", Array("-1e400".utf8)), ("HTML", Array("<html>".utf8)),
    ("cut off", Array("{\"a\":[".utf8)),
    ("no UTF-8", [0x7B, 0xFF, 0xFE, 0x7D]),
    (
      "499 levels",
      Array((String(repeating: "[", count: 499) + String(repeating: "]", count: 499)).utf8)
    ),
    ("100,000 levels", Array(String(repeating: "{\"a\":", count: 100_000).utf8)),
    ("a member twice", Array("{\"a\":1,\"a\":2}".utf8)),
  ]

  private static func setCounts(_ message: inout Message, _ count: Int64) {
    guard var head = message.head.object, let extracted = head["extracted"]?.array else { return }
    head["extracted"] = .array(
      extracted.map { entry in
        guard var members = entry.object else { return entry }
        var count = count
        if let kept = members["kept"]?.array {
          // No more are kept than a head has room for.
          let size = (kept.map(\.text.utf8.count).max() ?? 2) + 1
          count = min(count, Int64((SessionLimits().headBytes / 2) / size))
          members["kept"] = .array(
            (0..<Int(count)).map { kept.isEmpty ? [] : kept[$0 % kept.count] })
        }
        members["count"] = .integer(count)
        members["dead"] = 0
        if count == 0 {
          members["last_key"] = nil
          members["max_cursor"] = nil
        }
        return .object(members)
      })
    message.head = .object(head)
  }

  /// Every text with odd letters behind it, but for what names something.
  private static func odd(_ json: JSON) -> JSON {
    switch json {
    case .string(let text) where !text.isEmpty: .string(text + "é\u{1F4A5}\u{202E}\"\\\n\u{0}%2F&=")
    case .array(let list): .array(list.map(odd))
    case .object(let object):
      .object(JSONObject(object.members.map { .init($0.name, odd($0.value)) }))
    default: json
    }
  }
}

/// Ten thousand pages, by giving the first page that leads on again and again.
struct KitTreadmill {
  private let plugin: LoadedPlugin
  private let vendor: KitVendor
  private static let pages = 10_000
  private static let warmUp = 2_000
  /// What an allocator may take by itself.
  private static let slack = 4 << 20

  init(_ plugin: LoadedPlugin, _ vendor: KitVendor) {
    self.plugin = plugin
    self.vendor = vendor
  }

  func run() throws -> KitReport.Verdict {
    var pages = 0
    var before: Int?
    var first: [Message] = []
    while pages < Self.pages {
      var changes = KitChanges()
      changes.steps = Self.pages + 100
      var again = vendor
      var inTalk = 0
      changes.answer = { question, _ in
        guard question.kind == .httpRequest else { return again.answer(question)?.messages }
        pages += 1
        inTalk += 1
        if pages == Self.warmUp { before = plugin.residentBytes }
        if pages >= Self.pages { return nil }
        if let known = again.answer(question)?.messages {
          if question.head["extract"] != nil && first.isEmpty { first = known }
          return first.isEmpty ? known : Self.paired(first, question)
        }
        return first.isEmpty ? nil : Self.paired(first, question)
      }
      _ = try KitTalk(plugin, vendor, changes)
      if inTalk == 0 { break }
      // Where the pages do not lead on, sessions are what there are many of.
      if pages == Self.warmUp && before == nil { before = plugin.residentBytes }
    }
    guard let before, let after = plugin.residentBytes else {
      return .failed("its worker is gone")
    }
    let growth = after - before
    return growth <= Self.slack
      ? .passed : .failed("it grew by \(growth >> 10) KiB over \(pages - Self.warmUp) pages")
  }

  private static func paired(_ answers: [Message], _ question: Message) -> [Message] {
    answers.map {
      var answer = $0
      answer.correlation = question.correlation
      return answer
    }
  }
}
