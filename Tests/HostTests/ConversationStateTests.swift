import PatchbayCore
import PatchbayHost
import PatchbayJSON
import PatchbayMessages
import Testing

/// What may be said in a session, and what becomes of it.
@Suite("The state of a conversation") struct ConversationStateTests {
  /// A state that expectations can ask and change.
  private final class Talk {
    var state: ConversationState

    init(_ role: Role = .read) { state = ConversationState(role) }

    @discardableResult
    func say(_ kind: MessageKind, _ correlation: UInt64 = 0, _ head: JSON = [:]) throws(Failure)
      -> ConversationState.Action?
    {
      try state.said(Message(kind, correlation: correlation, head: head))
    }

    /// The code with which something is refused; `nil` where it is taken.
    func refusal(_ kind: MessageKind, _ correlation: UInt64 = 0, _ head: JSON = [:]) -> String? {
      do throws(Failure) {
        try say(kind, correlation, head)
        return nil
      } catch {
        return error.code
      }
    }

    func answer(
      _ correlation: UInt64, _ kind: MessageKind, isLast: Bool = true, isVerified: Bool = false
    ) -> Bool {
      state.answers(correlation, by: kind, isLast: isLast, isVerified: isVerified)
    }
  }

  private let talk = Talk()

  @Test func `a correlation is for one question, whatever became of it`() throws {
    for kind in [MessageKind.httpRequest, .wait] {
      #expect(talk.refusal(kind, 0) == "plugin.correlation")
    }
    try talk.say(.httpRequest, 1)
    #expect(talk.refusal(.wait, 1) == "plugin.correlation")
    #expect(talk.answer(1, .httpResponse) && !talk.answer(1, .httpResponse))
    #expect(talk.refusal(.httpRequest, 1) == "plugin.correlation")
    try talk.say(.httpRequest, 2)
    try talk.say(.httpCancel, 2)
    #expect(!talk.answer(2, .httpResponse), "an answer that nobody wants any more")
    #expect(talk.refusal(.httpRequest, 2) == "plugin.correlation")
    #expect(talk.state.underWay == 0)
  }

  @Test func `a checkpoint covers what was answered, and nothing else`() throws {
    for correlation: UInt64 in 1...4 { try talk.say(.httpRequest, correlation) }
    try talk.say(.wait, 5)
    let cover = { (number: Int64) -> JSON in ["state": [:], "covers": [.integer(number)]] }
    #expect(talk.refusal(.checkpoint, 0, cover(1)) == "plugin.covers")
    #expect(talk.answer(1, .httpResponse))
    #expect(talk.answer(2, .failed) && talk.answer(5, .waited))
    try talk.say(.httpCancel, 3)
    for number: Int64 in [2, 3, 4, 5, 9, -1, .min, .max] {
      #expect(talk.refusal(.checkpoint, 0, cover(number)) == "plugin.covers", "\(number)")
    }
    guard case .store(_, let covers)? = try talk.say(.checkpoint, 0, cover(1)) else {
      return #expect(Bool(false), "a checkpoint is stored")
    }
    #expect(covers == [1])
  }

  @Test func `records are covered before the end, or withdrawn`() throws {
    try talk.say(.httpRequest, 1)
    #expect(talk.refusal(.records, 1) == "plugin.correlation", "not answered")
    #expect(talk.refusal(.records, 0) == "plugin.correlation")
    #expect(talk.answer(1, .httpResponse))
    talk.state.staged(3, under: 1)
    talk.state.staged(0, under: 2)
    let other = Talk()
    other.state = talk.state
    #expect(talk.refusal(.done) == "plugin.uncovered")
    try other.say(.httpCancel, 1)
    guard case .end? = try other.say(.done) else {
      return #expect(Bool(false), "nothing is left to be covered")
    }
    #expect(other.state.isOver)
  }

  @Test func `nobody has more under way than was told, or waits for nothing`() throws {
    #expect(throws: Failure.self) { try talk.state.checkRest() }
    for correlation in 1...UInt64(ConversationState.questionLimit) {
      try talk.say(.wait, correlation)
    }
    try talk.state.checkRest()
    #expect(talk.refusal(.httpRequest, 1000) == "plugin.requests")
    #expect(talk.answer(1, .waited))
    #expect(talk.refusal(.httpRequest, 1000) == nil)
    #expect(talk.refusal(.error) == nil)
    try talk.state.checkRest()
  }

