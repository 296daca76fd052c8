public import PatchbaySDK

/// A model that says the last user message again, one delta for each word.
public struct EchoModel: Session {
  public init() {}

  public mutating func receive(_ message: Message, at moment: Moment, into output: inout Output) {
    switch message.kind {
    case .open where message.head["op"]?.string == "chat": answer(message.head["input"], &output)
    case .open:
      output.fail(Problem(.unsupported, "op.unsupported", "this model only chats"))
    case .cancel: output.fail(Problem(.cancelled, "cancelled", "cancelled"))
    default: break
    }
  }

  private func answer(_ input: JSON?, _ output: inout Output) {
    let messages = input?["messages"]?.array ?? []
    guard let last = messages.last(where: { $0["role"]?.string == "user" }) else {
      return output.fail(
        Problem(.data, "chat.messages", "/input/messages holds no message of a user"))
    }
    let model = input?["model"]?.string ?? "echo"
    let words = Self.words(of: Self.text(of: last))
    for word in words {
      let chunk: JSON = [
        "object": "chat.completion.chunk", "model": .string(model),
        "choices": [["index": 0, "delta": ["content": .string(word)], "finish_reason": nil]],
      ]
      output.send(Message(.delta, head: ["form": "chat"], body: chunk.bytes))
    }
    let read = messages.reduce(0) { $0 + Self.words(of: Self.text(of: $1)).count }
    output.done([
      "finish": "stop",
      "usage": [
        "prompt_tokens": .integer(Int64(read)), "completion_tokens": .integer(Int64(words.count)),
      ],
    ])
  }

  /// The content as text: it is a text, or a list of parts.
  private static func text(of message: JSON) -> String {
    if let text = message["content"]?.string { return text }
    return (message["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined(
      separator: " ")
  }

  /// Words with the spaces that follow them: joined they are the text again.
  static func words(of text: String) -> [String] {
    var words: [String] = []
    var current: [UInt8] = []
    var isInSpaces = false
    for byte in text.utf8 {
      let isSpace = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n")
      if isInSpaces && !isSpace {
        words.append(String(decoding: current, as: UTF8.self))
        current = []
      }
      isInSpaces = isSpace
      current.append(byte)
    }
    if !current.isEmpty { words.append(String(decoding: current, as: UTF8.self)) }
    return words
  }
}
