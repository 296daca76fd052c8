internal import PatchbayCore
internal import PatchbayEgress
package import PatchbayJSON
package import PatchbayMessages

extension Message {
  /// The first message of a session.
  package static func open(
    _ role: Role, config: JSONObject, _ limits: PluginSession.Limits,
    _ more: [(String, JSON?)] = []
  ) -> Message {
    var head = JSONObject([.init("op", .string(role.operation))])
    for (name, value) in more { head[name] = value }
    head["config"] = .object(config)
    head["kinds"] = .array(
      MessageKind.allCases.filter(role.kinds.contains).map { .string($0.name) })
    head["features"] = .array(HostFeatures.of(role).map { .string($0) })
    head["limits"] = [
      "head_bytes": .integer(Int64(limits.headBytes)),
      "body_bytes": .integer(Int64(limits.bodyBytes)),
      "requests_in_flight": .integer(Int64(ConversationState.questionLimit)),
    ]
    return Message(.open, head: .object(head))
  }
}

extension Message {
  /// Whether a request's body or answer is more than bytes of a message, or something is taken out
  /// of the answer.
  package var isFlowing: Bool {
    head["frame"] != nil || head["capture"] != nil || head["body_from"] != nil
      || head["parts"] != nil || head["body_to"]?.string == "blob"
  }

  /// A plugin's request in the egress's terms, and what its answer must look like.
  func outgoing(_ mappings: Mappings, _ captured: CapturedValues) throws(Failure)
    -> (OutgoingRequest, PageContract)
  {
    let url = try captured.url(head["url"] ?? .null)
    var request = OutgoingRequest(method: head["method"]?.string ?? "GET", url: url)
    if let base = head["relative_to"] { request.relativeTo = try captured.url(base) }
    request.query = (head["query"]?.array ?? []).map {
      ($0.array?.first?.string ?? "", $0.array?.last?.string ?? "")
    }
    request.headers = (head["headers"]?.object?.members ?? []).map {
      ($0.name, $0.value.string ?? "")
    }
    if !request.headers.contains(where: { $0.name.lowercased() == "accept" }) {
      let isJSON = (head["extract"]?.array ?? []).allSatisfy {
        ($0["format"]?.string ?? "json") == "json"
      }
      request.headers.append(("Accept", isJSON ? "application/json" : "*/*"))
    }
    request.body = .bytes(body)
    request.contentType = head["content_type"]?.string
    if let key = head["idempotency_key"]?.string {
      request.headers.append(("Idempotency-Key", key))
      request.isIdempotent = true
    }
    if let isIdempotent = head["idempotent"]?.bool { request.isIdempotent = isIdempotent }
    if let timeout = head["timeout_ms"]?.integer { request.timeoutMS = timeout }
    request.auth = head["auth"]?.string
    request.statuses = (head["statuses"]?.array ?? []).compactMap { $0.integer.map { Int($0) } }
    return (request, try PageContract(head, mappings))
  }
}
