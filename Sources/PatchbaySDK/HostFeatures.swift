/// What the host can do beyond ABI 1.0: it refuses members of heads that it does not know, so what
/// a host of before does not take is left out, with what follows from that.
struct HostFeatures {
  private let names: Set<String>

  init(_ names: [String]) { self.names = Set(names) }

  func fitting(_ message: Message) -> Message {
    guard var head = message.head.object else { return message }
    switch message.kind {
    case .done where !names.contains("done.snapshot"):
      // It then marks what it did not see, as it always did.
      for name in ["snapshot", "confirm", "end"] { head[name] = nil }
    case .error where !names.contains("error.restart"): head["restart"] = nil
    case .catalog where !names.contains("catalog.fingerprint"):
      for name in ["fingerprint", "volatile"] { head[name] = nil }
    case .httpRequest: fit(request: &head)
    default: return message
    }
    return Message(
      message.kind, correlation: message.correlation, head: .object(head), body: message.body)
  }

  private func fit(request head: inout JSONObject) {
    if head["relative_to"] != nil, !names.contains("http.relative_to") {
      // It takes URLs that are whole, and paths below the connection's.
      head["relative_to"] = nil
      if let url = head["url"]?.string, url.utf8.first == UInt8(ascii: "/") {
        head["url"] = .string("{base_url}" + url)
      }
    }
    guard !names.contains("extract.keep"), let plans = head["extract"]?.array else { return }
    head["extract"] = .array(
      plans.map { plan in
        var plan = plan.object ?? JSONObject()
        plan["keep"] = nil
        return .object(plan)
      })
  }
}
