public import PatchbaySDK

/// A model that says the last user message again, a delta for each word. A real one would send its
/// provider a request with `frame`, and make deltas of the `http.events` that come.
public struct PluginName: Session {
  public init() {}

  public mutating func receive(_ message: Message, at moment: Moment, into output: inout Output) {
    switch message.kind {
    case .open where message.head["op"]?.string == "chat": answer(message.head["input"], &output)
    case .open: output.fail(Problem(.unsupported, "op.unsupported", "this model only chats"))
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
    let words = Self.words(of: Self.text(of: last))
    for word in words {
      let chunk: JSON = [
        "object": "chat.completion.chunk", "model": input?["model"] ?? "plugin-name",
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

  /// The content of a message: a text, or a list of parts whose texts are joined by spaces.
  private static func text(of message: JSON) -> String {
    if let text = message["content"]?.string { return text }
    let parts = message["content"]?.array ?? []
    return parts.compactMap { $0["text"]?.string }.joined(separator: " ")
  }

  /// Words with the spaces behind them: joined they are the text again.
  static func words(of text: String) -> [String] {
    var words: [String] = []
    var word = ""
    for character in text {
      let isSpace = character == " " || character == "\n"
      if !isSpace, word.last == " " || word.last == "\n" {
        words.append(word)
        word = ""
      }
      word.append(character)
    }
    return word.isEmpty ? words : words + [word]
  }
}
