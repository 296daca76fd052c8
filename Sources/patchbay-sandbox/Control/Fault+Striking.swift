internal import PatchbayJSON

extension Fault {
  /// An outcome that comes instead of the real one, before the request is even looked at.
  func interception() -> Answer.Outcome? {
    switch kind {
    case .neverAnswer: return .hold
    case .reset: return .hangUp
    case .status: return .reply(statusReply())
    case .unauthorized: return .reply(APIError.unauthorized.reply(correlation: 401))
    case .html, .htmlJSONType:
      var reply = Reply(
        200,
        Array("<!DOCTYPE html><html><body><h1>We'll be right back</h1></body></html>\n".utf8))
      if kind == .html { reply.contentType = "text/html;charset=utf-8" }
      return .reply(reply)
    case .emptyObject: return .reply(Reply(json: [:]))
    case .redirect:
      var reply = Reply(302, [])
      reply.headers = [("Location", location)]
      return .reply(reply)
    default: return nil
    }
  }

  private func statusReply() -> Reply {
    var error =
      switch status {
      case 429: APIError.rateLimited(policy: "TEN_SECONDLY_ROLLING", retryAfterMS: 1000)
      case 401: APIError.unauthorized
      default: APIError(status, "internal error", "INTERNAL_ERROR")
      }
    error.status = status
    error.headers = retryAfter.map { [("Retry-After", $0)] } ?? []
    return error.reply(correlation: UInt64(status))
  }

  /// Changes how a finished reply is sent.
  func bend(_ reply: inout Reply) {
    switch kind {
    case .stall: reply.delivery = .stalled
    case .truncate: reply.delivery = .truncated
    case .wrongContentType: reply.contentType = "text/plain"
    default: break
    }
  }

  /// Changes a page: its cursor, its total, or the record in its middle.
  func bend(_ page: inout ResultPage, after: String?) {
    switch kind {
    case .sameCursor: page.next = after ?? "0"
    case .lyingTotal: page.total = page.total.map { $0 + 1000 }
    case .badRecord: insert("\"broken\":tru,", into: &page)
    case .badEscape: insert("\"broken\":\"\\uZZZZ\",", into: &page)
    case .deepRecord:
      let depth = 2500
      insert(
        "\"deep\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
          + ",", into: &page)
    case .bigNumber: insert("\"big\":123456789012345678901234567890123456789.5,", into: &page)
    case .nullKey:
      guard page.records.indices.contains(page.records.count / 2) else { return }
      let middle = page.records.count / 2
      let quote = UInt8(ascii: "\"")
      let record = page.records[middle]
      guard let end = record.dropFirst("{\"id\":\"".utf8.count).firstIndex(of: quote) else {
        return
      }
      page.records[middle] = Array("{\"id\":null".utf8) + record[(end + 1)...]
    default: break
    }
  }

  /// Puts a member first into the middle record's properties (or into the record, if it has none).
  private func insert(_ text: String, into page: inout ResultPage) {
    let middle = page.records.count / 2
    guard page.records.indices.contains(middle) else { return }
    let record = page.records[middle]
    let marker = Array("\"properties\":{".utf8)
    let found = record.indices.first { record[$0...].starts(with: marker) }
    let position = found.map { $0 + marker.count } ?? 1
    page.records[middle].insert(contentsOf: text.utf8, at: position)
  }
}