  @Test func `after a goodbye only what saves the work is taken`() throws {
    try talk.say(.httpRequest, 1)
    #expect(talk.answer(1, .httpResponse))
    talk.state.leave()
    for kind in [MessageKind.httpRequest, .wait, .note, .done, .error, .crypto] {
      let action = try talk.say(kind, 7)
      #expect(action.map { _ in true } == nil, "\(kind.name)")
    }
    guard case .store? = try talk.say(.checkpoint, 0, ["state": [:], "covers": [1]])
    else { return #expect(Bool(false), "the last checkpoint is stored") }
  }

  /// Only what was verified with a key counts: not that it was asked for, nor another result.
  @Test func `nothing is told of a delivery that was not verified, and it is answered once`()
    throws
  {
    let talk = Talk(.webhook)
    #expect(talk.refusal(.event, 0, ["type": "paid"]) == "plugin.unverified")
    try talk.say(.crypto, 1, ["do": "verify"])
    try talk.say(.crypto, 2, ["do": "hmac"])
    try talk.say(.claim, 3)
    #expect(talk.refusal(.event) == "plugin.unverified")
    #expect(talk.answer(2, .result, isVerified: true) && talk.answer(3, .result, isVerified: true))
    #expect(talk.answer(1, .result, isVerified: false))
    #expect(talk.refusal(.event) == "plugin.unverified")
    try talk.say(.crypto, 4, ["do": "verify"])
    #expect(talk.answer(4, .result, isVerified: true))
    #expect(talk.refusal(.event) == nil && talk.refusal(.event) == nil)
    #expect(talk.refusal(.reply) == nil)
    #expect(talk.refusal(.reply) == "plugin.reply")
  }

  @Test func `each record that is given to be written has one outcome`() throws {
    let talk = Talk(.write)
    func outcome(_ indexes: Int64...) -> JSON {
      ["outcomes": .array(indexes.map { ["index": .integer($0), "status": "updated"] })]
    }
    #expect(talk.refusal(.outcome, 0, outcome(0)) == "plugin.outcome", "nothing was given")
    talk.state.gives(2)
    talk.state.gives(1)
    for index: Int64 in [3, -1, .min, .max] {
      #expect(talk.refusal(.outcome, 0, outcome(index)) == "plugin.outcome", "\(index)")
    }
    #expect(talk.refusal(.outcome, 0, outcome(2, 0)) == nil)
    #expect(talk.refusal(.outcome, 0, outcome(0)) == "plugin.outcome", "it has one")
    let other = Talk(.write)
    other.state = talk.state
    #expect(talk.refusal(.done) == "plugin.outcome", "one has none")
    #expect(other.refusal(.outcome, 0, outcome(1)) == nil && other.refusal(.done) == nil)
  }

  /// Whatever is said in a role that does not take it, is refused by its name; and `open` offers
  /// what a role takes.
  @Test(arguments: MessageKind.allCases)
  func `a role takes what it offers`(kind: MessageKind) throws {
    for role in Role.all + [.read.answering([.wait]), .discover.answering([])] {
      let talk = Talk(role)
      let open = Message.open(role, config: JSONObject(), SessionLimits())
      let offered = open.head["kinds"]?.array?.contains(.string(kind.name)) ?? false
      #expect(offered == role.kinds.contains(kind))
      let code = talk.refusal(kind, 1)
      #expect((code == "message.unsupported") == !offered, "\(role.operation): \(kind.name)")
    }
  }

  @Test func `every operation has a role, and a host offers what it answers`() {
    #expect(Set(Role.all.map(\.operation)) == Set(Heads.operations))
    let role = Role.webhook.answering([.crypto, .claim])
    #expect(role.kinds == [.crypto, .claim, .reply, .event, .note, .progress, .error, .done])
  }

  /// What the documents show is what the state takes: each session of each transcript.
  @Test(
    arguments: FileBytes.names(in: Self.transcripts).filter { $0.hasSuffix(".ndjson") }.sorted()
  )
  func `the transcripts of the documents keep the rules`(name: String) throws {
    let text = try FileBytes.read("\(Self.transcripts)/\(name)", limit: 1 << 20)
    var (talk, withdrawn): (Talk?, Set<UInt64>) = (nil, [])
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let json = try JSON(reading: Array(line))
      guard let kind = json["kind"]?.string.flatMap(MessageKind.init(name:)) else { continue }
      let correlation = UInt64(json["correlation"]?.integer ?? 0)
      let head = json["head"] ?? [:]
      let place: Comment = "\(kind.name) \(correlation) of \(name)"
      if kind == .open {
        #expect(talk?.state.isOver != false, place)
        talk = Talk(try #require(Role.all.first { $0.operation == head["op"]?.string }))
        withdrawn = []
      }
      let talk = try #require(talk)
      if kind.isFromPlugin {
        if kind == .httpCancel { withdrawn.insert(correlation) }
        try talk.say(kind, correlation, head)
        continue
      }
      if kind == .cancel { talk.state.leave() }
      if kind == .input { talk.state.gives(Int(head["count"]?.integer ?? 0)) }
      if correlation == 0 { continue }
      let isLast = kind != .httpEvents || head["last"]?.bool == true
      let isWanted = talk.answer(
        correlation, kind, isLast: isLast, isVerified: head["verified"]?.bool == true)
      // An answer may cross with the word that it is not wanted any more.
      #expect(isWanted != withdrawn.contains(correlation), place)
      for extracted in isWanted ? head["extracted"]?.array ?? [] : [] {
        talk.state.staged(Int(extracted["count"]?.integer ?? 0), under: correlation)
      }
    }
    #expect(talk?.state.isOver == true)
  }

  private static let transcripts =
    #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
    + "/Sources/Patchbay.docc/Transcripts"
}
