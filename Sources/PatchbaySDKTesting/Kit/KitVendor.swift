internal import PatchbayCore
internal import PatchbayCrypto
internal import PatchbayHost
internal import PatchbayJSON
internal import PatchbayMessages

/// Answers a plugin as a transcript says: each question by what was answered to the same question,
/// in whatever order they are asked.
struct KitVendor {
  struct Answer {
    var messages: [Message]
    var moment: Moment
  }

  /// What the session was opened with.
  let open: Message
  let moment: Moment
  /// What was given to it without being asked for, such as records to write.
  let inputs: [Message]
  /// Whether the session ended with done.
  let wasDone: Bool
  private var answers: [String: [Answer]] = [:]
  /// Questions in the order in which they were first answered.
  private(set) var order: [String] = []

  /// `nil` where the session does not begin with an open message.
  init?(_ steps: [Transcript.Step]) {
    guard let first = steps.first, first.input.kind == .open else { return nil }
    open = first.input
    moment = first.moment
    var asked: [UInt64: String] = [:]
    wasDone = steps.last?.output.last?.kind == .done
    self.inputs = steps.map(\.input).filter { $0.kind == .input }
    for step in steps {
      let input = step.input
      if let question = asked[input.correlation], input.correlation != 0 {
        note(input, step.moment, question)
      }
      for message in step.output {
        if Self.isQuestion(message.kind) { asked[message.correlation] = Self.question(message) }
      }
    }
  }

  private mutating func note(_ input: Message, _ moment: Moment, _ question: String) {
    if answers[question] == nil { order.append(question) }
    // Pieces of one answer belong together.
    if input.kind == .httpEvents, let last = answers[question]?.last,
      last.messages.last?.kind == .httpEvents, last.messages.last?.head["last"]?.bool != true,
      last.messages.last?.correlation == input.correlation
    {
      var list = answers[question] ?? []
      list[list.count - 1].messages.append(input)
      answers[question] = list
    } else {
      answers[question, default: []].append(Answer(messages: [input], moment: moment))
    }
  }

  static func isQuestion(_ kind: MessageKind) -> Bool {
    [.httpRequest, .wait, .crypto, .claim].contains(kind)
  }

  /// A question without its correlation.
  static func question(_ message: Message) -> String {
    "\(message.kind.name) \(message.head.text) \(Hex.encode(Digest.sha256(message.body)))"
  }

  /// The next answer to a question, or the last one again; `nil` for one that was never asked.
  mutating func answer(_ message: Message) -> Answer? {
    let question = Self.question(message)
    guard var list = answers[question], var answer = list.first else { return nil }
    if list.count > 1 { list.removeFirst() }
    answers[question] = list
    for index in answer.messages.indices {
      answer.messages[index].correlation = message.correlation
    }
    return answer
  }
}
