internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

/// How a talk is changed from what the transcript has. All of it leaves the moments as they are.
struct KitChanges {
  var limits = PluginSession.Limits()
  /// Changes what is given to the plugin; `nil` gives nothing.
  var input: (Message) -> Message? = { $0 }
  /// Answers a question in the vendor's place.
  var answer: (_ question: Message, _ number: Int) -> [Message]? = { _, _ in nil }
  /// Before this step there comes a message of a kind that is not known yet.
  var surprise: UInt32?
  /// The state to begin with, in the midst of a pass.
  var state: JSON?
  /// Steps after which the talk is broken off.
  var steps = 20_000
}

/// One session of a plugin with a vendor, from its beginning to where it ends.
struct KitTalk {
  enum End: Equatable {
    case done, error
    /// It waits for nothing and has not ended.
    case stuck
    /// It asked for what the vendor cannot know.
    case foreign(String)
    /// It did not come to an end within the steps.
    case broken
  }

  private(set) var end = End.stuck
  /// What each step answered, and what it was given.
  private(set) var said: [[Message]] = []
  private(set) var heard: [Message] = []
  /// Messages that were answered to a surprise.
  private(set) var surprised = 0
  private var questions: [Message] = []
  private var asked = 0

  var all: [Message] { said.flatMap { $0 } }
  var last: Message? { all.last { $0.kind == .done || $0.kind == .error } }
  /// As bytes, to be compared.
  var text: [String] {
    all.map {
      "\($0.kind.name) \($0.correlation) \($0.head.text) \(Hex.encode(Digest.sha256($0.body)))"
    }
  }

  init(_ plugin: LoadedPlugin, _ vendor: KitVendor, _ changes: KitChanges = .init()) throws(Failure)
  {
    let session = try PluginSession(plugin, limits: changes.limits)
    var vendor = vendor
    try give(Self.opening(vendor, changes), vendor.moment, session, changes)
    for input in vendor.inputs where !session.isEnded {
      try give(input, vendor.moment, session, changes)
    }
    while !session.isEnded {
      guard said.count < changes.steps else {
        end = .broken
        return
      }
      guard !questions.isEmpty else { return }
      let question = questions.removeFirst()
      asked += 1
      let known = vendor.answer(question)
      guard let answers = changes.answer(question, asked) ?? known?.messages else {
        end = .foreign(question.head.text)
        return
      }
      for answer in answers where !session.isEnded {
        try give(answer, known?.moment ?? vendor.moment, session, changes)
      }
    }
    end = last?.kind == .done ? .done : .error
  }

  private static func opening(_ vendor: KitVendor, _ changes: KitChanges) -> Message {
    var open = vendor.open
    guard let state = changes.state, var head = open.head.object else { return open }
    head["state"] = state
    head["resumes"] = true
    open.head = .object(head)
    return open
  }

  private mutating func give(
    _ message: Message, _ moment: Moment, _ session: PluginSession, _ changes: KitChanges
  ) throws(Failure) {
    if let kind = changes.surprise { surprised += try session.stepUnknown(kind: kind, moment) }
    guard let message = changes.input(message) else { return }
    heard.append(message)
    let output = try session.step(message, moment)
    said.append(output)
    for message in output {
      if KitVendor.isQuestion(message.kind) { questions.append(message) }
      if message.kind == .httpCancel {
        questions.removeAll { $0.correlation == message.correlation }
      }
    }
  }
}
