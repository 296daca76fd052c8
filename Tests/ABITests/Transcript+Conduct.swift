import PatchbayMessages
import PatchbaySDKTesting

extension Conduct {
  /// What is wrong with a session as it is written down: its lines, and what they say.
  static func problems(of session: Transcript.Session) -> [String] {
    var conduct = Conduct()
    var problems: [String] = []
    var step: Int64 = 0
    for message in session.messages {
      let line = "line \(message.line)"
      let expected = message.isToPlugin ? step + 1 : step
      if message.step != expected {
        problems.append("\(line): step \(expected) is due, not \(message.step)")
      }
      step = message.step
      guard let name = message.kind else { continue }
      guard let kind = MessageKind(name: name) else {
        problems.append("\(line): no message kind “\(name)”")
        continue
      }
      conduct.take(
        Message(
          kind, correlation: UInt64(message.correlation), head: message.head, body: message.body),
        isToPlugin: message.isToPlugin, place: line)
    }
    conduct.end()
    return problems + conduct.problems
  }
}
